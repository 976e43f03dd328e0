"""Settings of one deployment, wherever they are written.

The same fields serve `flowstacks:defaults`, a declaration beside the flow and `flowstacks:overrides`; `None` means
"not set here". `merge` is the one place where they meet: defaults < declaration < overrides, broad before narrow.
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


def _finite(values: dict[str, pydantic.JsonValue]) -> dict[str, pydantic.JsonValue]:
    """Python and YAML have `inf` and `nan`, and pydantic takes them for JSON."""
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        raise ValueError("holds a number that JSON does not have") from None
    return values


# How many a task can have: botocore 1.43.117, ECS, `AwsVpcConfiguration`.
_SUBNET = pydantic.StringConstraints(pattern=r"^subnet-[0-9A-Za-z]+$")
_GROUP = pydantic.StringConstraints(pattern=r"^sg-[0-9A-Za-z]+$")
Subnets = Annotated[tuple[Annotated[str, _SUBNET], ...], pydantic.Field(max_length=16)]
SecurityGroups = Annotated[tuple[Annotated[str, _GROUP], ...], pydantic.Field(max_length=5)]

Values = Annotated[dict[str, pydantic.JsonValue], pydantic.AfterValidator(_finite)]


class DeploymentSettings(Model):
    """Every setting of a deployment; names are Prefect's where it has the field. From `cpu` on they are for `ecs`."""

    description: str | None = None
    """Text that Prefect shows beside the deployment; unset, the flow function's docstring."""
    tags: tuple[str, ...] | None = None
    """Tags of the deployment, which its runs get too; those of `naming.tags` are added."""
    parameters: Values | None = None
    """Parameters of the flow, merged key by key; runs without parameters of their own get them."""
    schedules: tuple[Schedule, ...] | None = None
    """When it runs by itself; a later layer's list replaces an earlier one's."""
    env: dict[str, str] | None = None
    """Environment variables of its runs, merged key by key."""
    job_variables: Values | None = None
    """Values for the work pool's job template, merged key by key; `env` has a key of its own."""
    work_pool_name: ServerName | None = None
    """Name of its work pool before the template `naming.work_pool`."""
    work_queue_name: ServerName | None = None
    """Name of its queue in that pool; unset, the pool's default queue."""
    enforce_parameter_schema: bool | None = None
    """Whether Prefect refuses runs whose parameters the flow would not take; unset, it does."""
    paused: bool | None = None
    """Whether its schedules make no runs; unset, they do."""
    version: str | None = None
    """Version that Prefect shows; unset, what the template `naming.version` gives."""
    cpu: int | None = None
    """CPU units of its tasks; 1024 are one vCPU."""
    memory: int | None = None
    """Memory of its tasks in MiB."""
    ephemeral_storage_gb: int | None = None
    """Disk of its tasks in GiB."""
    secrets: secret_reference.Declared | None = None
    """Environment variable to the secret of the environment it gets, `name` or `name:json-key`; merged key by key."""
    docker_env: str | None = None
    """Name of the project's image that it runs in; unset, the image that has the project's name."""
    subnets: Subnets | None = None
    """IDs of the subnets of its tasks."""
    security_groups: SecurityGroups | None = None
    """IDs of the security groups of its tasks; unset, the VPC's default one."""
    assign_public_ip: bool | None = None
    """Whether its tasks get a public IP address, which they need to reach the internet from a public subnet."""


def merge(layers: Iterable[DeploymentSettings]) -> DeploymentSettings:
    """Later layers win; the fields in `_MERGED_BY_KEY` are merged key by key, the others replaced as a whole."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for name in DeploymentSettings.model_fields:
            value = getattr(layer, name)
            if value is None:
                continue
            merged[name] = {**merged.get(name, {}), **value} if name in _MERGED_BY_KEY else value
    return DeploymentSettings(**merged)
