"""What ran in one environment runs in the next: the target's pins become the source's. Reads only.

Flow code, declarations, parameters, schedules and schema follow from the commit, images from their digests. Overrides
of the target stay its own, and what they hold apart stays apart.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.desired.desired_state import Desired
from flowstacks.difference import plan
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.evaluation import evaluation
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.git import git_tree as git_source
from flowstacks.pins import stack_text
from flowstacks.pins.pin import Hold
from flowstacks.promotion import digests, hold_overrides, inheritance
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judge:
    """One environment of the repository, to be judged with any config."""

    root: Path
    project: str
    name: str

    def judge(self, settings: Config) -> Verdict:
        """As `preflight.judge`."""
        return evaluation.judge(self.root, self.project, settings, self.file)

    @property
    def file(self) -> StackFile:
        """Where its config stands."""
        return StackFile(self.root, self.name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Promotion:
    """`source` as configured, its moving pins resolved; `target` as it is now, `then` as it would be.

    `giving`: the source as a stack. `holds`: the overrides that hold deployments where only patterns were promoted,
    else None. `before` and `plan` are None where the target has problems now; then `unknown` says which.
    """

    source: Config
    giving: Judge
    target: Config
    before: Desired | None
    then: Verdict
    holds: Mapping[str, Hold] | None
    plan: DeploymentPlan | None
    unknown: str | None

    @functools.cached_property
    def runs(self) -> Desired:
        """What the source is pinned to. Raises `RejectedError` where it has errors."""
        return self.giving.judge(self.source).desired

    @property
    def commits(self) -> tuple[str, ...]:
        """Those that the promotion pins."""
        if self.holds is not None:
            return tuple(sorted({hold.commit for hold in self.holds.values() if hold.commit}))
        return (self.then.config.release.commit,) if self.then.config.release else ()

    @property
    def moving(self) -> set[str]:
        """Addresses that the target has afterwards, and has otherwise now; all where that is not known."""
        if self.plan is None:
            return {one.address for one in self.then.desired.deployments}
        return {one.address for one in self.plan.deployments if one.move != "deleted"}

    @property
    def going(self) -> set[str]:
        """Addresses that the target has no longer afterwards."""
        return {one.address for one in self.plan.deployments if one.move == "deleted"} if self.plan else set()

    def edited(self, text: str) -> str:
        """The target's stack file after the promotion; nothing but the pins differs."""
        if self.holds is not None:
            for pattern, hold in self.holds.items():
                text = stack_text.with_hold(text, pattern, hold.commit, hold.image)
            return text
        release = self.then.config.release
        return stack_text.with_release(text, release.commit, release.from_, release.images) if release else text


def prepare(root: Path, project: str, src: str, dst: str, patterns: Sequence[str]) -> Promotion:
    """What promoting `src` (or the deployments of it that `patterns` cover) into `dst` means.

    On `ecs` a digest that the source does not pin is asked of the registries. Raises `RejectedError` where the target
    as it would be has errors, or with patterns the source; `FlowstacksError` where there is nothing to take over.
    """
    if src == dst:
        raise FlowstacksError(f"{src} can't be promoted into itself. Name two environments")
    source = inheritance.settled(evaluation.configured(root, src), git_source.head(root))
    target = evaluation.configured(root, dst)
    released = inheritance.pinned_as(target, source)  # refuses a source whose release nobody else can have
    giving, taking = (Judge(root=root, project=project, name=name) for name in (src, dst))
    if patterns:
        runs = giving.judge(source).desired
        holds = _holds(taking, source, runs, target, patterns)
        then = taking.judge(hold_overrides.with_holds(target, holds))
    else:
        holds = None
        then = _released(taking, source, released)
    before, unknown = _before(taking, target)
    moves = plan.compare(before, then.desired) if before else None
    return Promotion(
        source=source, giving=giving, target=target, before=before, then=then, holds=holds, plan=moves, unknown=unknown
    )


def _before(taking: Judge, target: Config) -> tuple[Desired | None, str | None]:
    """The promotion may be what mends it: an override for a flow that only the new commit has."""
    try:
        return taking.judge(target).desired, None
    except RejectedError as broken:
        return None, f"what moves is not known, {taking.name} has problems now: {broken.problems[0]}"


def _released(taking: Judge, source: Config, released: Config) -> Verdict:
    if released.runtime != "ecs":
        return taking.judge(inheritance.with_images(released, {}))
    then = taking.judge(released)
    found = digests.find(then, source, taking.file)
    of_release = {
        image.key: found[image.name] for image in then.desired.images if image.name in {image.key} & found.keys()
    }
    pinned = released.release.images if released.release else {}
    return taking.judge(inheritance.with_images(released, {**pinned, **of_release}))


def _holds(taking: Judge, source: Config, runs: Desired, target: Config, patterns: Sequence[str]) -> dict[str, Hold]:
    chosen = hold_overrides.chosen(source, runs, target, patterns)
    each = hold_overrides.at(source, runs, sorted({address for found in chosen.values() for address in found}))
    if target.runtime != "ecs":
        each = {address: dataclasses.replace(hold, image=None) for address, hold in each.items()}
    else:
        # Which image runs a deployment is the target's own word: only there it is known what to look up.
        then = taking.judge(hold_overrides.with_holds(target, each))
        found = digests.find(then, source, taking.file)
        names = {address: image.name for address, image in hold_overrides.image_of(then.desired).items()}
        each = {
            address: dataclasses.replace(hold, image=hold.image or found.get(names.get(address, "")))
            for address, hold in each.items()
        }
    return hold_overrides.merged(chosen, each, target)
