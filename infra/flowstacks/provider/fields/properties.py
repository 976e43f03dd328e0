"""Types of properties: what Pulumi can carry, and how what it bends is straightened.

Every number arrives as a float, null keys of a dict get lost, and in a preview a value may be unknown at any depth
(measured, pulumi 3.258.0).
"""

import sys
from collections.abc import Mapping
from typing import Annotated, cast

import pydantic

from flowstacks.provider import canonical

_EXACT = 2**53
"""Above it a float no longer tells neighbouring integers apart, and every number travels as a float."""


def integral(value: object) -> object:
    """7.0 back to 7; anything else unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def straightened(value: object) -> object:
    """A property as JSON would have it: integral floats as int, null keys gone, at every depth."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return {key: straightened(item) for key, item in items if item is not None}
    if isinstance(value, list | tuple):
        return [straightened(item) for item in cast("list[object]", value)]
    return integral(value)


def equal(value: object, other: object) -> bool:
    """As JSON has it: 7 and 7.0 are the same number, but `true` is no 1, which for Python's `==` it is."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        items, others = cast("Mapping[str, object]", value), cast("Mapping[str, object]", other)
        return items.keys() == others.keys() and all(equal(item, others[key]) for key, item in items.items())
    if isinstance(value, list) and isinstance(other, list):
        members, other_members = cast("list[object]", value), cast("list[object]", other)
        return len(members) == len(other_members) and all(map(equal, members, other_members))
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def is_unknown(value: object) -> bool:
    """Whether the engine doesn't know `value` yet, wholly or in some leaf.

    Unknowns come as objects, a new one each time: only `isinstance` finds them.
    """
    if isinstance(value, Mapping):
        return any(is_unknown(item) for item in cast("Mapping[str, object]", value).values())
    if isinstance(value, list | tuple):
        return any(is_unknown(item) for item in cast("list[object]", value))
    # The command line compares properties too, without an engine: `import pulumi` would cost it 0.5 s, and there can be
    # no object of a class that was never loaded.
    output = sys.modules.get("pulumi.output")
    return output is not None and isinstance(value, output.Unknown)


def _exact(value: object) -> object:
    whole = integral(value)
    if isinstance(whole, int) and not isinstance(whole, bool) and abs(whole) >= _EXACT:
        raise ValueError("is too large to arrive unchanged: write it as a string")
    return whole


def _leaves(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _leaves(item) for key, item in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_leaves(item) for item in cast("list[object]", value)]
    return _exact(value)


def _object(text: str) -> str:
    if not isinstance(canonical.loads(text), dict):
        raise ValueError("must be the JSON of an object: use flowstacks.provider.canonical.dumps")  # noqa: TRY004 - pydantic wants ValueError
    return text


def _array(text: str) -> str:
    if not isinstance(canonical.loads(text), list):
        raise ValueError("must be the JSON of a list: use flowstacks.provider.canonical.dumps")  # noqa: TRY004 - pydantic wants ValueError
    return text


Owner = Annotated[str, pydantic.Field(pattern=r"^\S+/[^/\s]+$")]
"""`[<repository>:]<project>/<stack>`."""

PrefectName = Annotated[str, pydantic.Field(pattern=r"^[^/%&><]+$")]
"""Characters that Prefect allows in names of flows and deployments (`prefect/types/names.py`, 3.9.1)."""

Integer = Annotated[int, pydantic.BeforeValidator(_exact)]
JsonObject = Annotated[str, pydantic.AfterValidator(_object)]
JsonArray = Annotated[str, pydantic.AfterValidator(_array)]
Leaves = Annotated[dict[str, pydantic.JsonValue], pydantic.BeforeValidator(_leaves)]
"""A nested value that stays nested, with ints restored."""
