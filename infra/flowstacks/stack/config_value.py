"""One raw value of the config: from JSON text to data, refused where nothing could be done with it. Pure."""

import json
from typing import Annotated, Any

import pydantic

from flowstacks.core import yaml_limits

_LONGEST_SHOWN = 80
"""Characters of a value in a message; a name of 20,000 would hide the message."""


class UnusableError(ValueError):
    """A value that no key could have; `remedy`: what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        """`message` follows the key's name."""
        self.message = message
        self.remedy = remedy
        super().__init__(message)


def decoded(value: Any) -> Any:
    """The data of a value that is JSON text, any other value as it is. Raises `UnusableError`."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        _refuse(yaml_limits.json_fault(value))
        try:
            value = json.loads(value)
        except ValueError:
            return value
    _refuse(yaml_limits.value_fault(value))
    return value


def shown(value: Any) -> str:
    """As Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text):,} characters)"


def _flag(value: Any) -> bool:
    """Pulumi gives every scalar as text; the provider, which reads it too, knows no other spellings."""
    if value in (True, "true", False, "false"):
        return value in (True, "true")
    raise ValueError("write true or false")


Flag = Annotated[bool, pydantic.BeforeValidator(_flag)]
"""`true` or `false`."""


def _refuse(fault: tuple[str, str] | None) -> None:
    if fault:
        raise UnusableError(*fault)
