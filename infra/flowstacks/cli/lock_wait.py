"""`--wait`: a pin is edited when no `pulumi` works on the stack."""

import argparse
import time
import urllib.parse
import urllib.request
from pathlib import Path

from flowstacks.core.errors import FlowstacksError
from flowstacks.local import progress
from flowstacks.local.state import lock
from flowstacks.local.state.lock import Holder
from flowstacks.pulumi_cli import command

_POLL_S = 0.5


def add_argument(parser: argparse.ArgumentParser) -> None:
    """`--wait`."""
    parser.add_argument("--wait", action="store_true", help="wait until no pulumi works on the stack")


def wait(root: Path, project: str, stack: str) -> None:
    """Return when nobody holds the stack's lock; print on stderr who does.

    Raises `FlowstacksError` where the lock can't be seen, or where it is that of a `pulumi` that was killed.
    """
    state = _state(root)
    holders = _holders(state, project, stack)
    if not holders:
        return
    with progress.shown(f"{stack} is locked by {lock.described(holders[0])}"):
        while holders:
            time.sleep(_POLL_S)
            holders = _holders(state, project, stack)


def _holders(state: Path, project: str, stack: str) -> list[Holder]:
    holders = lock.of(state, project, stack)
    if holders and all(map(lock.is_dead, holders)):
        raise FlowstacksError(
            f"{stack} is locked by {lock.described(holders[0])}, which is gone. Run `pulumi cancel --yes -s {stack}`"
        )
    return holders


def _state(root: Path) -> Path:
    """The folder of a file backend, the only kind whose locks can be read from here."""
    url = _backend(root)
    if not url.startswith("file://"):
        raise FlowstacksError(
            f"locks in {url} can't be seen from here, only those of a file backend. Leave out --wait: "
            "`pulumi up` says itself when the stack is locked"
        )
    parts = urllib.parse.urlsplit(url)
    # `file://~` and `file://./state` have a path in the host's place (pulumi 3.258.0, `backend/diy/backend.go`).
    return root / Path(parts.netloc + urllib.request.url2pathname(parts.path)).expanduser()


def _backend(root: Path) -> str:
    """As the engine finds it: the environment, then `Pulumi.yaml`, then its last login."""
    document = command.json_output(
        root, ["whoami", "--json"], failure="the state's backend is not known", remedy="Run `pulumi login` first"
    )
    return document["url"]
