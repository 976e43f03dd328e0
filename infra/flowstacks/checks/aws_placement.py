"""An environment that would stand somewhere else in AWS: region, account or name. Pure.

Everything would be replaced, and it could not be: roles have no region, so the new ones would meet the old ones' names
(tried: an `up` stops there, and setting the region back does not mend it). The pool's template says where it stands.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from flowstacks.aws import names
from flowstacks.checks.stack_settings import Locate
from flowstacks.core import problem
from flowstacks.stack.config import Config

_CLUSTER = ("variables", "properties", "cluster", "default")


def check(settings: Config, job_template: Mapping[str, Any], locate: Locate) -> Iterator[problem.Problem]:
    """`job_template`: the base job template that our pool has on the server."""
    arn = _at(job_template, _CLUSTER)
    if not isinstance(arn, str) or arn.count(":") != _COLONS:
        return  # edited by hand, or never filled
    _, _, _, region, account, cluster = arn.split(":")
    name = cluster.rpartition("/")[2]
    for key, what, there, wanted in (
        (["aws:region"], "region", region, settings.region),
        (["flowstacks:aws", "account"], "account", account, settings.aws.account),
        (["flowstacks:aws", "prefix"], "cluster", name, _name(settings)),
    ):
        if wanted is not None and there != wanted:
            yield problem.error(
                "moved",
                locate(key),
                f"the environment stands in {what} {there}, and can't be moved to {wanted}",
                f"Set {'.'.join(key)} back, or run `pulumi destroy -s {settings.environment}` with it first",
            )


_COLONS = 5
"""Of an ECS cluster's ARN, `arn:aws:ecs:<region>:<account>:cluster/<name>`."""


def _name(settings: Config) -> str:
    return names.of_config(settings).name


def _at(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        value = cast("Mapping[str, object]", value).get(key) if isinstance(value, Mapping) else None
    return value
