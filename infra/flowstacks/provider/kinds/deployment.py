"""Deployments: inputs, rules, calls. The mark is a label, or a tag.

The label is set on create (labels can't be set later). Prefect copies a flow's labels onto its deployments, so the mark
names the deployment and that key is never written on a flow. A deployment whose label is lost gets the same text as a
tag.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, ClassVar, cast

import pydantic
from typing_extensions import override

from flowstacks.provider import canonical, owners
from flowstacks.provider.errors import ForeignError, NotFoundError
from flowstacks.provider.fields import properties
from flowstacks.provider.fields.rules import (
    DefaultsTo,
    Immutable,
    Json,
    Keyed,
    LeaveOnServer,
    Mark,
    Moved,
    NotManaged,
    Plain,
    Rules,
    ServerEnriched,
    ServerOnly,
    Trigger,
    Unordered,
)
from flowstacks.provider.kind import ForeignObject, Kind, Orphan, Props
from flowstacks.provider.kinds import schedules
from flowstacks.provider.marks.text import TextMark
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import DeploymentAnswer, DeploymentBody, Deployments
from flowstacks.provider.prefect.flows import Flows

LABEL = "flowstacks.deployment"
TAG = f"{LABEL}:"
"""Prefix of the tag that stands for a lost label."""


class DeploymentInputs(ProviderModel):
    """Properties of `prefect:Deployment`, all of them."""

    owner: properties.Owner
    """The stack that the deployment belongs to."""
    name: properties.PrefectName
    """Unique within the flow; with `flow_name` Prefect's identity of a deployment."""
    flow_name: properties.PrefectName
    """The flow entity's; it is made where there is none."""
    entrypoint: Annotated[str, pydantic.Field(min_length=1)]
    """`<path>:<function>`."""
    path: str | None = None
    """The working directory of its runs."""
    work_pool_name: Annotated[str, pydantic.Field(min_length=1)]
    """The pool that it runs in."""
    work_pool_id: Annotated[str, pydantic.Field(min_length=1)]
    """The pool resource's id. Not sent: a new id means that the deployment has lost its pool and must be tied again."""
    work_queue_name: str | None = None
    """None: the pool's default queue."""
    parameters: properties.JsonObject
    """Canonical JSON of an object."""
    parameter_openapi_schema: properties.JsonObject
    """Canonical JSON of an object."""
    enforce_parameter_schema: bool
    """Whether the server checks parameters against it."""
    description: str | None = None
    """Markdown."""
    tags: list[str]
    """Without those that are marks."""
    version: str
    """Free text."""
    paused: bool | None = None
    """None leaves it as on the server."""
    pull_steps: properties.JsonArray
    """Canonical JSON of a list."""
    job_variables: properties.Leaves
    """Nested, so that a preview shows which leaf is unknown.

    Leave a key out instead of giving it null: Pulumi drops a key that is null.
    """
    schedules: schedules.Schedules
    """By slug."""


_TIE = ("work_pool_name", "work_pool_id", "work_queue_name")
"""Sent together: a queue's name alone would create a queue outside of any pool."""

_TEXTS = ("parameters", "parameter_openapi_schema", "pull_steps")
_UNCHANGED = (
    "entrypoint",
    "path",
    "enforce_parameter_schema",
    "description",
    "version",
    "job_variables",
)


