"""All that a YAML document says, comparable; white space, comments and the kind of quotes are left out. Pure."""

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
        return {**{_key(one.key): of(one.value) for one in node.entries}, **mark}
    if isinstance(node, yaml_tree.Sequence):
        return [*(of(item) for item in node.items), node.mark]
    return node.mark if node else None


def edited(outline: Any, path: Sequence[str], value: Value | None) -> Any:
    """What the outline is after an edit; what becomes empty on the way is gone."""
    here = _entries(outline)
    name = ("", path[0])
    was = here.pop(name, None)
    inner = None if value is None else _said(value)
    if path[1:]:
        inner = edited(was, path[1:], value)
    if value is None and inner == was:
        return outline
    if inner:
        here[name] = inner
    return here


def without_empty(outline: Any, name: str) -> Any:
    """Nothing below a key is the same as no such key."""
    return {key: value for key, value in _entries(outline).items() if key != ("", name) or value not in _EMPTY}


def _entries(outline: Any) -> dict[Any, Any]:
    """A copy; a scalar and a list have none."""
    return dict(cast("dict[Any, Any]", outline)) if isinstance(outline, dict) else {}


def _key(node: Node) -> Any:
    """A key may be a collection, which is no key of a dict."""
    return (node.mark, node.value) if isinstance(node, Scalar) else repr(of(node))


def _said(value: Value) -> Any:
    if isinstance(value, str):
        return ("", value, True)
    return {("", name): _said(inner) for name, inner in value.items()}
