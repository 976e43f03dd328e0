"""Promotion of a part: which overrides hold the chosen deployments at what runs in the source. Pure."""

import fnmatch
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flowstacks.core import naming, suggestion
from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.desired_state import Desired, DesiredImage
from flowstacks.pins.pin import Hold
from flowstacks.promotion import inheritance
from flowstacks.stack.config import Config, Override

_REST = "**"


def chosen(source: Config, runs: Desired, target: Config, patterns: Sequence[str]) -> dict[str, list[str]]:
    """By pattern, the addresses of `source` (`runs`) that it covers and has the say on once it is an override.

    A narrower one of `patterns`, or a narrower hold of `target`, has the say instead. A pattern whose addresses are all
    held narrower has none where some are at what `source` runs: that is what `merged` leaves. Raises `FlowstacksError`
    for a pattern that covers nothing, or only what `target` holds at something else.
    """
    known = [deployment.address for deployment in runs.deployments]
    addresses: dict[str, list[str]] = {}
    for pattern in patterns:
        covered = [address for address in known if _covers(pattern, address)]
        if not covered:
            nearest = suggestion.closest_address(pattern, known)
            raise FlowstacksError(f"{source.environment} runs no deployment that {pattern!r} covers. {nearest}")
        own = [address for address in covered if not _narrower(patterns, pattern, address)]
        addresses[pattern] = [address for address in own if not _narrower(inheritance.held(target), pattern, address)]
        if own and not addresses[pattern] and not _is_partly_promoted(source, runs, target, own):
            raise FlowstacksError(
                f"{target.environment} holds everything apart that {pattern!r} covers. "
                f"Name the addresses: {', '.join(covered)}"
            )
    return addresses


def at(source: Config, runs: Desired, addresses: Sequence[str]) -> dict[str, Hold]:
    """What holds each of these addresses at what `source` pins; its image is None where the source pins none.

    Raises `FlowstacksError` where it pins uncommitted flows.
    """
    commits = {address: pin_of(source, address) for address in addresses}
    for commit in commits.values():
        inheritance.refuse_uncommitted(source.environment, commit)
    digests = {address: image.digest for address, image in image_of(runs).items()}
    return {address: Hold(commit=commits[address], image=digests.get(address)) for address in addresses}


def merged(patterns: Mapping[str, Sequence[str]], holds: Mapping[str, Hold], target: Config) -> dict[str, Hold]:
    """By override pattern: one override for a pattern whose addresses are held alike.

    Else one for each project of it, and one for each address where even these differ. A project's override is narrower
    than the pattern: where it would win over another hold of `target`, or another pattern, there is one for each
    address too.
    """
    others = {*patterns, *inheritance.held(target)}
    overrides: dict[str, Hold] = {}
    for pattern, addresses in patterns.items():
        for part, members in _parts(pattern, addresses, holds, others):
            overrides[part] = holds[members[0]]
    return overrides


def with_holds(target: Config, wanted: Mapping[str, Hold]) -> Config:
    """`target` with these commits and images in its overrides; their other keys stay."""
    overrides = dict(target.overrides)
    for pattern, hold in wanted.items():
        said = overrides.get(pattern, Override())
        overrides[pattern] = said.model_copy(update={"commit": hold.commit, "image": hold.image})
    return target.model_copy(update={"overrides": overrides})


def image_of(runs: Desired) -> dict[str, DesiredImage]:
    """By address; empty on `process`."""
    images = {image.name: image for image in runs.images}
    by_key = {definition.task.key: images[definition.image] for definition in runs.task_definitions}
    return {one.address: by_key[one.task_definition] for one in runs.deployments if one.task_definition}


def pin_of(config: Config, address: str) -> str | None:
    """The commit that has the say on one address: the narrowest override's, else the release's."""
    commits = (override.commit for override in _narrowest_first(config, address) if override.commit)
    return next(commits, config.release.commit if config.release else None)


def _parts(
    pattern: str, addresses: Sequence[str], holds: Mapping[str, Hold], others: Collection[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    if len({holds[address] for address in addresses}) <= 1:
        yield from [(pattern, addresses)] if addresses else []
        return
    for project, together in itertools.groupby(
        sorted(addresses), lambda address: naming.parse_address(address).project
    ):
        members = list(together)
        part = _of_project(pattern, project)
        if len({holds[address] for address in members}) == 1 and not _overtakes(part, pattern, project, others):
            yield part, members
        else:
            yield from ((address, [address]) for address in members)


def _of_project(pattern: str, project: str) -> str:
    _, _, rest = pattern.partition("/")
    return f"{project}/{rest or _REST}"


def _overtakes(part: str, pattern: str, project: str, others: Collection[str]) -> bool:
    """Whether `part` would win, in its project, over an override that wins over `pattern`."""
    return any(
        fnmatch.fnmatchcase(project, other.partition("/")[0])
        and naming.breadth(pattern) < naming.breadth(other) < naming.breadth(part)
        for other in others
    )


def _narrower(others: Iterable[str], pattern: str, address: str) -> bool:
    """Whether an override of `others` keeps the say on this address whatever `pattern` holds."""
    return any(_covers(other, address) and naming.breadth(other) > naming.breadth(pattern) for other in others)


def _is_partly_promoted(source: Config, runs: Desired, target: Config, addresses: Sequence[str]) -> bool:
    """Whether `target` pins one of them to what `source` runs there; any image will do where `source` pins none."""
    return any(
        hold.commit == pin_of(target, address) and (target.runtime != "ecs" or _is_image(hold, target, address))
        for address, hold in at(source, runs, addresses).items()
    )


def _is_image(hold: Hold, target: Config, address: str) -> bool:
    images = (override.image for override in _narrowest_first(target, address) if override.image)
    return hold.image in {None, next(images, None)}


def _narrowest_first(config: Config, address: str) -> list[Override]:
    patterns = sorted((pattern for pattern in config.overrides if _covers(pattern, address)), key=naming.breadth)
    return [config.overrides[pattern] for pattern in reversed(patterns)]


def _covers(pattern: str, address: str) -> bool:
    return naming.matches(pattern, naming.parse_address(address))
