"""One thing that changes, told for people and for machines."""

import dataclasses

import pydantic

from flowstacks.provider import canonical

Json = pydantic.JsonValue

_LONGEST = 60
_DIGITS = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class ValueChange:
    """`field`: a path in the words of the inputs (`parameters.days`, `schedules.nightly`), or `commit`.

    `before` and `after` are None where there was nothing, or nothing short enough to be read.
    """

    field: str
    text: str
    before: Json = None
    after: Json = None


def of_value(field: str, label: str, before: Json, after: Json) -> ValueChange:
    """`label: before -> after`; where one of them is long, that it changes."""
    ours, theirs = shown(before), shown(after)
    if ours is None or theirs is None:
        return ValueChange(field=field, text=f"{label}: changed")
    return ValueChange(field=field, text=f"{label}: {ours} -> {theirs}", before=before, after=after)


def of_keys(field: str, label: str, before: dict[str, Json], after: dict[str, Json]) -> list[ValueChange]:
    """A change for each key that two mappings do not share as it is."""
    found: list[ValueChange] = []
    for key in sorted(before.keys() | after.keys()):
        path, name = f"{field}.{key}", f"{label} {key}".strip()
        if key not in before:
            value = shown(after[key])
            found.append(ValueChange(field=path, text=f"{name} added{f': {value}' if value else ''}", after=after[key]))
        elif key not in after:
            value = shown(before[key])
            found.append(
                ValueChange(field=path, text=f"{name} removed{f', was {value}' if value else ''}", before=before[key])
            )
        elif canonical.dumps(before[key]) != canonical.dumps(after[key]):
            found.append(of_value(path, name, before[key], after[key]))
    return found


def shown(value: Json) -> str | None:
    """As JSON; None where that is too long for a line."""
    text = canonical.dumps(value)
    return text if len(text) <= _LONGEST else None


def brief(value: Json) -> str:
    """A digest's first digits; anything else as it is."""
    kind, colon, digits = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind == "sha256" and colon:
        return f"{kind}:{digits[:_DIGITS]}"
    return "default" if value is None else str(value)
