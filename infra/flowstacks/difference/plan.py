"""What an `up` would do to turn one desired state of an environment into another. Pure.

As for the engine, a resource is the same object as long as its name is. A deployment's is Prefect's identity, so one
that is renamed is deleted and created, and a flow that moves between projects stays the same object.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from flowstacks.core import naming
from flowstacks.desired.objects import Desired, DesiredDeployment
from flowstacks.difference import deployment_change, parts, schedule_change
from flowstacks.difference.containers import Containers
from flowstacks.difference.inputs import Json
from flowstacks.difference.parts import Operation, Part
from flowstacks.difference.value_change import ValueChange
from flowstacks.provider.fields import rules
from flowstacks.provider.kinds import deployment as deployment_kind

Move = Literal["created", "updated", "renamed", "deleted"]
MOVES: tuple[Move, ...] = ("created", "updated", "renamed", "deleted")
Runs = Literal["untouched", "planned anew", "dropped"]
"""What becomes of the runs that a deployment's schedules have planned.

Prefect deletes them at any PATCH, and its scheduler makes them again from the new schedules (`update_deployment`,
`prefect/server/models/deployments.py`, 3.9.1); with the deployment they are gone for good.
"""

_IDENTITY = ("name", "flow_name")
"""These make the resource's name, so they have no change of their own."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MovedDeployment:
    """A deployment that is created, updated, renamed or deleted."""

    move: Move
    address: str
    """Its address afterwards; before, where it is deleted."""
    was_at: str | None = None
    """Its address before, where that differs and it stays the same object."""
    project: str
    name: str | None
    """Prefect's `flow name/deployment name` afterwards; None once it is deleted."""
    was_named: str | None
    """The same before; None until it is created."""
    fields: tuple[str, ...] = ()
    """The properties that an update sends."""
    changes: tuple[ValueChange, ...] = ()
    runs: Runs = "untouched"


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeploymentPlan:
    """`deployments` by project and address, `parts` by kind and name; `unchanged`: addresses that get no request."""

    deployments: tuple[MovedDeployment, ...]
    parts: tuple[Part, ...]
    unchanged: tuple[str, ...]

    @property
    def operations(self) -> dict[str, Operation]:
        """By `<kind> <resource name>`, as a preview of the engine has them; without what stays the same."""
        operations: dict[str, Operation] = {f"{part.kind} {part.name}": part.operation for part in self.parts}
        for deployment in self.deployments:
            if deployment.name == deployment.was_named:
                operations[f"Deployment {deployment.name}"] = "update"
                continue
            if deployment.was_named:
                operations[f"Deployment {deployment.was_named}"] = "delete"
            if deployment.name:
                operations[f"Deployment {deployment.name}"] = "create"
        return operations

    @property
    def is_empty(self) -> bool:
        """Whether nothing moves."""
        return not self.deployments and not self.parts

    def only(self, patterns: Sequence[str]) -> Self:
        """The part that is about deployments under one of the patterns, and their projects'; all without patterns."""
        if not patterns:
            return self
        kept = tuple(
            deployment for deployment in self.deployments if _is_under(patterns, deployment.address, deployment.was_at)
        )
        unchanged = tuple(address for address in self.unchanged if _is_under(patterns, address))
        projects = {deployment.project for deployment in kept}
        needed = tuple(part for part in self.parts if part.project in projects)
        return dataclasses.replace(self, deployments=kept, parts=needed, unchanged=unchanged)


def compare(before: Desired, after: Desired) -> DeploymentPlan:
    """What turns `before` into `after`, both of the same environment."""
    old, new = _by_name(before, after), _by_name(after, before)
    moved = list(_created_and_deleted(old, new))
    unchanged: list[str] = []
    for name in old.keys() & new.keys():
        updated = _updated(old[name], new[name])
        if updated:
            moved.append(updated)
        else:
            unchanged.append(new[name].desired.address)
    return DeploymentPlan(
        deployments=tuple(sorted(moved, key=_order)),
        parts=parts.compare(before, after),
        unchanged=tuple(sorted(unchanged)),
    )


def _order(deployment: MovedDeployment) -> tuple[str, str, Move]:
    return (deployment.project, deployment.address, deployment.move)


class _WholeDeployment:
    """A deployment with all its properties, those from its container included."""

    def __init__(self, desired: DesiredDeployment, containers: Containers) -> None:
        self.desired = desired
        self.props: dict[str, Json] = {**desired.props, "job_variables": containers.job_variables(desired)}

    @property
    def makes_runs(self) -> bool:
        """Whether its schedules do."""
        return self.props["paused"] is not True and schedule_change.active(self.props["schedules"])


def _by_name(desired: Desired, other: Desired) -> dict[str, _WholeDeployment]:
    containers = Containers(desired, other)
    return {deployment.resource_name: _WholeDeployment(deployment, containers) for deployment in desired.deployments}


def _updated(before: _WholeDeployment, after: _WholeDeployment) -> MovedDeployment | None:
    fields_changed, changes = _differences(before, after)
    if not fields_changed:
        return None
    replanned: Runs = "planned anew" if after.makes_runs else "dropped"
    return MovedDeployment(
        move="updated",
        address=after.desired.address,
        was_at=before.desired.address if before.desired.address != after.desired.address else None,
        project=after.desired.project.name,
        name=after.desired.resource_name,
        was_named=before.desired.resource_name,
        fields=fields_changed,
        changes=changes,
        runs=replanned if before.makes_runs else "untouched",
    )


def _differences(before: _WholeDeployment, after: _WholeDeployment) -> tuple[tuple[str, ...], tuple[ValueChange, ...]]:
    """The properties that change, by the provider's own rules, and the changes in words."""
    kind = deployment_kind.KIND
    # Most properties are texts, and long ones: the same text is the same by any rule, unparsed.
    candidates = [name for name in kind.names if not _same_text(before.props.get(name), after.props.get(name))]
    changed = rules.diff(kind.rules, candidates, before.props, after.props).changed
    names = [name for name in changed if name not in _IDENTITY]
    return changed, deployment_change.changes(before.props, after.props, names) if changed else ()


def _same_text(before: Json, after: Json) -> bool:
    return isinstance(before, str) and before == after


def _created_and_deleted(
    old: Mapping[str, _WholeDeployment], new: Mapping[str, _WholeDeployment]
) -> Iterator[MovedDeployment]:
    """What is deleted and what is created; both under one address is a new name."""
    deleted = {deployment.desired.address: deployment for name, deployment in old.items() if name not in new}
    created = {deployment.desired.address: deployment for name, deployment in new.items() if name not in old}
    for address, before in deleted.items():
        after = created.get(address)
        yield MovedDeployment(
            move="renamed" if after else "deleted",
            address=address,
            project=before.desired.project.name,
            name=after.desired.resource_name if after else None,
            was_named=before.desired.resource_name,
            changes=_differences(before, after)[1] if after else deployment_change.schedules(before.props, {}),
            runs="dropped" if before.makes_runs else "untouched",
        )
    for address, after in created.items():
        if address not in deleted:
            yield MovedDeployment(
                move="created",
                address=address,
                project=after.desired.project.name,
                name=after.desired.resource_name,
                was_named=None,
                changes=deployment_change.schedules({}, after.props),
            )


def _is_under(patterns: Sequence[str], *addresses: str | None) -> bool:
    parsed = [naming.parse_address(address) for address in addresses if address]
    return any(naming.matches(pattern, address) for pattern in patterns for address in parsed)
