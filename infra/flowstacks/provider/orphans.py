"""Objects with our mark that no state knows.

After a `kill -9` with creates under way the engine forgets those that it never saw answered (measured, pulumi 3.258.0).
A repeat of the same `up` takes them in again; if the program no longer wants them, only their mark finds them.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Literal

from flowstacks.provider import owners, ownership
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.errors import InUseError
from flowstacks.provider.kinds import deployment, work_pool

Kind = Literal["deployment", "work pool", "work pool mark"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Orphan:
    """`name`: the pool's, or `flow name/deployment name`. A `work pool mark` is a claim whose pool does not exist.

    `id` is the object's; a claim's is its Variable's name.
    """

    kind: Kind
    name: str
    id: str


def find(client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
    """Deployments first: the order in which they can be deleted. `known_ids`: those in the stack's state."""
    return [*_deployments(client, owner, known_ids), *_pools(client, owner, known_ids)]


def delete(client: Client, owner: str, orphans: Sequence[Orphan]) -> None:
    """Each is looked at again: one that has lost our mark in between is a ForeignError and stays.

    An InUseError for a pool in which deployments run that are no orphans: the state knows them, or they are others'.
    """
    for orphan in orphans:
        if orphan.kind == "deployment":
            flow_name, _, name = orphan.name.partition("/")
            deployment.KIND.delete(client, orphan.id, {"owner": owner, "flow_name": flow_name, "name": name})
        else:
            if orphan.kind == "work pool":
                _forbid_if_used(client, orphan.name)
            # For a claim without a pool this deletes the claim alone.
            work_pool.KIND.delete(client, orphan.id, {"owner": owner, "name": orphan.name})


def _forbid_if_used(client: Client, name: str) -> None:
    """The pool's delete takes deployments of its owner along, as at `destroy`; here some may be alive."""
    users = sorted(found.name for found in client.deployments_in_pool(name))
    if users:
        raise InUseError(
            f"Work pool {name!r} was not deleted, deployments use it ({', '.join(users[:10])}). Move them to another "
            "pool first, or destroy the stack."
        )


def _deployments(client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
    marked = [
        (mark, found)
        for found in client.deployments().values()
        if found.id not in known_ids
        and (mark := ownership.deployment_mark(found))
        and owners.is_same(mark.owner, owner)
    ]
    # A label may have leaked from a flow that somebody put it on: the mark must name the flow that it is of.
    flows = {each.id: each.name for each in client.flows_with_id(sorted({found.flow_id for _, found in marked}))}
    return [
        Orphan(kind="deployment", name=f"{mark.flow_name}/{mark.name}", id=found.id)
        for mark, found in marked
        if flows.get(found.flow_id) == mark.flow_name
    ]


def _pools(client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
    there = client.work_pools()
    orphans: list[Orphan] = []
    for variable in client.variables_tagged(ownership.VARIABLE_TAG).values():
        mark = ownership.work_pool_mark(variable)
        if mark is None or not owners.is_same(mark.owner, owner) or mark.id in known_ids:
            continue
        found = there.get(mark.name)
        if found and work_pool.is_marked(found, mark):
            if found.id not in known_ids:
                orphans.append(Orphan(kind="work pool", name=mark.name, id=found.id))
        elif mark.id is None or found is None or found.id != mark.id:
            orphans.append(Orphan(kind="work pool mark", name=mark.name, id=mark.id or variable.name))
    return orphans
