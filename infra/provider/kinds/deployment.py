"""Deployment: what a user may say about one."""

from typing import Annotated

import pydantic

from infra.provider import properties
from infra.provider.model import Model


class ScheduleInputs(Model):
    """One schedule. `slug` is its identity; `timezone` an IANA name; `active`: None leaves it as on the server."""

    slug: Annotated[str, pydantic.Field(min_length=1)]
    cron: Annotated[str, pydantic.Field(min_length=1)]
    timezone: str = "UTC"
    active: bool | None = None


class DeploymentInputs(Model):
    """Properties of `prefect:Deployment`, all of them.

    `owner`: `<project>/<stack>`. `flow_name` and `name` are Prefect's identity of a deployment. `work_pool_id` is the
    pool resource's id and is not sent: a new id means that the deployment has lost its pool and must be tied again.
    `parameters`, `parameter_openapi_schema`: canonical JSON of an object; `pull_steps`: of a list. `job_variables`
    stays nested, so that a preview shows which leaf is unknown; a null in it gets lost on the way (Pulumi drops the
    key), so leave the key out. `paused`: None leaves it as on the server.
    """

    owner: properties.Owner
    name: Annotated[str, pydantic.Field(min_length=1)]
    flow_name: Annotated[str, pydantic.Field(min_length=1)]
    entrypoint: Annotated[str, pydantic.Field(min_length=1)]
    path: str | None = None
    work_pool_name: Annotated[str, pydantic.Field(min_length=1)]
    work_pool_id: Annotated[str, pydantic.Field(min_length=1)]
    work_queue_name: str | None = None
    parameters: properties.JsonObject
    parameter_openapi_schema: properties.JsonObject
    enforce_parameter_schema: bool
    description: str | None = None
    tags: list[str]
    version: str
    paused: bool | None = None
    pull_steps: properties.JsonArray
    job_variables: properties.Leaves
    schedules: list[ScheduleInputs]
