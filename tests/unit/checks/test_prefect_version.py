import importlib.metadata

import pytest

from flowstacks.checks import registry
from flowstacks.core.problem import Place, Problem
from flowstacks.stack.config import Config
from tests.support import checks, manifests
from tests.support.manifests import PIN

OURS = "3.8.8"


@pytest.fixture(autouse=True)
def _locked(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(_: str) -> str:
        return OURS

    monkeypatch.setattr(importlib.metadata, "version", version)


def _found(*requirements: str) -> list[Problem]:
    project = manifests.project(requirements=requirements)
    flow = manifests.flow("load", manifests.deployment("etl/load/a"), manifests.deployment("etl/load/b"))
    config = Config.model_validate(
        {"environment": "dev", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN}}
    )
    manifest = manifests.manifest(flow, projects=(project,))
    facts = checks.input_facts(config, {PIN: manifest}, lambda _: Place("f", 1))
    return checks.problems([check for check in registry.DEPLOYMENTS if check.id == "newer-prefect"], facts)


@pytest.mark.parametrize(
    "requirement",
    ["prefect==3.9.0", "prefect[aws]>=3.9", "Prefect~=3.9.1", "prefect==3.9.*", "prefect>3.10,<4", "prefect==4.0.0"],
)
def test_a_project_ahead_of_server_and_worker_is_warned_once(requirement: str) -> None:
    (found,) = _found("humanize==4.9.0", requirement)
    assert (found.severity, found.code, found.file) == ("warning", "newer-prefect", "flows/etl")
    assert OURS in found.message


@pytest.mark.parametrize(
    "requirement",
    [
        "prefect",
        "prefect==3.8.8",
        "prefect==3.8.9",
        "prefect>=3.1",
        "prefect<4",
        "prefect!=3.9.0",
        "prefect-aws==9.0.0",
    ],
)
def test_one_that_is_not_says_nothing(requirement: str) -> None:
    assert _found(requirement) == []


def test_both_versions_are_told() -> None:
    (found,) = _found("prefect==3.9.1")
    assert "Prefect 3.9.1" in found.message
    assert "are 3.8.8" in found.message
