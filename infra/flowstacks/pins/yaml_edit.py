"""One value of a YAML text set or removed; every byte that is not part of it stays. Pure.

Comments, order, quoting, white space and line endings are kept because only the touched tokens and lines are
rewritten. The result is parsed again and compared with the intended outline, so a wrong text is never returned.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowstacks.pins import yaml_outline, yaml_token, yaml_tree
from flowstacks.pins.yaml_token import Value
from flowstacks.pins.yaml_tree import MappingEntry, Node, Scalar, TextError

_LINE_END = re.compile(r"\r\n|\n|\r")
_TOO_DEEP = "Write it as plain YAML by hand, without anchors, aliases, tags and `<<`"


def edited(text: str, path: Sequence[str], value: Value | None) -> str:
    """The text with `value` at `path`; None removes it, and every key above it that becomes empty, but the first.

    A mapping replaces an existing one key by key, so that a key that both have keeps its line. Raises `TextError`.
    """
    before = yaml_tree.parsed(text)
    splices = list(_Editor(text, before).at_root(before, path, value))
    after = _applied(text, splices)
    expected = yaml_outline.edited(yaml_outline.of(before), path, value)
    if yaml_outline.without_empty(_outline_of(after), path[0]) != yaml_outline.without_empty(expected, path[0]):
        raise TextError(0, f"{'.'.join(path)} can't be edited here without changing more than that", _TOO_DEEP)
    return after


def _outline_of(text: str) -> Any:
    """None where the text is no YAML any more."""
    try:
        return yaml_outline.of(yaml_tree.parsed(text))
    except TextError:
        return None


@dataclasses.dataclass(frozen=True)
class _Splice:
    start: int
    end: int
    text: str


def _applied(text: str, splices: Sequence[_Splice]) -> str:
    parts: list[str] = []
    position = 0
    for splice in sorted(splices, key=lambda item: (item.start, item.end)):
        if splice.start < position:
            raise TextError(0, "two edits meet", _TOO_DEEP)
        parts += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, text[position:]])


class _Editor:
    """Makes splices; their positions are those of the unedited text."""

    def __init__(self, text: str, root: Node | None) -> None:
        self._text = text
        line_end = _LINE_END.search(text)
        self._newline = line_end.group() if line_end else "\n"
        self._step = self._indentation(root)

    def at_root(self, root: Node | None, path: Sequence[str], value: Value | None) -> Iterator[_Splice]:
        if isinstance(root, yaml_tree.Mapping) and root.entries:
            yield from self._put(root, path, value, depth=0)
        elif value is None:
            return
        elif root is None or (isinstance(root, Scalar) and root.is_null):
            end = len(self._text)
            yield _Splice(end, end, self._below(end, self._block(_nested(path, value), 0)))
        elif isinstance(root, yaml_tree.Mapping) and not root.mark:
            lines = self._block(_nested(path, value), 0).removesuffix(self._newline)
            yield _Splice(root.start, root.end, lines)
        else:
            raise TextError(root.line, "this is not a mapping", "Mend the YAML")

    def _indentation(self, root: Node | None) -> int:
        """Of the first nested block; two where there is none."""
        for entry in root.entries if isinstance(root, yaml_tree.Mapping) else ():
            inner = entry.value
            if isinstance(inner, yaml_tree.Mapping) and not inner.is_flow:
                return self._column(inner.entries[0].key.start) or 2
        return 2

    def _put(
        self, parent: yaml_tree.Mapping, path: Sequence[str], value: Value | None, depth: int
    ) -> Iterator[_Splice]:
        name, keys = path[0], path[1:]
        entry = self._entry(parent, name)
        if entry is None:
            if value is not None:
                yield from self._insert(parent, parent.entries[-1], name, _nested(keys, value))
        elif keys and _is_filled(entry.value):
            inner = entry.value
            if not isinstance(inner, yaml_tree.Mapping):
                raise TextError(inner.line, f"{name} is not a mapping", "Write keys and values below it")
            if value is None and depth > 0 and _is_alone(inner, keys):
                yield from self._remove_all(parent, [entry])
            elif value is None and _is_alone(inner, keys):
                yield from self._empty(parent, entry)
            else:
                yield from self._put(inner, keys, value, depth + 1)
        elif value is None:
            if not keys:
                yield from self._remove_all(parent, [entry])
        else:
            yield from self._replace(parent, entry, _nested(keys, value))

    def _entry(self, parent: yaml_tree.Mapping, name: str) -> MappingEntry | None:
        """The entry of that key, where it and its surroundings can be edited."""
        entries = [entry for entry in parent.entries if entry.name == name]
        merge = parent.entry(yaml_tree.MERGE)
        if parent.mark or (merge and not entries):
            line = merge.key.line if merge else parent.line
            raise TextError(line, f"{name} is to be set where {parent.mark or '<<'} shares its keys", _TOO_DEEP)
        if len(entries) > 1:
            raise TextError(entries[1].key.line, f"{name} is written here a second time", "Keep one of them")
        if entries:
            self._check(parent, entries[0])
        return entries[0] if entries else None

    def _check(self, parent: yaml_tree.Mapping, entry: MappingEntry) -> None:
        key = entry.key
        before = "" if parent.is_flow else self._text[self._line_start(key.start) : key.start]
        between = self._text[key.end : entry.colon - 1]
        if before.strip("\ufeff \t") or between.strip() or key.mark or entry.value.mark:
            mark = entry.value.mark or key.mark or "`?`"
            raise TextError(key.line, f"{entry.name} is written with {mark}", _TOO_DEEP)

    def _check_all(self, node: Node) -> None:
        """A node that is removed or rewritten may not be referred to elsewhere."""
        marked = next((inner for inner in yaml_tree.walk(node) if inner.mark), None)
        if marked:
            raise TextError(marked.line, f"{marked.mark} is in the part that would be replaced", _TOO_DEEP)

    def _replace(self, parent: yaml_tree.Mapping, entry: MappingEntry, value: Value) -> Iterator[_Splice]:
        old = entry.value
        if isinstance(value, str):
            yield from self._rewrite(parent, entry, value)
        elif isinstance(old, yaml_tree.Mapping) and (_is_block(old) or any(part.name in value for part in old.entries)):
            yield from self._merge(old, value)
        else:
            self._check_all(old)
            yield from self._fill(parent, entry, value)

    def _rewrite(self, parent: yaml_tree.Mapping, entry: MappingEntry, value: str) -> Iterator[_Splice]:
        old = entry.value
        if not isinstance(old, Scalar) or old.style in yaml_tree.BLOCK_STYLES:
            raise TextError(old.line, f"{entry.name} is not a text on one line", "Write it on one line")
        if old.value == value and (old.style or yaml_token.is_plain(value)):
            return
        if old.start == old.end:
            yield _Splice(entry.colon, entry.colon, f" {yaml_token.token(value, _json_style(parent))}")
        else:
            yield _Splice(old.start, old.end, yaml_token.token(value, old.style))

    def _merge(self, old: yaml_tree.Mapping, value: Mapping[str, Value]) -> Iterator[_Splice]:
        first = next((entry for entry in old.entries if entry.name in value), old.entries[0])
        removed = [entry for entry in old.entries if entry.name not in value]
        before: MappingEntry | None = None
        for name, part in value.items():
            entry = self._entry(old, name)
            if entry:
                yield from self._replace(old, entry, part)
                before = entry
            elif before:
                yield from self._insert(old, before, name, part)
            else:
                yield from self._insert_first(old, first, name, part)
        yield from self._remove_all(old, removed)

    def _fill(self, parent: yaml_tree.Mapping, entry: MappingEntry, value: Mapping[str, Value]) -> Iterator[_Splice]:
        """Rewrite a whole value; a comment behind the key stays."""
        old = entry.value
        if isinstance(old, Scalar) and old.style in yaml_tree.BLOCK_STYLES:
            raise TextError(old.line, f"{entry.name} is a text of several lines", "Write keys and values below it")
        if parent.is_flow:
            yield _Splice(entry.colon, old.end, f" {yaml_token.flow(value, _json_style(parent))}")
            return
        lines = self._block(value, self._column(entry.key.start) + self._step)
        yield _Splice(entry.colon, old.end, "")
        end = self._line_end(old.end)
        yield _Splice(end, end, self._below(end, lines))

    def _insert(self, parent: yaml_tree.Mapping, after: MappingEntry, name: str, value: Value) -> Iterator[_Splice]:
        end = max(after.value.end, after.colon)
        if parent.is_flow:
            yield _Splice(end, end, f", {yaml_token.pair(name, value, _json_style(parent))}")
            return
        self._check_ends(after.value)
        end = self._line_end(end)
        lines = self._block({name: value}, self._column(parent.entries[0].key.start))
        yield _Splice(end, end, self._below(end, lines))

    def _insert_first(
        self, parent: yaml_tree.Mapping, first: MappingEntry, name: str, value: Value
    ) -> Iterator[_Splice]:
        start = first.key.start
        if parent.is_flow:
            yield _Splice(start, start, f"{yaml_token.pair(name, value, _json_style(parent))}, ")
            return
        start = self._line_start(start)
        yield _Splice(start, start, self._block({name: value}, self._column(first.key.start)))

    def _remove_all(self, parent: yaml_tree.Mapping, removed: Sequence[MappingEntry]) -> Iterator[_Splice]:
        for entry in removed:
            self._check(parent, entry)
            self._check_all(entry.value)
        if parent.is_flow:
            yield from self._without(parent, removed)
            return
        for entry in removed:
            self._check_ends(entry.value)
            end = self._line_end(max(entry.value.end, entry.colon))
            yield _Splice(self._line_start(entry.key.start), end, "")

    def _empty(self, parent: yaml_tree.Mapping, entry: MappingEntry) -> Iterator[_Splice]:
        """Remove all below the key, which stays."""
        old = entry.value
        self._check_all(old)
        if not parent.is_flow and _is_block(old):
            yield _Splice(self._line_start(old.start), self._line_end(old.end), "")
        else:
            yield _Splice(old.start, old.end, "{}")

    def _without(self, parent: yaml_tree.Mapping, removed: Sequence[MappingEntry]) -> Iterator[_Splice]:
        """Remove entries of a flow mapping, each with one comma.

        That is the comma before it, or behind it where the entry begins the mapping or a line.
        """
        forward = True
        for index, entry in enumerate(parent.entries):
            end = max(entry.value.end, entry.colon)
            before = parent.entries[index - 1] if index else None
            start = max(before.value.end, before.colon) if before else entry.key.start
            forward = (
                index == 0 or forward or bool(_LINE_END.search(self._text, start, entry.key.start))
            ) and entry in removed
            if forward:
                # Without a comma behind it, the comma before it stays as a trailing one, which YAML allows.
                comma = re.compile(r"\s*,[ \t]*").match(self._text, end)
                yield _Splice(entry.key.start, comma.end() if comma else end, "")
            elif entry in removed:
                yield _Splice(start, end, "")

    def _check_ends(self, node: Node) -> None:
        """Raise `TextError` where another entry follows on the same line: such an entry can't be removed by lines."""
        line = self._text[node.end : self._line_end(node.end)].strip()
        if line and not line.startswith("#"):
            raise TextError(node.line, f"{line!r} follows on the same line", "Write one key a line")

    def _block(self, value: Mapping[str, Value], column: int) -> str:
        lines: list[str] = []
        for name, inner in value.items():
            key = f"{' ' * column}{yaml_token.token(name)}:"
            if isinstance(inner, str):
                lines += [f"{key} {yaml_token.token(inner)}{self._newline}"]
            else:
                lines += [f"{key}{self._newline}", self._block(inner, column + self._step)]
        return "".join(lines)

    def _below(self, at: int, lines: str) -> str:
        """Lines for position `at`; the last line of a file may lack its end, and then still does."""
        if at == 0 or self._text[at - 1] in "\r\n" or not self._text[:at].strip("\ufeff"):
            return lines
        return f"{self._newline}{lines.removesuffix(self._newline)}"

    def _column(self, at: int) -> int:
        return len(self._text[self._line_start(at) : at].lstrip("\ufeff"))

    def _line_start(self, at: int) -> int:
        return max(self._text.rfind("\n", 0, at), self._text.rfind("\r", 0, at)) + 1

    def _line_end(self, at: int) -> int:
        """Behind the line's end; `at` itself where it is behind one already, as a block text's end is."""
        if at and self._text[at - 1] in "\r\n":
            return at
        match = _LINE_END.search(self._text, at)
        return match.end() if match else len(self._text)


def _nested(path: Sequence[str], value: Value) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _is_filled(node: Node) -> bool:
    if isinstance(node, yaml_tree.Mapping):
        return bool(node.entries)
    return not (isinstance(node, Scalar) and node.is_null)


def _is_block(node: Node) -> bool:
    return isinstance(node, yaml_tree.Mapping) and not node.is_flow


def _is_alone(node: yaml_tree.Mapping, path: Sequence[str]) -> bool:
    """Whether the node has nothing but the value at `path`."""
    if len(node.entries) != 1 or node.entries[0].name != path[0]:
        return False
    inner = node.entries[0].value
    return len(path) == 1 or (isinstance(inner, yaml_tree.Mapping) and _is_alone(inner, path[1:]))


def _json_style(parent: yaml_tree.Mapping) -> str:
    """`"` where every key is in double quotes: then the mapping is JSON, and stays JSON."""
    keys = [entry.key for entry in parent.entries]
    return '"' if keys and all(isinstance(key, Scalar) and key.style == '"' for key in keys) else ""
