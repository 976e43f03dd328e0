"""Deployments and their schedules: `prefect/server/api/deployments.py`, Prefect 3.9.1."""

from typing import Annotated, TypedDict

import pydantic
from typing_extensions import override

from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.api import NEWEST_FIRST, PrefectApi
from flowstacks.provider.prefect.noun import Listing, Noun, quoted

Json = dict[str, pydantic.JsonValue]
_Object = Annotated[Json, pydantic.Field(default_factory=dict)]


class ScheduleAnswer(Answer):
    """A schedule of a deployment (`prefect.client.schemas.objects.DeploymentSchedule`)."""

    id: str
    """Changes where the server replaces all schedules."""
    slug: str | None = None
    """Its identity; None for one that was made without."""
    active: bool
    """Whether it makes runs."""
    schedule: Json
    """`{cron, timezone, day_or}`, `{interval, …}` or `{rrule, timezone}`."""


class DeploymentAnswer(Answer):
    """A deployment (`prefect.client.schemas.responses.DeploymentResponse`)."""

    id: str
    """The server's."""
    name: str
    """Unique within its flow."""
    flow_id: str
    """The flow entity's."""
    entrypoint: str | None = None
    """`<path>:<function>`."""
    path: str | None = None
    """The working directory of its runs."""
    work_pool_name: str | None = None
    """None once its pool was deleted."""
    work_queue_name: str | None = None
    """A queue of that pool."""
    parameters: _Object
    """Defaults of its runs."""
    parameter_openapi_schema: Json | None = None
    """JSON schema of its parameters."""
    enforce_parameter_schema: bool = False
    """Whether the server checks parameters against it."""
    description: str | None = None
    """Markdown."""
    tags: tuple[str, ...] = ()
    """A set, in the server's order."""
    labels: Json | None = None
    """Its own, and those that its flow had when it was made."""
    version: str | None = None
    """Free text."""
    paused: bool = False
    """Whether its schedules are paused."""
    pull_steps: list[Json] | None = None
    """How a worker gets the code."""
    job_variables: _Object
    """What it overrides in the pool's job template."""
    schedules: tuple[ScheduleAnswer, ...] = ()
    """In the server's order."""


class CronBody(TypedDict):
    """A schedule's time."""

    cron: str
    timezone: str


class ScheduleBody(TypedDict, total=False):
    """`prefect.client.schemas.actions.DeploymentScheduleCreate`; without `active` an existing one stays as it is."""

    slug: str
    schedule: CronBody
    active: bool


class DeploymentBody(TypedDict, total=False):
    """`prefect.client.schemas.actions.DeploymentCreate` and `DeploymentUpdate`: in a PATCH, absent keys stay."""

    name: str
    flow_id: str
    entrypoint: str
    path: str | None
    work_pool_name: str
    work_queue_name: str | None
    parameters: pydantic.JsonValue
    parameter_openapi_schema: pydantic.JsonValue
    enforce_parameter_schema: bool
    description: str | None
    tags: list[str]
    labels: dict[str, str]
    version: str
    paused: bool
    pull_steps: pydantic.JsonValue
    job_variables: Json
    schedules: list[ScheduleBody]


class Deployments(Noun):
    """Listed by id."""

    @override
    def __init__(self, api: PrefectApi) -> None:
        super().__init__(api)
        self._listing = Listing(self._list)

    def by_id(self, id_: str) -> DeploymentAnswer | None:
        """Asked now; None for 404."""
        return self.api.get(DeploymentAnswer, f"/deployments/{id_}")

    def by_name(self, flow_name: str, name: str) -> DeploymentAnswer | None:
        """By Prefect's identity, asked now; None for 404."""
        return self.api.get(DeploymentAnswer, f"/deployments/name/{quoted(flow_name)}/{quoted(name)}")

    def known(self, id_: str) -> DeploymentAnswer | None:
        """From the pages that the process has read, else by id."""
        return self.all().get(id_) or self.by_id(id_)

    def all(self) -> dict[str, DeploymentAnswer]:
        """By id, read once."""
        return self._listing.all()

    def in_work_pool(self, work_pool_name: str) -> list[DeploymentAnswer]:
        """Those that run in this pool, read now."""
        body = {"work_pools": {"name": {"any_": [work_pool_name]}}, "sort": NEWEST_FIRST}
        return self.api.pages(DeploymentAnswer, "/deployments/filter", body)

    def create(self, body: DeploymentBody) -> DeploymentAnswer:
        """An upsert: it takes over a deployment of that name, so look by name first."""
        return self.api.create(DeploymentAnswer, "/deployments/", body)

    def update(self, id_: str, body: DeploymentBody) -> None:
        """Absent keys stay, null clears. Any PATCH deletes the future runs that the schedules made."""
        self._listing.drop(id_)
        self.api.patch(f"/deployments/{id_}", body)

    def delete_schedule(self, deployment_id: str, schedule_id: str) -> None:
        """The only way to remove a schedule with a slug. 404 is success.

        The server also deletes the waiting runs that the deployment's other schedules made.
        """
        self._listing.drop(deployment_id)
        self.api.delete(f"/deployments/{deployment_id}/schedules/{schedule_id}")

    def delete(self, id_: str) -> None:
        """Its flow and run history stay. 404 is success."""
        self._listing.drop(id_)
        self.api.delete(f"/deployments/{id_}")

    def _list(self) -> dict[str, DeploymentAnswer]:
        deployments = self.api.pages(DeploymentAnswer, "/deployments/filter", {"sort": NEWEST_FIRST})
        return {deployment.id: deployment for deployment in deployments}
