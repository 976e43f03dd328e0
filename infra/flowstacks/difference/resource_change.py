"""One resource that moves, as the comment tells it."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Literal, cast

from flowstacks.difference import schedule_change
from flowstacks.difference.change import Json

Operation = Literal["create", "update", "replace", "delete"]
Props = Mapping[str, Any]

DEPLOYMENT = "Deployment"
TASK_DEFINITION = "TaskDefinition"
ENVIRONMENT = "(environment)"
"""Group of what belongs to no project."""

_PROJECT_TAG = "PROJECT_NAME="
_OF_A_PROJECT = (TASK_DEFINITION, "Image")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResourceChange:
    """`kind` is the last part of Pulumi's type, `name` the resource's; `before` and `after` its inputs, empty if none.

    `fields`: the inputs that the provider says move, where it says so; else they are compared. Where somebody else
    compared them, `told` is what they said, `flow_project` whose it is, `runs` whether scheduled runs are disturbed.
    """

    operation: Operation
    kind: str
    name: str
    before: Props
    after: Props
    fields: tuple[str, ...] = ()
    told: tuple[str, ...] | None = None
    flow_project: str | None = None
    runs: bool = False

    @property
    def project(self) -> str:
        """The flow project it belongs to, or `ENVIRONMENT`.

        A deployment's is in its tags by the presets; other templates leave the folder in its entrypoint.
        """
        if self.flow_project is not None:
            return self.flow_project
        if self.kind == DEPLOYMENT:
            return _of_deployment(self.after or self.before)
        if self.kind in _OF_A_PROJECT:
            return self.name.split("/")[0].split("@")[0]
        return ENVIRONMENT

    @property
    def moved(self) -> list[str]:
        """Names of the inputs that differ, sorted; all of them for what is made or goes."""
        if self.operation in {"create", "delete"}:
            return []
        differing = {key for key in {*self.before, *self.after} if self.before.get(key) != self.after.get(key)}
        return sorted({*self.fields, *differing} - {"__provider"})

    @property
    def has_runs(self) -> bool:
        """Whether the server has scheduled runs of it, as far as its inputs before tell."""
        if self.told is not None:
            return self.runs
        if self.kind != DEPLOYMENT or self.before.get("paused"):
            return False
        return schedule_change.active(cast("Json", schedules(self.before)))


def schedules(props: Props) -> list[Json]:
    """A deployment's schedules; none where they are secret or not known."""
    said: Any = props.get("schedules")
    listed = cast("list[Json]", said) if isinstance(said, list) else []
    return [one for one in listed if isinstance(one, dict)]


def mapping(value: object) -> Mapping[str, Any]:
    """A nested value, also where it travels as JSON text; empty for anything else, `[secret]` and unknowns too."""
    decoded = value
    if isinstance(value, str):
        try:
            decoded = json.loads(value)
        except ValueError:
            return {}
    return cast("Mapping[str, Any]", decoded) if isinstance(decoded, Mapping) else {}


def _of_deployment(props: Props) -> str:
    tags: Any = props.get("tags")
    for tag in cast("list[Any]", tags) if isinstance(tags, list) else []:
        if isinstance(tag, str) and tag.startswith(_PROJECT_TAG):
            return tag.removeprefix(_PROJECT_TAG)
    folders = str(props.get("entrypoint", "")).partition(":")[0].split("/")[:-1]
    return folders[1] if len(folders) > 1 else "".join(folders) or ENVIRONMENT
