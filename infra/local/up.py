"""`make up`: a Prefect server, the stack, a worker; then what stands where."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, cast

from infra.local import env_file, pin, progress, state, variables
from infra.local.engine import ensure
from infra.local.places import Places
from infra.local.problems import LocalError
from infra.local.servers import prefect, server, worker
from infra.stack_file import StackFile

WORKTREE = "worktree"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """`commit` is empty, or `worktree` where the flows of the working tree are to run instead of the pin's."""

    stack: str
    commit: str = ""


def up(places: Places, wanted: Wanted) -> None:
    """Bring the stack up. Raises `LocalError`, or `RejectedError` where a stack file is not YAML."""
    config = checked(places, wanted)
    ensure.ensure(places)
    api_url, started = server.ensure(
        prefect.described(places.prefect_home, places.logs / "prefect.log"), places.records
    )
    progress.say(f"prefect: {api_url}{'' if started else ' (was running)'}")
    values = variables.shell(places, os.environ, api_url=api_url, passphrase=env_file.passphrase(places))
    env_file.write(places, values)
    state.init(places, wanted.stack, values)
    state.unlock(places, wanted.stack, values)
    commit = {variables.COMMIT: wanted.commit} if wanted.commit else {}
    state.up(places, wanted.stack, {**values, **commit})
    worker.ensure(places, wanted.stack, api_url)
    progress.say(summary(places, wanted, api_url, _pin(config)))


def checked(places: Places, wanted: Wanted) -> Mapping[str, Any]:
    """The stack's config as written. Raises `LocalError` where it can't come up here."""
    if not (places.root / f"Pulumi.{wanted.stack}.yaml").exists():
        known = ", ".join(sorted(path.name.split(".")[1] for path in places.root.glob("Pulumi.*.yaml")))
        raise LocalError(f"there is no Pulumi.{wanted.stack}.yaml. Use one of: make up STACK={{{known}}}")
    if wanted.commit not in {"", WORKTREE}:
        raise LocalError(f"COMMIT={wanted.commit} is not known. Use COMMIT={WORKTREE}, or none for the stack's pin")
    config = StackFile(places.root, wanted.stack).values()
    runtime = config.get("flowstacks:runtime")
    if runtime != "process":
        raise LocalError(
            f"stack {wanted.stack} has runtime {runtime}, and the AWS emulator is not part of this version yet. "
            "Use a stack with flowstacks:runtime: process, such as make up STACK=dev"
        )
    return config


def summary(places: Places, wanted: Wanted, api_url: str, pinned: object) -> str:
    """What is where, and what to do next."""
    behind = None if wanted.commit else pin.notice(places.root, pinned)
    lines = [
        "",
        f"{wanted.stack} is up.",
        f"  UI       {api_url.removesuffix('/api')}",
        f"  API      {api_url}",
        f"  logs     {places.logs}",
        f"  state    {places.state}",
        f"  shell    . .local/env    then: pulumi preview -s {wanted.stack} · flowstacks run ADDRESS --wait",
        f"  outputs  pulumi stack output -s {wanted.stack}",
        "  stop     make down",
    ]
    return "\n".join(lines + ([f"  pin      {behind}"] if behind else []))


def _pin(config: Mapping[str, Any]) -> object:
    release = config.get("flowstacks:release")
    return cast("Mapping[str, Any]", release).get("commit") if isinstance(release, Mapping) else None
