"""The content of a YAML document in a comparable form, without white space, comments and kinds of quotes. Pure."""

from collections.abc import Sequence
from typing import Any, cast

from flowstacks.pins import yaml_token, yaml_tree
from flowstacks.pins.yaml_token import Value
from flowstacks.pins.yaml_tree import Node, Scalar

_EMPTY: tuple[Any, ...] = ({}, ("", "", False), ("", "null", False), ("", "~", False))


def of(node: Node | None) -> Any:
    """Of a document's root."""
    if isinstance(node, Scalar):
        return (node.mark, node.value, bool(node.style) or yaml_token.is_plain(node.value))
    if isinstance(node, yaml_tree.Mapping):
        mark = {"mark": node.mark} if node.mark else {}
        return {**{_key(entry.key): of(entry.value) for entry in node.entries}, **mark}
    if isinstance(node, yaml_tree.Sequence):
        return [*(of(item) for item in node.items), node.mark]
    return node.mark if node else None


def edited(outline: Any, path: Sequence[str], value: Value | None) -> Any:
    """The outline after an edit; keys on the path that become empty are removed."""
    entries = _entries(outline)
    name = ("", path[0])
    before = entries.pop(name, None)
    inner = None if value is None else _outline(value)
    if path[1:]:
        inner = edited(before, path[1:], value)
    if value is None and inner == before:
        return outline
    if inner:
        entries[name] = inner
    return entries


def without_empty(outline: Any, name: str) -> Any:
    """A key with nothing below it counts as absent."""
    return {key: value for key, value in _entries(outline).items() if key != ("", name) or value not in _EMPTY}


def _entries(outline: Any) -> dict[Any, Any]:
    """A copy; a scalar and a list have none."""
    return dict(cast("dict[Any, Any]", outline)) if isinstance(outline, dict) else {}


def _key(node: Node) -> Any:
    """A key may be a collection, which can't be a key of a `dict`."""
    return (node.mark, node.value) if isinstance(node, Scalar) else repr(of(node))


def _outline(value: Value) -> Any:
    if isinstance(value, str):
        return ("", value, True)
    return {("", name): _outline(inner) for name, inner in value.items()}
