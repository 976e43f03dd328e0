"""When a deployment runs by itself: the one place that knows the fields of a schedule.

A further kind of schedule (`interval`, `rrule`) is a field of `Schedule`, a line in `TIMINGS` and its rules in `faults`
and `doubts`; declarations, stack files, checks and reports follow. Only the provider's process has a model of its own
(`provider/kinds/schedules.py`), because it can't import this one.
"""

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pydantic

from flowstacks.core import suggestion
from flowstacks.core.model import Model
from flowstacks.core.server_name import ServerName
from flowstacks.stack import cron_parser

TIMINGS: Mapping[str, str] = {"cron": "0 4 * * *"}
"""The fields that say when, with an example; a schedule has exactly one of them.

A schedule that is written as text alone has the first.
"""

COMPANIONS = ("timezone",)
"""Fields that refine a timing, so that none of them means anything without one."""

_CRON_FIELDS = (("minute", 60), ("hour", 24), ("day", 31), ("month", 12), ("weekday", 7))

Inputs = Mapping[str, object]
"""A schedule as the input of a deployment resource: the fields of `Schedule` with a slug, without what is unset."""


class Schedule(Model):
    """One schedule as declared, or as set in a stack file."""

    slug: ServerName | None = None
    """Keeps the schedule's ID stable on the server; unset, it comes from the place in the list (`with_slugs`)."""
    cron: str
    """Five fields, in the syntax of Prefect's own parser."""
    timezone: str = "UTC"
    """An IANA name."""
    active: bool | None = None
    """Whether it makes runs; unset, it follows `flowstacks:schedule_policy`."""

    def __str__(self) -> str:
        """When it fires: `0 4 * * * UTC`."""
        return text(self.model_dump())

    def inputs(self, *, active: bool) -> dict[str, pydantic.JsonValue]:
        """As the input of a deployment resource; `active` is what the environment makes of it."""
        timing: dict[str, pydantic.JsonValue] = self.model_dump(exclude={"active"}, exclude_none=True)
        return {**timing, "active": active}


class ScheduleFault(NamedTuple):
    """`field` of `Schedule` is at fault; `message` is a clause without a full stop."""

    field: str
    message: str
    remedy: str

    @property
    def code(self) -> str:
        """Id of the problem where a stack file sets the schedule; a declaration's is the name of the field."""
        return {"cron": "invalid-cron", "timezone": "unknown-timezone"}[self.field]


def faults(schedule: Schedule) -> Iterator[ScheduleFault]:
    """What Prefect refuses."""
    if message := cron_fault(schedule.cron):
        yield ScheduleFault("cron", message, f'Write five fields, such as "{TIMINGS["cron"]}"')
    if message := timezone_fault(schedule.timezone):
        yield ScheduleFault("timezone", message, "Write an IANA name, such as Europe/Oslo")


def doubts(schedule: Schedule) -> Iterator[ScheduleFault]:
    """What Prefect takes, and does otherwise than it seems."""
    if not cron_fault(schedule.cron) and (message := cron_doubt(schedule.cron)):
        yield ScheduleFault("cron", message, "Put the step into the field that counts that unit")


def cron_fault(cron: str) -> str | None:
    """Why Prefect refuses the expression (3.9.1, `_internal/schemas/validators.py`: `validate_cron_string`)."""
    if cron_parser.is_random(cron):
        return f"{cron!r} asks for a random or hashed time, which Prefect refuses"
    return None if cron_parser.is_valid(cron) else f"{cron!r} is no cron expression"


def cron_doubt(cron: str) -> str | None:
    """Why a valid expression fires at other times than it seems to: a step as long as its field's whole range."""
    for (name, size), field in zip(_CRON_FIELDS, cron.split(), strict=False):
        for item in field.split(","):
            _, _, step = item.partition("/")
            if step.isdecimal() and int(step) >= size:
                return (
                    f"{cron!r} steps by {step} in a field of {size} ({name}): it fires each time the field starts over"
                )
    return None


def timezone_fault(timezone: str) -> str | None:
    """Why the name is no IANA time zone, with the closest one that is."""
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: the name of a folder of the database, such as `Europe`.
        return f"{timezone!r} is no time zone{suggestion.did_you_mean(timezone, zoneinfo.available_timezones())}"
    return None


def with_slugs(schedules: Sequence[Schedule]) -> tuple[Schedule, ...]:
    """Give each schedule without a slug one from its place (`schedule-1`, …), so that an edited cron keeps its ID."""
    return tuple(
        schedule if schedule.slug else schedule.model_copy(update={"slug": f"schedule-{number}"})
        for number, schedule in enumerate(schedules, start=1)
    )


def text(inputs: Inputs) -> str:
    """When it fires: `0 4 * * * UTC`."""
    return " ".join(str(inputs[field]) for field in _when() if inputs.get(field) is not None)


def is_active(inputs: Inputs) -> bool:
    """Whether it makes runs; on the server a schedule is active unless it is paused."""
    return inputs.get("active") is not False


def change_texts(before: Inputs, after: Inputs) -> list[str]:
    """How two schedules with the same slug differ, field by field: `cron 0 4 * * * -> 0 6 * * *`, `paused`."""
    texts = [
        f"{field} {before.get(field)} -> {after.get(field)}"
        for field in _when()
        if before.get(field) != after.get(field)
    ]
    if after.get("active") is not None and before.get("active") != after["active"]:
        texts.append("activated" if after["active"] else "paused")
    return texts


def _when() -> tuple[str, ...]:
    return (*TIMINGS, *COMPANIONS)
