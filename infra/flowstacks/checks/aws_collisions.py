"""Names in AWS that two of an environment's things would share: AWS has fewer characters than addresses have. Pure."""

import collections
from collections.abc import Iterable, Iterator

from flowstacks.aws.names import of_config
from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem
from flowstacks.desired.objects import Desired
from flowstacks.provider.images import tags
from flowstacks.stack.config import Config

_REMEDY = "Rename one of them"


def check(stack: Config, desired: Desired, locate: Locate) -> list[problem.Problem]:
    """Families of task definitions, and tags of images."""
    ours = of_config(stack)
    families = ((ours.family(one.task.key), one.task.key) for one in desired.task_definitions)
    pins = ((tags.pin(one.name), one.name) for one in desired.images)
    where = locate(["flowstacks:release", "commit"])
    return [
        problem.error("name-taken", where, f"{' and '.join(who)} would share the {what} {name!r}", _REMEDY)
        for what, pairs in (("task definition family", families), ("image tag", pins))
        for name, who in _shared(pairs)
    ]


def _shared(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = collections.defaultdict(list)
    for name, who in pairs:
        found[name].append(who)
    return ((name, who) for name, who in found.items() if len(who) > 1)
