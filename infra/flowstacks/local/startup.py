"""`make up`: the servers that a stack needs, the stack, its worker; then what stands where."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from flowstacks.core import naming
from flowstacks.local import aws_side, env_file, progress, summary, variables
from flowstacks.local.engine import setup
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places
from flowstacks.local.servers import prefect, server, worker
from flowstacks.local.state import stacks
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.stack_file import StackFile

WORKTREE = "worktree"


@dataclasses.dataclass(frozen=True)
class StartRequest:
    """`commit` is empty, or `worktree` where the flows of the working tree are to run instead of the pin's."""

    stack: str
    commit: str = ""


def bring_up(places: Places, request: StartRequest) -> None:
    """Bring the stack up. Raises `LocalError`, or `RejectedError` where a stack file is not YAML."""
    config = checked(places, request)
    runtime = RUNTIMES[config["flowstacks:runtime"]]
    setup.ensure(places)
    api_url, started = server.ensure(
        prefect.described(places.prefect_home, places.logs / "prefect.log"), places.records
    )
    progress.announce(f"prefect: {api_url}{'' if started else ' (was running)'}")
    if runtime.needs_aws:
        aws_side.ensure(places, config.get("aws:region"))
    prefects = variables.shell(places, os.environ, api_url=api_url, passphrase=env_file.passphrase(places))
    values = {**prefects, **aws_side.shell(places)}
    env_file.write(places, values)
    stacks.init(places, request.stack, values)
    stacks.unlock(places, request.stack, values)
    commit = {variables.COMMIT: request.commit} if request.commit else {}
    stacks.up(places, request.stack, {**values, **commit})
    if runtime.has_local_worker:
        worker.ensure(places, request.stack, api_url)
    progress.announce(summary.text(places, request.stack, config, values, is_pinned=not request.commit))


def checked(places: Places, request: StartRequest) -> Mapping[str, Any]:
    """The stack's config as written. Raises `LocalError` where it can't come up here."""
    if not (places.root / naming.stack_file(request.stack)).exists():
        known = ", ".join(sorted(filter(None, (naming.stack_of_file(path.name) for path in places.root.iterdir()))))
        raise LocalError(f"there is no {naming.stack_file(request.stack)}. Use one of: make up STACK={{{known}}}")
    if request.commit not in {"", WORKTREE}:
        raise LocalError(f"COMMIT={request.commit} is not known. Use COMMIT={WORKTREE}, or none for the stack's pin")
    config = StackFile(places.root, request.stack).values()
    runtime = config.get("flowstacks:runtime")
    if runtime not in RUNTIMES:
        raise LocalError(
            f"stack {request.stack} has runtime {runtime}. "
            f"Set flowstacks:runtime in {naming.stack_file(request.stack)} to {' or '.join(RUNTIMES)}"
        )
    if request.commit and not RUNTIMES[runtime].allows_moving_pin:
        raise LocalError(
            f"COMMIT={WORKTREE} is not for runtime {runtime}: stack {request.stack} runs images of commits. "
            f"Use make up STACK={request.stack}, or COMMIT={WORKTREE} with STACK=dev"
        )
    return config
