"""What a stack file may hold, looked at before it is loaded: one pass over its events, without recursion. Pure.

A pull request of a stranger's fork brings stack files of its own, and `flowstacks check` reads them.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.scanner import RoundTripScanner

from flowstacks.core import yaml_scalar
from flowstacks.core.yaml_scalar import Fault

DEEPEST = 100
"""Levels of nesting: the deepest place of the config has 6, parameters and job variables need a few of their own.

Python gives up at 1,000 calls, of which each level takes several.
"""

MOST_NODES = 50_000
"""Nodes with every alias written out: some 5,000 overrides. Nine levels of nine aliases would be 387 million."""

MOST_BYTES = 1_000_000
"""Of one file: five times what as many nodes take."""

_MERGE = "<<"
_TEXT = "tag:yaml.org,2002:str"
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_PART = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_TOO_DEEP = (f"is nested deeper than {DEEPEST} levels", "Write it flatter")
_NO_CHARACTER = ("half a surrogate pair is no character", "Write the character itself")


def json_fault(text: str) -> tuple[str, str] | None:
    """Message and remedy for a JSON text that is nested too deeply to be read."""
    depth = 0
    for part in _JSON_PART.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(part[0], 0)
        if depth > DEEPEST:
            return _TOO_DEEP
    return None


def value_fault(value: object) -> tuple[str, str] | None:
    """Message and remedy for data that can't be sent: no server takes half a surrogate pair."""
    level: list[Any] = [value]
    for _ in range(DEEPEST + 1):
        if any(isinstance(part, str) and _SURROGATE.search(part) for part in level):
            return _NO_CHARACTER
        level = [inner for part in level for inner in _inside(part)]
    return _TOO_DEEP if level else None


