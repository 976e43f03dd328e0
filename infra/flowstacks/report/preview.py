"""What `pulumi preview --json` says, read into changes.

Format: pulumi 3.258.0, `pkg/display/json.go` and `pkg/backend/display/json.go`. Dynamic resources have no
`detailedDiff`, so inputs are compared; `refresh` steps of a preview with `--refresh` are listed as operations too.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

import pydantic

from flowstacks.difference.resource_change import Operation, ResourceChange

_OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "import": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "delete": "delete",
}
"""Others (`same`, `refresh`, `read`, `discard`, …) change nothing."""

_ENGINES_OWN = "an unhandled error occurred"
_PREFIX = "error: "
_OURS = ": warning: "  # `file:line: warning: …`, of the preflight; the engine has others, about itself


class _State(pydantic.BaseModel):
    inputs: dict[str, Any] = pydantic.Field(default_factory=dict[str, Any])


class _Step(pydantic.BaseModel):
    op: str
    urn: str
    old_state: _State = pydantic.Field(default_factory=_State, alias="oldState")
    new_state: _State = pydantic.Field(default_factory=_State, alias="newState")
    reasons: list[str] | None = pydantic.Field(None, alias="diffReasons")

    def change(self) -> ResourceChange:
        """`urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may have `::` in it."""
        _, _, types, name = self.urn.split("::", 3)
        return ResourceChange(
            operation=_OPERATIONS[self.op],
            kind=types.rpartition("$")[2].rpartition(":")[2],
            name=name,
            before=self.old_state.inputs,
            after=self.new_state.inputs,
            fields=tuple(self.reasons or ()),
        )


class _Diagnostic(pydantic.BaseModel):
    message: str = ""
    severity: str = ""


class _Document(pydantic.BaseModel):
    config: dict[str, str] = pydantic.Field(default_factory=dict[str, str])
    steps: list[_Step] = pydantic.Field(default_factory=list[_Step])
    diagnostics: list[_Diagnostic] = pydantic.Field(default_factory=list[_Diagnostic])
    summary: dict[str, int] = pydantic.Field(default_factory=dict[str, int], alias="changeSummary")


class Preview(pydantic.BaseModel):
    """`unchanged` counts resources; `errors` are texts, `release` is `flowstacks:release` as Pulumi has it."""

    model_config = pydantic.ConfigDict(frozen=True, arbitrary_types_allowed=True)

    changes: tuple[ResourceChange, ...] = ()
    unchanged: int = 0
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    release: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`text`: the JSON, and after it, or instead of it, what the engine said on stderr as it failed."""
        document, rest = _split(text)
        if document is None:
            return cls(errors=(rest or "the preview said nothing. Run `pulumi preview` to see why",))
        told = [*_said(document.diagnostics, "error"), *([rest] if rest else [])]
        errors = [one for one in told if not one.startswith(_ENGINES_OWN)] or told
        by_urn = {step.urn: step.change() for step in document.steps if step.op in _OPERATIONS}
        return cls(
            changes=tuple(by_urn.values()),
            unchanged=document.summary.get("same", 0),
            errors=tuple(errors),
            warnings=tuple(one for one in _said(document.diagnostics, "warning") if _OURS in one),
            release=document.config.get("flowstacks:release", ""),
        )


def _split(text: str) -> tuple[_Document | None, str]:
    stripped = text.lstrip()
    if not stripped.startswith("{"):
        return None, _unprefixed(text)
    try:
        raw, end = json.JSONDecoder().raw_decode(stripped)
        return _Document.model_validate(raw), _unprefixed(stripped[end:])
    except ValueError as broken:
        return (
            None,
            f"the preview can't be read: {str(broken).splitlines()[0]}. Give the output of `pulumi preview --json`",
        )


def _said(diagnostics: Sequence[_Diagnostic], severity: str) -> list[str]:
    texts = [_unprefixed(one.message.removeprefix(f"{severity}: ")) for one in diagnostics if one.severity == severity]
    return list(dict.fromkeys(texts))


def _unprefixed(text: str) -> str:
    return text.strip().removeprefix(_PREFIX)
