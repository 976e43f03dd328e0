"""The output of `pulumi preview --json`, read into changes.

Format: pulumi 3.258.0, `pkg/display/json.go` and `pkg/backend/display/json.go`. Dynamic resources have no
`detailedDiff`, so inputs are compared; `refresh` steps of a preview with `--refresh` are listed as operations too.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

import pydantic

from flowstacks.difference.parts import Operation
from flowstacks.difference.resource_change import ResourceChange

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

_UNHANDLED = "an unhandled error occurred"
"""Begins the engine's own error about a program that failed; the program's error is another diagnostic."""

_PREFIX = "error: "
_OF_CHECKS = ": warning: "
"""In `file:line: warning: …`, as the checks write it; the engine has other warnings, about itself."""


class _State(pydantic.BaseModel):
    inputs: dict[str, Any] = pydantic.Field(default_factory=dict[str, Any])


class _Step(pydantic.BaseModel):
    op: str
    urn: str
    old_state: _State = pydantic.Field(default_factory=_State, alias="oldState")
    new_state: _State = pydantic.Field(default_factory=_State, alias="newState")
    reasons: list[str] | None = pydantic.Field(None, alias="diffReasons")

    def change(self) -> ResourceChange:
        """`urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may contain `::`."""
        _, _, types, name = self.urn.split("::", 3)
        return ResourceChange.from_inputs(
            operation=_OPERATIONS[self.op],
            kind=types.rpartition("$")[2].rpartition(":")[2],
            name=name,
            before=self.old_state.inputs,
            after=self.new_state.inputs,
            reported=self.reasons or (),
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
    """What an `up` would do with one stack, or why that is not known."""

    model_config = pydantic.ConfigDict(frozen=True, arbitrary_types_allowed=True)

    changes: tuple[ResourceChange, ...] = ()
    unchanged: int = 0
    """Count of resources."""
    errors: tuple[str, ...] = ()
    """Each as a text of one or more lines, without the engine's `error: `."""
    warnings: tuple[str, ...] = ()
    """Of the checks, in the same form."""
    release: str = ""
    """`flowstacks:release` as Pulumi passes it: JSON text, empty without one."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`text`: the JSON, and after it, or instead of it, what the engine printed on stderr as it failed."""
        document, stderr = _split(text)
        if document is None:
            return cls(errors=(stderr or "the preview printed nothing. Run `pulumi preview` to see why",))
        messages = [*_messages(document.diagnostics, "error"), *([stderr] if stderr else [])]
        errors = [message for message in messages if not message.startswith(_UNHANDLED)] or messages
        warnings = [message for message in _messages(document.diagnostics, "warning") if _OF_CHECKS in message]
        by_urn = {step.urn: step.change() for step in document.steps if step.op in _OPERATIONS}
        return cls(
            changes=tuple(by_urn.values()),
            unchanged=document.summary.get("same", 0),
            errors=tuple(errors),
            warnings=tuple(warnings),
            release=document.config.get("flowstacks:release", ""),
        )


def _split(text: str) -> tuple[_Document | None, str]:
    stripped = text.lstrip()
    if not stripped.startswith("{"):
        return None, _unprefixed(text)
    try:
        document, end = json.JSONDecoder().raw_decode(stripped)
        return _Document.model_validate(document), _unprefixed(stripped[end:])
    except ValueError as invalid:
        reason = str(invalid).splitlines()[0]
        return None, f"the preview can't be read: {reason}. Give the output of `pulumi preview --json`"


def _messages(diagnostics: Sequence[_Diagnostic], severity: str) -> list[str]:
    messages = [
        _unprefixed(diagnostic.message.removeprefix(f"{severity}: "))
        for diagnostic in diagnostics
        if diagnostic.severity == severity
    ]
    return list(dict.fromkeys(messages))


def _unprefixed(text: str) -> str:
    return text.strip().removeprefix(_PREFIX)
