"""What the provider would refuse, told before the first resource is registered. Pure.

The provider's own check comes resource by resource: with `up --skip-preview` others would be written by then (measured,
pulumi 3.258.0).
"""

from collections.abc import Iterator, Mapping
from typing import cast

import pydantic

from flowstacks.core import problem
from flowstacks.core.problem import Place
from flowstacks.desired.objects import Desired
from flowstacks.provider.kinds import deployment, work_pool
from flowstacks.provider.model import ProviderModel

_NAMES = ("name", "flow_name")
_UNKNOWN_YET = {"work_pool_id": "known once the pool is there"}


def check(desired: Desired, naming: Place) -> list[problem.Problem]:
    """Inputs that don't fit their kind; `naming` is where the naming templates stand."""
    return [
        problem.error("refused-input", place, message, remedy, address=address)
        for place, address, message, remedy in (*_pools(desired, naming), *_deployments(desired))
    ]


Finding = tuple[Place, str | None, str, str]


def _pools(desired: Desired, naming: Place) -> Iterator[Finding]:
    for pool in desired.work_pools:
        for message in _refusals(work_pool.KIND.model, pool.props):
            yield naming, None, f"work pool {pool.name!r}: {message}", "Change flowstacks:naming.work_pool"


def _deployments(desired: Desired) -> Iterator[Finding]:
    for one in desired.deployments:
        for message in _refusals(deployment.KIND.model, {**one.props, **_UNKNOWN_YET}):
            yield one.place, one.address, message, "Correct it here, in flowstacks:naming or in flowstacks:overrides"
        for path in _nulls("job_variables", one.props["job_variables"]):
            yield one.place, one.address, f"{path} is null, which Pulumi drops", "Leave the key out"


def _refusals(model: type[ProviderModel], props: Mapping[str, object]) -> Iterator[str]:
    try:
        model.model_validate(dict(props))
    except pydantic.ValidationError as refused:
        for error in refused.errors(include_url=False):
            path, why = ".".join(map(str, error["loc"])), error["msg"].removeprefix("Value error, ")
            # Only names are repeated: what stands elsewhere may be a secret.
            yield f"{path} {error['input']!r}: {why}" if path in _NAMES else f"{path}: {why}"


def _nulls(path: str, value: object) -> Iterator[str]:
    """A null in a list arrives; under a key it gets lost, with the key."""
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield from [f"{path}.{key}"] if item is None else _nulls(f"{path}.{key}", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _nulls(f"{path}.{index}", item)
