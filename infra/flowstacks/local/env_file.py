"""`.local/env`: the one file that knows endpoints, ports and the passphrase. POSIX sh."""

import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from flowstacks.local import variables
from flowstacks.local.places import Places

_OWNER_ONLY = 0o600

_DROP = """\
# Made by `make up`; use it with `. .local/env`. It holds a passphrase: keep it to yourself.
for flowstacks_name in $(env | sed -n {patterns}); do
    unset "$flowstacks_name"
done
unset flowstacks_name
"""


def render(places: Places, values: Mapping[str, str]) -> str:
    """The text of `.local/env`; any character may stand in paths and values."""
    patterns = " ".join(
        shlex.quote("-e") + " " + shlex.quote(rf"s/^\({prefix}[A-Za-z0-9_]*\)=.*/\1/p")
        for prefix in (*variables.DROPPED_PREFIXES, *variables.DROPPED)
    )
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    entries = shlex.quote(":".join(variables.path_entries(places)))
    return (
        _DROP.format(patterns=patterns)
        + exports
        # Sourcing twice must not make PATH longer.
        + f'case "$PATH" in\n{entries}:*) ;;\n*) export PATH={entries}:"$PATH" ;;\nesac\n'
    )


def write(places: Places, values: Mapping[str, str]) -> None:
    """Replace the file at once: a shell that reads it meanwhile sees the old or the new one."""
    _write_private(places.env_file, render(places, values))


def passphrase(places: Places) -> str:
    """The passphrase of the local state; made on the first call, then always the same."""
    if not places.passphrase.exists():
        _write_private(places.passphrase, secrets.token_urlsafe(24))
    return places.passphrase.read_text(encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(_OWNER_ONLY)  # before the first byte stands in it
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
