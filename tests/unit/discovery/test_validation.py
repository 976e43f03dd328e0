import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


@pytest.mark.parametrize("name", ["a/b", "50%", "a&b", "<x", "x>", "", "  "])
def test_names_that_prefect_refuses(name: str) -> None:
    assert validation.name_problem(name)


@pytest.mark.parametrize("name", ["daily load", "ænder", "a-b_c.d", "日本"])
def test_names(name: str) -> None:
    assert validation.name_problem(name) is None


def messages(parameters: dict[str, object], *, complete: bool = False) -> list[str]:
    problems = validation.parameter_problems(SCHEMA, parameters, complete=complete)  # type: ignore[arg-type]
    return [f"{problem.parameter}: {problem.message}" for problem in problems]


def test_parameters_that_fit() -> None:
    assert messages({"days": 1, "mode": "delta", "anything": {"x": []}, "names": ["a"], "maybe": None}) == []
    assert messages({}) == []
    assert messages({"names": None}) == []
    assert messages({"days": {"__prefect_kind": "jinja", "template": "{{ 1 }}"}}) == []


def test_each_misfit_is_reported() -> None:
    assert messages({"dayz": 1, "days": "x", "mode": "half", "names": ["a", 1]}) == [
        "dayz: the flow has no parameter 'dayz' (did you mean 'days'?)",
        "days: parameter 'days': 'x' is not of type 'integer'",
        "mode: parameter 'mode': 'half' is not one of ['full', 'delta']",
        "names: parameter 'names': [1]: 1 is not of type 'string'",
    ]


def test_parameters_that_a_scheduled_run_lacks() -> None:
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
