"""One property that differs between two versions of a resource, in words for people and as values for machines. Pure.

Every other module of this package makes these; `plan_text` prints them, `plan_document` writes them as JSON, and the
comment on a pull request shows the same texts as markdown.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping

from flowstacks.difference.inputs import UNKNOWN, Json, Props
from flowstacks.provider import canonical

_LONGEST = 60
_DIGEST = re.compile(r"(?:[\w.:/-]+@)?sha256:([0-9a-f]{12})[0-9a-f]{52}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ValueChange:
    """A property, or a part of one, with its values before and after."""

    path: str
    """In the words of the inputs: `parameters.days`, `schedules.nightly`; or `commit`."""
    text: str
    """One line for people, without markup."""
    before: Json = None
    """None where the property was absent, or its value is too long for a line."""
    after: Json = None
    """As `before`."""


def of_properties(before: Props, after: Props, names: Iterable[str]) -> list[ValueChange]:
    """A change for each name, of a resource whose kind has no words of its own."""
    return [of_value(name, label(name), before.get(name), after.get(name)) for name in names]


def of_value(path: str, name: str, before: Json, after: Json) -> ValueChange:
    """`name: before -> after`, `name added: after` or `name removed, was before`; values too long are left out."""
    if _same(before, after):
        return ValueChange(path=path, text=f"{name}: changed, in a secret or in what is not known yet")
    if before is None:
        return _added(path, name, after)
    if after is None:
        return _removed(path, name, before)
    return _moved(path, name, before, after)


def of_keys(path: str, name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> list[ValueChange]:
    """A change for each key that two mappings do not share with the same value."""
    changes: list[ValueChange] = []
    for key in sorted(before.keys() | after.keys()):
        key_path, key_name = f"{path}.{key}", f"{name} {key}".strip()
        if key not in before:
            changes.append(_added(key_path, key_name, after[key]))
        elif key not in after:
            changes.append(_removed(key_path, key_name, before[key]))
        elif not _same(before[key], after[key]):
            changes.append(_moved(key_path, key_name, before[key], after[key]))
    return changes


def label(name: str) -> str:
    """A property's name as words: `work_queue_name` -> `work queue name`."""
    return name.replace("_", " ")


def shown(value: Json) -> str | None:
    """As JSON, with the first digits of a digest; None where that is too long for a line."""
    if value == UNKNOWN:
        return "[unknown]"
    text = _DIGEST.sub(r"sha256:\1", canonical.dumps(value).replace(UNKNOWN, "[unknown]"))
    return text if len(text) <= _LONGEST else None


def brief(value: Json) -> str:
    """As `shown`, but a text has no quotes and an absent value is `default`."""
    if value is None:
        return "default"
    return _DIGEST.sub(r"sha256:\1", str(value).replace(UNKNOWN, "[unknown]"))


def _moved(path: str, name: str, before: Json, after: Json) -> ValueChange:
    old, new = shown(before), shown(after)
    if old is None or new is None:
        return ValueChange(path=path, text=f"{name}: changed")
    return ValueChange(path=path, text=f"{name}: {old} -> {new}", before=before, after=after)


def _added(path: str, name: str, value: Json) -> ValueChange:
    text = shown(value)
    return ValueChange(path=path, text=f"{name} added{f': {text}' if text else ''}", after=value)


def _removed(path: str, name: str, value: Json) -> ValueChange:
    text = shown(value)
    return ValueChange(path=path, text=f"{name} removed{f', was {text}' if text else ''}", before=value)


def _same(before: Json, after: Json) -> bool:
    # As JSON: for Python, 1 is True.
    return canonical.dumps(before) == canonical.dumps(after)
