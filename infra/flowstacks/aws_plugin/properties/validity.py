"""What the real plugin refuses before it asks AWS: its own rules on values, so that a preview tells. Pure."""

import re
from collections.abc import Callable

from flowstacks.aws_plugin.properties.values import Plain

Check = Callable[[Plain], str | None]
"""Why a value is refused, ending with the remedy; None where it is not."""

_ARN = re.compile(r"arn:[\w-]+:[A-Za-z0-9-]+:[\w-]*:(\d{12}|aws)?:.+")


def among(*allowed: str | int) -> Check:
    """One of these."""
    return lambda value: None if value in allowed else f"write one of {', '.join(map(str, allowed))}"


def within(low: int, high: int, *besides: int) -> Check:
    """A whole number from `low` to `high`, or one of `besides`."""
    extra = f", or {', '.join(map(str, besides))}" if besides else ""

    def check(value: Plain) -> str | None:
        fits = isinstance(value, int) and (low <= value <= high or value in besides)
        return None if fits else f"write {low} to {high}{extra}"

    return check


def spelled(characters: str, longest: int) -> Check:
    """Text of 1 to `longest` of these `characters` (the inside of a regular expression's brackets)."""
    pattern = re.compile(f"[{characters}]{{1,{longest}}}", re.ASCII)

    def check(value: Plain) -> str | None:
        fits = isinstance(value, str) and pattern.fullmatch(value)
        return None if fits else f"write 1 to {longest} characters of {characters}"

    return check


def short(longest: int) -> Check:
    """Text of at most `longest` characters."""
    return lambda value: None if len(str(value)) <= longest else f"write at most {longest} characters"


def arn(value: Plain) -> str | None:
    """An ARN."""
    return None if isinstance(value, str) and _ARN.fullmatch(value) else "write an ARN, `arn:aws:…`"
