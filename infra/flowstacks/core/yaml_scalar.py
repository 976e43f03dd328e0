"""Plain scalars that mean one thing to ruamel.yaml, which reads YAML 1.2, and another to the Pulumi engine. Pure.

The engine reads stack files with gopkg.in/yaml.v3 3.0.1 (resolve.go: `resolve`), which keeps numbers of YAML 1.1, and
hands structures over as JSON. Seen with Pulumi 3.258.0: `010` is 8, `0B1` is 1, a date becomes another text, and
12345678901234567890 becomes 12345678901234567000.
"""

import decimal
import math
import re
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode

_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?", re.DOTALL)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"([-+]?)0([xXoObB])(.+)", re.DOTALL)
_BASES = {"x": ("0123456789abcdef", 16), "o": ("01234567", 8), "b": ("01", 2)}
_NUMBER_TAGS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_INT64 = range(-(2**63), 2**63)
"""Whole numbers that reach the program exactly; larger ones are rounded to 53 bits on the way (Pulumi 3.258.0)."""

_PLAIN_DIGITS_BELOW = 1e21
"""Below it Go's encoding/json writes a float without an exponent, and Python's json reads that as a whole number."""

_QUOTE = "Quote it if it is text; write a number in plain decimal digits"


class Fault(NamedTuple):
    """What is wrong with a part of a YAML text, and what to do about it."""

    line: int
    message: str
    remedy: str


def tag_of(token: str) -> str:
    """The tag that ruamel.yaml gives a plain scalar."""
    return str(_RESOLVER.resolve(ScalarNode, token, (True, False)))


def fault(token: str, line: int) -> Fault | None:
    """Why a plain scalar would not arrive as it is written; None for what both sides read alike."""
    if _LEADING_ZERO.fullmatch(token):
        message = f"{token} starts with a zero: YAML 1.1, which Pulumi reads, may take it for an octal number"
        return Fault(line, message, "Quote it to keep the zero, or leave the zero out")
    if _DATE.fullmatch(token):
        return Fault(line, f"{token} is a date, which Pulumi would rewrite as another text", "Quote it")
    here, engine = number(token), _engine_number(token)
    if isinstance(here, int) and here not in _INT64:
        message = f"{token} has more digits than a number can carry to the program without being rounded"
        return Fault(line, message, "Quote it: write it as text")
    if isinstance(here, float) and not math.isfinite(here):
        return Fault(line, f"{token} is a number that JSON does not have", "Quote it if it is text, or correct it")
    if here != engine:
        message = f"{token} is read as a number by Pulumi and as text here, or the other way round"
        return Fault(line, message, _QUOTE)
    return None


def as_handed_over(value: float) -> float:
    """A float as it comes out of the engine's JSON: `1e3` and `7.0` are whole numbers there."""
    if value.is_integer() and abs(value) < _PLAIN_DIGITS_BELOW:
        return int(decimal.Decimal(repr(float(value))))
    return float(value)


def number(token: str) -> float | None:
    """As ruamel.yaml 0.19.1 constructs it, None for what is no number."""
    if tag_of(token) not in _NUMBER_TAGS:
        return None
    digits = token.replace("_", "").lower()
    try:
        if _BASED.fullmatch(digits):
            return _based(digits)
        if tag_of(token) == _NUMBER_TAGS[0]:
            return int(digits)
        return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return math.nan  # `+_` gets a number's tag too, and ends in a traceback when it is constructed


def _engine_number(token: str) -> float | None:
    """As yaml.v3 resolves it, None for what is no number. Words for infinity and NaN are no number here."""
    if not token or token[0] not in "+-.0123456789":
        return None
    # A token that starts with a dot keeps its underscores, and then is none.
    digits = token if token[0] == "." else token.replace("_", "")
    if _BASED.fullmatch(digits):
        return _based(digits)
    if not _FLOAT.fullmatch(digits):
        return None
    if re.fullmatch(r"[-+]?[0-9]+", digits):
        return int(digits)
    number = float(digits)
    return number if math.isfinite(number) else None


def _based(digits: str) -> int | None:
    parts = _BASED.fullmatch(digits)
    alphabet, base = _BASES[parts[2].lower()] if parts else ("", 10)
    if parts is None or not all(digit in alphabet for digit in parts[3].lower()):
        return None
    return int(parts[1] + parts[3], base)


_RESOLVER: Any = YAML(typ="rt").resolver  # ruamel's attributes are untyped
