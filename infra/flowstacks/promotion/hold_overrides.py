"""Promotion of a part: which overrides hold the chosen deployments at what runs in the source. Pure."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from flowstacks.core import naming, suggestion
from flowstacks.core.errors import FlowstacksError
from flowstacks.desired.objects import Desired, DesiredImage
from flowstacks.pins.pin import Hold
from flowstacks.promotion import inheritance
from flowstacks.stack.config import Config, Override

_REST = "**"


def chosen(source: Config, runs: Desired, target: Config, patterns: Sequence[str]) -> dict[str, list[str]]:
    """By pattern, the addresses that it covers of what `source` has (`runs`), less those that `target` holds narrower.

    Raises `FlowstacksError` for a pattern that leaves none.
    """
    known = [one.address for one in runs.deployments]
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        covered = [address for address in known if _covers(pattern, address)]
        if not covered:
            nearest = suggestion.closest(pattern, known)
            raise FlowstacksError(f"{source.environment} runs no deployment that {pattern!r} covers. {nearest}")
        found[pattern] = [address for address in covered if not _narrower(target, pattern, address)]
        if not found[pattern]:
            raise FlowstacksError(
                f"{target.environment} holds everything apart that {pattern!r} covers. "
                f"Name the addresses: {', '.join(covered)}"
            )
    return found


def at(source: Config, runs: Desired, addresses: Sequence[str]) -> dict[str, Hold]:
    """What holds each of these addresses at what `source` pins; its image is None where the source pins none.

    Raises `FlowstacksError` where it pins uncommitted flows.
    """
    commits = {address: pin_of(source, address) for address in addresses}
    for commit in commits.values():
        inheritance.refuse_uncommitted(source.environment, commit)
    digests = {address: image.digest for address, image in image_of(runs).items()}
    return {address: Hold(commit=commits[address], image=digests.get(address)) for address in addresses}


def merged(patterns: Mapping[str, Sequence[str]], holds: Mapping[str, Hold]) -> dict[str, Hold]:
    """By override pattern: one override for a pattern whose addresses are held alike.

    Else one for each project of it, and one for each address where even these differ.
    """
    found: dict[str, Hold] = {}
    for pattern, addresses in patterns.items():
        for narrowed, members in _parts(pattern, addresses, holds):
            found[narrowed] = holds[members[0]]
    return found


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
    held = [
        override.commit
        for pattern, override in sorted(config.overrides.items(), key=lambda item: naming.breadth(item[0]))
        if override.commit and _covers(pattern, address)
    ]
    return held[-1] if held else (config.release.commit if config.release else None)


def _parts(pattern: str, addresses: Sequence[str], holds: Mapping[str, Hold]) -> Iterator[tuple[str, Sequence[str]]]:
    if len({holds[address] for address in addresses}) == 1:
        yield pattern, addresses
        return
    for project, together in itertools.groupby(
        sorted(addresses), lambda address: naming.parse_address(address).project
    ):
        members = list(together)
        if len({holds[address] for address in members}) == 1:
            yield _of_project(pattern, project), members
        else:
            yield from ((address, [address]) for address in members)


def _of_project(pattern: str, project: str) -> str:
    _, _, rest = pattern.partition("/")
    return f"{project}/{rest or _REST}"


def _narrower(target: Config, pattern: str, address: str) -> bool:
    """Whether an override of the target keeps the say on this address whatever `pattern` holds."""
    return any(
        (said.commit or said.image) and _covers(other, address) and naming.breadth(other) > naming.breadth(pattern)
        for other, said in target.overrides.items()
    )


def _covers(pattern: str, address: str) -> bool:
    return naming.matches(pattern, naming.parse_address(address))
