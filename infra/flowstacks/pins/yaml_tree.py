"""YAML as a tree whose nodes know their position in the text. Pure.

ruamel.yaml's round trip rewrites white space and quotes, so it can't edit a file in place; its events (0.19.1,
`ruamel/yaml/events.py`) have exact positions, and the text between them stays as it is.
"""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from flowstacks.core import yaml_limits

BLOCK_STYLES = ("|", ">")
MERGE = "<<"
_DASH = re.compile(r"\s*(?:#[^\n]*\n\s*)*-")
_NULLS = ("", "~", "null", "Null", "NULL")


class TextError(Exception):
    """A text that is no YAML, or can't be edited safely; `line` counts from 1, 0 where the whole text is meant."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        """`remedy`: what to do about it."""
        self.line = line
        self.message = message
        self.remedy = remedy
        super().__init__(f"line {line}: {message}. {remedy}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Node:
    """`text[start:end]` is the node as written, with its anchor and tag."""

    start: int
    end: int
    line: int
    """Counts from 1."""
    mark: str = ""
    """The anchor, tag or alias that connects it with another place of the text; empty for most."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scalar(Node):
    """`style`: `"`, `'`, `|`, `>`, or empty for a plain one."""

    value: str
    style: str

    @property
    def is_null(self) -> bool:
        """Whether it is empty, or one of YAML's words for null."""
        return not self.style and not self.mark and self.value in _NULLS


@dataclasses.dataclass(frozen=True, kw_only=True)
class MappingEntry:
    """A key with its value; `colon` is the position behind the `:`."""

    key: Node
    value: Node
    colon: int

    @property
    def name(self) -> str:
        """The key's text; empty for a key that is no text."""
        return self.key.value if isinstance(self.key, Scalar) else ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mapping(Node):
    """`{…}` where `is_flow`, else one entry a line."""

    entries: tuple[MappingEntry, ...]
    is_flow: bool

    def entry(self, name: str) -> MappingEntry | None:
        """The entry of that key."""
        return next((entry for entry in self.entries if entry.name == name), None)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alias(Node):
    """`*name`; `target` is the node that it refers to."""

    target: Node


def parsed(text: str) -> Node | None:
    """The only document of a text, None for a text without any.

    Raises `TextError`, also for a text that passes a limit of `core.yaml_limits`: nodes are read by recursion.
    """
    parser: Any = YAML(typ="safe", pure=True)  # ruamel's parse() is untyped
    try:
        limit = yaml_limits.limit_fault(text)
        if limit:
            raise TextError(limit.line, limit.message, limit.remedy)
        stream: list[Any] = list(parser.parse(text))
    except YAMLError as invalid:
        mark: Any = getattr(invalid, "problem_mark", None)
        reason = str(getattr(invalid, "problem", None) or "not YAML")
        raise TextError(mark.line + 1 if mark else 0, reason, "Mend the YAML") from invalid
    starts = [event for event in stream if type(event).__name__ == "DocumentStartEvent"]
    if len(starts) > 1:
        raise TextError(starts[1].start_mark.line + 1, "a second document begins here", "Keep one in the file")
    return _Reader(text, stream).node(0) if starts else None


def plain(node: Node | None) -> Any:
    """The data: text, None, lists and dicts; aliases and `<<` resolved. Unquoted numbers and booleans stay text."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.value
    if isinstance(node, Alias):
        return plain(node.target)
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        merged = [entry.value for entry in node.entries if entry.name == MERGE]
        entries = {entry.name: plain(entry.value) for entry in node.entries if entry.name != MERGE}
        return {**_merged(merged), **entries}
    return None


def _merged(sources: list[Node]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for source in sources:
        target = source.target if isinstance(source, Alias) else source
        for node in reversed(target.items if isinstance(target, Sequence) else (target,)):
            data.update(plain(node) or {})
    return data


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it; aliases are not followed."""
    yield node
    children: list[Node] = []
    if isinstance(node, Mapping):
        children = [part for child in node.entries for part in (child.key, child.value)]
    elif isinstance(node, Sequence):
        children = list(node.items)
    for child in children:
        yield from walk(child)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Event:
    """One of ruamel's events, typed."""

    kind: str
    """`scalar`, `alias`, `mapping`, `sequence` or `end` (of the last two)."""
    start: int
    end: int
    line: int
    """Counts from 1."""
    anchor: str
    mark: str
    """As a node's."""
    value: str
    """A scalar's."""
    style: str
    """A scalar's."""
    is_flow: bool
    """Whether a collection is written in brackets."""


