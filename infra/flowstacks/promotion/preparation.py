"""What promoting one environment into another means: the target gets the pins of the source. Reads only.

Flow code, declarations, parameters, schedules and schema follow from the commit, images from their digests. Overrides
of the target stay its own, and deployments that they hold apart stay apart.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.desired.objects import Desired
from flowstacks.difference import plan
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.evaluation import evaluation
from flowstacks.evaluation.evaluation import Verdict
from flowstacks.git import git_tree
from flowstacks.pins import stack_text
from flowstacks.pins.pin import Hold
from flowstacks.promotion import digests, hold_overrides, inheritance
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judge:
    """Evaluates one environment of the repository with any config."""

    root: Path
    project: str
    name: str

    def judge(self, settings: Config) -> Verdict:
        """As `evaluation.judge`."""
        return evaluation.judge(self.root, self.project, settings, self.file)

    @property
    def file(self) -> StackFile:
        """The environment's."""
        return StackFile(self.root, self.name)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Promotion:
    """What is pinned, and what it moves in the target."""

    source: Config
    """As configured, with a commit in place of `HEAD`."""
    source_judge: Judge
    target: Config
    """As it is now."""
    before: Desired | None
    """The target's state now; None where the target has errors now."""
    verdict: Verdict
    """On the target with the new pins."""
    holds: Mapping[str, Hold] | None
    """Where patterns were given: the overrides, by pattern, that hold their deployments; else None."""
    plan: DeploymentPlan | None
    """None where `before` is."""
    unknown: str | None
    """Why `plan` is None."""

    @functools.cached_property
    def source_desired(self) -> Desired:
        """What the source is pinned to. Raises `RejectedError` where it has errors."""
        return self.source_judge.judge(self.source).desired

    @property
    def commits(self) -> tuple[str, ...]:
        """Those that the promotion pins."""
        if self.holds is not None:
            return tuple(sorted({hold.commit for hold in self.holds.values() if hold.commit}))
        return (self.verdict.config.release.commit,) if self.verdict.config.release else ()

    @property
    def moved_addresses(self) -> set[str]:
        """Addresses that the promotion creates or changes; all that the target has afterwards without a plan."""
        if self.plan is None:
            return {deployment.address for deployment in self.verdict.desired.deployments}
        return {deployment.address for deployment in self.plan.deployments if deployment.move != "deleted"}

    @property
    def deleted_addresses(self) -> set[str]:
        """Addresses that the promotion deletes; none without a plan."""
        return (
            {deployment.address for deployment in self.plan.deployments if deployment.move == "deleted"}
            if self.plan
            else set()
        )

    def edited(self, text: str) -> str:
        """The target's stack file with the new pins; nothing else differs."""
        if self.holds is not None:
            for pattern, hold in self.holds.items():
                text = stack_text.with_hold(text, pattern, hold.commit, hold.image)
            return text
        release = self.verdict.config.release
        return stack_text.with_release(text, release.commit, release.from_, release.images) if release else text


def prepare(root: Path, project: str, source_name: str, target_name: str, patterns: Sequence[str]) -> Promotion:
    """What promoting one environment, or those of its deployments that `patterns` cover, into another means.

    On `ecs` a digest that the source does not pin is looked up in the registries. Raises `RejectedError` where the
    target has errors with the new pins, or with patterns the source; `FlowstacksError` where there is nothing to
    promote.
    """
    if source_name == target_name:
        raise FlowstacksError(f"{source_name} can't be promoted into itself. Name two environments")
    source = inheritance.with_head(evaluation.configured(root, source_name), git_tree.head(root))
    target = evaluation.configured(root, target_name)
    released = inheritance.pinned_as(target, source)  # refuses a source whose release nobody else can have
    source_judge, target_judge = (Judge(root=root, project=project, name=name) for name in (source_name, target_name))
    if patterns:
        source_desired = source_judge.judge(source).desired
        holds = _holds(target_judge, source, source_desired, target, patterns)
        verdict = target_judge.judge(hold_overrides.with_holds(target, holds))
    else:
        holds = None
        verdict = _with_release(target_judge, source, released)
    before, unknown = _before(target_judge, target)
    moves = plan.compare(before, verdict.desired) if before else None
    return Promotion(
        source=source,
        source_judge=source_judge,
        target=target,
        before=before,
        verdict=verdict,
        holds=holds,
        plan=moves,
        unknown=unknown,
    )


def _before(target_judge: Judge, target: Config) -> tuple[Desired | None, str | None]:
    """Errors do not stop the promotion, which may mend them: an override for a flow that only the new commit has."""
    try:
        return target_judge.judge(target).desired, None
    except RejectedError as rejected:
        return None, f"what moves is not known, {target_judge.name} has problems now: {rejected.problems[0]}"


def _with_release(target_judge: Judge, source: Config, released: Config) -> Verdict:
    if not RUNTIMES[released.runtime].has_images:
        return target_judge.judge(inheritance.with_images(released, {}))
    verdict = target_judge.judge(released)
    digest_of = digests.find(verdict, source, target_judge.file)
    of_release = {
        image.key: digest_of[image.name]
        for image in verdict.desired.images
        if image.name in {image.key} & digest_of.keys()
    }
    pinned = released.release.images if released.release else {}
    return target_judge.judge(inheritance.with_images(released, {**pinned, **of_release}))


def _holds(
    target_judge: Judge, source: Config, source_desired: Desired, target: Config, patterns: Sequence[str]
) -> dict[str, Hold]:
    chosen = hold_overrides.chosen(source, source_desired, target, patterns)
    by_address = hold_overrides.at(
        source, source_desired, sorted({address for addresses in chosen.values() for address in addresses})
    )
    if not RUNTIMES[target.runtime].has_images:
        by_address = {address: dataclasses.replace(hold, image=None) for address, hold in by_address.items()}
    else:
        # The target's own settings decide which image a deployment runs, so only its state has what to look up.
        verdict = target_judge.judge(hold_overrides.with_holds(target, by_address))
        digest_of = digests.find(verdict, source, target_judge.file)
        names = {address: image.name for address, image in hold_overrides.image_of(verdict.desired).items()}
        by_address = {
            address: dataclasses.replace(hold, image=hold.image or digest_of.get(names.get(address, "")))
            for address, hold in by_address.items()
        }
    return hold_overrides.merged(chosen, by_address, target)
