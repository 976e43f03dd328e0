"""What `flowstacks diff SRC DST --json` printed, read into changes of DST."""

import json
from collections.abc import Mapping

import pydantic

from flowstacks.core.errors import FlowstacksError
from flowstacks.difference import plan_document
from flowstacks.difference.parts import Operation
from flowstacks.difference.plan import DeploymentPlan
from flowstacks.difference.resource_change import DEPLOYMENT, ENVIRONMENT, ResourceChange
from flowstacks.difference.value_change import ValueChange
from flowstacks.pins.pin import PinnedRelease
from flowstacks.report import release
from flowstacks.report.preview import Preview

_OPERATIONS: Mapping[str, Operation] = {
    "created": "create",
    "updated": "update",
    "renamed": "replace",
    "deleted": "delete",
}

_UNTOUCHED = "untouched"


class _Change(pydantic.BaseModel):
    field: str
    text: str
    before: pydantic.JsonValue = None
    after: pydantic.JsonValue = None

    def change(self) -> ValueChange:
        return ValueChange(path=self.field, text=self.text, before=self.before, after=self.after)


class _Deployment(pydantic.BaseModel):
    address: str
    project: str
    move: str
    fields_: tuple[str, ...] = pydantic.Field((), alias="fields")
    changes: list[_Change]
    runs: str = _UNTOUCHED

    def change(self) -> ResourceChange:
        return ResourceChange(
            operation=_OPERATIONS[self.move],
            kind=DEPLOYMENT,
            name=self.address,
            project=self.project,
            properties=tuple(sorted(self.fields_)),
            changes=tuple(change.change() for change in self.changes),
            has_runs=self.runs != _UNTOUCHED,
        )


class _Part(pydantic.BaseModel):
    kind: str
    name: str
    project: str | None
    operation: Operation
    changes: list[_Change]

    def change(self) -> ResourceChange:
        return ResourceChange(
            operation=self.operation,
            kind=self.kind,
            name=self.name,
            project=self.project or ENVIRONMENT,
            changes=tuple(change.change() for change in self.changes),
        )


class _Plan(pydantic.BaseModel):
    counts: dict[str, int]
    deployments: list[_Deployment]
    parts: list[_Part]

    def preview(self, release_json: str = "") -> Preview:
        changes = [item.change() for item in (*self.deployments, *self.parts)]
        return Preview(changes=tuple(changes), unchanged=self.counts.get("unchanged", 0), release=release_json)


class _Commits(pydantic.BaseModel):
    before: str | None = None
    after: str | None = None


class _Difference(_Plan):
    source: str
    commit: _Commits


def parse(text: str) -> tuple[Preview, PinnedRelease | None]:
    """The difference as a preview, and the release that DST has now. Raises `FlowstacksError` for another text."""
    try:
        difference = _Difference.model_validate_json(text)
    except pydantic.ValidationError as invalid:
        raise FlowstacksError(
            f"this is no output of `flowstacks diff SRC DST --json`: {invalid.errors()[0]['msg']}. Give that file"
        ) from invalid
    commit = difference.commit.after
    after = json.dumps({"commit": commit, "from": difference.source}) if commit else ""
    return difference.preview(after), release.parse({"commit": difference.commit.before})


def of_plan(plan: DeploymentPlan) -> Preview:
    """The same for a plan that was never written to a file."""
    return _Plan.model_validate(plan_document.document(plan)).preview()
