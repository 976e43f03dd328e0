"""What moves when an environment becomes another one of its own: `plan(before, after)`. Pure.

An object is what the engine takes for one: a resource of the same name. A deployment's is Prefect's identity, so one
that is renamed is deleted and created, and a flow that moves between projects stays what it is.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from flowstacks.core import naming
from flowstacks.desired.desired_state import Desired, DesiredDeployment
from flowstacks.difference import details, parts, schedule_change
from flowstacks.difference.change import Json, ValueChange
from flowstacks.difference.containers import Containers
from flowstacks.difference.parts import Operation, Part
from flowstacks.provider.fields import rules
from flowstacks.provider.kinds import deployment

Move = Literal["created", "updated", "renamed", "deleted"]
MOVES: tuple[Move, ...] = ("created", "updated", "renamed", "deleted")
Runs = Literal["untouched", "planned anew", "dropped"]
"""What becomes of the runs that a deployment's schedules have planned.

Prefect deletes them at any PATCH, and its scheduler makes them again from the new schedules (`update_deployment`,
`prefect/server/models/deployments.py`, 3.8.8); with the deployment they are gone for good.
"""

_IDENTITY = ("name", "flow_name")
"""Told as the resource's name."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MovedDeployment:
    """One deployment. `address`: where it is, or was; `was_at` where its address moved and it stayed the same object.

    `name` and `was_named`: Prefect's `flow name/deployment name`, None before it is created and after it is deleted.
    `fields`: the properties that an update sends.
    """

    move: Move
    address: str
    was_at: str | None = None
    project: str
    name: str | None
    was_named: str | None
    fields: tuple[str, ...] = ()
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
        """By `<kind> <resource name>`, as a preview of the engine has them; what stays the same is left out."""
        found: dict[str, Operation] = {f"{part.kind} {part.name}": part.operation for part in self.parts}
        for one in self.deployments:
            if one.name == one.was_named:
                found[f"Deployment {one.name}"] = "update"
            if one.was_named and one.name != one.was_named:
                found[f"Deployment {one.was_named}"] = "delete"
            if one.name and one.name != one.was_named:
                found[f"Deployment {one.name}"] = "create"
        return found

    @property
    def is_empty(self) -> bool:
        """Whether nothing moves."""
        return not self.deployments and not self.parts

    def only(self, patterns: Sequence[str]) -> Self:
        """The part that is about deployments under one of the patterns, and their projects'; all without patterns."""
        if not patterns:
            return self
        kept = tuple(one for one in self.deployments if _is_under(patterns, one.address, one.was_at))
        unchanged = tuple(address for address in self.unchanged if _is_under(patterns, address))
        projects = {one.project for one in kept}
        needed = tuple(part for part in self.parts if part.project in projects)
        return dataclasses.replace(self, deployments=kept, parts=needed, unchanged=unchanged)


def compare(before: Desired, after: Desired) -> DeploymentPlan:
    """What turns `before` into `after`, both of the same environment."""
    ours, theirs = _by_name(before, after), _by_name(after, before)
    both = [(theirs[name].one.address, _updated(ours[name], theirs[name])) for name in ours.keys() & theirs.keys()]
    moved = [*(one for _, one in both if one), *_come_and_gone(ours, theirs)]
    return DeploymentPlan(
        deployments=tuple(sorted(moved, key=lambda one: (one.project, one.address, one.move))),
        parts=parts.moved(before, after),
        unchanged=tuple(sorted(address for address, one in both if one is None)),
    )


class _Whole:
    """A deployment with all its properties: those from its container stand there too."""

    def __init__(self, one: DesiredDeployment, containers: Containers) -> None:
        self.one = one
        self.props: dict[str, Json] = {**one.props, "job_variables": containers.job_variables(one)}

    @property
    def makes_runs(self) -> bool:
        """Whether its schedules do."""
        return self.props["paused"] is not True and schedule_change.active(self.props["schedules"])


def _by_name(desired: Desired, beside: Desired) -> dict[str, _Whole]:
    containers = Containers(desired, beside)
    return {one.resource_name: _Whole(one, containers) for one in desired.deployments}


def _updated(before: _Whole, after: _Whole) -> MovedDeployment | None:
    changed, changes = _differences(before, after)
    if not changed:
        return None
    again: Runs = "planned anew" if after.makes_runs else "dropped"
    return MovedDeployment(
        move="updated",
        address=after.one.address,
        was_at=before.one.address if before.one.address != after.one.address else None,
        project=after.one.project.name,
        name=after.one.resource_name,
        was_named=before.one.resource_name,
        fields=changed,
        changes=changes,
        runs=again if before.makes_runs else "untouched",
    )


def _differences(before: _Whole, after: _Whole) -> tuple[tuple[str, ...], tuple[ValueChange, ...]]:
    """The properties that change, by the provider's own rules, and what is to be told of them."""
    kind = deployment.KIND
    # Most properties are texts, and long ones: the same text is the same by any rule, unparsed.
    doubtful = [name for name in kind.names if not _same_text(before.props.get(name), after.props.get(name))]
    changed = rules.diff(kind.rules, doubtful, before.props, after.props).changed
    told = {name: (before.props.get(name), after.props.get(name)) for name in changed if name not in _IDENTITY}
    return changed, details.changes(before.one, after.one, told) if changed else ()


def _same_text(before: Json, after: Json) -> bool:
    return isinstance(before, str) and before == after


def _come_and_gone(ours: Mapping[str, _Whole], theirs: Mapping[str, _Whole]) -> Iterator[MovedDeployment]:
    """What is deleted and what is created; both under one address is a new name."""
    gone = {one.one.address: one for name, one in ours.items() if name not in theirs}
    come = {one.one.address: one for name, one in theirs.items() if name not in ours}
    for address, before in gone.items():
        after = come.get(address)
        yield MovedDeployment(
            move="renamed" if after else "deleted",
            address=address,
            project=before.one.project.name,
            name=after.one.resource_name if after else None,
            was_named=before.one.resource_name,
            changes=_differences(before, after)[1] if after else details.schedules(before.one, None),
            runs="dropped" if before.makes_runs else "untouched",
        )
    for address, after in come.items():
        if address not in gone:
            yield MovedDeployment(
                move="created",
                address=address,
                project=after.one.project.name,
                name=after.one.resource_name,
                was_named=None,
                changes=details.schedules(None, after.one),
            )


def _is_under(patterns: Sequence[str], *addresses: str | None) -> bool:
    parsed = [naming.parse_address(address) for address in addresses if address]
    return any(naming.matches(pattern, address) for pattern in patterns for address in parsed)
