"""One resource that a preview, or a plan read from its JSON, changes. Pure."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from flowstacks.difference import (
    deployment_change,
    inputs,
    job_variable_change,
    schedule_change,
    task_definition_change,
    value_change,
)
from flowstacks.difference.inputs import Props
from flowstacks.difference.parts import Operation
from flowstacks.difference.value_change import ValueChange
from flowstacks.provider.registry import KINDS

DEPLOYMENT = "Deployment"
TASK_DEFINITION = "TaskDefinition"
ENVIRONMENT = "(environment)"
"""Group of what belongs to no project."""

_PROJECT_TAG = "PROJECT_NAME="
_OF_A_PROJECT = (TASK_DEFINITION, "Image")
_PROJECT_END = re.compile(r"[/@]")
_UNSENT = ("__provider",)
"""Inputs of the engine's own: the pickled provider class of a dynamic resource."""

_CHANGES: Mapping[str, Callable[[Props, Props, Iterable[str]], Sequence[ValueChange]]] = {
    DEPLOYMENT: deployment_change.changes,
    TASK_DEFINITION: task_definition_change.changes,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """What is done with a resource, and in which properties it differs."""

    operation: Operation
    kind: str
    """The last part of Pulumi's type: `Deployment`, `TaskDefinition`, `Role`."""
    name: str
    """The resource's; of a deployment of a plan its address."""
    project: str = ENVIRONMENT
    """The flow project that it belongs to, or `ENVIRONMENT`."""
    properties: tuple[str, ...] = ()
    """Names of the inputs that differ, sorted, where inputs were compared; empty for what is created or deleted."""
    changes: tuple[ValueChange, ...] = ()
    """The same differences in words, as `flowstacks diff` prints them."""
    has_runs: bool = False
    """Whether the server has scheduled runs of it, as far as its inputs before show."""

    @classmethod
    def from_inputs(
        cls, operation: Operation, kind: str, name: str, *, before: Props, after: Props, reported: Sequence[str] = ()
    ) -> "ResourceChange":
        """`before` and `after`: its inputs, empty if none. `reported`: those that the provider reports as changed."""
        names = _differing(before, after, reported) if operation in {"update", "replace"} else ()
        return cls(
            operation=operation,
            kind=kind,
            name=name,
            project=_project(kind, name, after or before),
            properties=names,
            changes=_changes(operation, kind, before, after, names),
            has_runs=kind == DEPLOYMENT
            and not before.get("paused")
            and schedule_change.active(before.get("schedules")),
        )


def of_project(change: ValueChange) -> bool:
    """Whether a deployment's change comes from its project's image or task definition, which have their own lines."""
    is_same_family = change.path == job_variable_change.TASK_DEFINITION_PATH and change.before == change.after
    return change.path == job_variable_change.IMAGE_PATH or is_same_family


def _differing(before: Props, after: Props, reported: Sequence[str]) -> tuple[str, ...]:
    differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    return tuple(sorted({*reported, *differing} - {*_UNSENT}))


def _changes(
    operation: Operation, kind: str, before: Props, after: Props, names: Sequence[str]
) -> tuple[ValueChange, ...]:
    if operation in {"create", "delete"}:
        return deployment_change.schedules(before, after) if kind == DEPLOYMENT else ()
    return tuple(_CHANGES.get(kind, value_change.of_properties)(before, after, _in_order(kind, names)))


def _in_order(kind: str, names: Sequence[str]) -> Sequence[str]:
    """As a plan has them: in the order of the kind's inputs; inputs of AWS resources as they are."""
    order = KINDS[kind].names if kind in KINDS else ()
    return [*(name for name in order if name in names), *(name for name in names if name not in order)]


def _project(kind: str, name: str, props: Props) -> str:
    if kind == DEPLOYMENT:
        return _project_of_deployment(props)
    return _PROJECT_END.split(name, maxsplit=1)[0] if kind in _OF_A_PROJECT else ENVIRONMENT


def _project_of_deployment(props: Props) -> str:
    """From its tags by the presets; with other templates, from the folder of its entrypoint."""
    for tag in inputs.texts(props.get("tags")):
        if tag.startswith(_PROJECT_TAG):
            return tag.removeprefix(_PROJECT_TAG)
    folders = str(props.get("entrypoint", "")).partition(":")[0].split("/")[:-1]
    return folders[1] if len(folders) > 1 else "".join(folders) or ENVIRONMENT
