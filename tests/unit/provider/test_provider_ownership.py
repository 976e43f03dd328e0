import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect.types.names import VariableName

from flowstacks.provider.kinds import deployment as deployment_kind
from flowstacks.provider.kinds import work_pool
from flowstacks.provider.marks import variable as marks
from flowstacks.provider.marks.text import TextMark
from flowstacks.provider.marks.variable import VariableMark
from flowstacks.provider.prefect.deployments import DeploymentAnswer
from flowstacks.provider.prefect.variables import VariableAnswer

_names = st.text(st.characters(exclude_characters="/%&<>", exclude_categories=["Cs"]), min_size=1)
_owners = st.from_regex(r"[a-z]{1,8}/[a-z0-9-]{1,8}", fullmatch=True)


@given(_owners, _names, _names)
def test_a_mark_reads_back_as_it_was_written(owner: str, flow_name: str, name: str) -> None:
    mark = TextMark(owner=owner, identity=f"{flow_name}/{name}")
    assert TextMark.parse(mark.text()) == mark


@pytest.mark.parametrize("text", ["", "owner", "owner ", "flow/name", " flow/name", None, 7])
def test_what_is_no_mark_is_none(text: object) -> None:
    assert TextMark.parse(text) is None


@given(st.lists(_names, min_size=2, max_size=2, unique=True))
def test_variables_have_names_that_prefect_takes_and_each_pool_its_own(names: list[str]) -> None:
    adapter = pydantic.TypeAdapter(VariableName)
    one, other = map(work_pool.MARKS.variable, names)
    assert adapter.validate_python(one)
    assert one != other


def deployment(**fields: object) -> DeploymentAnswer:
    return DeploymentAnswer.model_validate({"id": "1", "name": "daily", "flow_id": "2", **fields})


@pytest.mark.parametrize(
    ("fields", "owner"),
    [
        ({}, None),
        ({"labels": None}, None),
        ({"labels": {"flowstacks.deployment": "f/dev etl/daily"}}, "f/dev"),
        ({"labels": {"flowstacks.deployment": "f/dev etl/hourly"}}, None),
        ({"labels": {"flowstacks.deployment": "f/dev elt/daily"}}, None),
        ({"labels": {"flowstacks.deployment": 7}}, None),
        ({"labels": {"flowstacks.deployment": "f/dev daily"}}, None),
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
    assert deployment_kind.marked_owner(deployment(**fields), "etl") == owner


@pytest.mark.parametrize("value", [None, "text", 7, [], {"owner": "f/dev"}, {"owner": 1, "name": "x", "id": None}])
def test_a_variable_with_something_else_in_it_is_no_mark(value: object) -> None:
    variable = VariableAnswer.model_validate({"id": "1", "name": "x", "value": value})
    assert marks.parse(variable) is None


def test_a_pools_mark_reads_back_as_it_was_written() -> None:
    mark = VariableMark(owner="f/dev", name="x", id=None, digest="d")
    variable = VariableAnswer.model_validate({"id": "1", "name": "x", "value": mark.model_dump()})
    assert marks.parse(variable) == mark
