"""How a deployment's schedules change, slug by slug. Pure."""

from flowstacks.difference import inputs
from flowstacks.difference.value_change import ValueChange
from flowstacks.stack import schedule

PROPERTY = "schedules"


def changes(before: object, after: object) -> list[ValueChange]:
    """From one list of the inputs to the other; a schedule is the same as long as its slug is."""
    old, new = _by_slug(before), _by_slug(after)
    return [
        ValueChange(path=f"{PROPERTY}.{slug}", text=f"schedule {slug} {text}")
        for slug in sorted(old.keys() | new.keys())
        for text in _texts(old.get(slug), new.get(slug))
    ]


def is_of_schedules(change: ValueChange) -> bool:
    """Whether `changes` made it."""
    return change.path.startswith(f"{PROPERTY}.")


def active(schedules: object) -> bool:
    """Whether any of them makes runs."""
    return any(schedule.is_active(values) for values in inputs.schedules(schedules))


def _texts(before: schedule.Inputs | None, after: schedule.Inputs | None) -> list[str]:
    if before is None:
        return [f"added: {_described(after or {})}"]
    return [f"removed, was {_described(before)}"] if after is None else schedule.change_texts(before, after)


def _described(values: schedule.Inputs) -> str:
    return f"{schedule.text(values)}{'' if schedule.is_active(values) else ' (paused)'}"


def _by_slug(schedules: object) -> dict[str, schedule.Inputs]:
    return {str(values.get("slug")): values for values in inputs.schedules(schedules)}
