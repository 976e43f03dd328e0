"""A stack file as the embedded default may use it: production's secrets provider and its secrets left out.

The engine writes its own salt, and what `-c key=value` says, into the file it reads (docs/adr/0002). So it gets a copy
under `.local/stacks/`, and each command a new one: of the original beside it, which holds the encrypted placeholders.
"""

import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from flowstacks.core import naming

PLACEHOLDER = "not-known-on-the-embedded-default"
"""Stands for each value that is encrypted with production's key; it is encrypted again, with the local passphrase."""

_PROVIDER_KEYS = ("encryptionsalt", "secretsprovider", "encryptedkey")
"""pulumi 3.258.0, `sdk/go/common/workspace/project.go`, `ProjectStack`."""

_DIGEST_SUFFIX = ".source"
_ORIGINAL_SUFFIX = ".original"


def localised(text: str) -> tuple[str, list[str]]:
    """The copy's text, and the paths of its placeholders as `pulumi config set --path` wants them."""
    yaml: Any = YAML(typ="rt")  # ruamel's load() is untyped
    yaml.preserve_quotes = True
    document: Any = yaml.load(text) or {}
    for key in _PROVIDER_KEYS:
        document.pop(key, None)
    secrets = list(_hidden(document.get("config") or {}, ""))
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue(), secrets


def path(folder: Path, stack: str) -> Path:
    """Where the copy stands."""
    return folder / naming.stack_file(stack)


def is_current(folder: Path, stack: str, source: Path) -> bool:
    """Whether the original was finished from the source as it is now."""
    digest, original = _digest_file(folder, stack), _original(folder, stack)
    return digest.exists() and original.exists() and digest.read_text(encoding="ascii") == _digest(source)


def write(folder: Path, stack: str, source: Path) -> list[str]:
    """Make the copy anew, with plain placeholders; returns their paths. It counts as current after `finish`."""
    folder.mkdir(parents=True, exist_ok=True)
    _digest_file(folder, stack).unlink(missing_ok=True)
    text, secrets = localised(source.read_text(encoding="utf-8") if source.exists() else "")
    path(folder, stack).write_text(text, encoding="utf-8")
    return secrets


def finish(folder: Path, stack: str, source: Path) -> None:
    """Keep the copy as the original of the next ones, and which source it was made from."""
    shutil.copyfile(path(folder, stack), _original(folder, stack))
    _digest_file(folder, stack).write_text(_digest(source), encoding="ascii")


def renew(folder: Path, stack: str) -> None:
    """Replace the copy by the finished original: what the last command left in it is gone."""
    draft = folder / f"Pulumi.{stack}.{os.getpid()}.new"
    shutil.copyfile(_original(folder, stack), draft)
    draft.replace(path(folder, stack))


def _hidden(node: Any, where: str) -> Iterator[str]:
    """Put placeholders for `{secure: …}` below `node`, in place; yields their paths."""
    items: Any = ()
    if isinstance(node, dict):
        items = list(cast("dict[Any, Any]", node).items())
    elif isinstance(node, list):
        items = list(enumerate(cast("list[Any]", node)))
    for key, value in items:
        below = _joined(where, key)
        if isinstance(value, dict) and list(cast("dict[str, Any]", value)) == ["secure"]:
            node[key] = PLACEHOLDER
            yield below
        else:
            yield from _hidden(value, below)


def _joined(where: str, key: str | int) -> str:
    if not where:
        return str(key)
    if isinstance(key, int):
        return f"{where}[{key}]"
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{where}["{quoted}"]'


def _digest(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest() if source.exists() else "absent"


def _original(folder: Path, stack: str) -> Path:
    return folder / f"Pulumi.{stack}{_ORIGINAL_SUFFIX}"


def _digest_file(folder: Path, stack: str) -> Path:
    return folder / f"Pulumi.{stack}{_DIGEST_SUFFIX}"
