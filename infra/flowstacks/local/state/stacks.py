"""The stacks of the local backend: made, unlocked, brought up."""

import os
import subprocess
from collections.abc import Mapping

from flowstacks.local import progress, variables
from flowstacks.local.engine import tools
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places
from flowstacks.local.state import attributes, lock


def init(places: Places, stack: str, values: Mapping[str, str]) -> bool:
    """Whether the stack had to be made."""
    places.state.mkdir(parents=True, exist_ok=True)
    checkpoint = places.state / ".pulumi" / "stacks" / lock.PROJECT / f"{stack}.json"
    if checkpoint.exists():
        return False
    done = _run(places, ["stack", "init", stack, "--non-interactive"], values, capture=True)
    if done.returncode:
        raise LocalError(f"stack {stack} can't be made: {done.stderr.strip()}. `make clean` starts over")
    return True


def unlock(places: Places, stack: str, values: Mapping[str, str]) -> None:
    """Take the lock of a `pulumi` that was killed. Raises `LocalError` where its owner may still run."""
    holders = lock.holders(places, stack)
    alive = [holder for holder in holders if not lock.is_dead(holder)]
    if alive:
        raise LocalError(
            f"stack {stack} is locked by {lock.described(alive[0])}. Wait for it to end; "
            f"if it never will: `. .local/env && pulumi cancel --yes -s {stack}`"
        )
    for holder in holders:
        progress.announce(f"lock of {lock.described(holder)} cancelled: that pulumi is gone")
    if holders:
        for broken in attributes.mend(places.state):
            progress.announce(f"{broken.name}: half-written by the pulumi that was killed, removed")
        cancelled = _run(places, ["cancel", "--yes", "-s", stack], values, capture=True)
        if cancelled.returncode:
            raise LocalError(f"the lock of {stack} stays: {cancelled.stderr.strip()}. `make clean` starts over")


def up(places: Places, stack: str, values: Mapping[str, str]) -> None:
    """`pulumi up`, answered yes: only ever on loopback. Raises `LocalError` where it fails."""
    variables.loopback(values["PREFECT_API_URL"])
    arguments = ["up", "--yes", "--skip-preview", "--non-interactive", "-s", stack]
    # Hundreds of deployments would push what matters off the screen; `pulumi stack output` has them.
    arguments += ["--suppress-progress", "--suppress-outputs", "--suppress-permalink=true"]
    if not os.isatty(1):
        arguments += ["--color", "never"]
    if _run(places, arguments, values, capture=False).returncode:
        raise LocalError(f"`pulumi up -s {stack}` failed, see above. Mend it, then run `make up` again")


def _run(
    places: Places, arguments: list[str], values: Mapping[str, str], *, capture: bool
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(places.bin / tools.CLI), *arguments],
        cwd=places.root,
        env=variables.applied(places, os.environ, values),
        stdin=subprocess.DEVNULL,
        capture_output=capture,
        text=True,
        check=False,
    )
