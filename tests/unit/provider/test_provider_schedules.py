from typing import Any

import pytest

from flowstacks.provider.kinds import schedules
from flowstacks.provider.kinds.schedules import ScheduleInputs, SchedulePlan
from flowstacks.provider.prefect.deployments import ScheduleAnswer

ID = {"a": "1", "b": "2", None: "3"}


def there(slug: str | None, cron: str = "0 4 * * *", *, active: bool = True, **more: Any) -> ScheduleAnswer:
    schedule = {"cron": cron, "timezone": "UTC", **more}
    return ScheduleAnswer.model_validate({"id": ID[slug], "slug": slug, "active": active, "schedule": schedule})


def wanted(slug: str, cron: str = "0 4 * * *", *, active: bool | None = True) -> ScheduleInputs:
    return ScheduleInputs(slug=slug, cron=cron, active=active)


@pytest.mark.parametrize(
    ("ours", "theirs", "remove", "send"),
    [
        ([], [], (), ""),
        ([wanted("a")], [there("a")], (), ""),
        ([wanted("a")], [], (), "a"),
        ([], [there("a")], ("1",), ""),
        ([wanted("a")], [there("a"), there("b"), there(None)], ("2", "3"), ""),
        ([wanted("a", "1 1 * * *"), wanted("b")], [there("a"), there("b")], (), "a"),
        ([wanted("a", active=None)], [there("a", active=False)], (), ""),
        ([wanted("a")], [there("a", active=False)], (), "a"),
        ([wanted("a")], [there("a", day_or=False)], (), "a"),
        ([wanted("a")], [there("a", day_or=True)], (), ""),
    ],
    ids=str,
)
def test_plan(ours: list[ScheduleInputs], theirs: list[ScheduleAnswer], remove: tuple[str, ...], send: str) -> None:
    found = schedules.plan(ours, theirs)
    assert found.remove == remove
    assert "".join(each.slug for each in found.send) == send


def test_a_schedule_that_is_no_cron_shows_as_what_it_is() -> None:
    found = ScheduleAnswer.model_validate({"id": "1", "active": True, "schedule": {"interval": 60.0}})
    assert schedules.observed(found)["cron"] == '{"interval":60.0}'


def test_activity_that_is_left_is_not_sent() -> None:
    assert "active" not in schedules.body(wanted("a", active=None))
    assert schedules.body(wanted("a", active=False)).get("active") is False


def test_nothing_to_do_is_an_empty_plan() -> None:
    assert schedules.plan([], []) == SchedulePlan((), ())
