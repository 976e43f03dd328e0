"""When two values mean the same to AWS. Pure."""

import json
from typing import cast

from flowstacks.aws_plugin.properties.values import Plain


def canonical(value: Plain) -> str:
    """One text per meaning, for sorting and comparing."""
    return json.dumps(value, sort_keys=True)


def json_text(text: Plain) -> Plain:
    """What a JSON text says; the text itself where it is none."""
    if not isinstance(text, str):
        return text
    try:
        return cast("Plain", json.loads(text))
    except json.JSONDecodeError:
        return text


def same_set(old: Plain, new: Plain) -> bool:
    """Lists whose order AWS does not keep."""
    if not isinstance(old, list) or not isinstance(new, list):
        return False
    return {canonical(item) for item in old} == {canonical(item) for item in new}


def same_policy(old: Plain, new: Plain) -> bool:
    """IAM policies: one value and a list of it are the same, and lists in statements have no order."""
    return _policy(json_text(old)) == _policy(json_text(new))


def _policy(value: Plain) -> Plain:
    if isinstance(value, dict):
        return {key: _policy(item) for key, item in value.items()}
    if isinstance(value, list):
        parts = sorted((_policy(item) for item in value), key=canonical)
        return parts[0] if len(parts) == 1 else parts
    return value
