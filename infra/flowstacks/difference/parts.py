"""What deployments need beside the Prefect objects themselves: pools, images, task definitions that move. Pure."""

import dataclasses
from collections.abc import Iterator
from typing import Literal

from flowstacks.desired.desired_state import Desired, DesiredTaskDefinition
from flowstacks.difference import change
from flowstacks.difference.change import ValueChange
from flowstacks.difference.containers import Containers
from flowstacks.provider.fields import rules
from flowstacks.provider.kinds import work_pool

Operation = Literal["create", "update", "replace", "delete"]
"""As `pulumi preview --json` has them."""

PartKind = Literal["WorkPool", "Image", "TaskDefinition"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Part:
    """A resource of that type. `project`: the flow project that it belongs to, None for a pool."""

    kind: PartKind
    name: str
    project: str | None
    operation: Operation
    changes: tuple[ValueChange, ...] = ()


def moved(before: Desired, after: Desired) -> tuple[Part, ...]:
    """Those that an `up` creates, changes or deletes; by kind and name."""
    ours, theirs = Containers(before, after), Containers(after, before)
    return (*_pools(before, after), *_images(ours, theirs), *_tasks(ours, theirs))


def _pools(before: Desired, after: Desired) -> Iterator[Part]:
    ours, theirs = ({one.name: one for one in desired.work_pools} for desired in (before, after))
    kind = work_pool.KIND
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield Part(kind="WorkPool", name=name, project=None, operation=_come_or_gone(name in theirs))
            continue
        found = rules.diff(kind.rules, kind.names, ours[name].props, theirs[name].props)
        if found.changed:
            told = tuple(
                ValueChange(field=field, text=f"{field.replace('_', ' ')}: changed") for field in found.changed
            )
            operation: Operation = "replace" if found.replaces else "update"
            yield Part(kind="WorkPool", name=name, project=None, operation=operation, changes=told)


def _images(ours: Containers, theirs: Containers) -> Iterator[Part]:
    for name in sorted(ours.images.keys() | theirs.images.keys()):
        project = (theirs.images.get(name) or ours.images[name]).project.name
        if name not in ours.images or name not in theirs.images:
            told = (_digest(name, None, theirs),) if name in theirs.images else ()
            yield Part(
                kind="Image", name=name, project=project, operation=_come_or_gone(name in theirs.images), changes=told
            )
        elif ours.content(name) != theirs.content(name):
            told = (_digest(name, ours, theirs),)
            yield Part(kind="Image", name=name, project=project, operation="update", changes=told)
        elif ours.images[name].project.tree_key != theirs.images[name].project.tree_key:
            told = (ValueChange(field="tree_key", text="the same image, for other content"),)
            yield Part(kind="Image", name=name, project=project, operation="update", changes=told)


def _digest(name: str, ours: Containers | None, theirs: Containers) -> ValueChange:
    before, after = ours.content(name) if ours else None, theirs.content(name)
    text = f"{change.brief(before)} -> {change.brief(after)}" if before else change.brief(after)
    return ValueChange(field="digest", text=text, before=before, after=after)


def _tasks(ours: Containers, theirs: Containers) -> Iterator[Part]:
    for key in sorted(ours.tasks.keys() | theirs.tasks.keys()):
        before, after = ours.tasks.get(key), theirs.tasks.get(key)
        if before and after:
            told = _task_changes(ours, theirs, before, after)
            if told:
                # Any change is a new revision, which for the engine is another task definition.
                name = after.project.name
                yield Part(kind="TaskDefinition", name=key, project=name, operation="replace", changes=told)
        else:
            name = (after or ours.tasks[key]).project.name
            yield Part(kind="TaskDefinition", name=key, project=name, operation=_come_or_gone(after is not None))


def _task_changes(
    ours: Containers, theirs: Containers, before: DesiredTaskDefinition, after: DesiredTaskDefinition
) -> tuple[ValueChange, ...]:
    olds, news = ours.said(before), theirs.said(after)
    changed = [key for key in olds if olds[key] != news[key]]
    told = [
        ValueChange(
            field=key,
            text=f"{key} {change.brief(olds[key])} -> {change.brief(news[key])}",
            before=olds[key],
            after=news[key],
        )
        for key in changed
    ]
    return (*told, *change.of_keys("secrets", "secret", dict(before.task.secrets), dict(after.task.secrets)))


def _come_or_gone(is_there: bool) -> Operation:
    return "create" if is_there else "delete"
