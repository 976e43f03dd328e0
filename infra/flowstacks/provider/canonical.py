"""Canonical JSON: the same value is always the same string.

Parameters, schemas, pull steps and templates travel as one such string each, because Pulumi's properties are not
JSON: `{"a": null}` loses its key, 7 arrives as 7.0, 2^53+1 as 2^53 (measured, pulumi 3.258.0).
"""

import json

import pydantic


def dumps(value: pydantic.JsonValue) -> str:
    """Sorted keys, no spaces, non-ASCII kept. `NaN` and infinities are a ValueError: they are no JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(text: str) -> pydantic.JsonValue:
    """Parse JSON; a ValueError for anything else."""
    value: pydantic.JsonValue = json.loads(text)
    return value
