"""What the server would refuse in a name or in parameters; pure functions over values."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import jsonschema
import pydantic
from jsonschema import protocols

from flowstacks.core import suggestion
from flowstacks.discovery.flows.schema import Schema

BANNED_IN_NAMES = "/%&><"
"""Prefect 3.9.1, `types/names.py`: `BANNED_CHARACTERS`, for flows and deployments."""


class ParameterProblem(NamedTuple):
    """`parameter` is the name that the message is about."""

    parameter: str
    message: str
    remedy: str


def name_problem(name: str) -> str | None:
    """Why Prefect refuses the name of a flow or a deployment."""
    banned = sorted({letter for letter in name if letter in BANNED_IN_NAMES})
    if banned:
        return f"the name {name!r} contains {' '.join(banned)}, which Prefect refuses"
    return None if name.strip() else "the name is empty"


def parameter_problems(
    schema: Schema, parameters: Mapping[str, pydantic.JsonValue], *, complete: bool
) -> list[ParameterProblem]:
    """What is wrong with `parameters` for a flow of that schema, one entry per fault.

    `complete`: nobody is there to fill in what is missing (a scheduled run).
    """
    properties = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties") or {})
    required = cast("list[str]", schema.get("required") or [])
    problems: list[ParameterProblem] = []
    for name, value in parameters.items():
        if name in properties:
            problems.extend(_misfits(name, value, properties[name], schema, is_required=name in required))
        else:
            hint = suggestion.did_you_mean(name, properties)
            problems.append(ParameterProblem(name, f"the flow has no parameter {name!r}{hint}", "Rename or remove it"))
    missing = [name for name in required if name not in parameters] if complete else []
    remedy = "Give it a value in parameters, or a default in the signature"
    return [
        *problems,
        *(ParameterProblem(name, f"parameter {name!r} has no value for a scheduled run", remedy) for name in missing),
    ]


def _misfits(
    name: str, value: pydantic.JsonValue, described: Mapping[str, Any], schema: Schema, *, is_required: bool
) -> list[ParameterProblem]:
    if value is None and not is_required and "default" not in described:
        # The server lets null through here (prefect 3.9.1, `utilities/schema_tools/validation.py`).
        return []
    if isinstance(value, dict) and "__prefect_kind" in value:
        # A template that the server fills in at run time: its type is not known yet.
        return []
    whole = {**described, "definitions": schema.get("definitions") or {}}
    validator = cast(
        "protocols.Validator",
        jsonschema.Draft202012Validator(whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER),
    )
    return [
        ParameterProblem(name, f"parameter {name!r}: {_text(error)}", "Write a value that the flow's annotation admits")
        for error in validator.iter_errors(value)
    ]


def _text(error: jsonschema.ValidationError) -> str:
    inside = "".join(f"[{part!r}]" for part in error.path)
    return f"{inside + ': ' if inside else ''}{error.message}"
