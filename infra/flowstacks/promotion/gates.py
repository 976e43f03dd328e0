"""What a promotion must pass before anything is written: one function for each gate, whose errors name a remedy.

A gate that the stack file (`flowstacks:gates.skip`) or `--skip` names is not checked.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from flowstacks.core import naming, problem, suggestion
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.core.problem import Place
from flowstacks.evaluation import images, removals
from flowstacks.git import command
from flowstacks.promotion.environment_state import EnvironmentState
from flowstacks.promotion.preparation import Promotion
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateRequest:
    """What gates read."""

    root: Path
    promotion: Promotion
    state: EnvironmentState | None
    """What the source's last `up` deployed; None where servers may not be asked."""

    @property
    def place(self) -> Place:
        """Where the target's pin is written."""
        return StackFile(self.root, self.promotion.target.environment).place(["flowstacks:release", "commit"])


Gate = Callable[[GateRequest], Iterator[problem.Problem]]


def check(request: GateRequest, skip: Collection[str], *, green: bool) -> list[problem.Problem]:
    """The errors of every gate that is not skipped; `green`: also check whether flow runs succeeded."""
    settings = request.promotion.target.gates
    skipped = {*skip, *settings.skip, *(() if green or settings.green else (GREEN,))}
    return [finding for name, gate in GATES.items() if name not in skipped for finding in gate(request)]


def refuse_unknown(root: Path, target: Config, skip: Iterable[str]) -> None:
    """Raises `FlowstacksError` for an unknown gate in `skip`, `RejectedError` for one in the stack file."""
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


def _trunk(request: GateRequest) -> Iterator[problem.Problem]:
    """Every commit is on the trunk: a commit that was never merged has been reviewed by nobody."""
    trunk = _trunk_ref(request.root, request.promotion.target)
    if trunk is None:
        yield _closed(
            request, "trunk", "no trunk is known here", "Set flowstacks:gates.trunk to a branch of this clone"
        )
        return
    for commit in request.promotion.commits:
        process = command.attempt(request.root, ["merge-base", "--is-ancestor", commit, trunk])
        if process.returncode:
            reason = f"commit {naming.short_hash(commit)} is not on {trunk}"
            yield _closed(
                request, "trunk", reason, f"Merge it and `git fetch`; or set flowstacks:gates.trunk, {trunk} now"
            )


def _trunk_ref(root: Path, target: Config) -> str | None:
    """The remote's view of the branch where there is one: a local branch may hold what nobody else has."""
    branch = target.gates.trunk or (target.repository.branch if target.repository else None)
    for name in [branch] if branch else ["main", "master"]:
        for ref in (f"refs/remotes/origin/{name}", f"refs/heads/{name}"):
            if not command.attempt(root, ["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"]).returncode:
                return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/")
    return None


def _emptied(request: GateRequest) -> Iterator[problem.Problem]:
    """No project whose folder still exists loses all its deployments."""
    before, verdict = request.promotion.before, request.promotion.verdict
    entrypoints = [deployment.flow.entrypoint for deployment in before.deployments] if before else []
    yield from removals.removal_problems(verdict, entrypoints, request.place)


def _images(request: GateRequest) -> Iterator[problem.Problem]:
    """Every image's digest is in the target's repository, or in the source's."""
    verdict = request.promotion.verdict
    if request.state is None or not RUNTIMES[verdict.config.runtime].has_images:
        return
    origin = request.promotion.source
    resolved = images.resolve(verdict.config, verdict.desired.images, lambda _: request.place, origin)
    yield from problem.errors(resolved.problems)


def _applied(request: GateRequest) -> Iterator[problem.Problem]:
    """The source runs what it pins: else nobody has tried what is promoted."""
    state, source = request.state, request.promotion.source.environment
    if state is None:
        return
    stale = state.not_applied(request.promotion.moved_addresses, request.promotion.deleted_addresses)
    if stale:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        reason = f"{source} does not run what it pins: {stale[0]}{more}"
        yield _closed(request, "applied", reason, f"Run `pulumi up -s {source}` and try it there first")


def _green(request: GateRequest) -> Iterator[problem.Problem]:
    """The last run of everything that moves, at the version that moves, has succeeded in the source."""
    if request.state is None:
        yield _closed(request, GREEN, "runs can be judged only by asking the source's server", "Add --check")
        return
    for address, reason in sorted(request.state.not_green(request.promotion.moved_addresses).items()):
        remedy_command = f"flowstacks run {address} --stack {request.promotion.source.environment} --wait"
        yield dataclasses.replace(_closed(request, GREEN, reason, f"Run it there: `{remedy_command}`"), address=address)


def _closed(request: GateRequest, gate: str, reason: str, remedy: str) -> problem.Problem:
    return problem.error(f"gate-{gate}", request.place, reason, f"{remedy}; or pass with `--skip {gate}`")


GREEN = "green"
GATES: dict[str, Gate] = {
    "trunk": _trunk,
    "emptied": _emptied,
    "images": _images,
    "applied": _applied,
    GREEN: _green,
}
