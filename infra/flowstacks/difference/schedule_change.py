"""How a deployment's schedules change, slug by slug. Pure."""

from flowstacks.difference import inputs
from flowstacks.difference.inputs import Json
from flowstacks.difference.value_change import ValueChange

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
            changed += [_change(slug, text) for text in _differences(old[slug], new[slug])]
    return changed


def is_of_schedules(change: ValueChange) -> bool:
    """Whether `changes` made it."""
    return change.path.startswith(f"{PROPERTY}.")


def active(schedules: object) -> bool:
    """Whether any of them makes runs."""
    return any(schedule.get("active") is not False for schedule in inputs.schedules(schedules))


def _differences(before: Schedule, after: Schedule) -> list[str]:
    texts = [
        f"{key} {before.get(key)} -> {after.get(key)}" for key in ("cron", "timezone") if _differs(key, before, after)
    ]
    if after.get("active") is not None and _differs("active", before, after):
        texts.append("activated" if after["active"] else "paused")
    return texts


def _differs(key: str, before: Schedule, after: Schedule) -> bool:
    return before.get(key) != after.get(key)


def _described(schedule: Schedule) -> str:
    state = " (paused)" if schedule.get("active") is False else ""
    return f"{schedule.get('cron')} {schedule.get('timezone')}{state}"


def _change(slug: str, text: str) -> ValueChange:
    return ValueChange(path=f"{PROPERTY}.{slug}", text=f"schedule {slug} {text}")


def _by_slug(schedules: object) -> dict[str, Schedule]:
    return {str(schedule.get("slug")): schedule for schedule in inputs.schedules(schedules)}
