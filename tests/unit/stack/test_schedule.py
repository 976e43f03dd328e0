import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect._internal.schemas.validators import validate_cron_string

from flowstacks.stack import schedule
from flowstacks.stack.schedule import Schedule


def prefect_refuses(cron: str) -> bool:
    try:
        validate_cron_string(cron)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    "cron",
    [
        *(
            "0 4 * * *",
            "*/15 * * * *",
            "0 0 1,15 * 1-5",
            "@daily",
            "0 4 * * mon",
            "0 0 L * *",
            "0 0 * * 5#2",
            "0 0 * * L5",
        ),
        *(
            "",
            " ",
            "nonsense",
            "61 * * * *",
            "* * * *",
            "0 4 * * * *",
            "0 4 * * * * *",
            "0 4 * * * * * *",
            "0 4 31 2 *",
        ),
        *("R * * * *", "H H * * *", "h 4 * * *", "@reboot", "* * * * 8", "*/0 * * * *", "5-1 * * * *", "0 24 * * *"),
        *("* * * * 7 *", "* * 0 * * *", "* * 15W * *", "* R * 7 *", "* * * * 5L", "* * * * ?"),
        *("*/180 * * * *", "0 */48 * * *", "60 * * * *", "0 0 0 * *", "0 4 * * sunday", "1,,2 * * * *", "-1 * * * *"),
    ],
)
def test_a_cron_is_refused_where_prefect_refuses_it(cron: str) -> None:
    assert (schedule.cron_fault(cron) is not None) == prefect_refuses(cron)


@pytest.mark.parametrize("cron", ["R(0-5) * * * *", "* * * R(0-5) *", "H(0-5)/2 * * * *", "1,r(0-5) * * * *"])
def test_a_time_drawn_by_lot_is_refused(cron: str) -> None:
    assert "random" in (schedule.cron_fault(cron) or "")


FIELD = st.from_regex(
    r"\A(\*|[0-9]{1,2}W|[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|\*/[0-9]{1,3}|[0-9],[0-9]{1,2}|[LRH#?WMON]{1,3})\Z"
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIELD, min_size=4, max_size=6).map(" ".join))
def test_any_cron_is_judged_as_prefect_does(cron: str) -> None:
    assert (schedule.cron_fault(cron) is not None) == prefect_refuses(cron)


@pytest.mark.parametrize(
    ("cron", "doubted"),
    [
        ("*/180 * * * *", True),
        ("0 */24 * * *", True),
        ("0,*/60 * * * *", True),
        ("*/30 * * * *", False),
        ("0 */23 * * *", False),
        ("@daily", False),
    ],
)
def test_a_step_that_is_never_reached(cron: str, doubted: bool) -> None:
    assert (schedule.cron_doubt(cron) is not None) == doubted


@pytest.mark.parametrize("zone", ["UTC", "Europe/Oslo", "America/Argentina/Buenos_Aires"])
def test_time_zones(zone: str) -> None:
    assert schedule.timezone_fault(zone) is None


@pytest.mark.parametrize(
    "zone", ["Europe/Olso", "", "Europe", "../etc/passwd", "/etc/localtime", "CET+1", "a\0b", "x" * 300]
)
def test_what_is_no_time_zone(zone: str) -> None:
    assert schedule.timezone_fault(zone)


def test_the_closest_time_zone_is_named() -> None:
    assert schedule.timezone_fault("Europe/Olso") == "'Europe/Olso' is no time zone (did you mean 'Europe/Oslo'?)"


def test_a_schedule_without_a_slug_gets_one_from_its_place() -> None:
    schedules = (Schedule(cron="0 1 * * *"), Schedule(cron="0 2 * * *", slug="night"), Schedule(cron="0 3 * * *"))
    assert [slugged.slug for slugged in schedule.with_slugs(schedules)] == ["schedule-1", "night", "schedule-3"]


def test_inputs_name_what_is_set() -> None:
    assert Schedule(cron="0 1 * * *", slug="night").inputs(active=True) == {
        "slug": "night",
        "cron": "0 1 * * *",
        "timezone": "UTC",
        "active": True,
    }


@pytest.mark.parametrize(
    ("after", "texts"),
    [
        ({"cron": "0 4 * * *"}, []),
        ({"cron": "0 6 * * *"}, ["cron 0 4 * * * -> 0 6 * * *"]),
        ({"timezone": "Europe/Oslo"}, ["timezone UTC -> Europe/Oslo"]),
        ({"active": False}, ["paused"]),
        ({"cron": "@daily", "active": True}, ["cron 0 4 * * * -> @daily"]),
        ({"active": None}, []),
    ],
)
def test_a_change_is_shown_field_by_field(after: dict[str, object], texts: list[str]) -> None:
    before = Schedule(cron="0 4 * * *").inputs(active=True)
    assert schedule.change_texts(before, {**before, **after}) == texts


def test_a_schedule_is_shown_as_it_fires() -> None:
    assert str(Schedule(cron="0 4 * * *", timezone="Europe/Oslo")) == "0 4 * * * Europe/Oslo"


@pytest.mark.parametrize(
    ("cron", "timezone", "fields"),
    [("0 4 * * *", "UTC", []), ("x", "y", ["cron", "timezone"]), ("*/180 * * * *", "UTC", [])],
)
def test_every_fault_is_named_at_its_field(cron: str, timezone: str, fields: list[str]) -> None:
    assert [fault.field for fault in schedule.faults(Schedule(cron=cron, timezone=timezone))] == fields


def test_a_doubt_is_no_fault_and_a_fault_no_doubt() -> None:
    assert [doubt.field for doubt in schedule.doubts(Schedule(cron="*/180 * * * *"))] == ["cron"]
    assert list(schedule.doubts(Schedule(cron="x */180 * * *"))) == []


def test_every_timing_is_a_field_and_its_example_is_sound() -> None:
    assert set(schedule.TIMINGS) <= set(Schedule.model_fields)
    for field, text in schedule.TIMINGS.items():
        assert list(schedule.faults(Schedule.model_validate({field: text}))) == []