def _inside(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return [*part, *part.values()]
    return list(cast("Iterable[Any]", part)) if isinstance(part, list | tuple) else []


def faults(text: str) -> Iterator[Fault]:
    """What of a YAML text is refused, in its order; raises ruamel's `YAMLError` where it is no YAML."""
    for fault, _ in _faults(text):
        yield fault


def limit_fault(text: str) -> Fault | None:
    """Why a YAML text must not be read by anything that recurses or writes aliases out; None where it may.

    Of `faults` only the depth, the number of nodes and circular aliases. Raises `YAMLError` where it is no YAML.
    """
    return next((fault for fault, is_limit in _faults(text) if is_limit), None)


def _faults(text: str) -> Iterator[tuple[Fault, bool]]:
    """Each fault with whether it is a limit, behind which nothing is looked at."""
    parser: Any = YAML(typ="rt", pure=True)  # ruamel's parse() is untyped
    parser.Scanner = _Scanner
    reader = _Reader()
    try:
        for event in parser.parse(text):
            for fault in reader.take(event):
                yield fault, False
            limit = reader.limit(event.start_mark.line + 1)
            if limit:
                yield limit, True
                return
    except _TooDeepError as deep:
        yield Fault(deep.line, *_TOO_DEEP), True


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


class _Scanner(RoundTripScanner):
    """Counts open brackets itself: looking for a `:` after each, it takes 4 s for a line of them before any event."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803 - ruamel's own name
        scanner, original = cast("Any", self), cast("Any", super())  # ruamel's attributes are untyped
        if len(scanner.flow_context) > DEEPEST:
            raise _TooDeepError(scanner.reader.line + 1)
        original.fetch_flow_collection_start(TokenClass, to_push)


@dataclasses.dataclass
class _Collection:
    """A mapping or a list that is not closed yet."""

    anchor: str | None
    """Name that aliases use for it."""
    keys: dict[str, int] | None
    """Line of each key; None for a list."""
    key_is_next: bool
    """Whether the next node is a key."""
    nodes: int = 1
    """Nodes in it and itself, aliases written out."""
    height: int = 1
    """Levels in it and itself."""


class _Reader:
    """Follows the events of one text."""

    def __init__(self) -> None:
        self._open: list[_Collection] = []
        self._sizes: dict[str, tuple[int, int]] = {}
        self._nodes = 0
        self._deepest = 0
        self._is_circular = False

    def limit(self, line: int) -> Fault | None:
        """The limit that is passed; what follows need not be looked at."""
        if self._is_circular:
            return Fault(line, "an alias is inside of what it refers to", "Write it out")
        if self._deepest > DEEPEST:
            return Fault(line, *_TOO_DEEP)
        if self._nodes > MOST_NODES:
            return Fault(line, f"aliases written out, it has more than {MOST_NODES} nodes", "Use fewer aliases")
        return None

    def take(self, event: Any) -> Iterator[Fault]:
        kind, line = type(event).__name__, event.start_mark.line + 1
        if kind == "DocumentStartEvent" and event.version:
            yield Fault(line, "Pulumi does not look at %YAML", "Remove the line")
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            yield from self._begun(event, is_mapping=kind == "MappingStartEvent", line=line)
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            closed = self._open.pop()
            self._count(closed.anchor, closed.nodes, closed.height)
        elif kind == "AliasEvent":
            yield from self._alias(event.anchor, line)
        elif kind == "ScalarEvent":
            yield from self._scalar(event, line)
            self._count(event.anchor, 1, 0)

    def _begun(self, event: Any, *, is_mapping: bool, line: int) -> Iterator[Fault]:
        if self._is_key():
            yield Fault(line, "a key is text here, not a list or a mapping", "Write a word")
        if _has_tag(event):
            yield Fault(line, f"the tag {event.tag} is not read", "Remove it")
        self._passed()
        keys: dict[str, int] | None = {} if is_mapping else None
        self._open.append(_Collection(anchor=event.anchor, keys=keys, key_is_next=is_mapping))
        self._deepest = max(self._deepest, len(self._open))

    def _alias(self, anchor: str, line: int) -> Iterator[Fault]:
        if self._is_key():
            yield Fault(line, f"the alias *{anchor} is used as a key", "Write the key itself")
        self._passed()
        self._is_circular = any(collection.anchor == anchor for collection in self._open)
        self._count(None, *self._sizes.get(anchor, (1, 0)))

    def _scalar(self, event: Any, line: int) -> Iterator[Fault]:
        value, is_plain = str(event.value), not event.style
        if _has_tag(event):
            yield Fault(line, f"the tag {event.tag} is not read", "Remove it; quote the value if it is text")
        elif is_plain and (doubt := yaml_scalar.fault(value, line)):
            yield doubt
        elif self._is_key() and is_plain and value != _MERGE and yaml_scalar.tag_of(value) != _TEXT:
            yield Fault(line, f"the key {value or 'null'} is no text", "Quote it")
        if _SURROGATE.search(value):
            yield Fault(line, *_NO_CHARACTER)
        if self._is_key():
            yield from self._twice(value, line)
        self._passed()

    def _twice(self, key: str, line: int) -> Iterator[Fault]:
        keys = self._open[-1].keys
        if keys is None or key == _MERGE:
            return
        if key in keys:
            yield Fault(line, f"the key {key[:80]!r} is written twice, first in line {keys[key]}", "Keep one of them")
        keys.setdefault(key, line)

    def _is_key(self) -> bool:
        return bool(self._open) and self._open[-1].keys is not None and self._open[-1].key_is_next

    def _passed(self) -> None:
        if self._open and self._open[-1].keys is not None:
            self._open[-1].key_is_next = not self._open[-1].key_is_next

    def _count(self, anchor: str | None, nodes: int, height: int) -> None:
        if anchor:
            self._sizes[anchor] = (nodes, height)
        self._deepest = max(self._deepest, len(self._open) + height)
        if self._open:
            outer = self._open[-1]
            outer.nodes, outer.height = outer.nodes + nodes, max(outer.height, height + 1)
            self._nodes = max(self._nodes, outer.nodes)


def _has_tag(event: Any) -> bool:
    # A collection's `implicit` is one flag, a scalar's a pair; ruamel gives quoted text the tag `!` of its own.
    return bool(event.tag) and event.implicit in {False, (False, False)}
