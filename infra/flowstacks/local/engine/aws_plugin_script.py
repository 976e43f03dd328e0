"""When the stand-in is used, and its start script `pulumi-resource-aws`."""

import importlib.metadata
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from flowstacks.local.places import Places

WHAT_IT_IS = (
    "AWS plugin: a stand-in of this repository (boto3 in front of the emulator on loopback), because the real "
    "pulumi-resource-aws is not installed"
)
"""For README and start-up messages."""

NAME = "pulumi-resource-aws"
VERSION = importlib.metadata.version("pulumi-aws")
"""The stand-in checks inputs against this very SDK."""

_MARK = "flowstacks: stand-in for the AWS plugin"
_HEAD_BYTES = 400


def install(places: Places, environ: Mapping[str, str] | None = None) -> bool:
    """Whether the stand-in is in `.local/bin` afterwards: only where no real AWS plugin is found.

    A real one is one that the engine has installed (`PULUMI_HOME/plugins`) or that stands on PATH. Ours is taken away
    then: the engine prefers what is on PATH to what it installed itself (pulumi 3.258.0).
    """
    script = places.bin / NAME
    if real(places, os.environ if environ is None else environ):
        script.unlink(missing_ok=True)
        return False
    script.parent.mkdir(parents=True, exist_ok=True)
    draft = script.with_name(f"{NAME}.{os.getpid()}")
    draft.write_text(_script(places), encoding="utf-8")
    draft.chmod(0o755)
    draft.replace(script)
    return True


def real(places: Places, environ: Mapping[str, str]) -> Path | None:
    """The real plugin, as the engine would find it; None where there is none."""
    installed = sorted(places.pulumi_home.glob(f"plugins/resource-aws-v*/{NAME}"))
    folders = [Path(entry or ".") for entry in environ.get("PATH", "").split(":")]
    on_path = [folder / NAME for folder in folders if os.access(folder / NAME, os.X_OK)]
    return next((path for path in [*installed, *on_path] if not _is_ours(path) and not _is_partial(path)), None)


def _script(places: Places) -> str:
    # exec: the engine must be our parent, for the plugin ends with it. -P: the project's folder shadows no module.
    python = shlex.quote(str(places.python))
    return f'#!/bin/sh\n# {_MARK}\nexec {python} -P -m flowstacks.aws_plugin "$@"\n'


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK.encode() in file.read(_HEAD_BYTES)


def _is_partial(path: Path) -> bool:
    """Whether the engine was stopped while it unpacked (pulumi 3.258.0, `workspace/plugins.go`, `PartialFilePath`)."""
    return path.parent.with_name(f"{path.parent.name}.partial").exists()
