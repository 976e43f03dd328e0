"""Text as YAML writes it. Pure."""

import json
import re
from collections.abc import Mapping

Value = str | Mapping[str, "Value"]

_RESERVED = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[a-z]+:[a-z_]+")
# A commit of digits, `e` and `b` alone reads as a number (`12e3`, `0b1`); the other four letters rule that out.
_COMMIT = re.compile(r"(?=.*[acdf])[0-9a-f]{40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def is_plain(text: str) -> bool:
    """Whether YAML 1.1 and 1.2 both read it as this text where it is not quoted."""
    if text.lower() in _RESERVED:
        return False
    return any(form.fullmatch(text) for form in (_WORD, _COMMIT, _DIGEST))


def token(text: str, style: str = "") -> str:
    """`style`: the quotes to keep, empty for none where none are needed."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return text if not style and is_plain(text) else json.dumps(text, ensure_ascii=False)


def pair(name: str, value: Value, style: str) -> str:
    """An entry of a flow mapping."""
    return f"{token(name, style)}: {token(value, style) if isinstance(value, str) else flow(value, style)}"


def flow(value: Mapping[str, Value], style: str) -> str:
    """A mapping on one line."""
    return "{" + ", ".join(pair(name, inner, style) for name, inner in value.items()) + "}"
