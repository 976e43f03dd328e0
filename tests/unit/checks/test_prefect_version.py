import pytest

from flowstacks.checks import prefect_version
from flowstacks.core.problem import Place
from flowstacks.desired import choice
from flowstacks.desired.choice import ChosenDeployment
from flowstacks.stack.config import Config
from tests.support import manifests
from tests.support.manifests import PIN

OURS = "3.9.1"


def _chosen(*requirements: str) -> list[ChosenDeployment]:
    project = manifests.project(requirements=requirements)
    flow = manifests.flow("load", manifests.deployment("etl/load/a"), manifests.deployment("etl/load/b"))
    config = Config.model_validate(
        {"environment": "dev", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN}}
    )
    return choice.choose(config, {PIN: manifests.manifest(flow, projects=(project,))}, lambda _: Place("f", 1))


@pytest.mark.parametrize(
    "requirement",
    [
        "prefect==3.10.0",
        "prefect[aws]>=3.10",
        "Prefect~=3.10.1",
        "prefect==3.10.*",
        "prefect>3.11,<4",
        "prefect==4.0.0",
    ],
)
def test_a_project_ahead_of_server_and_worker_is_warned_once(requirement: str) -> None:
    (found,) = prefect_version.check(_chosen("humanize==4.9.0", requirement), OURS)
    assert (found.severity, found.code, found.file) == ("warning", "newer-prefect", "flows/etl")
    assert OURS in found.message


@pytest.mark.parametrize(
    "requirement",
    [
        "prefect",
        "prefect==3.9.1",
        "prefect==3.9.2",
        "prefect>=3.1",
        "prefect<4",
        "prefect!=3.10.0",
        "prefect-aws==9.0.0",
    ],
)
def test_one_that_is_not_says_nothing(requirement: str) -> None:
    assert list(prefect_version.check(_chosen(requirement), OURS)) == []


def test_both_versions_are_told() -> None:
    (found,) = prefect_version.check(_chosen("prefect==3.10.1"), OURS)
    assert "Prefect 3.10.1" in found.message
    assert "are 3.9.1" in found.message
