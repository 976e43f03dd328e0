"""What `flowstacks diff SRC DST --json` printed, read into changes of DST."""

import json
from collections.abc import Mapping

import pydantic

from flowstacks.core.errors import FlowstacksError
from flowstacks.difference.resource_change import DEPLOYMENT, ENVIRONMENT, Operation, ResourceChange
from flowstacks.pins.pin import PinnedRelease
from flowstacks.report import release as releases
from flowstacks.report.preview import Preview

_OPERATIONS: Mapping[str, Operation] = {
    "created": "create",
    "updated": "update",
    "renamed": "replace",
    "deleted": "delete",
}

_UNDISTURBED = "untouched"


class _Told(pydantic.BaseModel):
    text: str


class _Deployment(pydantic.BaseModel):
    address: str
    project: str
    move: str
    changes: list[_Told]
    runs: str = _UNDISTURBED


class _Part(pydantic.BaseModel):
    kind: str
    name: str
    project: str | None
    operation: Operation
    changes: list[_Told]


class _Commits(pydantic.BaseModel):
    before: str | None = None
    after: str | None = None


class _Document(pydantic.BaseModel):
    source: str
    counts: dict[str, int]
    commit: _Commits
    deployments: list[_Deployment]
    parts: list[_Part]


def parse(text: str) -> tuple[Preview, PinnedRelease | None]:
    """The difference as a preview, and the release that DST has now. Raises `FlowstacksError` for another text."""
    try:
        said = _Document.model_validate_json(text)
    except pydantic.ValidationError as unfit:
        raise FlowstacksError(
            f"this is no output of `flowstacks diff SRC DST --json`: {unfit.errors()[0]['msg']}. Give that file"
        ) from unfit
    changes = (*map(_deployment, said.deployments), *map(_part, said.parts))
    release = json.dumps({"commit": said.commit.after, "from": said.source}) if said.commit.after else ""
    preview = Preview(changes=changes, unchanged=said.counts.get("unchanged", 0), release=release)
    return preview, releases.parse({"commit": said.commit.before})


def _deployment(one: _Deployment) -> ResourceChange:
    return ResourceChange(
        operation=_OPERATIONS[one.move], kind=DEPLOYMENT, name=one.address, before={}, after={},
        told=tuple(told.text for told in one.changes), flow_project=one.project, runs=one.runs != _UNDISTURBED,
    )  # fmt: skip


def _part(one: _Part) -> ResourceChange:
    return ResourceChange(
        operation=one.operation, kind=one.kind, name=one.name, before={}, after={},
        told=tuple(told.text for told in one.changes), flow_project=one.project or ENVIRONMENT,
    )  # fmt: skip
