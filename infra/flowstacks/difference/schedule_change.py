"""How a deployment's schedules change, slug by slug. Pure."""

from collections.abc import Sequence
from typing import cast

from flowstacks.difference.change import Json, ValueChange
from flowstacks.stack import schedule

FIELD = "schedules"


def changes(before: Json, after: Json) -> list[ValueChange]:
    """From one list of the inputs to the other; a schedule is the same as long as its slug is."""
    old, new = _by_slug(before), _by_slug(after)
    return [
        ValueChange(field=f"{FIELD}.{slug}", text=f"schedule {slug} {text}")
        for slug in sorted(old.keys() | new.keys())
        for text in _texts(old.get(slug), new.get(slug))
    ]


def active(schedules: Json) -> bool:
    """Whether any of them makes runs."""
    return any(schedule.is_active(inputs) for inputs in _by_slug(schedules).values())


def _texts(before: schedule.Inputs | None, after: schedule.Inputs | None) -> list[str]:
    if before is None:
        return [f"added: {_described(after or {})}"]
    return [f"removed, was {_described(before)}"] if after is None else schedule.change_texts(before, after)


def _described(inputs: schedule.Inputs) -> str:
    return f"{schedule.text(inputs)}{'' if schedule.is_active(inputs) else ' (paused)'}"


def _by_slug(schedules: Json) -> dict[str, schedule.Inputs]:
    return {str(inputs.get("slug")): inputs for inputs in cast("Sequence[schedule.Inputs]", schedules or [])}
