"""A `pulumi` that the user already has."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from flowstacks.local.engine import tools, version

WRAPPER_MARK = "flowstacks: the engine of the embedded default"
"""A line of our own `.local/bin/pulumi`, this checkout's or another's: not an engine."""

_TIMEOUT_S = 20.0
_HEAD_BYTES = 400


def on_path(environ: Mapping[str, str]) -> dict[str, Path] | None:
    """The four tools by name, the first `pulumi` on PATH that fits with its helpers; None where none does."""
    for entry in environ.get("PATH", "").split(":"):
        # Links are followed: `.local/engine` itself stands on PATH in our shell, and must not be linked to itself.
        cli = (Path(entry or ".") / tools.CLI).absolute()
        if os.access(cli, os.X_OK) and not _is_wrapper(cli) and version.fits(_printed_version(cli)):
            executables = _with_helpers(cli, environ)
            if executables:
                return {name: path.resolve() for name, path in executables.items()}
    return None


def _with_helpers(cli: Path, environ: Mapping[str, str]) -> dict[str, Path] | None:
    # The engine itself looks beside its executable, links followed, and on PATH.
    places = f"{cli.parent}:{cli.resolve().parent}:{environ.get('PATH', '')}"
    helpers = {name: shutil.which(name, path=places) for name in tools.ALL if name != tools.CLI}
    if not all(helpers.values()):
        return None
    return {tools.CLI: cli} | {name: Path(path) for name, path in helpers.items() if path}


def _printed_version(cli: Path) -> str:
    try:
        completed = subprocess.run(
            [str(cli), "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return completed.stdout if completed.returncode == 0 else ""


def _is_wrapper(cli: Path) -> bool:
    with cli.open("rb") as file:
        return WRAPPER_MARK.encode() in file.read(_HEAD_BYTES)
