"""What the provider would refuse, reported before the first resource is registered. Pure.

The provider's own check comes resource by resource: with `up --skip-preview` others would be written by then (measured,
pulumi 3.258.0).
"""

from collections.abc import Iterator, Mapping
from typing import cast

import pydantic

from flowstacks.checks.check import Finding
from flowstacks.checks.facts import InputFacts
from flowstacks.provider.kinds import deployment as deployment_kind
from flowstacks.provider.kinds import work_pool
from flowstacks.provider.model import ProviderModel

_NAMES = ("name", "flow_name")
_UNKNOWN_YET = {"work_pool_id": "known once the pool is there"}
_REMEDY = "Correct it here, in flowstacks:naming or in flowstacks:overrides"


def refused(facts: InputFacts) -> Iterator[Finding]:
    """The provider would refuse an input of a work pool or a deployment.

    Remedy: Correct the value where the message points.
    """
    template = facts.locate(["flowstacks:naming", "work_pool"])
    for pool in facts.desired.work_pools:
        for message in _refusals(work_pool.KIND.model, pool.props):
            yield Finding(template, f"work pool {pool.name!r}: {message}", "Change flowstacks:naming.work_pool")
    for deployment in facts.desired.deployments:
        for message in _refusals(deployment_kind.KIND.model, {**deployment.props, **_UNKNOWN_YET}):
            yield Finding(deployment.place, message, _REMEDY, deployment.address)
        for path in _nulls("job_variables", deployment.props["job_variables"]):
            message = f"{path} is null, which Pulumi drops"
            yield Finding(deployment.place, message, "Leave the key out", deployment.address)


def _refusals(model: type[ProviderModel], props: Mapping[str, object]) -> Iterator[str]:
    try:
        model.model_validate(dict(props))
    except pydantic.ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            path, reason = ".".join(map(str, error["loc"])), error["msg"].removeprefix("Value error, ")
            # Only names are repeated: other values may be secrets.
            yield f"{path} {error['input']!r}: {reason}" if path in _NAMES else f"{path}: {reason}"


def _nulls(path: str, value: object) -> Iterator[str]:
    """A null in a list arrives; under a key it gets lost, with the key."""
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from [f"{path}.{key}"] if item is None else _nulls(f"{path}.{key}", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _nulls(f"{path}.{index}", item)
