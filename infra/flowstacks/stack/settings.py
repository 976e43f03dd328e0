"""What can be said about one deployment, wherever it is said.

The same fields serve `flowstacks:defaults`, a declaration beside the flow and `flowstacks:overrides`; `None` means
"not said here". `merge` is the one place where they meet: defaults < declaration < overrides, broad before narrow.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any

import pydantic

from flowstacks.core import secret_reference
from flowstacks.core.model import Model
from flowstacks.core.server_name import ServerName
from flowstacks.stack.schedule import Schedule

_MERGED_BY_KEY = ("env", "job_variables", "parameters", "secrets")


def _finite(said: dict[str, pydantic.JsonValue]) -> dict[str, pydantic.JsonValue]:
    """Python and YAML have `inf` and `nan`, and pydantic takes them for JSON."""
    try:
        json.dumps(said, allow_nan=False)
    except ValueError:
        raise ValueError("holds a number that JSON does not have") from None
    return said


# How many a task can have: botocore 1.43.117, ECS, `AwsVpcConfiguration`.
_SUBNET = pydantic.StringConstraints(pattern=r"^subnet-[0-9A-Za-z]+$")
_GROUP = pydantic.StringConstraints(pattern=r"^sg-[0-9A-Za-z]+$")
Subnets = Annotated[tuple[Annotated[str, _SUBNET], ...], pydantic.Field(max_length=16)]
SecurityGroups = Annotated[tuple[Annotated[str, _GROUP], ...], pydantic.Field(max_length=5)]

Values = Annotated[dict[str, pydantic.JsonValue], pydantic.AfterValidator(_finite)]


class DeploymentSettings(Model):
    """Fields carry Prefect's names where it has them. From `cpu` on they are for `ecs`.

    `cpu` in CPU units (1024 = one), `memory` in MiB, `ephemeral_storage_gb` in GiB (the name is system 001's).
    `secrets`: environment variable to the name of a secret of the environment, `name` or `name:json-key`, or system
    001's list of these. `docker_env`: one of the project's images by name, None for its own. `subnets`,
    `security_groups` (IDs), `assign_public_ip`: the network of the task.
    """

    description: str | None = None
    tags: tuple[str, ...] | None = None
    parameters: Values | None = None
    schedules: tuple[Schedule, ...] | None = None
    env: dict[str, str] | None = None
    job_variables: Values | None = None
    work_pool_name: ServerName | None = None
    work_queue_name: ServerName | None = None
    enforce_parameter_schema: bool | None = None
    paused: bool | None = None
    version: str | None = None
    cpu: int | None = None
    memory: int | None = None
    ephemeral_storage_gb: int | None = None
    secrets: secret_reference.Declared | None = None
    docker_env: str | None = None
    subnets: Subnets | None = None
    security_groups: SecurityGroups | None = None
    assign_public_ip: bool | None = None


def merge(layers: Iterable[DeploymentSettings]) -> DeploymentSettings:
    """Later layers win; what `_MERGED_BY_KEY` names is merged key by key, the rest as a whole."""
    said: dict[str, Any] = {}
    for layer in layers:
        for name in DeploymentSettings.model_fields:
            value = getattr(layer, name)
            if value is None:
                continue
            said[name] = {**said.get(name, {}), **value} if name in _MERGED_BY_KEY else value
    return DeploymentSettings(**said)
