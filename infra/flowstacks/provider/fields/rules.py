"""What each field means for a comparison: rules as data, each with its reason, and the pure `diff` and `echo`.

A kind has one table: every property of its input model and every field of Prefect's own models is in it. A test
fails on a field of Prefect's that has no rule.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import cast

from flowstacks.provider import canonical, owners
from flowstacks.provider.fields import properties

Props = Mapping[str, object]


@dataclasses.dataclass(frozen=True)
class FieldRule:
    """`reason`: the fact about Prefect or Pulumi that the rule rests on."""

    reason: str = ""

    def same(self, desired: object, actual: object) -> bool:
        """Whether `actual` on the server is the desired one; both straightened."""
        return properties.equal(desired, actual)


@dataclasses.dataclass(frozen=True)
class Plain(FieldRule):
    """Sent as it is, read back as it is."""


@dataclasses.dataclass(frozen=True)
class Immutable(FieldRule):
    """A change replaces the object."""


@dataclasses.dataclass(frozen=True)
class Mark(FieldRule):
    """Who it belongs to; kept where `ownership` says, not in a field of that name."""

    def same(self, desired: object, actual: object) -> bool:
        """One repository may be spelled in several ways."""
        return desired == actual or owners.is_same(desired, actual)


@dataclasses.dataclass(frozen=True)
class Trigger(FieldRule):
    """Not on the server; a change means that other fields must be sent again."""


@dataclasses.dataclass(frozen=True)
class LeaveOnServer(FieldRule):
    """None means: whatever the server has is right, people change it in the UI."""

    def same(self, desired: object, actual: object) -> bool:
        """None is the same as any value."""
        return desired is None or properties.equal(desired, actual)


@dataclasses.dataclass(frozen=True)
class DefaultsTo(FieldRule):
    """None means `value`, and the server shows it so."""

    value: object = None

    def same(self, desired: object, actual: object) -> bool:
        """None stands for the default."""
        return (self.value if desired is None else desired) == (self.value if actual is None else actual)


@dataclasses.dataclass(frozen=True)
class Unordered(FieldRule):
    """A list whose order means nothing."""

    def same(self, desired: object, actual: object) -> bool:
        """Same members, as often."""
        return _sorted(desired) == _sorted(actual)


@dataclasses.dataclass(frozen=True)
class Json(FieldRule):
    """JSON as text; compared as a value."""

    def same(self, desired: object, actual: object) -> bool:
        """`[]` and `[ ]` are the same."""
        return properties.equal(_parsed(desired), _parsed(actual))


@dataclasses.dataclass(frozen=True)
class ServerEnriched(Json):
    """JSON as text that the server completes when it is empty."""

    filled: str = ""

    def same(self, desired: object, actual: object) -> bool:
        """An empty object stands for what the server makes of it."""
        desired, actual = (self.filled if text == "{}" else text for text in (desired, actual))
        return properties.equal(_parsed(desired), _parsed(actual))


@dataclasses.dataclass(frozen=True)
class Keyed(FieldRule):
    """A list of objects told apart by `key`; a None in a field of `leave` means as on the server."""

    key: str = ""
    leave: tuple[str, ...] = ()

    def same(self, desired: object, actual: object) -> bool:
        """Same keys, and under each key the same object."""
        desired_items, actual_items = _by_key(desired, self.key), _by_key(actual, self.key)
        return (
            len(_items(desired)) == len(_items(actual))
            and desired_items.keys() == actual_items.keys()
            and all(self.same_item(item, actual_items[key]) for key, item in desired_items.items())
        )

    def same_item(self, desired: Props, actual: Props) -> bool:
        """Two objects under one key."""
        skip = {name for name in self.leave if desired.get(name) is None}
        return all(
            properties.equal(desired.get(name), actual.get(name)) for name in (desired.keys() | actual.keys()) - skip
        )


@dataclasses.dataclass(frozen=True)
class Moved(FieldRule):
    """A field of Prefect's that always reads null; its value is in field `to`."""

    to: str = ""


@dataclasses.dataclass(frozen=True)
class NotManaged(FieldRule):
    """A field of Prefect's that we neither send nor compare: people and other tools may use it."""


@dataclasses.dataclass(frozen=True)
class ServerOnly(FieldRule):
    """The server's own: ids, times, states."""


Rules = Mapping[str, FieldRule]


@dataclasses.dataclass(frozen=True)
class FieldChange:
    """Names of properties. `replaces` is a part of `changed`."""

    changed: tuple[str, ...]
    replaces: tuple[str, ...]


def diff(rules: Rules, fields: Sequence[str], olds: Props, news: Props) -> FieldChange:
    """What turns `olds` (the outputs in the state) into `news` (the desired inputs).

    An unknown value counts as changed, and never as a reason to replace: most often it comes out as it was.
    """
    changed = tuple(name for name in fields if not _unchanged(rules[name], olds.get(name), news.get(name)))
    replaces = tuple(
        name for name in changed if isinstance(rules[name], Immutable) and not properties.is_unknown(news.get(name))
    )
    return FieldChange(changed, replaces)


def echo(rules: Rules, fields: Sequence[str], desired: Props, actual: Props) -> dict[str, object]:
    """The server's state in the words of the inputs: as desired where it means the same, else as actual.

    A property that the server can't tell (no key in `actual`) is as desired. So a refresh shows nothing but drift.
    """
    return {
        name: desired.get(name)
        if name not in actual or rules[name].same(_straight(desired.get(name)), _straight(actual[name]))
        else actual[name]
        for name in fields
    }


def _unchanged(rule: FieldRule, old: object, new: object) -> bool:
    return not properties.is_unknown(new) and rule.same(_straight(new), _straight(old))


def _straight(value: object) -> object:
    return properties.straightened(value)


def _items(value: object) -> list[Props]:
    return cast("list[Props]", value) if isinstance(value, list) else []


def _by_key(value: object, key: str) -> dict[str, Props]:
    return {str(item.get(key)): item for item in _items(value)}


def _sorted(value: object) -> list[str]:
    return sorted(map(str, cast("list[object]", value))) if isinstance(value, list) else []


def _parsed(value: object) -> object:
    return canonical.loads(value) if isinstance(value, str) and value else value