class DeploymentKind(Kind[DeploymentInputs, DeploymentAnswer]):
    """Its flow entity is made if absent, and never deleted (that would delete run history)."""

    resource = "Deployment"
    name = "deployment"
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
        "work_queue_name": DefaultsTo(
            "a mistyped queue is created silently: the check no-work-queue looks", value="default"
        ),
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
    def identity(self, props: Props) -> str:
        """`etl/daily`."""
        return f"{props.get('flow_name')}/{props.get('name')}"

    @override
    def id_of(self, answer: DeploymentAnswer) -> str:
        """The server's id."""
        return answer.id

    @override
    def find(self, client: Client, inputs: DeploymentInputs) -> DeploymentAnswer | None:
        """By flow name and name, asked now."""
        return Deployments.of(client).by_name(inputs.flow_name, inputs.name)

    @override
    def read(self, client: Client, id_: str, props: Props) -> DeploymentAnswer | None:
        """From the pages, else by id."""
        return Deployments.of(client).known(id_)

    @override
    def owner(self, client: Client, answer: DeploymentAnswer, props: Props) -> str | None:
        """It is in the deployment itself."""
        return marked_owner(answer, str(props.get("flow_name")))

    @override
    def observed(self, answer: DeploymentAnswer) -> dict[str, object]:
        """All but the owner and the flow's name; the pool's id is known to be wrong once the pool is untied."""
        untied: dict[str, object] = {} if answer.work_pool_name else {"work_pool_id": None}
        return untied | {
            **{name: getattr(answer, name) for name in ("name", "work_pool_name", "work_queue_name", "paused")},
            **{name: getattr(answer, name) for name in _UNCHANGED},
            "parameters": canonical.dumps(answer.parameters),
            "parameter_openapi_schema": canonical.dumps(answer.parameter_openapi_schema or {}),
            "tags": [tag for tag in answer.tags if tag not in _mark_tags(answer)],
            "pull_steps": canonical.dumps(cast("pydantic.JsonValue", answer.pull_steps or [])),
            "schedules": [schedules.observed(schedule) for schedule in answer.schedules],
        }

    @override
    def claim(self, client: Client, answer: DeploymentAnswer, inputs: DeploymentInputs) -> None:
        """Its mark must name the same owner and this deployment."""
        owner = marked_owner(answer, inputs.flow_name)
        if not owners.is_same(owner, inputs.owner):
            state = (
                f"belongs to {owners.description(owner, inputs.owner)}" if owner else "carries no mark of flowstacks"
            )
            raise ForeignError(
                f"{self._heading(inputs)} exists already and {state}. "
                "Give the deployment of this stack another name, or delete the one on the server."
            )

    @override
    def create(self, client: Client, inputs: DeploymentInputs) -> str:
        """One POST, after the flow's id is known."""
        body = _fields(inputs, self.names)
        body["name"] = inputs.name
        body["flow_id"] = Flows.of(client).id(inputs.flow_name)
        body["labels"] = {LABEL: self._mark(inputs)}
        body["tags"] = list(inputs.tags)
        body["schedules"] = [schedules.body(schedule) for schedule in inputs.schedules]
        return Deployments.of(client).create(body).id

    @override
    def update(
        self, client: Client, id_: str, inputs: DeploymentInputs, changed: Collection[str], owner_before: str
    ) -> None:
        """A DELETE for each schedule that must go, then one PATCH with the other changes, if there are any."""
        deployments, body = Deployments.of(client), _fields(inputs, changed)
        if "schedules" in changed:
            plan = schedules.plan(inputs.schedules, self._asked(client, id_, inputs).schedules)
            for schedule_id in plan.remove:
                deployments.delete_schedule(id_, schedule_id)
            if plan.send:
                body["schedules"] = [schedules.body(schedule) for schedule in plan.send]
        if {"tags", "owner"} & set(changed):
            body["tags"] = [*inputs.tags, *self._tags_of_mark(client, id_, inputs, owner_before)]
        if body:
            deployments.update(id_, body)

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """The flow entity and the run history stay."""
        answer = Deployments.of(client).by_id(id_)
        if answer is None:
            return
        if not owners.is_same(marked_owner(answer, str(props.get("flow_name"))), props.get("owner")):
            raise ForeignError(
                f"{self.heading(props)} was not deleted, it no longer has this stack's mark. Take it out of the "
                "state with `pulumi state delete`, or take it back with `pulumi up --refresh` first."
            )
        Deployments.of(client).delete(id_)

    @override
    def conflicts(self, client: Client, owner: str, claims: Sequence[Props]) -> list[ForeignObject]:
        """By flow and name, from the pages."""
        names = sorted({str(props["flow_name"]) for props in claims})
        flows = {flow.id: flow.name for flow in Flows.of(client).by_name(names)}
        existing = {
            f"{flows[answer.flow_id]}/{answer.name}": answer
            for answer in Deployments.of(client).all().values()
            if answer.flow_id in flows
        }
        conflicts: list[ForeignObject] = []
        for identity in sorted({self.identity(props) for props in claims} & existing.keys()):
            answer = existing[identity]
            owner_there = marked_owner(answer, flows[answer.flow_id])
            if not owners.is_same(owner_there, owner):
                conflicts.append(self.foreign(identity, answer.id, owner_there))
        return conflicts

    @override
    def orphans(self, client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
        """Those with a mark that names the deployment and its flow."""
        marked = [
            (mark, answer)
            for answer in Deployments.of(client).all().values()
            if answer.id not in known_ids and (mark := _mark_of(answer)) and owners.is_same(mark.owner, owner)
        ]
        # A label may have leaked from a flow that somebody put it on: the mark must name the deployment's own flow.
        flow_ids = sorted({answer.flow_id for _, answer in marked})
        flows = {flow.id: flow.name for flow in Flows.of(client).by_id(flow_ids)}
        return [
            self.orphan(mark.identity, answer.id)
            for mark, answer in marked
            if flows.get(answer.flow_id) == _flow_name(mark)
        ]

    @override
    def delete_orphan(self, client: Client, owner: str, orphan: Orphan) -> None:
        """By id, after a look at its mark."""
        flow_name, _, name = orphan.name.partition("/")
        self.delete(client, orphan.id, {"owner": owner, "flow_name": flow_name, "name": name})

    def _asked(self, client: Client, id_: str, inputs: DeploymentInputs) -> DeploymentAnswer:
        answer = Deployments.of(client).by_id(id_)
        if answer is None:
            raise NotFoundError(404, f"{self._heading(inputs)} with id {id_} is not on the server.")
        return answer

    def _tags_of_mark(self, client: Client, id_: str, inputs: DeploymentInputs, owner_before: str) -> list[str]:
        """A PATCH replaces all tags, so the mark goes along; a new one where `prefect deploy` took the label away."""
        answer = Deployments.of(client).known(id_) or self._asked(client, id_, inputs)
        owner = marked_owner(answer, inputs.flow_name)
        if owners.is_same(owner, inputs.owner):
            return _mark_tags(answer)
        if owner is not None and not owners.is_same(owner, owner_before):
            raise ForeignError(
                f"{self._heading(inputs)} belongs to {owner} now. Take it out with `pulumi state delete`."
            )
        return [TAG + self._mark(inputs)]

    def _mark(self, inputs: DeploymentInputs) -> str:
        return TextMark(owner=inputs.owner, identity=self.identity(inputs.model_dump())).text()

    def _heading(self, inputs: DeploymentInputs) -> str:
        return self.heading(inputs.model_dump())


KIND = DeploymentKind()


def marked_owner(answer: DeploymentAnswer, flow_name: str | None = None) -> str | None:
    """The owner in its mark; with `flow_name` the mark must name that flow too (a leaked label may name another)."""
    mark = _mark_of(answer)
    return mark.owner if mark and flow_name in (None, _flow_name(mark)) else None


def _mark_of(answer: DeploymentAnswer) -> TextMark | None:
    """The mark that names this deployment. A tag wins over the label: it is what can be written later."""
    texts = [*(tag.removeprefix(TAG) for tag in _mark_tags(answer)), (answer.labels or {}).get(LABEL)]
    marks = (TextMark.parse(text) for text in texts)
    return next((mark for mark in marks if mark and mark.identity.partition("/")[2] == answer.name), None)


def _flow_name(mark: TextMark) -> str:
    return mark.identity.partition("/")[0]


def _mark_tags(answer: DeploymentAnswer) -> list[str]:
    """The tags that are marks; an update of the others keeps them."""
    return [tag for tag in answer.tags if tag.startswith(TAG)]


def _fields(inputs: DeploymentInputs, names: Collection[str]) -> DeploymentBody:
    """The part of a request's body that is a plain translation of inputs."""
    body = {name: getattr(inputs, name) for name in _UNCHANGED if name in names}
    body |= {name: canonical.loads(getattr(inputs, name)) for name in _TEXTS if name in names}
    if any(name in names for name in _TIE):
        body["work_pool_name"] = inputs.work_pool_name
        body["work_queue_name"] = inputs.work_queue_name
    if "paused" in names and inputs.paused is not None:
        body["paused"] = inputs.paused
    return cast("DeploymentBody", body)
