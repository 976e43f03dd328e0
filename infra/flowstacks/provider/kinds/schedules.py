"""Schedules of a deployment: identity is the slug, removal is a request of its own.

Facts of Prefect 3.9.1 (`prefect/server/api/deployments.py`, `update_deployment`): while every existing schedule has a
slug, a PATCH changes and adds those it names and keeps the others; if one has none (added by hand), a PATCH with
`schedules` replaces them all, with new ids. So what must go is deleted first, and only what differs is sent.
"""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import pydantic

from flowstacks.provider import canonical
from flowstacks.provider.fields.rules import Keyed
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.deployments import ScheduleAnswer, ScheduleBody

_RULE = Keyed(key="slug", leave=("active",))


class ScheduleInputs(ProviderModel):
    """A schedule."""

    slug: Annotated[str, pydantic.Field(min_length=1)]
    """Its identity within the deployment."""
    cron: Annotated[str, pydantic.Field(min_length=1)]
    """When."""
    timezone: str = "UTC"
    """An IANA name."""
    active: bool | None = None
    """None leaves it as on the server."""


def _distinct(schedules: list[ScheduleInputs]) -> list[ScheduleInputs]:
    if len({schedule.slug for schedule in schedules}) != len(schedules):
        raise ValueError("two schedules have the same slug: give each its own")
    return schedules


Schedules = Annotated[list[ScheduleInputs], pydantic.AfterValidator(_distinct)]


@dataclasses.dataclass(frozen=True)
class SchedulePlan:
    """`remove`: ids on the server, one DELETE each. `send`: what a PATCH must name."""

    remove: tuple[str, ...]
    send: tuple[ScheduleInputs, ...]


def plan(desired: Sequence[ScheduleInputs], actual: Sequence[ScheduleAnswer]) -> SchedulePlan:
    """The fewest requests from `actual` to `desired`."""
    slugs = {schedule.slug for schedule in desired}
    by_slug = {answer.slug: answer for answer in actual if answer.slug in slugs}
    remove = tuple(answer.id for answer in actual if answer.slug not in slugs)
    send = tuple(
        schedule
        for schedule in desired
        if schedule.slug not in by_slug or not _RULE.same_item(schedule.model_dump(), observed(by_slug[schedule.slug]))
    )
    return SchedulePlan(remove, send)


def body(schedule: ScheduleInputs) -> ScheduleBody:
    """As Prefect takes it; without `active` an existing schedule stays as it is, a new one is active."""
    fields: ScheduleBody = {
        "slug": schedule.slug,
        "schedule": {"cron": schedule.cron, "timezone": schedule.timezone},
    }
    if schedule.active is not None:
        fields["active"] = schedule.active
    return fields


def observed(answer: ScheduleAnswer) -> dict[str, object]:
    """In the words of the inputs. A schedule that is no plain cron (made by hand) shows its JSON as `cron`."""
    cron, timezone = answer.schedule.get("cron"), answer.schedule.get("timezone") or "UTC"
    is_plain = isinstance(cron, str) and answer.schedule.get("day_or", True) is True
    return {
        "slug": answer.slug,
        "cron": cron if is_plain else canonical.dumps(answer.schedule),
        "timezone": timezone,
        "active": answer.active,
    }
