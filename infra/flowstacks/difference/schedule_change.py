"""How a deployment's schedules change, slug by slug. Pure."""

from flowstacks.difference import inputs
from flowstacks.difference.inputs import Json
from flowstacks.difference.value_change import ValueChange
from flowstacks.stack import schedule

PROPERTY = "schedules"

Schedule = dict[str, Json]


def changes(before: object, after: object) -> list[ValueChange]:
    """From one list of the inputs to the other; a schedule is the same as long as its slug is."""
    old, new = _by_slug(before), _by_slug(after)
    changed: list[ValueChange] = []
    for slug in sorted(old.keys() | new.keys()):
        if slug not in old:
            changed.append(_change(slug, f"added: {_described(new[slug])}"))
        elif slug not in new:
            changed.append(_change(slug, f"removed, was {_described(old[slug])}"))
        else:
            changed += [_change(slug, text) for text in schedule.change_texts(old[slug], new[slug])]
    return changed


def is_of_schedules(change: ValueChange) -> bool:
    """Whether `changes` made it."""
    return change.path.startswith(f"{PROPERTY}.")


def active(schedules: object) -> bool:
    """Whether any of them makes runs."""
    return any(map(schedule.is_active, inputs.schedules(schedules)))


def _described(source: Schedule) -> str:
    return f"{schedule.text(source)}{'' if schedule.is_active(source) else ' (paused)'}"


def _change(slug: str, text: str) -> ValueChange:
    return ValueChange(path=f"{PROPERTY}.{slug}", text=f"schedule {slug} {text}")


def _by_slug(schedules: object) -> dict[str, Schedule]:
    return {str(source.get("slug")): source for source in inputs.schedules(schedules)}