_KINDS = {
    "ScalarEvent": "scalar",
    "AliasEvent": "alias",
    "MappingStartEvent": "mapping",
    "MappingEndEvent": "end",
    "SequenceStartEvent": "sequence",
    "SequenceEndEvent": "end",
}


def _event(raw: Any) -> _Event:
    anchor = str(getattr(raw, "anchor", None) or "")
    # A collection's is one flag, a scalar's a pair; a tag that only the style implies is not written.
    is_tagged = bool(getattr(raw, "tag", None)) and raw.implicit in {False, (False, False)}
    return _Event(
        kind=_KINDS[type(raw).__name__],
        start=raw.start_mark.index,
        end=raw.end_mark.index,
        line=raw.start_mark.line + 1,
        anchor=anchor,
        mark=f"{f'&{anchor}' if anchor else ''} {raw.tag if is_tagged else ''}".strip(),
        value=str(getattr(raw, "value", None) or ""),
        style=str(getattr(raw, "style", None) or ""),
        is_flow=bool(getattr(raw, "flow_style", False)),
    )


class _Reader:
    """Nodes from events. An event's end is not always its node's: a block collection's is the next token's start."""

    def __init__(self, text: str, stream: list[Any]) -> None:
        self._text = text
        self._events = iter([_event(raw) for raw in stream if type(raw).__name__ in _KINDS])
        self._anchors: dict[str, Node] = {}

    def node(self, floor: int) -> Node:
        """The next node; `floor`: the earliest position at which it can begin."""
        return self._of(next(self._events), floor)

    def _of(self, event: _Event, floor: int) -> Node:
        if event.kind == "alias":
            if event.anchor not in self._anchors:
                raise TextError(event.line, f"the alias *{event.anchor} has no anchor", "Write the value itself")
            target, mark = self._anchors[event.anchor], f"*{event.anchor}"
            return Alias(start=event.start, end=event.end, line=event.line, mark=mark, target=target)
        if event.kind == "scalar":
            node = _scalar(event, floor)
        else:
            node = self._mapping(event) if event.kind == "mapping" else self._sequence(event)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _inside(self) -> Iterator[_Event]:
        """Events up to the end of the collection; the caller reads each event's node before it asks for the next."""
        for event in self._events:
            yield event
            if event.kind == "end":
                return

    def _mapping(self, event: _Event) -> Mapping:
        entries: list[MappingEntry] = []
        end = event.end
        for inner in self._inside():
            if inner.kind == "end":
                end = inner.end if event.is_flow else entries[-1].value.end
                continue
            key = self._of(inner, inner.start)
            position = self._text.find(":", key.end)
            colon = position + 1 if position >= 0 else key.end
            entries.append(MappingEntry(key=key, value=self.node(colon), colon=colon))
        return Mapping(
            start=event.start, end=end, line=event.line, mark=event.mark, entries=tuple(entries), is_flow=event.is_flow
        )

    def _sequence(self, event: _Event) -> Sequence:
        items: list[Node] = []
        end = event.end
        for inner in self._inside():
            if inner.kind == "end":
                end = inner.end if event.is_flow else items[-1].end
                continue
            dash = _DASH.match(self._text, items[-1].end if items else event.start)
            items.append(self._of(inner, dash.end() if dash else inner.start))
        return Sequence(start=event.start, end=end, line=event.line, mark=event.mark, items=tuple(items))


def _scalar(event: _Event, floor: int) -> Scalar:
    # Where nothing is written, ruamel puts the node before the next token, which may be lines away.
    start, end = (floor, floor) if event.start == event.end else (event.start, event.end)
    return Scalar(start=start, end=end, line=event.line, mark=event.mark, value=event.value, style=event.style)
