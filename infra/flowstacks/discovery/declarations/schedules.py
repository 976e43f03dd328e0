"""The ways to write schedules in a declaration, as `Schedule` values."""

import ast
from collections.abc import Mapping
from typing import cast

import pydantic

from flowstacks.discovery.declarations import literals
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.codebase import Codebase
from flowstacks.discovery.flows.values import Located
from flowstacks.stack import schedule as timing
from flowstacks.stack.schedule import Schedule

KEYS = ("schedules", "schedule", "cron", "timezone")
_WAYS = ("schedules", "schedule", "cron")


def read(
    codebase: Codebase, at: Located, fields: Mapping[str, Located], findings: Findings
) -> tuple[Schedule, ...] | None:
    """`schedules: [...]`, or `schedule: <cron or dict>`, or `cron` with `timezone`; None where nothing is said."""
    ways = [way for way in _WAYS if way in fields and not _is_none(codebase, fields[way])]
    if len(ways) > 1:
        second = fields[ways[1]]
        message = f"schedules are said twice, as {' and '.join(map(repr, ways))}"
        findings.error("flow-spec-key", second.file, second.line, message, "Keep one of them")
        return None
    if "timezone" in fields and ways != ["cron"]:
        zone = fields["timezone"]
        remedy = "Write it inside the schedule, or cron beside it"
        findings.error("flow-spec-key", zone.file, zone.line, "a timezone without a cron", remedy)
    if not ways:
        return None
    if ways == ["cron"]:
        found = [_of_fields(codebase, at, {k: v for k, v in fields.items() if k in ("cron", "timezone")}, findings)]
    elif ways == ["schedule"]:
        found = [_one(codebase, fields["schedule"], findings)]
    else:
        found = _several(codebase, fields["schedules"], findings)
    return tuple(schedule for schedule in found if schedule)


def _several(codebase: Codebase, at: Located, findings: Findings) -> list[Schedule | None]:
    try:
        items = values.elements(codebase, at)
    except values.UnresolvedError as error:
        literals.unresolved(error, findings)
        return []
    found = [_one(codebase, item, findings) for item in items]
    sound = [(item, schedule) for item, schedule in zip(items, found, strict=True) if schedule]
    seen: dict[str, Located] = {}
    # A slug made from the place of a schedule may be one that another was given.
    for (item, _), schedule in zip(sound, timing.with_slugs([each for _, each in sound]), strict=True):
        slug = schedule.slug or ""
        if seen.setdefault(slug, item) is not item:
            message = f"two schedules have the slug {slug!r} (the other in line {seen[slug].line})"
            findings.error("schedule", item.file, item.line, message, "Rename one")
    return found


def _one(codebase: Codebase, at: Located, findings: Findings) -> Schedule | None:
    try:
        source = values.definition(codebase, at)
        if isinstance(source.node, ast.Dict | ast.Call | ast.BinOp) and not _is_text(source):
            return _of_fields(codebase, source, values.fields(codebase, source), findings)
    except values.UnresolvedError as error:
        literals.unresolved(error, findings)
        return None
    return _of_fields(codebase, at, {"cron": at}, findings)


def _of_fields(codebase: Codebase, at: Located, fields: Mapping[str, Located], findings: Findings) -> Schedule | None:
    if "cron" not in fields:
        findings.error("schedule", at.file, at.line, "a schedule without a cron", 'Write cron: "0 4 * * *"')
    told = {name: literals.told(codebase, place, findings) for name, place in fields.items()}
    said = {name: value for name, value in told.items() if value is not None}
    is_sound = "cron" in said
    try:
        schedule = Schedule.model_validate(said) if is_sound else None
    except pydantic.ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0]) if fault["loc"] else ""
            place = fields.get(name, at)
            message = f"schedule: {name}: {fault['msg']}"
            remedy = f"Known here: {', '.join(Schedule.model_fields)}"
            findings.error("schedule", place.file, place.line, message, remedy)
        return None
    return schedule if schedule and _fires(schedule, at, fields, findings) else None


def _fires(schedule: Schedule, at: Located, fields: Mapping[str, Located], findings: Findings) -> bool:
    faults = list(timing.faults(schedule))
    for fault in faults:
        place = fields.get(fault.field, at)
        findings.error(fault.field, place.file, place.line, fault.message, fault.remedy)
    for doubt in timing.doubts(schedule):
        place = fields.get(doubt.field, at)
        findings.warning(doubt.field, place.file, place.line, doubt.message, doubt.remedy)
    return not faults


def _is_none(codebase: Codebase, at: Located) -> bool:
    try:
        source = values.definition(codebase, at)
    except values.UnresolvedError:
        return False
    return isinstance(source.node, ast.Constant) and cast("object", source.node.value) is None


def _is_text(at: Located) -> bool:
    """`"0 4 " + REST` is a cron, `A | B` is a dict."""
    return isinstance(at.node, ast.BinOp) and not isinstance(at.node.op, ast.BitOr)
