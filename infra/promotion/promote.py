"""What ran in one environment runs in the next: the target's pins become the source's. Reads only.

Flow code, declarations, parameters, schedules and schema follow from the commit, images from their digests. Overrides
of the target stay its own, and what they hold apart stays apart.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra import problem
from infra.config import Config, Release
from infra.discovery import source as git_source
from infra.errors import RejectedError
from infra.preflight import images, preflight
from infra.preflight.images import Resolved
from infra.preflight.preflight import Verdict
from infra.promotion import holding, inherit, plan, stack_text
from infra.promotion.pinned import Hold
from infra.promotion.plan import Plan
from infra.stack_file import StackFile


@dataclasses.dataclass(frozen=True, kw_only=True)
class Promotion:
    """`source` as configured, its moving pin resolved; `now` and `then`: the target before and after.

    `holds`: the overrides that hold deployments where only patterns were promoted, else None.
    """

    source: Config
    now: Verdict
    then: Verdict
    holds: Mapping[str, Hold] | None
    plan: Plan

    @property
    def target(self) -> str:
        """The environment's name."""
        return self.now.config.environment

    @property
    def commits(self) -> tuple[str, ...]:
        """Those that the promotion pins."""
        if self.holds is not None:
            return tuple(sorted({hold.commit for hold in self.holds.values() if hold.commit}))
        return (self.then.config.release.commit,) if self.then.config.release else ()

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

    On `ecs` a digest that the source does not pin is asked of the registries. Raises `RejectedError` where one of the
    stacks, or the target as it would be, has errors; `FlowstacksError` where there is nothing to take over.
    """
    source = inherit.settled(preflight.configured(root, src), git_source.head(root))
    stack_file = StackFile(root, dst)
    now = preflight.run(root, project, dst)
    holds = None
    if patterns:
        inherit.pinned_as(now.config, source)  # it must have a release that others can have
        runs = preflight.judge(root, project, source, StackFile(root, src)).desired
        holds = holding.holds(source, runs, patterns)
        wanted = holding.with_holds(now.config, holds if now.config.runtime == "ecs" else _without_images(holds))
    else:
        wanted = _trimmed(inherit.pinned_as(now.config, source))
    then = preflight.judge(root, project, wanted, stack_file)
    if wanted.runtime == "ecs":
        found = _digests(then, source, stack_file)
        if holds is None:
            wanted = _with_images(wanted, {**_pinned(wanted), **_of_release(then, found)})
        else:
            holds = _held(then, found, holds)
            wanted = holding.with_holds(now.config, holds)
        then = preflight.judge(root, project, wanted, stack_file)
    elif holds is not None:
        holds = _without_images(holds)
    return Promotion(source=source, now=now, then=then, holds=holds, plan=plan.plan(now.desired, then.desired))


def _without_images(holds: Mapping[str, Hold]) -> dict[str, Hold]:
    return {pattern: dataclasses.replace(hold, image=None) for pattern, hold in holds.items()}


def _trimmed(wanted: Config) -> Config:
    """`process` runs no images."""
    if wanted.release is None or wanted.runtime == "ecs":
        return wanted
    return _with_images(wanted, {})


def _with_images(config: Config, digests: Mapping[str, str]) -> Config:
    if config.release is None:
        return config
    release = {**config.release.model_dump(by_alias=True), "images": dict(digests)}
    return config.model_copy(update={"release": Release.model_validate(release)})


def _pinned(config: Config) -> Mapping[str, str]:
    return config.release.images if config.release else {}


def _of_release(then: Verdict, found: Mapping[str, str]) -> dict[str, str]:
    return {image.key: found[image.name] for image in then.desired.images if image.name in {image.key} & set(found)}


def _held(then: Verdict, found: Mapping[str, str], holds: Mapping[str, Hold]) -> dict[str, Hold]:
    by_pattern = {image.pinned_at[1]: found[image.name] for image in then.desired.images if image.name in found}
    return {
        pattern: dataclasses.replace(hold, image=hold.image or by_pattern.get(pattern))
        for pattern, hold in holds.items()
    }


def _digests(then: Verdict, source: Config, stack_file: StackFile) -> dict[str, str]:
    """Of every image that is pinned, and of those that the source, else the target, has for the content.

    What `up` may build has no digest to promote yet.
    """
    found = {image.name: image.digest for image in then.desired.images if image.digest}
    missing = [image for image in then.desired.images if image.digest is None]
    if source.runtime == "ecs":
        found |= _looked_up(images.resolve(source, missing, stack_file.place))
    rest = [image for image in missing if image.name not in found]
    here = images.resolve(then.config, rest, stack_file.place)
    errors = problem.errors(here.problems)
    if errors:
        raise RejectedError(errors)
    return found | _looked_up(here)


def _looked_up(resolved: Resolved) -> dict[str, str]:
    return {name: one.digest for name, one in resolved.images.items() if one.digest}
