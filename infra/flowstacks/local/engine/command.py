"""`.local/bin/pulumi`: the engine, kept from writing its salt into committed stack files (docs/adr/0002).

Everything else is passed on unchanged; off the local backend all of it is.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from flowstacks.core import naming
from flowstacks.local import places as places_of
from flowstacks.local import variables
from flowstacks.local.engine import request, tools
from flowstacks.local.engine.request import Request, Touches
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places
from flowstacks.local.state import stack_copy

_PROJECT_FILE = "Pulumi.yaml"
_FALL_BACK = {"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true"}
"""pulumi 3.258.0, `cmd/pulumi/stack/secrets.go`: a file without a salt gets the state's, not a new one."""


def main(arguments: Sequence[str]) -> NoReturn:
    """`arguments`: the checkout, then those of `pulumi`. Becomes the engine, or exits 1 where it refuses."""
    places = places_of.at(Path(arguments[0]))
    try:
        prepared = prepare(places, list(arguments[1:]))
    except LocalError as refused:
        sys.exit(f"error: {refused}")
    engine = str(places.engine / tools.CLI)
    os.execve(engine, [engine, *prepared], {**os.environ, **_FALL_BACK})  # noqa: S606 - an argument list, no shell


def prepare(places: Places, arguments: list[str]) -> list[str]:
    """The arguments for the engine; where it would write to a committed stack file, they name a copy of it.

    Raises `LocalError` for what can't be done on the embedded default.
    """
    invocation = request.understood(arguments)
    if invocation.touches is Touches.NOTHING or not _is_ours(places, invocation):
        return arguments
    if invocation.touches is Touches.EDITS_SECRET:
        raise LocalError(
            "--secret would encrypt with the local passphrase, which production does not know. "
            "Set secrets in a shell that has production's passphrase or key"
        )
    if invocation.touches is Touches.EDITS:
        return arguments
    return _on_copy(places, arguments, invocation)


def _on_copy(places: Places, arguments: list[str], invocation: Request) -> list[str]:
    places.stacks.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(places.root / _PROJECT_FILE, places.stacks / _PROJECT_FILE)
    stack = _stack(places, invocation)
    if stack:
        refresh_copy(places, stack, _config_file(invocation))
    if invocation.touches is Touches.SALTS:
        # These know no --config-file, but need no more than the project's name: they run beside the copies.
        return [*arguments, "--cwd", str(places.stacks)]
    if not stack:
        return arguments  # the engine says that none is selected
    config_file = ["--config-file", str(stack_copy.path(places.stacks, stack))]
    if invocation.config_file:
        # Of a flag that is given twice the engine takes the last (pulumi 3.258.0, spf13/pflag).
        return [*arguments, *config_file]
    return [*arguments[: invocation.command_end], *config_file, *arguments[invocation.command_end :]]


def _config_file(invocation: Request) -> Path | None:
    """The file that the user names instead of the stack's own. Raises `LocalError` where there is none."""
    if invocation.config_file is None:
        return None
    source = Path(invocation.folder or ".").resolve() / invocation.config_file
    if not source.is_file():
        raise LocalError(
            f"--config-file {invocation.config_file}: there is no such file. Name one relative to {source.parent}"
        )
    return source


def refresh_copy(places: Places, stack: str, source: Path | None = None) -> None:
    """Make the copy of the stack's file, or of `source` in its place, anew.

    Raises `LocalError` where the engine can't encrypt the placeholders.
    """
    source = source or places.root / naming.stack_file(stack)
    if stack_copy.is_current(places.stacks, stack, source):
        stack_copy.renew(places.stacks, stack)
        return
    secrets = stack_copy.write(places.stacks, stack, source)
    if secrets and not _encrypted(places, stack, secrets):
        return  # no such stack yet: plain placeholders will do until there is
    stack_copy.finish(places.stacks, stack, source)


def _encrypted(places: Places, stack: str, secrets: list[str]) -> bool:
    values = [argument for path in secrets for argument in ("--secret", f"{path}={stack_copy.PLACEHOLDER}")]
    if _run(places, ["stack", "export", "-s", stack]).returncode:
        return False
    done = _run(places, ["config", "set-all", "--path", "-s", stack, *values])
    if done.returncode:
        raise LocalError(f"placeholders for secrets can't be encrypted: {done.stderr.strip()}. Run `make up` again")
    return True


def _stack(places: Places, invocation: Request) -> str | None:
    """The stack's short name: said, or in the environment, or selected."""
    name = invocation.stack or os.environ.get("PULUMI_STACK")
    if not name:
        name = _run(places, ["stack", "--show-name", "--non-interactive"], folder=places.root).stdout.strip()
    return name.rpartition("/")[2] or None


def _run(places: Places, arguments: list[str], *, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(places.engine / tools.CLI), *arguments],
        cwd=folder or places.stacks,
        env={**os.environ, **_FALL_BACK},
        capture_output=True,
        text=True,
        check=False,
    )


def _is_ours(places: Places, invocation: Request) -> bool:
    """Whether this is about the checkout's project on the local backend."""
    start = Path(invocation.folder or ".").resolve()
    project = next((folder for folder in (start, *start.parents) if (folder / _PROJECT_FILE).exists()), None)
    return project == places.root and os.environ.get("PULUMI_BACKEND_URL") == variables.backend_url(places)


if __name__ == "__main__":
    main(sys.argv[1:])
