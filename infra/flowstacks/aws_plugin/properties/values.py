"""Property values as plain Python, and back with their secret marks.

Unknown values travel as a marker text: `PropertyValue` (pulumi 3.258.0, `provider/experimental/property_value.py`) can
neither read nor write its own `Computed`, so the engine's marker arrives and leaves as a string.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Props = dict[str, Plain]

UNKNOWN: str = rpc.UNKNOWN
_UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Of unknown strings, bools, numbers, lists and maps (pulumi 3.258.0, `sdk/go/common/resource/plugin/rpc.go`)."""


def plain(values: Mapping[str, PropertyValue]) -> Props:
    """Without secret marks and dependencies; a null property is an absent one, 7.0 is 7."""
    return {name: _plain(value) for name, value in values.items() if value.value is not None}


def secret_names(values: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Top-level properties with a secret anywhere inside."""
    return frozenset(name for name, value in values.items() if value.contains_secret())


def marked(props: Mapping[str, Plain], secret: Collection[str]) -> dict[str, PropertyValue]:
    """For the engine: absent ones left out, those in `secret` marked as a whole."""
    return {name: _wrapped(value).with_secret(name in secret) for name, value in props.items() if value is not None}


def has_unknown(value: Plain) -> bool:
    """Whether something in it is only known after it has been created."""
    if isinstance(value, str):
        return value in _UNKNOWNS
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    return False


def text(props: Mapping[str, Plain], name: str) -> str:
    """A property that must be there by now and is a string."""
    return cast("str", props[name])


def texts(value: Plain) -> dict[str, str]:
    """A map of strings, empty where nothing is said."""
    return {name: str(item) for name, item in value.items()} if isinstance(value, dict) else {}


def strings(value: Plain) -> list[str]:
    """A list of strings, empty where nothing is said."""
    return [str(item) for item in value] if isinstance(value, list) else []


def _plain(value: PropertyValue) -> Plain:
    inner = value.value
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if inner is None or isinstance(inner, bool | str):
        return inner
    if isinstance(inner, Mapping):
        return {name: _plain(item) for name, item in inner.items() if item.value is not None}
    if isinstance(inner, Sequence):
        return [_plain(item) for item in inner]
    raise TypeError(f"A value of type {type(inner).__name__} can't be sent to AWS. Use text, numbers, lists or maps")


def _wrapped(value: Plain) -> PropertyValue:
    if isinstance(value, list):
        return PropertyValue([_wrapped(item) for item in value])
    if isinstance(value, dict):
        return PropertyValue({name: _wrapped(item) for name, item in value.items()})
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)
