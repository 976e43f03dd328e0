"""A resource's inputs as a desired state or a preview of the engine has them: read without errors, whatever they hold.

The engine writes `[secret]` for each secret and a constant for a value that it does not know yet, so a property that
is a list or a mapping may be a text there. Pure.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

import pydantic

Json = pydantic.JsonValue
Props = Mapping[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""An unknown text in JSON (pulumi 3.258.0, `sdk/go/common/resource/plugin/rpc.go`, `UnknownStringValue`)."""


def mapping(value: object) -> dict[str, Json]:
    """A mapping, also where it travels as JSON text; empty for anything else, `[secret]` and unknown values too."""
    parsed = _parsed(value) if isinstance(value, str) else value
    return dict(cast("Mapping[str, Json]", parsed)) if isinstance(parsed, Mapping) else {}


def is_mapping(value: object) -> bool:
    """Whether `mapping` reads it, an absent value included."""
    return value is None or isinstance(_parsed(value) if isinstance(value, str) else value, Mapping)


def items(value: object) -> list[Json]:
    """A list, also where it travels as JSON text; empty for anything else."""
    parsed = _parsed(value) if isinstance(value, str) else value
    return cast("list[Json]", parsed) if isinstance(parsed, list) else []


def texts(value: object) -> list[str]:
    """The items of a list as texts."""
    return [str(item) for item in items(value)]


def schedules(value: object) -> list[dict[str, Json]]:
    """A deployment's schedules; none where they are secret or unknown."""
    return [schedule for schedule in items(value) if isinstance(schedule, dict)]


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
