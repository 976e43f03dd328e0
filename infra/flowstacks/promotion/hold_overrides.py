"""Promotion of a part: the overrides that hold the chosen deployments at the content of the source. Pure."""

import fnmatch
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flowstacks.core import naming, suggestion
from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.objects import Desired, DesiredImage
from flowstacks.pins.pin import Hold
from flowstacks.promotion import inheritance
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from flowstacks.stack.override import Override

_REST = "**"


def chosen(source: Config, desired: Desired, target: Config, patterns: Sequence[str]) -> dict[str, list[str]]:
    """By pattern, the addresses of `source` that it covers and decides about once it is an override.

    `desired`: the source's state. A narrower one of `patterns`, or a narrower hold of `target`, decides instead. A
    pattern whose addresses are all held narrower has none where some of them have the content of `source` already: so
    they do after `merged`. Raises `FlowstacksError` for a pattern that covers nothing, or only what `target` holds at
    other content.
    """
    known = [deployment.address for deployment in desired.deployments]
    addresses: dict[str, list[str]] = {}
    for pattern in patterns:
        covered = [address for address in known if _covers(pattern, address)]
        if not covered:
            nearest = suggestion.closest_address(pattern, known)
            raise FlowstacksError(f"{source.environment} runs no deployment that {pattern!r} covers. {nearest}")
        own = [address for address in covered if not _narrower(patterns, pattern, address)]
        addresses[pattern] = [address for address in own if not _narrower(inheritance.held(target), pattern, address)]
        if own and not addresses[pattern] and not _is_partly_promoted(source, desired, target, own):
            raise FlowstacksError(
                f"{target.environment} holds everything apart that {pattern!r} covers. "
                f"Name the addresses: {', '.join(covered)}"
            )
    return addresses


def at(source: Config, desired: Desired, addresses: Sequence[str]) -> dict[str, Hold]:
    """By address, the hold at what `source` pins there; its image is None where the source pins none.

    Raises `FlowstacksError` where it pins uncommitted flows.
    """
    commits = {address: pin_of(source, address) for address in addresses}
    for commit in commits.values():
        inheritance.refuse_uncommitted(source.environment, commit)
    digests = {address: image.digest for address, image in image_of(desired).items()}
    return {address: Hold(commit=commits[address], image=digests.get(address)) for address in addresses}


def merged(patterns: Mapping[str, Sequence[str]], holds: Mapping[str, Hold], target: Config) -> dict[str, Hold]:
    """By override pattern: one override for a pattern whose addresses have the same hold.

    Else one for each of its projects, and one for each address where even those differ. A project's override is
    narrower than the pattern: where it would win over another hold of `target`, or another pattern, there is one for
    each address too.
    """
    others = {*patterns, *inheritance.held(target)}
    overrides: dict[str, Hold] = {}
    for pattern, addresses in patterns.items():
        for part, members in _parts(pattern, addresses, holds, others):
            overrides[part] = holds[members[0]]
    return overrides


def with_holds(target: Config, holds: Mapping[str, Hold]) -> Config:
    """`target` with these commits and images in its overrides; their other keys stay."""
    overrides = dict(target.overrides)
    for pattern, hold in holds.items():
        override = overrides.get(pattern, Override())
        overrides[pattern] = override.model_copy(update={"commit": hold.commit, "image": hold.image})
    return target.model_copy(update={"overrides": overrides})


def image_of(desired: Desired) -> dict[str, DesiredImage]:
    """By address; empty on `process`."""
    images = {image.name: image for image in desired.images}
    by_key = {definition.task.key: images[definition.image] for definition in desired.task_definitions}
    return {
        deployment.address: by_key[deployment.task_definition]
        for deployment in desired.deployments
        if deployment.task_definition
    }


def pin_of(config: Config, address: str) -> str | None:
    """The commit that applies to one address: the narrowest override's, else the release's."""
    commits = (override.commit for override in _narrowest_first(config, address) if override.commit)
    return next(commits, config.release.commit if config.release else None)


def _parts(
    pattern: str, addresses: Sequence[str], holds: Mapping[str, Hold], others: Collection[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    if len({holds[address] for address in addresses}) <= 1:
        yield from [(pattern, addresses)] if addresses else []
        return
    for project, group in itertools.groupby(sorted(addresses), lambda address: naming.parse_address(address).project):
        members = list(group)
        part = _of_project(pattern, project)
        if len({holds[address] for address in members}) == 1 and not _overtakes(part, pattern, project, others):
            yield part, members
        else:
            yield from ((address, [address]) for address in members)


def _of_project(pattern: str, project: str) -> str:
    _, _, remainder = pattern.partition("/")
    return f"{project}/{remainder or _REST}"


def _overtakes(part: str, pattern: str, project: str, others: Collection[str]) -> bool:
    """Whether `part` would win, in its project, over an override that wins over `pattern`."""
    return any(
        fnmatch.fnmatchcase(project, other.partition("/")[0])
        and naming.breadth(pattern) < naming.breadth(other) < naming.breadth(part)
        for other in others
    )


def _narrower(others: Iterable[str], pattern: str, address: str) -> bool:
    """Whether an override of `others` decides about this address, whatever `pattern` holds."""
    return any(_covers(other, address) and naming.breadth(other) > naming.breadth(pattern) for other in others)


def _is_partly_promoted(source: Config, desired: Desired, target: Config, addresses: Sequence[str]) -> bool:
    """Whether `target` pins one of them to what `source` pins; any image counts where `source` pins none."""
    return any(
        hold.commit == pin_of(target, address)
        and (not RUNTIMES[target.runtime].has_images or _is_image(hold, target, address))
        for address, hold in at(source, desired, addresses).items()
    )


def _is_image(hold: Hold, target: Config, address: str) -> bool:
    images = (override.image for override in _narrowest_first(target, address) if override.image)
    return hold.image in {None, next(images, None)}


def _narrowest_first(config: Config, address: str) -> list[Override]:
    patterns = sorted((pattern for pattern in config.overrides if _covers(pattern, address)), key=naming.breadth)
    return [config.overrides[pattern] for pattern in reversed(patterns)]


def _covers(pattern: str, address: str) -> bool:
    return naming.matches(pattern, naming.parse_address(address))
