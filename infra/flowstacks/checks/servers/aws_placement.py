"""An environment that would be somewhere else in AWS: region, account or name. Pure.

Everything would be replaced, and it could not be: roles have no region, so the new ones would meet the old ones' names
(tried: an `up` stops there, and setting the region back does not mend it). The pool's template names the cluster.
"""

from collections.abc import Iterator, Mapping
from typing import cast

from flowstacks.aws.names import Names
from flowstacks.checks.check import Finding
from flowstacks.checks.facts import PlacementFacts

_CLUSTER = ("variables", "properties", "cluster", "default")
_COLONS = 5
"""Of an ECS cluster's ARN, `arn:aws:ecs:<region>:<account>:cluster/<name>`."""


def moved(facts: PlacementFacts) -> Iterator[Finding]:
    """The environment is in another region, account or cluster than the config says.

    Remedy: Set the key back, or destroy the environment with it first.
    """
    for job_template in facts.job_templates:
        arn = _at(job_template, _CLUSTER)
        # The template may be edited by hand, or never filled.
        if isinstance(arn, str) and arn.count(":") == _COLONS:
            yield from _moves(facts, arn)


def _moves(facts: PlacementFacts, arn: str) -> Iterator[Finding]:
    config = facts.config
    _, _, _, region, account, cluster = arn.split(":")
    name = Names(prefix=config.aws.prefix, environment=config.environment).name
    for key, noun, before, after in (
        (["aws:region"], "region", region, config.region),
        (["flowstacks:aws", "account"], "account", account, config.aws.account),
        (["flowstacks:aws", "prefix"], "cluster", cluster.rpartition("/")[2], name),
    ):
        if after is not None and before != after:
            yield Finding(
                facts.locate(key),
                f"the environment stands in {noun} {before}, and can't be moved to {after}",
                f"Set {'.'.join(key)} back, or run `pulumi destroy -s {config.environment}` with it first",
            )


def _at(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        value = cast("Mapping[str, object]", value).get(key) if isinstance(value, Mapping) else None
    return value
