"""What we read from the server's answers: the fields in use, nothing else.

Shapes: `prefect.client.schemas.responses.DeploymentResponse`, `prefect.client.schemas.objects.{WorkPool,Variable,Flow,
WorkQueue}`, Prefect 3.9.1.
"""

from typing import Annotated

import pydantic

from flowstacks.provider.model import Answer

Json = dict[str, pydantic.JsonValue]
_Object = Annotated[Json, pydantic.Field(default_factory=dict)]


class LimitAnswer(Answer):
    """A global concurrency limit."""

    limit: int


class ScheduleAnswer(Answer):
    """`schedule` is `{cron, timezone, day_or}`, `{interval, …}` or `{rrule, timezone}`."""

    id: str
    slug: str | None = None
    active: bool
    schedule: Json


class DeploymentAnswer(Answer):
    """A deployment as the server tells it; `work_pool_name` is null once its pool was deleted."""

    id: str
    name: str
    flow_id: str
    entrypoint: str | None = None
    path: str | None = None
    work_pool_name: str | None = None
    work_queue_name: str | None = None
    parameters: _Object
    parameter_openapi_schema: Json | None = None
    enforce_parameter_schema: bool = False
    description: str | None = None
    tags: tuple[str, ...] = ()
    labels: Json | None = None
    version: str | None = None
    paused: bool = False
    pull_steps: list[Json] | None = None
    job_variables: _Object
    schedules: tuple[ScheduleAnswer, ...] = ()


class WorkPoolAnswer(Answer):
    """A work pool."""

    id: str
    name: str
    type: str
    description: str | None = None
    base_job_template: _Object
    concurrency_limit: int | None = None
    is_paused: bool = False


class WorkQueueAnswer(Answer):
    """A queue of a pool."""

    id: str
    name: str


class FlowAnswer(Answer):
    """A flow entity."""

    id: str
    name: str


class FlowRunAnswer(Answer):
    """A flow run that has ended; `deployment_version` is the deployment's when the run was made."""

    name: str
    state_type: str
    deployment_version: str | None = None


class VariableAnswer(Answer):
    """A Prefect Variable; `value` is any JSON."""

    id: str
    name: str
    value: pydantic.JsonValue = None
    tags: tuple[str, ...] = ()
