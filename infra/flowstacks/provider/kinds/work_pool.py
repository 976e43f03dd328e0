"""Work pools: inputs, rules, calls. The mark is in a Variable (see `marks.variable`)."""

from collections.abc import Collection, Sequence
from typing import Annotated, ClassVar, cast

import pydantic
from typing_extensions import override

from flowstacks.provider import canonical, fingerprint, owners
from flowstacks.provider.errors import ConflictError, ForeignError, InUseError, NotFoundError, UnknownOutcomeError
from flowstacks.provider.fields import properties
from flowstacks.provider.fields.rules import Immutable, Json, LeaveOnServer, Mark, NotManaged, Plain, Rules, ServerOnly
from flowstacks.provider.kind import ForeignObject, Kind, Orphan, Props
from flowstacks.provider.kinds import deployment
from flowstacks.provider.marks.variable import VariableMark, VariableMarks, digest
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import DeploymentAnswer, Deployments
from flowstacks.provider.prefect.flows import Flows
from flowstacks.provider.prefect.work_pools import WorkPoolAnswer, WorkPoolBody, WorkPools

_MOST_NAMES = 10
MARKS = VariableMarks("work pool")


def _not_reserved(name: str) -> str:
    if name.lower().startswith("prefect"):
        raise ValueError("names that begin with prefect are reserved by the server (it answers 403): take another")
    return name


class WorkPoolInputs(ProviderModel):
    """Properties of `prefect:WorkPool`, all of them."""

    owner: properties.Owner
    """The stack that the pool belongs to."""
    name: Annotated[properties.PrefectName, pydantic.AfterValidator(_not_reserved)]
    """Prefect's identity of a pool."""
    type: Annotated[str, pydantic.Field(min_length=1)]
    """Which worker serves it: `process`, `ecs`."""
    description: str | None = None
    """Free text."""
    base_job_template: properties.JsonObject
    """Canonical JSON of an object."""
    concurrency_limit: Annotated[properties.Integer, pydantic.Field(ge=0)] | None = None
    """Flow runs at a time, None for no limit."""
    is_paused: bool | None = None
    """None leaves it as on the server."""


