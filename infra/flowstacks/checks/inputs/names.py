"""Names that two objects of an environment would share, in Prefect or in AWS. Pure."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator

from flowstacks.aws.names import of_config
from flowstacks.checks.check import Finding
from flowstacks.checks.facts import InputFacts
from flowstacks.provider.images import tags


def shared_in_prefect(facts: InputFacts) -> Iterator[Finding]:
    """Two deployments would have the same name in Prefect.

    Remedy: Give the flow or the deployment another name.
    """
    deployments = sorted(facts.desired.deployments, key=lambda item: (item.resource_name, item.address))
    for name, group in itertools.groupby(deployments, key=lambda item: item.resource_name):
        first, *others = group
        for other in others:
            message = f"Prefect would call it {name!r}, as {first.address} at {first.place}"
            yield Finding(other.place, message, "Give the flow or the deployment another name", other.address)


def shared_in_aws(facts: InputFacts) -> Iterator[Finding]:
    """Two projects or deployments would have the same name in AWS, which has fewer letters than addresses have.

    Remedy: Rename one of them.
    """
    names = of_config(facts.config)
    keys = [definition.task.key for definition in facts.desired.task_definitions]
    families = ((names.family(key), key) for key in keys)
    pins = ((tags.pin(image.name), image.name) for image in facts.desired.images)
    place = facts.locate(["flowstacks:release", "commit"])
    for noun, pairs in (("task definition family", families), ("image tag", pins)):
        for name, users in _shared(pairs):
            yield Finding(place, f"{' and '.join(users)} would share the {noun} {name!r}", "Rename one of them")


def _shared(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    users: dict[str, list[str]] = defaultdict(list)
    for name, user in pairs:
        users[name].append(user)
    return ((name, group) for name, group in users.items() if len(group) > 1)
