import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.types.names import VariableName

from flowstacks.provider import answers, ownership
from flowstacks.provider.ownership import DeploymentMark, WorkPoolMark

_names = st.text(st.characters(exclude_characters="/%&<>", exclude_categories=["Cs"]), min_size=1)
_owners = st.from_regex(r"[a-z]{1,8}/[a-z0-9-]{1,8}", fullmatch=True)


@given(_owners, _names, _names)
def test_a_mark_reads_back_as_it_was_written(owner: str, flow_name: str, name: str) -> None:
    mark = DeploymentMark(owner=owner, flow_name=flow_name, name=name)
    assert DeploymentMark.parse(mark.text()) == mark


@pytest.mark.parametrize("text", ["", "owner", "owner flow", "flow/name", " flow/name"])
def test_what_is_no_mark_is_none(text: str) -> None:
    assert DeploymentMark.parse(text) is None


@given(st.lists(_names, min_size=2, max_size=2, unique=True))
def test_variables_have_names_that_prefect_takes_and_each_pool_its_own(names: list[str]) -> None:
    adapter = pydantic.TypeAdapter(VariableName)
    one, other = map(ownership.work_pool_variable, names)
    assert adapter.validate_python(one)
    assert one != other


def deployment(**fields: object) -> answers.DeploymentAnswer:
    return answers.DeploymentAnswer.model_validate({"id": "1", "name": "daily", "flow_id": "2", **fields})


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({}, None),
        ({"labels": None}, None),
        ({"labels": {"flowstacks.deployment": "f/dev etl/daily"}}, "f/dev"),
        ({"labels": {"flowstacks.deployment": "f/dev etl/hourly"}}, None),
        ({"labels": {"flowstacks.deployment": "f/dev elt/daily"}}, None),
        ({"labels": {"flowstacks.deployment": 7}}, None),
        ({"tags": ["a", "flowstacks.deployment:f/dev etl/daily"]}, "f/dev"),
        (
            {
                "tags": ["flowstacks.deployment:f/main etl/daily"],
                "labels": {"flowstacks.deployment": "f/dev etl/daily"},
            },
            "f/main",
        ),
    ],
    ids=str,
)
def test_a_deployment_is_owned_by_the_mark_that_names_it(fields: dict[str, object], owner: str | None) -> None:
    assert ownership.deployment_owner(deployment(**fields), "etl") == owner


@pytest.mark.parametrize("value", [None, "text", 7, [], {"owner": "f/dev"}, {"owner": 1, "name": "x", "id": None}])
def test_a_variable_with_something_else_in_it_is_no_mark(value: object) -> None:
    variable = answers.VariableAnswer.model_validate({"id": "1", "name": "x", "value": value})
    assert ownership.work_pool_mark(variable) is None


def test_a_pools_mark_reads_back_as_it_was_written() -> None:
    mark = WorkPoolMark(owner="f/dev", name="x", id=None, digest="d")
    variable = answers.VariableAnswer.model_validate({"id": "1", "name": "x", "value": mark.model_dump()})
    assert ownership.work_pool_mark(variable) == mark
