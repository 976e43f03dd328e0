"""Work pools: inputs, rules, calls. The mark is in a Variable (see `ownership`)."""

from collections.abc import Collection
from typing import Annotated, ClassVar, cast

import pydantic
from typing_extensions import override

from flowstacks.provider import answers, canonical, fingerprint, owners, ownership
from flowstacks.provider.fields import properties
from flowstacks.provider.prefect.client import Body, Client
from flowstacks.provider.errors import ConflictError, ForeignError, InUseError, NotFoundError, UnknownOutcomeError
from flowstacks.provider.fields.rules import Immutable, Json, LeaveOnServer, Mark, NotManaged, Plain, Rules, ServerOnly
from flowstacks.provider.kind import Kind, Props
from flowstacks.provider.model import ProviderModel


def _not_reserved(name: str) -> str:
    if name.lower().startswith("prefect"):
        raise ValueError("names that begin with prefect are reserved by the server (it answers 403): take another")
    return name


class WorkPoolInputs(ProviderModel):
    """Properties of `prefect:WorkPool`, all of them.

    `owner`: `<project>/<stack>`, who the pool belongs to. `base_job_template`: canonical JSON of an object.
    `concurrency_limit`: flow runs at a time, None for no limit. `is_paused`: None leaves it as on the server.
    """

    owner: properties.Owner
    name: Annotated[properties.PrefectName, pydantic.AfterValidator(_not_reserved)]
    type: Annotated[str, pydantic.Field(min_length=1)]
    description: str | None = None
    base_job_template: properties.JsonObject
    concurrency_limit: Annotated[properties.Integer, pydantic.Field(ge=0)] | None = None
    is_paused: bool | None = None


