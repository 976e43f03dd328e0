"""The ways to write schedules in a declaration, as `Schedule` values. The fields are the model's business.

"schedules": ["0 4 * * *", {"cron": "0 5 * * *", "timezone": "Europe/Oslo"}]
"schedule": "0 4 * * *"
"cron": "0 4 * * *", "timezone": "Europe/Oslo"
"""

from collections.abc import Mapping

import pydantic

from flowstacks.core.problem import Place
from flowstacks.discovery.declarations import placed_value
from flowstacks.discovery.declarations.placed_value import PlacedValue, UnreadableError
from flowstacks.discovery.findings import Findings
from flowstacks.stack import schedule as model
from flowstacks.stack.schedule import Schedule

KEYS = ("schedules", "schedule", *model.TIMINGS, *model.COMPANIONS)
_WAYS = ("schedules", "schedule", *model.TIMINGS)
_TEXT = next(iter(model.TIMINGS))


def read(place: Place, fields: Mapping[str, PlacedValue], findings: Findings) -> tuple[Schedule, ...] | None:
    """The schedules of the declaration at `place`; None where it has none, an empty tuple where it has a bad one."""
    ways = [way for way in _WAYS if way in fields and not fields[way].is_none]
    if len(ways) > 1:
        message = f"schedules are set twice, as {' and '.join(map(repr, ways))}"
        findings.error("flow-spec-key", *fields[ways[1]].place, message, "Keep one of them")
        return None
    timings = [way for way in ways if way in model.TIMINGS]
    for companion in model.COMPANIONS:
        if companion in fields and not timings:
            remedy = f"Write it inside the schedule, or {_timings()} beside it"
            findings.error("flow-spec-key", *fields[companion].place, f"a {companion} without a {_timings()}", remedy)
    if not ways:
        return None
    if timings:
        entries = {name: fields[name] for name in (*timings, *model.COMPANIONS) if name in fields}
        schedules = [_from_entries(place, entries, findings)]
    elif ways == ["schedule"]:
        schedules = [_from_value(fields["schedule"], findings)]
    else:
        schedules = _from_list(fields["schedules"], findings)
    return tuple(schedule for schedule in schedules if schedule)


def _from_list(source: PlacedValue, findings: Findings) -> list[Schedule | None]:
    try:
        items = source.items()
    except UnreadableError as error:
        error.report(findings)
        return []
    schedules = [_from_value(item, findings) for item in items]
    sound = [(item.place, schedule) for item, schedule in zip(items, schedules, strict=True) if schedule]
    first: dict[str, int] = {}
    # A slug made from the position of a schedule may be one that another was given.
    slugged = model.with_slugs([schedule for _, schedule in sound])
    for index, schedule in enumerate(slugged):
        slug, place = schedule.slug or "", sound[index][0]
        if first.setdefault(slug, index) != index:
            message = f"two schedules have the slug {slug!r} (the other in line {sound[first[slug]][0].line})"
            findings.error("schedule", *place, message, "Rename one")
    return schedules


def _from_value(source: PlacedValue, findings: Findings) -> Schedule | None:
    try:
        if source.is_mapping:
            return _from_entries(source.definition().place, source.entries(), findings)
    except UnreadableError as error:
        error.report(findings)
        return None
    return _from_entries(source.place, {_TEXT: source}, findings)


def _from_entries(place: Place, entries: Mapping[str, PlacedValue], findings: Findings) -> Schedule | None:
    if not any(timing in entries for timing in model.TIMINGS):
        example = f'{_TEXT}: "{model.TIMINGS[_TEXT]}"'
        findings.error("schedule", *place, f"a schedule without a {_timings()}", f"Write {example}")
    values = {name: placed_value.read(source, findings) for name, source in entries.items()}
    known = {name: value for name, value in values.items() if value is not None}
    if not any(timing in known for timing in model.TIMINGS):
        return None
    try:
        schedule = Schedule.model_validate(known)
    except pydantic.ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else "/".join(model.TIMINGS)
            field_place = entries[name].place if name in entries else place
            remedy = f"Known here: {', '.join(Schedule.model_fields)}"
            findings.error("schedule", *field_place, f"schedule: {name}: {fault['msg']}", remedy)
        return None
    return schedule if _is_sound(schedule, place, entries, findings) else None


def _is_sound(schedule: Schedule, place: Place, entries: Mapping[str, PlacedValue], findings: Findings) -> bool:
    faults = list(model.faults(schedule))
    for fault in faults:
        field_place = entries[fault.field].place if fault.field in entries else place
        findings.error(fault.field, *field_place, fault.message, fault.remedy)
    for doubt in model.doubts(schedule):
        field_place = entries[doubt.field].place if doubt.field in entries else place
        findings.warning(doubt.field, *field_place, doubt.message, doubt.remedy)
    return not faults


def _timings() -> str:
    return " or ".join(model.TIMINGS)
