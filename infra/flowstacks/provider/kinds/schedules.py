"""Schedules of a deployment: identity is the slug, removal is a request of its own.

Facts of Prefect 3.8.8 (`prefect/server/api/deployments.py`, `update_deployment`): while every schedule there has a
slug, a PATCH changes and adds those it names and keeps the rest; if one has none (added by hand), a PATCH with
`schedules` replaces them all, with new ids. So what must go is deleted first, and only what differs is sent.
"""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import pydantic

from flowstacks.provider import answers, canonical
from flowstacks.provider.prefect.client import Body
from flowstacks.provider.fields.rules import Keyed
from flowstacks.provider.model import ProviderModel

_SAME = Keyed(key="slug", leave=("active",))


class ScheduleInputs(ProviderModel):
    """One schedule. `slug` is its identity; `timezone` an IANA name; `active`: None leaves it as on the server."""

    slug: Annotated[str, pydantic.Field(min_length=1)]
    cron: Annotated[str, pydantic.Field(min_length=1)]
    timezone: str = "UTC"
    active: bool | None = None


def _told_apart(schedules: list[ScheduleInputs]) -> list[ScheduleInputs]:
    if len({each.slug for each in schedules}) != len(schedules):
        raise ValueError("two schedules have the same slug: give each its own")
    return schedules


Schedules = Annotated[list[ScheduleInputs], pydantic.AfterValidator(_told_apart)]


@dataclasses.dataclass(frozen=True)
class SchedulePlan:
    """`remove`: ids on the server, one DELETE each. `send`: what a PATCH must name."""

    remove: tuple[str, ...]
    send: tuple[ScheduleInputs, ...]


def plan(wanted: Sequence[ScheduleInputs], found: Sequence[answers.ScheduleAnswer]) -> SchedulePlan:
    """The fewest requests from `found` to `wanted`."""
    slugs = {each.slug for each in wanted}
    theirs = {each.slug: each for each in found if each.slug in slugs}
    remove = tuple(each.id for each in found if each.slug not in slugs)
    send = tuple(
        each
        for each in wanted
        if each.slug not in theirs or not _SAME.same_item(each.model_dump(), observed(theirs[each.slug]))
    )
    return SchedulePlan(remove, send)


def body(schedule: ScheduleInputs) -> Body:
    """As Prefect takes it; without `active` an existing one stays as it is, a new one is active."""
    sent: Body = {"slug": schedule.slug, "schedule": {"cron": schedule.cron, "timezone": schedule.timezone}}
    return sent if schedule.active is None else {**sent, "active": schedule.active}


def observed(found: answers.ScheduleAnswer) -> dict[str, object]:
    """In the words of the inputs. One that is no plain cron (made by hand) shows its JSON as `cron`."""
    cron, timezone = found.schedule.get("cron"), found.schedule.get("timezone") or "UTC"
    is_plain = isinstance(cron, str) and found.schedule.get("day_or", True) is True
    return {
        "slug": found.slug,
        "cron": cron if is_plain else canonical.dumps(found.schedule),
        "timezone": timezone,
        "active": found.active,
    }
