"""Deployments: inputs, rules, calls. The mark is a label, or a tag (see `ownership`)."""

from collections.abc import Collection
from typing import Annotated, ClassVar, cast

import pydantic
from typing_extensions import override

from flowstacks.provider import answers, canonical, owners, ownership
from flowstacks.provider.fields import properties
from flowstacks.provider.prefect.client import Body, Client
from flowstacks.provider.errors import ForeignError, NotFoundError
from flowstacks.provider.fields.rules import DefaultsTo, Immutable, Json, Keyed, LeaveOnServer, Mark, Moved, NotManaged, Plain, Rules, ServerEnriched, ServerOnly, Trigger, Unordered
from flowstacks.provider.kind import Kind, Props
from flowstacks.provider.kinds import schedules
from flowstacks.provider.model import ProviderModel


class DeploymentInputs(ProviderModel):
    """Properties of `prefect:Deployment`, all of them.

    `owner`: `<project>/<stack>`. `flow_name` and `name` are Prefect's identity of a deployment. `work_pool_id` is the
    pool resource's id and is not sent: a new id means that the deployment has lost its pool and must be tied again.
    `parameters`, `parameter_openapi_schema`: canonical JSON of an object; `pull_steps`: of a list. `job_variables`
    stays nested, so that a preview shows which leaf is unknown; a null in it gets lost on the way (Pulumi drops the
    key), so leave the key out. `paused`: None leaves it as on the server.
    """

    owner: properties.Owner
    name: properties.PrefectName
    flow_name: properties.PrefectName
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
    schedules: schedules.Schedules


_TIE = ("work_pool_name", "work_pool_id", "work_queue_name")
"""Sent together: a queue's name alone would create a queue outside of any pool."""

_TEXTS = ("parameters", "parameter_openapi_schema", "pull_steps")
_AS_THEY_ARE = (
    "entrypoint",
    "path",
    "enforce_parameter_schema",
    "description",
    "version",
    "job_variables",
)


