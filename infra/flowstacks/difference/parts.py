"""What deployments need beside the Prefect objects themselves: pools, images, task definitions that differ. Pure."""

import dataclasses
from collections.abc import Iterator
from typing import Literal

from flowstacks.desired.objects import Desired
from flowstacks.difference import task_definition_change, value_change
from flowstacks.difference.containers import Containers
from flowstacks.difference.value_change import ValueChange
from flowstacks.provider.fields import rules
from flowstacks.provider.kinds import work_pool

Operation = Literal["create", "update", "replace", "delete"]
"""As `pulumi preview --json` has them."""

PartKind = Literal["WorkPool", "Image", "TaskDefinition"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Part:
    """A resource that deployments need, and what an `up` does with it."""

    kind: PartKind
    name: str
    """The resource's."""
    project: str | None
    """The flow project that it belongs to, None for a pool."""
    operation: Operation
    changes: tuple[ValueChange, ...] = ()


def compare(before: Desired, after: Desired) -> tuple[Part, ...]:
    """Those that an `up` creates, changes or deletes; by kind and name."""
    old, new = Containers(before, after), Containers(after, before)
    return (*_pools(before, after), *_images(old, new), *_task_definitions(old, new))


def _pools(before: Desired, after: Desired) -> Iterator[Part]:
    old, new = ({pool.name: pool.props for pool in desired.work_pools} for desired in (before, after))
    kind = work_pool.KIND
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield Part(kind="WorkPool", name=name, project=None, operation=_created_or_deleted(name in new))
            continue
        difference = rules.diff(kind.rules, kind.names, old[name], new[name])
        if difference.changed:
            changes = tuple(value_change.of_properties(old[name], new[name], difference.changed))
            operation: Operation = "replace" if difference.replaces else "update"
            yield Part(kind="WorkPool", name=name, project=None, operation=operation, changes=changes)


def _images(before: Containers, after: Containers) -> Iterator[Part]:
    for name in sorted(before.images.keys() | after.images.keys()):
        project = (after.images.get(name) or before.images[name]).project.name
        if name not in after.images:
            yield Part(kind="Image", name=name, project=project, operation="delete")
            continue
        if name not in before.images:
            change = _digest(None, after.content(name))
            yield Part(kind="Image", name=name, project=project, operation="create", changes=(change,))
            continue
        if before.content(name) != after.content(name):
            change = _digest(before.content(name), after.content(name))
        elif before.images[name].project.tree_key != after.images[name].project.tree_key:
            change = ValueChange(path="tree_key", text="the same image, for other content")
        else:
            continue
        yield Part(kind="Image", name=name, project=project, operation="update", changes=(change,))


def _digest(before: str | None, after: str) -> ValueChange:
    old = f"{value_change.brief(before)} -> " if before else ""
    return ValueChange(path="digest", text=f"{old}{value_change.brief(after)}", before=before, after=after)


def _task_definitions(before: Containers, after: Containers) -> Iterator[Part]:
    for key in sorted(before.tasks.keys() | after.tasks.keys()):
        old, new = before.tasks.get(key), after.tasks.get(key)
        project = (new or before.tasks[key]).project.name
        if old and new:
            changes = task_definition_change.of_revisions(before.revision(old), after.revision(new))
            if changes:
                # Any change is a new revision, which for the engine is another task definition.
                yield Part(kind="TaskDefinition", name=key, project=project, operation="replace", changes=changes)
        else:
            operation = _created_or_deleted(new is not None)
            yield Part(kind="TaskDefinition", name=key, project=project, operation=operation)


def _created_or_deleted(is_after: bool) -> Operation:
    return "create" if is_after else "delete"
