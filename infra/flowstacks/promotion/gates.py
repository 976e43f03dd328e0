"""What a promotion must pass before anything is written: one function a gate, each naming its remedy.

A gate answers with errors; one that the stack file (`flowstacks:gates.skip`) or `--skip` names is not asked.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from flowstacks.core import problem, suggestion
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.core.problem import Place
from flowstacks.evaluation import images, removals
from flowstacks.git import command
from flowstacks.promotion.environment_state import EnvironmentState
from flowstacks.promotion.preparation import Promotion
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateRequest:
    """What gates look at. `standing`: what the source's last `up` left, only where servers may be asked."""

    root: Path
    promotion: Promotion
    standing: EnvironmentState | None

    @property
    def place(self) -> Place:
        """Where the pin stands."""
        return StackFile(self.root, self.promotion.target.environment).place(["flowstacks:release", "commit"])


Gate = Callable[[GateRequest], Iterator[problem.Problem]]


def check(asked: GateRequest, skip: Collection[str], *, green: bool) -> list[problem.Problem]:
    """All findings of the gates that are asked; `green`: also whether runs succeeded."""
    settings = asked.promotion.target.gates
    left_out = {*skip, *settings.skip, *(() if green or settings.green else (GREEN,))}
    return [found for name, gate in GATES.items() if name not in left_out for found in gate(asked)]


def refuse_unknown(root: Path, target: Config, skip: Iterable[str]) -> None:
    """Raises `FlowstacksError` for a gate that there is not, in `skip` or in the stack file."""
    for name in skip:
        if name not in GATES:
            raise FlowstacksError(f"There is no gate {name!r}. {suggestion.closest(name, GATES)}")
    place = StackFile(root, target.environment).place(["flowstacks:gates", "skip"])
    unknown = [
        problem.error("unknown-gate", place, f"there is no gate {name!r}", suggestion.closest(name, GATES))
        for name in target.gates.skip
        if name not in GATES
    ]
    if unknown:
        raise RejectedError(unknown)


def _trunk(asked: GateRequest) -> Iterator[problem.Problem]:
    """What was never merged has been reviewed by nobody."""
    trunk = _trunk_ref(asked.root, asked.promotion.target)
    if trunk is None:
        yield _closed(asked, "trunk", "no trunk is known here", "Set flowstacks:gates.trunk to a branch of this clone")
        return
    for commit in asked.promotion.commits:
        done = command.attempt(asked.root, ["merge-base", "--is-ancestor", commit, trunk])
        if done.returncode:
            why = f"commit {commit[:12]} is not on {trunk}"
            yield _closed(asked, "trunk", why, f"Merge it and `git fetch`; or set flowstacks:gates.trunk, {trunk} now")


def _trunk_ref(root: Path, target: Config) -> str | None:
    """The remote's view of the branch where there is one: a local branch may hold what nobody else has."""
    named = target.gates.trunk or (target.repository.branch if target.repository else None)
    for name in [named] if named else ["main", "master"]:
        for ref in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if not command.attempt(root, ["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"]).returncode:
                return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    return None


def _emptied(asked: GateRequest) -> Iterator[problem.Problem]:
    """A pin that would delete every deployment of a project that is still there."""
    before, then = asked.promotion.before, asked.promotion.then
    entrypoints = [one.flow.entrypoint for one in before.deployments] if before else []
    yield from removals.removal_problems(then, entrypoints, asked.place)


def _images(asked: GateRequest) -> Iterator[problem.Problem]:
    """Every digest is in the target's repository, or in the source's."""
    then = asked.promotion.then
    if asked.standing is None or then.config.runtime != "ecs":
        return
    origin = asked.promotion.source
    resolved = images.resolve(then.config, then.desired.images, lambda _: asked.place, origin)
    yield from problem.errors(resolved.problems)


def _applied(asked: GateRequest) -> Iterator[problem.Problem]:
    """What the source is pinned to is what runs there: else nobody has tried what is promoted."""
    standing, source = asked.standing, asked.promotion.source.environment
    if standing is None:
        return
    behind = standing.behind(asked.promotion.moving, asked.promotion.going)
    if behind:
        more = f" and {len(behind) - 1} more" if len(behind) > 1 else ""
        why = f"{source} does not run what it pins: {behind[0]}{more}"
        yield _closed(asked, "applied", why, f"Run `pulumi up -s {source}` and try it there first")


def _green(asked: GateRequest) -> Iterator[problem.Problem]:
    """The last run of everything that moves, at the version that moves, has succeeded in the source."""
    if asked.standing is None:
        yield _closed(asked, GREEN, "runs can be judged only by asking the source's server", "Add --check")
        return
    for address, why in sorted(asked.standing.not_green(asked.promotion.moving).items()):
        run = f"flowstacks run {address} --stack {asked.promotion.source.environment} --wait"
        yield dataclasses.replace(_closed(asked, GREEN, why, f"Run it there: `{run}`"), address=address)


def _closed(asked: GateRequest, gate: str, why: str, remedy: str) -> problem.Problem:
    return problem.error(f"gate-{gate}", asked.place, why, f"{remedy}; or pass with `--skip {gate}`")


GREEN = "green"
GATES: dict[str, Gate] = {
    "trunk": _trunk,
    "emptied": _emptied,
    "images": _images,
    "applied": _applied,
    GREEN: _green,
}