class WorkPoolKind(Kind[WorkPoolInputs, WorkPoolAnswer]):
    """A pool. Deployments run in it, so it is deleted after them and never while others use it."""

    resource = "WorkPool"
    name = "work pool"
    model = WorkPoolInputs
    rules: ClassVar[Rules] = {
        "owner": Mark("pools have neither labels nor tags: a Variable holds it"),
        "name": Immutable("the API has no rename"),
        "type": Immutable("WorkPoolUpdate has no type"),
        "description": Plain(),
        "base_job_template": Json("kept as sent, by every pool type (3.9.1)"),
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
    def id_of(self, answer: WorkPoolAnswer) -> str:
        """The server's id."""
        return answer.id

    @override
    def find(self, client: Client, inputs: WorkPoolInputs) -> WorkPoolAnswer | None:
        """By name, asked now."""
        return WorkPools.of(client).by_name(inputs.name)

    @override
    def read(self, client: Client, id_: str, props: Props) -> WorkPoolAnswer | None:
        """The API reads pools by name only; a pool of that name with another id is another pool."""
        pool = WorkPools.of(client).known(str(props.get("name")))
        return pool if pool and pool.id == id_ else None

    @override
    def owner(self, client: Client, answer: WorkPoolAnswer, props: Props) -> str | None:
        """From the Variables' pages; a mark for another id is none."""
        mark = MARKS.known(client, answer.name)
        return mark.owner if mark and mark.id == answer.id else None

    @override
    def observed(self, answer: WorkPoolAnswer) -> dict[str, object]:
        """All but the owner."""
        template = canonical.dumps(answer.base_job_template)
        return {**answer.model_dump(exclude={"id"}), "base_job_template": template}

    @override
    def claim(self, client: Client, answer: WorkPoolAnswer, inputs: WorkPoolInputs) -> None:
        """The mark must have its id, or be a claim of the same owner on exactly this pool (then it gets the id)."""
        mark = MARKS.read(client, answer.name)
        is_own = mark is not None and owners.is_same(mark.owner, inputs.owner)
        if mark and is_own and is_marked(answer, mark):
            if mark.id is None:
                MARKS.settle(client, mark, answer.id)
            return
        described = owners.description(mark.owner, inputs.owner) if mark and not is_own else ""
        state = f"belongs to {described}" if described else "was not made by this stack"
        raise ForeignError(
            f"{self._heading(answer.name)} exists already and {state}. Give the pool of this stack another name, or "
            "delete the one on the server."
        )

    @override
    def create(self, client: Client, inputs: WorkPoolInputs) -> str:
        """Claim, create, settle; the order makes a kill harmless (see `marks.variable`)."""
        body = _body(inputs)
        mark = VariableMark(owner=inputs.owner, name=inputs.name, id=None, digest=_digest(body))
        if inputs.is_paused is not None:
            body["is_paused"] = inputs.is_paused
        try:
            MARKS.claim(client, mark)
            pool = WorkPools.of(client).create(body)
        except ConflictError as error:
            # Somebody was faster, or an earlier attempt arrived after all: `find` and `claim` tell which.
            raise UnknownOutcomeError(str(error)) from None
        MARKS.settle(client, mark, pool.id)
        return pool.id

    @override
    def update(
        self, client: Client, id_: str, inputs: WorkPoolInputs, changed: Collection[str], owner_before: str
    ) -> None:
        """One PATCH by name, after a look that the name still is this pool."""
        pool = WorkPools.of(client).by_name(inputs.name)
        if pool is None or pool.id != id_:
            raise NotFoundError(404, f"{self._heading(inputs.name)} with id {id_} is not on the server.")
        if "owner" in changed:
            mark = VariableMark(owner=inputs.owner, name=pool.name, id=pool.id, digest=_digest(_from_server(pool)))
            MARKS.replace(client, mark, owner_before)
        desired: WorkPoolBody = {**_body(inputs), "is_paused": inputs.is_paused}
        body = {field: value for field, value in desired.items() if field in changed}
        if body:
            WorkPools.of(client).update(inputs.name, cast("WorkPoolBody", body))

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """What a killed `up` left in it, the pool, then its mark. An InUseError while deployments of others run in it.

        The engine deletes a pool after all deployments that it knows: those with the same owner's mark that are still
        in it are such as it forgot (after a `kill -9` with creates under way).
        """
        name, owner = str(props.get("name")), str(props.get("owner"))
        pool, mark = WorkPools.of(client).by_name(name), MARKS.read(client, name)
        is_own = mark is not None and owners.is_same(mark.owner, owner) and mark.id in (id_, None)
        if pool and pool.id == id_:
            if not is_own:
                raise ForeignError(
                    f"{self._heading(name)} was not deleted, its mark says {mark.owner if mark else 'nothing'}. Take "
                    "it out of the state with `pulumi state delete`, or take it back with `pulumi up --refresh` first."
                )
            for forgotten in self._forbid_if_used(client, name, "deleted", except_owner=owner):
                Deployments.of(client).delete(forgotten.id)
            WorkPools.of(client).delete(name)
        if is_own:
            MARKS.remove(client, name)
        fingerprint.remove_if_last(client)

    @override
    def forbid_replace(self, client: Client, olds: Props, news: Props) -> None:
        """Deleting a pool unties its deployments (their work_pool_name becomes null). A new name is created first."""
        if olds.get("name") == news.get("name"):
            self._forbid_if_used(client, str(olds.get("name")), "replaced", except_owner=None)

    @override
    def conflicts(self, client: Client, owner: str, claims: Sequence[Props]) -> list[ForeignObject]:
        """Pools of others, and names that others have claimed."""
        pools = WorkPools.of(client).all()
        conflicts: list[ForeignObject] = []
        for name in sorted({self.identity(props) for props in claims}):
            pool, mark = pools.get(name), MARKS.known(client, name)
            owner_there = mark.owner if mark and (pool is None or is_marked(pool, mark)) else None
            if not owners.is_same(owner_there, owner) and (pool or owner_there):
                conflicts.append(self.foreign(name, pool.id if pool else "", owner_there))
        return conflicts

    @override
    def orphans(self, client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
        """Pools, and claims whose pool does not exist."""
        pools = WorkPools.of(client).all()
        orphans: list[Orphan] = []
        for mark in MARKS.all(client):
            if not owners.is_same(mark.owner, owner) or mark.id in known_ids:
                continue
            pool = pools.get(mark.name)
            if pool and is_marked(pool, mark):
                if pool.id not in known_ids:
                    orphans.append(self.orphan(mark.name, pool.id))
            elif mark.id is None or pool is None or pool.id != mark.id:
                variable = MARKS.variable(mark.name)
                orphans.append(self.orphan(mark.name, mark.id or variable, kind=f"{self.name} mark"))
        return orphans

    @override
    def delete_orphan(self, client: Client, owner: str, orphan: Orphan) -> None:
        """At `destroy` the delete takes deployments of its owner along; here some may be alive.

        For a claim without a pool this deletes the claim alone.
        """
        users = Deployments.of(client).in_work_pool(orphan.name) if orphan.kind == self.name else []
        if users:
            names = sorted(user.name for user in users)
            raise InUseError(
                f"{self._heading(orphan.name)} was not deleted, deployments use it ({', '.join(names[:_MOST_NAMES])}). "
                "Move them to another pool first, or destroy the stack."
            )
        super().delete_orphan(client, owner, orphan)

    def _forbid_if_used(
        self, client: Client, name: str, participle: str, *, except_owner: str | None
    ) -> list[DeploymentAnswer]:
        """The deployments in the pool, all of `except_owner`; a list read later could hold somebody else's."""
        deployments = Deployments.of(client).in_work_pool(name)
        flows = {flow.id: flow.name for flow in Flows.of(client).by_id(sorted({user.flow_id for user in deployments}))}
        foreign = [
            user.name
            for user in deployments
            if not owners.is_same(deployment.marked_owner(user, flows.get(user.flow_id, "")), except_owner)
        ]
        if foreign:
            raise InUseError(
                f"{self._heading(name)} can't be {participle}: {len(foreign)} deployments use it "
                f"({', '.join(sorted(foreign)[:_MOST_NAMES])}). Move them to another pool first, or give the new one "
                "another name."
            )
        return deployments

    def _heading(self, name: str) -> str:
        return self.heading({"name": name})


KIND = WorkPoolKind()


def is_marked(pool: WorkPoolAnswer, mark: VariableMark) -> bool:
    """Whether `mark` is of this very pool."""
    return mark.is_of(pool.id, _digest(_from_server(pool)))


def _body(inputs: WorkPoolInputs) -> WorkPoolBody:
    return {
        "name": inputs.name,
        "type": inputs.type,
        "description": inputs.description,
        "base_job_template": canonical.loads(inputs.base_job_template),
        "concurrency_limit": inputs.concurrency_limit,
    }


def _from_server(pool: WorkPoolAnswer) -> WorkPoolBody:
    return {
        "name": pool.name,
        "type": pool.type,
        "description": pool.description,
        "base_job_template": pool.base_job_template,
        "concurrency_limit": pool.concurrency_limit,
    }


def _digest(body: WorkPoolBody) -> str:
    return digest(canonical.dumps(cast("pydantic.JsonValue", body)))
