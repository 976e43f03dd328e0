import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect._internal.schemas.validators import validate_cron_string
from prefect.utilities.schema_tools import validation as prefect_validation

from flowstacks.discovery import validation
from flowstacks.discovery.flows.schema import Schema

SCHEMA: Schema = {
    "title": "Parameters",
    "type": "object",
    "properties": {
        "days": {"title": "days", "type": "integer", "position": 0},
        "mode": {"title": "mode", "enum": ["full", "delta"], "type": "string", "default": "full", "position": 1},
        "anything": {"title": "anything", "position": 2},
        "names": {"title": "names", "type": "array", "items": {"type": "string"}, "position": 3},
        "maybe": {"title": "maybe", "anyOf": [{"type": "integer"}, {"type": "null"}], "default": None, "position": 4},
    },
    "definitions": {},
    "required": ["days", "anything"],
}


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
    assert (validation.cron_problem(cron) is not None) == prefect_refuses(cron)


@pytest.mark.parametrize("cron", ["R(0-5) * * * *", "* * * R(0-5) *", "H(0-5)/2 * * * *", "1,r(0-5) * * * *"])
def test_a_time_drawn_by_lot_is_refused(cron: str) -> None:
    assert "random" in (validation.cron_problem(cron) or "")


FIELD = st.from_regex(
    r"\A(\*|[0-9]{1,2}W|[0-9]{1,2}|[0-9]{1,2}-[0-9]{1,2}|\*/[0-9]{1,3}|[0-9],[0-9]{1,2}|[LRH#?WMON]{1,3})\Z"
)


@settings(max_examples=500, deadline=None)
@given(st.lists(FIELD, min_size=4, max_size=6).map(" ".join))
def test_any_cron_is_judged_as_prefect_does(cron: str) -> None:
    assert (validation.cron_problem(cron) is not None) == prefect_refuses(cron)


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
    assert (validation.cron_doubt(cron) is not None) == doubted


@pytest.mark.parametrize("zone", ["UTC", "Europe/Oslo", "America/Argentina/Buenos_Aires"])
def test_time_zones(zone: str) -> None:
    assert validation.timezone_problem(zone) is None


@pytest.mark.parametrize(
    "zone", ["Europe/Olso", "", "Europe", "../etc/passwd", "/etc/localtime", "CET+1", "a\0b", "x" * 300]
)
def test_what_is_no_time_zone(zone: str) -> None:
    assert validation.timezone_problem(zone)


def test_the_closest_time_zone_is_named() -> None:
    assert validation.timezone_problem("Europe/Olso") == "'Europe/Olso' is no time zone (did you mean 'Europe/Oslo'?)"


@pytest.mark.parametrize("name", ["a/b", "50%", "a&b", "<x", "x>", "", "  "])
def test_names_that_prefect_refuses(name: str) -> None:
    assert validation.name_problem(name)


@pytest.mark.parametrize("name", ["daily load", "ænder", "a-b_c.d", "日本"])
def test_names(name: str) -> None:
    assert validation.name_problem(name) is None


def messages(parameters: dict[str, object], *, complete: bool = False) -> list[str]:
    found = validation.parameter_problems(SCHEMA, parameters, complete=complete)  # type: ignore[arg-type]
    return [f"{one.parameter}: {one.message}" for one in found]


def test_parameters_that_fit() -> None:
    assert messages({"days": 1, "mode": "delta", "anything": {"x": []}, "names": ["a"], "maybe": None}) == []
    assert messages({}) == []
    assert messages({"names": None}) == []
    assert messages({"days": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}}) == []


def test_each_misfit_is_told() -> None:
    assert messages({"dayz": 1, "days": "x", "mode": "half", "names": ["a", 1]}) == [
        "dayz: the flow has no parameter 'dayz' (did you mean 'days'?)",
        "days: parameter 'days': 'x' is not of type 'integer'",
        "mode: parameter 'mode': 'half' is not one of ['full', 'delta']",
        "names: parameter 'names': [1]: 1 is not of type 'string'",
    ]


def test_what_a_scheduled_run_lacks() -> None:
    assert [text.partition(":")[0] for text in messages({"days": 1}, complete=True)] == ["anything"]
    assert messages({"days": 1, "anything": 1}, complete=True) == []


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.text(max_size=2), max_size=2)
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["days", "mode", "anything", "names", "maybe"]), VALUES))
def test_values_are_judged_as_the_server_does(parameters: dict[str, object]) -> None:
    refused = bool(prefect_validation.validate(parameters, SCHEMA, ignore_required=True))
    assert bool(messages(parameters)) == refused