class DeploymentKind(Kind[DeploymentInputs, answers.DeploymentAnswer]):
    """One deployment; its flow entity is made if absent, and never deleted (that would delete run history)."""

    model = DeploymentInputs
    rules: ClassVar[Rules] = {
        "owner": Mark("labels are settable on create only; an adopted deployment has a tag"),
        "name": Immutable("PATCH answers 422"),
        "flow_name": Immutable("a deployment can't change its flow"),
        "flow_id": Immutable("stands for flow_name"),
        "entrypoint": Plain(),
        "path": Plain(),
        "work_pool_name": Plain("null on the server once the pool was deleted"),
        "work_pool_id": Trigger("a pool deleted and made again leaves its deployments untied"),
        "work_queue_name": DefaultsTo("a mistyped one is created silently: preflight looks", value="default"),
        "parameters": Json(),
        "parameter_openapi_schema": ServerEnriched("empty is filled in", filled='{"properties":{},"type":"object"}'),
        "enforce_parameter_schema": Plain(),
        "description": Plain(),
        "tags": Unordered("a set in the UI"),
        "version": Plain(),
        "paused": LeaveOnServer("people pause a deployment in the UI"),
        "pull_steps": Json(),
        "job_variables": Plain("named infra_overrides in the database"),
        "schedules": Keyed("the slug keeps a schedule's id", key="slug", leave=("active",)),
        "labels": NotManaged("set on create for the mark, never after"),
        "concurrency_limit": Moved("always reads null", to="global_concurrency_limit"),
        "global_concurrency_limit": NotManaged("set in the UI"),
        "concurrency_options": NotManaged("stays behind when the limit is cleared"),
        "storage_document_id": NotManaged("of Prefect 2; pull steps replaced it"),
        "infrastructure_document_id": NotManaged("of Prefect 2; job variables replaced it"),
        "version_info": NotManaged("Cloud's deployment versions"),
        "version_id": ServerOnly(),
        "branch": NotManaged("Cloud's deployment versions"),
        "base": NotManaged("Cloud's deployment versions"),
        "root": NotManaged("Cloud's deployment versions"),
        "id": ServerOnly(),
        "created": ServerOnly(),
        "updated": ServerOnly(),
        "created_by": ServerOnly(),
        "updated_by": ServerOnly(),
        "last_polled": ServerOnly(),
        "status": ServerOnly("follows the workers"),
        "work_queue_id": ServerOnly("stands for work_queue_name"),
    }

    @override
    def title(self, props: Props) -> str:
        """`deployment 'etl/daily'`."""
        return f"deployment '{props.get('flow_name')}/{props.get('name')}'"

    @override
    def id_of(self, found: answers.DeploymentAnswer) -> str:
        """The server's id."""
        return found.id

    @override
    def find(self, client: Client, inputs: DeploymentInputs) -> answers.DeploymentAnswer | None:
        """By flow name and name, asked now."""
        return client.deployment_by_name(inputs.flow_name, inputs.name)

    @override
    def read(self, client: Client, id_: str, props: Props) -> answers.DeploymentAnswer | None:
        """From the pages, else by id."""
        return client.known_deployment(id_)

    @override
    def owner(self, client: Client, found: answers.DeploymentAnswer, props: Props) -> str | None:
        """It is in the deployment itself."""
        return ownership.deployment_owner(found, str(props.get("flow_name")))

    @override
    def observed(self, found: answers.DeploymentAnswer) -> dict[str, object]:
        """All but the owner and the flow's name; the pool's id is known to be wrong once the pool is untied."""
        untied: dict[str, object] = {} if found.work_pool_name else {"work_pool_id": None}
        return untied | {
            "name": found.name,
            "entrypoint": found.entrypoint,
            "path": found.path,
            "work_pool_name": found.work_pool_name,
            "work_queue_name": found.work_queue_name,
            "parameters": canonical.dumps(found.parameters),
            "parameter_openapi_schema": canonical.dumps(found.parameter_openapi_schema or {}),
            "enforce_parameter_schema": found.enforce_parameter_schema,
            "description": found.description,
            "tags": [tag for tag in found.tags if tag not in ownership.own_tags(found)],
            "version": found.version,
            "paused": found.paused,
            "pull_steps": canonical.dumps(cast("pydantic.JsonValue", found.pull_steps or [])),
            "job_variables": found.job_variables,
            "schedules": [schedules.observed(each) for each in found.schedules],
        }

    @override
    def claim(self, client: Client, found: answers.DeploymentAnswer, inputs: DeploymentInputs) -> None:
        """Ours: its mark names our stack and this deployment."""
        whose = ownership.deployment_owner(found, inputs.flow_name)
        if not owners.is_same(whose, inputs.owner):
            raise ForeignError(
                f"{self._named(inputs)} exists already and {_belongs(whose, inputs.owner)}. "
                "Give the deployment of this stack another name, or delete the one on the server."
            )

    @override
    def create(self, client: Client, inputs: DeploymentInputs) -> str:
        """One POST, after the flow's id is known."""
        body = _fields(inputs, self.names)
        body["name"] = inputs.name
        body["flow_id"] = client.flow_id(inputs.flow_name)
        body["labels"] = {ownership.DEPLOYMENT_LABEL: _mark(inputs).text()}
        body["tags"] = list(inputs.tags)
        body["schedules"] = [schedules.body(each) for each in inputs.schedules]
        return client.create_deployment(body).id

    @override
    def update(
        self, client: Client, id_: str, inputs: DeploymentInputs, changed: Collection[str], owner_before: str
    ) -> None:
        """A DELETE for each schedule that must go, then one PATCH with the rest of what changed, if anything."""
        body = _fields(inputs, changed)
        if "schedules" in changed:
            plan = schedules.plan(inputs.schedules, self._now(client, id_, inputs).schedules)
            for schedule_id in plan.remove:
                client.delete_schedule(id_, schedule_id)
            if plan.send:
                body["schedules"] = [schedules.body(each) for each in plan.send]
        if {"tags", "owner"} & set(changed):
            body["tags"] = [*inputs.tags, *self._mark_tags(client, id_, inputs, owner_before)]
        if body:
            client.update_deployment(id_, body)

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """The flow entity and the run history stay."""
        found = client.deployment(id_)
        if found is None:
            return
        whose = ownership.deployment_owner(found, str(props.get("flow_name")))
        if not owners.is_same(whose, props.get("owner")):
            raise ForeignError(
                f"{self.title(props).capitalize()} was not deleted, it is no longer marked as ours. Take it out of the "
                "state with `pulumi state delete`, or take it back with `pulumi up --refresh` first."
            )
        client.delete_deployment(id_)

    def _now(self, client: Client, id_: str, inputs: DeploymentInputs) -> answers.DeploymentAnswer:
        found = client.deployment(id_)
        if found is None:
            raise NotFoundError(404, f"{self._named(inputs)} with id {id_} is not on the server.")
        return found

    def _mark_tags(self, client: Client, id_: str, inputs: DeploymentInputs, owner_before: str) -> list[str]:
        """A PATCH replaces all tags, so the mark goes along; a new one where `prefect deploy` took the label away."""
        found = client.known_deployment(id_) or self._now(client, id_, inputs)
        whose = ownership.deployment_owner(found, inputs.flow_name)
        if owners.is_same(whose, inputs.owner):
            return ownership.own_tags(found)
        if whose is not None and not owners.is_same(whose, owner_before):
            raise ForeignError(f"{self._named(inputs)} belongs to {whose} now. Take it out with `pulumi state delete`.")
        return [ownership.DEPLOYMENT_TAG + _mark(inputs).text()]

    def _named(self, inputs: DeploymentInputs) -> str:
        return self.title({"flow_name": inputs.flow_name, "name": inputs.name}).capitalize()


KIND = DeploymentKind()


def _belongs(whose: str | None, own: str) -> str:
    return f"belongs to {owners.description(whose, own)}" if whose else "carries no mark of ours"


def _mark(inputs: DeploymentInputs) -> ownership.DeploymentMark:
    return ownership.DeploymentMark(owner=inputs.owner, flow_name=inputs.flow_name, name=inputs.name)


def _fields(inputs: DeploymentInputs, wanted: Collection[str]) -> Body:
    """The part of a request's body that is a plain translation of inputs."""
    body: Body = {name: getattr(inputs, name) for name in _AS_THEY_ARE if name in wanted}
    body |= {name: canonical.loads(getattr(inputs, name)) for name in _TEXTS if name in wanted}
    if any(name in wanted for name in _TIE):
        body["work_pool_name"] = inputs.work_pool_name
        body["work_queue_name"] = inputs.work_queue_name
    if "paused" in wanted and inputs.paused is not None:
        body["paused"] = inputs.paused
    return body
