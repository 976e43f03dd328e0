"""Any declaration form: a form for tests is one file and one line, and gets every shared check at its own places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.core.problem import Place
from flowstacks.discovery import discovery
from flowstacks.discovery.declarations import fields, registry
from flowstacks.discovery.declarations.placed_value import PlacedConstant, UnreadableError
from flowstacks.discovery.findings import Findings
from tests.support import deployments_toml
from tests.support.discovery_repo import Repo

FLOWS = "from prefect import flow\n@flow\ndef load(days: int = 1): ...\n@flow\ndef send(): ...\n"


CONSTANTS = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@pytest.fixture
def toml_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FORMS", (*registry.FORMS, deployments_toml.FORM))


def problems(repo: Repo) -> list[str]:
    _, reported = discovery.discover(repo.root, "HEAD")
    return [f"{problem.file.removeprefix('flows/etl/')}:{problem.line} {problem.code}" for problem in reported]


@pytest.mark.usefixtures("toml_form")
def test_a_form_is_one_file_and_one_line(repo: Repo) -> None:
    toml = '[[deployment]]\nflow = "load"\nname = "nightly"\ncron = "0 4 * * *"\nparameters = {days = 2}\n'
    repo.commit({"flows/etl/flows.py": FLOWS, "flows/etl/deployments.toml": toml})
    manifest, reported = discovery.discover(repo.root, "HEAD")
    assert reported == []
    load, send = manifest.flows
    (deployment,) = load.deployments
    assert (load.declared_by, deployment.address) == ("deployments_toml", "etl/load/nightly")
    assert (deployment.file, deployment.line) == ("flows/etl/deployments.toml", 1)
    assert [str(schedule) for schedule in deployment.settings.schedules or ()] == ["0 4 * * * UTC"]
    assert deployment.settings.parameters == {"days": 2}
    assert (send.declared_by, send.deployments) == ("none", ())


@pytest.mark.usefixtures("toml_form")
def test_forms_stand_side_by_side(repo: Repo) -> None:
    spec = 'FLOW_SPEC = {"flow": send, "name": "daily"}\n'
    repo.commit({"flows/etl/flows.py": FLOWS + spec, "flows/etl/deployments.toml": '[[deployment]]\nflow = "load"\n'})
    manifest, reported = discovery.discover(repo.root, "HEAD")
    assert reported == []
    assert {flow.name: flow.declared_by for flow in manifest.flows} == {"load": "deployments_toml", "send": "flow_spec"}


@pytest.mark.usefixtures("toml_form")
def test_shared_checks_hold_for_any_form(repo: Repo) -> None:
    toml = (
        '[[deployment]]\nflow = "load"\nname = "daily"\ncron = "61 * * * *"\n'
        '[[deployment]]\nflow = "load"\nname = "a/b"\ntag = "x"\ntimezone = "UTC"\n'
        '[[deployment]]\nflow = "load"\nname = "c"\nparameters = {days = "seven"}\ncpu = "much"\n'
        '[[deployment]]\nflow = "load"\nname = "d"\ncron = "0 4 * * *"\ntimezone = "Europe/Olso"\ndocker_env = "x"\n'
    )
    spec = 'FLOW_SPEC = {"flow": load, "name": "daily"}\n'
    repo.commit({"flows/etl/flows.py": FLOWS + spec, "flows/etl/deployments.toml": toml})
    assert problems(repo) == [
        "deployments.toml:3 deployment-name",
        "deployments.toml:4 cron",
        "deployments.toml:7 deployment-name",
        "deployments.toml:8 flow-spec-key",
        "deployments.toml:9 flow-spec-key",
        "deployments.toml:13 parameters",
        "deployments.toml:14 flow-spec-value",
        "deployments.toml:19 timezone",
        "deployments.toml:20 unknown-image",
    ]


def test_a_file_of_no_form_is_not_read(repo: Repo) -> None:
    repo.commit({"flows/etl/flows.py": FLOWS, "flows/etl/deployments.toml": "not TOML"})
    manifest, reported = discovery.discover(repo.root, "HEAD")
    assert reported == []
    assert {flow.declared_by for flow in manifest.flows} == {"bare"}


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_constant_has_the_place_of_its_closest_known_part(constant: object) -> None:
    whole, part = Place("a.toml", 1), Place("a.toml", 2)
    source = PlacedConstant({"a": [constant]}, whole, {("a",): part})
    (item,) = source.entries()["a"].items()
    assert (item.value(), item.place, source.entries()["a"].place, source.place) == (constant, part, part, whole)
    assert (item.is_none, item.is_mapping) == (constant is None, isinstance(constant, dict))


@pytest.mark.parametrize("constant", [None, 1, "x", True])
def test_a_scalar_has_neither_entries_nor_items(constant: object) -> None:
    source = PlacedConstant(constant, Place("a.toml", 3))
    for question in (source.entries, source.items):
        with pytest.raises(UnreadableError, match="is not a") as caught:
            question()
        assert caught.value.place == Place("a.toml", 3)


def test_a_list_that_is_none_is_a_problem_of_its_line() -> None:
    findings = Findings()
    source = PlacedConstant({"schedules": 5}, Place("a.toml", 3))
    fields.read(source.place, source.entries(), (), findings)
    assert [(problem.line, problem.message) for problem in findings.problems] == [(3, "5 is not a list")]
