"""Promotion of a part: which overrides hold the chosen deployments at what runs in the source. Pure."""

from collections.abc import Mapping, Sequence

from infra import naming, suggestion
from infra.config import Config, Override
from infra.desired import DeploymentResource, Desired
from infra.errors import FlowstacksError
from infra.promotion.pinned import Hold

WHOLE_PROJECT = "{}/**"


def holds(source: Config, runs: Desired, patterns: Sequence[str]) -> dict[str, Hold]:
    """By override pattern, for the deployments of `runs` (what `source` has) that `patterns` cover.

    One override for a pattern whose deployments all run the same commit and image, else one for each project that it
    covers whole, else one for each deployment. A hold's image is None where the source finds it by content. Raises
    `FlowstacksError` for a pattern that covers nothing.
    """
    found: dict[str, Hold] = {}
    for pattern in patterns:
        covered = {one.address: one for one in runs.deployments if _covers(pattern, one.address)}
        if not covered:
            known = [one.address for one in runs.deployments]
            raise FlowstacksError(
                f"{source.environment} runs no deployment that {pattern!r} covers. {suggestion.closest(pattern, known)}"
            )
        for narrowed, members in _grouped(pattern, covered, runs):
            found[narrowed] = _hold(source, runs, members[0])
    return found


def with_holds(target: Config, wanted: Mapping[str, Hold]) -> Config:
    """`target` with these commits and images in its overrides; their other keys stay."""
    overrides = dict(target.overrides)
    for pattern, hold in wanted.items():
        said = overrides.get(pattern, Override())
        overrides[pattern] = Override.model_validate(
            {**said.model_dump(exclude_none=True), "commit": hold.commit, "image": hold.image}
        )
    return target.model_copy(update={"overrides": overrides})


def _grouped(
    pattern: str, covered: Mapping[str, DeploymentResource], runs: Desired
) -> list[tuple[str, list[DeploymentResource]]]:
    if _same(runs, list(covered.values())):
        return [(pattern, list(covered.values()))]
    groups: list[tuple[str, list[DeploymentResource]]] = []
    for project in sorted({one.project.name for one in covered.values()}):
        members = [one for one in covered.values() if one.project.name == project]
        everyone = [one for one in runs.deployments if one.project.name == project]
        if len(members) == len(everyone) and _same(runs, members):
            groups.append((WHOLE_PROJECT.format(project), members))
        else:
            groups += [(one.address, [one]) for one in members]
    return groups


def _same(runs: Desired, members: Sequence[DeploymentResource]) -> bool:
    """Whether one override can hold them: the same content, from the same pin."""
    return len({_image_name(runs, one) for one in members}) <= 1


def _hold(source: Config, runs: Desired, one: DeploymentResource) -> Hold:
    images = {image.name: image for image in runs.images}
    name = _image_name(runs, one)
    return Hold(commit=pin_of(source, one.address), image=images[name].digest if name else None)


def _image_name(runs: Desired, one: DeploymentResource) -> str | None:
    by_key = {definition.task.key: definition.image for definition in runs.task_definitions}
    return by_key.get(one.task_definition or "")


def pin_of(config: Config, address: str) -> str | None:
    """The commit that has the say on one address: the narrowest override's, else the release's."""
    held = [
        override.commit
        for pattern, override in sorted(config.overrides.items(), key=lambda item: naming.breadth(item[0]))
        if override.commit and _covers(pattern, address)
    ]
    return held[-1] if held else (config.release.commit if config.release else None)


def _covers(pattern: str, address: str) -> bool:
    return naming.matches(pattern, naming.parse_address(address))