class WorkPoolKind(Kind[WorkPoolInputs, answers.WorkPoolAnswer]):
    """One pool."""

    model = WorkPoolInputs
    rules: ClassVar[Rules] = {
        "owner": Mark("pools have neither labels nor tags: a Variable holds it"),
        "name": Immutable("the API has no rename"),
        "type": Immutable("WorkPoolUpdate has no type"),
        "description": Plain(),
        "base_job_template": Json("kept as sent, by every pool type (3.8.8)"),
        "concurrency_limit": Plain("null clears it"),
        "is_paused": LeaveOnServer("people pause a pool in the UI when something burns"),
        "storage_configuration": NotManaged("set by `prefect work-pool storage configure`"),
        "id": ServerOnly(),
        "created": ServerOnly(),
        "updated": ServerOnly(),
        "status": ServerOnly("follows the workers"),
        "active_slots": ServerOnly("running flow runs"),
        "default_queue_id": ServerOnly("the queue `default` is made with the pool"),
    }

    @override
    def title(self, props: Props) -> str:
        """`work pool 'etl-dev'`."""
        return f"work pool '{props.get('name')}'"

    @override
    def id_of(self, found: answers.WorkPoolAnswer) -> str:
        """The server's id."""
        return found.id

    @override
    def find(self, client: Client, inputs: WorkPoolInputs) -> answers.WorkPoolAnswer | None:
        """By name, asked now."""
        return client.work_pool(inputs.name)

    @override
    def read(self, client: Client, id_: str, props: Props) -> answers.WorkPoolAnswer | None:
        """The API reads pools by name only; one with another id is not the one that we had."""
        found = client.known_work_pool(str(props.get("name")))
        return found if found and found.id == id_ else None

    @override
    def owner(self, client: Client, found: answers.WorkPoolAnswer, props: Props) -> str | None:
        """From the Variables' pages; a mark for another id is none."""
        variables = client.variables_tagged(ownership.VARIABLE_TAG)
        mark = ownership.work_pool_mark(variables.get(ownership.work_pool_variable(found.name)))
        return mark.owner if mark and mark.id == found.id else None

    @override
    def observed(self, found: answers.WorkPoolAnswer) -> dict[str, object]:
        """All but the owner."""
        return {
            "name": found.name,
            "type": found.type,
            "description": found.description,
            "base_job_template": canonical.dumps(found.base_job_template),
            "concurrency_limit": found.concurrency_limit,
            "is_paused": found.is_paused,
        }

    @override
    def claim(self, client: Client, found: answers.WorkPoolAnswer, inputs: WorkPoolInputs) -> None:
        """Ours: the mark has its id, or is a claim of ours on exactly what is there (then it gets the id)."""
        mark = _mark(client, found.name)
        if mark and owners.is_same(mark.owner, inputs.owner) and is_marked(found, mark):
            if mark.id is None:
                _settle(client, mark, found.id)
            return
        is_foreign = mark is not None and not owners.is_same(mark.owner, inputs.owner)
        described = owners.description(mark.owner, inputs.owner) if mark and is_foreign else ""
        whose = f"belongs to {described}" if described else "was not made by this stack"
        raise ForeignError(
            f"{self._named(found.name)} exists already and {whose}. Give the pool of this stack another name, or "
            "delete the one on the server."
        )

    @override
    def create(self, client: Client, inputs: WorkPoolInputs) -> str:
        """Claim, create, settle; the order makes a kill harmless (see `ownership`)."""
        body = _body(inputs)
        mark = ownership.WorkPoolMark(owner=inputs.owner, name=inputs.name, id=None, digest=_digest(body))
        if inputs.is_paused is not None:
            body["is_paused"] = inputs.is_paused
        try:
            self._write_claim(client, mark)
            made = client.create_work_pool(body)
        except ConflictError as error:
            # Somebody was faster, or an earlier attempt of ours arrived after all: `find` and `claim` tell which.
            raise UnknownOutcomeError(str(error)) from None
        _settle(client, mark, made.id)
        return made.id

    @override
    def update(
        self, client: Client, id_: str, inputs: WorkPoolInputs, changed: Collection[str], owner_before: str
    ) -> None:
        """One PATCH by name, after a look that the name still is this pool."""
        found = client.work_pool(inputs.name)
        if found is None or found.id != id_:
            raise NotFoundError(404, f"{self._named(inputs.name)} with id {id_} is not on the server.")
        if "owner" in changed:
            self._mark_again(client, found, inputs, owner_before)
        wanted = {**_body(inputs), "is_paused": inputs.is_paused}
        body: Body = {name: wanted[name] for name in changed if name != "owner"}
        if body:
            client.update_work_pool(inputs.name, body)

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """What a killed `up` left in it, the pool, then its mark. An InUseError while deployments of others run in it.

        The engine deletes a pool after all deployments that it knows: those with our mark that are still in it are
        such as it forgot (facts: `kill -9` with creates under way).
        """
        name, owner = str(props.get("name")), str(props.get("owner"))
        found, mark = client.work_pool(name), _mark(client, name)
        if found and found.id == id_:
            if mark is None or not owners.is_same(mark.owner, owner) or mark.id not in (id_, None):
                raise ForeignError(
                    f"{self._named(name)} was not deleted, its mark says {mark.owner if mark else 'nothing'}. Take it "
                    "out of the state with `pulumi state delete`, or take it back with `pulumi up --refresh` first."
                )
            for forgotten in self._forbid_if_used(client, name, "deleted", except_owner=owner):
                client.delete_deployment(forgotten.id)
            client.delete_work_pool(name)
        if mark and owners.is_same(mark.owner, owner) and mark.id in (id_, None):
            client.delete_variable(ownership.work_pool_variable(name))
        fingerprint.remove_if_last(client)

    @override
    def forbid_replace(self, client: Client, olds: Props, news: Props) -> None:
        """Deleting a pool unties its deployments (their work_pool_name becomes null). A new name is created first."""
        if olds.get("name") == news.get("name"):
            self._forbid_if_used(client, str(olds.get("name")), "replaced", except_owner=None)

    def _forbid_if_used(
        self, client: Client, name: str, what: str, *, except_owner: str | None
    ) -> list[answers.DeploymentAnswer]:
        """The deployments in the pool, all of `except_owner`; a list read later could hold somebody else's."""
        there = client.deployments_in_pool(name)
        flows = {each.id: each.name for each in client.flows_with_id(sorted({found.flow_id for found in there}))}
        users = [
            found.name
            for found in there
            if not owners.is_same(ownership.deployment_owner(found, flows.get(found.flow_id, "")), except_owner)
        ]
        if users:
            raise InUseError(
                f"{self._named(name)} can't be {what}: {len(users)} deployments use it "
                f"({', '.join(sorted(users)[:10])}). Move them to another pool first, or give the new one another name."
            )
        return there

    def _write_claim(self, client: Client, mark: ownership.WorkPoolMark) -> None:
        name = ownership.work_pool_variable(mark.name)
        there = client.variable(name)
        before = ownership.work_pool_mark(there)
        if there is None:
            client.create_variable(name, mark.model_dump(), [ownership.VARIABLE_TAG])
        elif before is None or not owners.is_same(before.owner, mark.owner):
            raise ForeignError(
                f"{self._named(mark.name)} is claimed by {before.owner if before else 'somebody else'}. Give it "
                f"another name, or delete the Variable {name} if that stack is no more."
            )
        elif before != mark:
            client.update_variable(name, mark.model_dump())

    def _mark_again(
        self, client: Client, found: answers.WorkPoolAnswer, inputs: WorkPoolInputs, owner_before: str
    ) -> None:
        mark = ownership.WorkPoolMark(
            owner=inputs.owner, name=found.name, id=found.id, digest=_digest(_from_server(found))
        )
        name = ownership.work_pool_variable(found.name)
        there = client.variable(name)
        before = ownership.work_pool_mark(there)
        if there is None:
            client.create_variable(name, mark.model_dump(), [ownership.VARIABLE_TAG])
        elif before is None or not any(owners.is_same(before.owner, mine) for mine in (inputs.owner, owner_before)):
            raise ForeignError(
                f"{self._named(found.name)} has another owner now. Take it out with `pulumi state delete`."
            )
        else:
            client.update_variable(name, mark.model_dump())

    def _named(self, name: str) -> str:
        return self.title({"name": name}).capitalize()


KIND = WorkPoolKind()


def is_marked(found: answers.WorkPoolAnswer, mark: ownership.WorkPoolMark) -> bool:
    """Whether `mark` is of this very pool: by id, or as an unsettled claim on exactly what is there."""
    return mark.id == found.id or (mark.id is None and mark.digest == _digest(_from_server(found)))


def _mark(client: Client, name: str) -> ownership.WorkPoolMark | None:
    return ownership.work_pool_mark(client.variable(ownership.work_pool_variable(name)))


def _settle(client: Client, mark: ownership.WorkPoolMark, id_: str) -> None:
    client.update_variable(ownership.work_pool_variable(mark.name), mark.model_copy(update={"id": id_}).model_dump())


def _body(inputs: WorkPoolInputs) -> Body:
    return {
        "name": inputs.name,
        "type": inputs.type,
        "description": inputs.description,
        "base_job_template": canonical.loads(inputs.base_job_template),
        "concurrency_limit": inputs.concurrency_limit,
    }


def _from_server(found: answers.WorkPoolAnswer) -> Body:
    return cast(
        "Body", found.model_dump(include={"name", "type", "description", "base_job_template", "concurrency_limit"})
    )


def _digest(body: Body) -> str:
    return ownership.digest(canonical.dumps(body))
