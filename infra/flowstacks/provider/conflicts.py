"""What stands in the way on the server, asked before anything is written. Read-only.

For the program's preflight; the provider itself refuses the same things one by one.
"""

import dataclasses
from collections.abc import Sequence

from flowstacks.provider import fingerprint, owners, ownership
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.kinds import work_pool


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClaimedWorkPool:
    """A pool that the program is about to declare."""

    name: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClaimedDeployment:
    """A deployment that the program is about to declare; `work_queue_name` None is the pool's default queue."""

    flow_name: str
    name: str
    work_pool_name: str
    work_queue_name: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForeignObject:
    """An object that somebody else has. `kind`: `work pool` or `deployment`; `owner` None: no mark at all.

    `name`: the pool's, or `flow name/deployment name`. `id` is empty for a pool's name that is only claimed.
    """

    kind: str
    name: str
    id: str
    owner: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class MissingQueue:
    """Prefect would create it without a word, and no worker would look there."""

    work_pool_name: str
    work_queue_name: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conflicts:
    """`server`: the fingerprint, None for a server that we never wrote to."""

    server: str | None
    foreign: tuple[ForeignObject, ...]
    missing_queues: tuple[MissingQueue, ...]


def find(
    client: Client, owner: str, work_pools: Sequence[ClaimedWorkPool], deployments: Sequence[ClaimedDeployment]
) -> Conflicts:
    """Everything at once. The queues of a pool that is yet to be created can't be missing from it: not looked at."""
    return Conflicts(
        server=fingerprint.read(client),
        foreign=(*_pools(client, owner, work_pools), *_deployments(client, owner, deployments)),
        missing_queues=tuple(_queues(client, deployments)),
    )


def _pools(client: Client, owner: str, wanted: Sequence[ClaimedWorkPool]) -> list[ForeignObject]:
    there = client.work_pools()
    marks = client.variables_tagged(ownership.VARIABLE_TAG)
    foreign: list[ForeignObject] = []
    for name in sorted({each.name for each in wanted}):
        mark = ownership.work_pool_mark(marks.get(ownership.work_pool_variable(name)))
        found = there.get(name)
        whose = mark.owner if mark and (found is None or work_pool.is_marked(found, mark)) else None
        if not owners.is_same(whose, owner) and (found or whose):
            foreign.append(ForeignObject(kind="work pool", name=name, id=found.id if found else "", owner=whose))
    return foreign


def _deployments(client: Client, owner: str, wanted: Sequence[ClaimedDeployment]) -> list[ForeignObject]:
    flows = {each.id: each.name for each in client.flows_named(sorted({each.flow_name for each in wanted}))}
    there = {(flows[each.flow_id], each.name): each for each in client.deployments().values() if each.flow_id in flows}
    foreign: list[ForeignObject] = []
    for identity in sorted({(each.flow_name, each.name) for each in wanted}):
        found = there.get(identity)
        whose = ownership.deployment_owner(found, identity[0]) if found else None
        if found and not owners.is_same(whose, owner):
            foreign.append(ForeignObject(kind="deployment", name="/".join(identity), id=found.id, owner=whose))
    return foreign


def _queues(client: Client, wanted: Sequence[ClaimedDeployment]) -> list[MissingQueue]:
    there = client.work_pools()
    named = {(each.work_pool_name, each.work_queue_name) for each in wanted if each.work_queue_name}
    pools = sorted({pool for pool, _ in named if pool in there})
    queues = {pool: {queue.name for queue in client.work_queues(pool)} for pool in pools}
    return [
        MissingQueue(work_pool_name=pool, work_queue_name=queue)
        for pool, queue in sorted((pool, queue or "") for pool, queue in named)
        if pool in queues and queue not in queues[pool]
    ]
