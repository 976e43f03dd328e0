"""How a deployment's schedules change, slug by slug. Pure."""

from collections.abc import Sequence
from typing import cast

from flowstacks.difference.change import Json, ValueChange

FIELD = "schedules"

Schedule = dict[str, Json]


def changes(before: Json, after: Json) -> list[ValueChange]:
    """From one list of the inputs to the other; a schedule is the same as long as its slug is."""
    ours, theirs = _by_slug(before), _by_slug(after)
    found: list[ValueChange] = []
    for slug in sorted(ours.keys() | theirs.keys()):
        if slug not in ours:
            found.append(_told(slug, f"added: {_described(theirs[slug])}"))
        elif slug not in theirs:
            found.append(_told(slug, f"removed, was {_described(ours[slug])}"))
        else:
            found += [_told(slug, what) for what in _differences(ours[slug], theirs[slug])]
    return found


def active(schedules: Json) -> bool:
    """Whether any of them makes runs."""
    return any(one.get("active") is not False for one in _by_slug(schedules).values())


def _differences(before: Schedule, after: Schedule) -> list[str]:
    found = [
        f"{key} {before.get(key)} -> {after.get(key)}" for key in ("cron", "timezone") if _differs(key, before, after)
    ]
    if after.get("active") is not None and _differs("active", before, after):
        found.append("activated" if after["active"] else "paused")
    return found


def _differs(key: str, before: Schedule, after: Schedule) -> bool:
    return before.get(key) != after.get(key)


def _described(schedule: Schedule) -> str:
    state = " (paused)" if schedule.get("active") is False else ""
    return f"{schedule.get('cron')} {schedule.get('timezone')}{state}"


def _told(slug: str, what: str) -> ValueChange:
    return ValueChange(field=f"{FIELD}.{slug}", text=f"schedule {slug} {what}")


def _by_slug(schedules: Json) -> dict[str, Schedule]:
    found = cast("Sequence[Schedule]", schedules or [])
    return {str(one.get("slug")): one for one in found}
