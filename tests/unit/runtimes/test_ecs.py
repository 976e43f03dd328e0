from typing import Any

import pytest

from flowstacks.desired.recipe import RunRequest, Source
from flowstacks.runtimes import ecs
from flowstacks.stack.settings import DeploymentSettings, merge
from tests.support import manifests

_SOURCE = Source(url="https://git.test/flows.git", credentials=None, checkout="/checkout")


def _job(own: dict[str, Any] | None = None, *, is_held: bool = False, **defaults: Any) -> RunRequest:
    said = DeploymentSettings.model_validate(own or {})
    return RunRequest(
        source=_SOURCE, project=manifests.project(), address="etl/load/daily", own=said, is_held=is_held,
        settings=merge([DeploymentSettings.model_validate(defaults), said]), env={"A": "1"},
    )  # fmt: skip


def test_code_is_in_the_image() -> None:
    recipe = ecs.recipe(_job())
    assert recipe.pull_steps == [{"prefect.deployments.steps.set_working_directory": {"directory": "/opt/flows"}}]
    assert recipe.job_variables == {"env": {"A": "1"}}


def test_deployments_that_say_nothing_of_their_container_share_the_projects() -> None:
    found = ecs.task(_job({"env": {"B": "2"}, "parameters": {"days": 7}}, cpu=512))
    assert (found.key, found.image, found.cpu, found.memory_mib) == ("etl", "etl", 512, 1024)


@pytest.mark.parametrize(
    "own", [{"cpu": 512}, {"memory": 1024}, {"ephemeral_storage_gb": 30}, {"secrets": {"A": "b"}}, {"docker_env": "g"}]
)
def test_one_that_does_has_its_own(own: dict[str, Any]) -> None:
    assert ecs.task(_job(own)).key == "etl/load/daily"


def test_one_that_is_held_has_its_own() -> None:
    assert ecs.task(_job(is_held=True)).key == "etl/load/daily"


def test_a_named_image_is_another_key_of_the_release() -> None:
    assert ecs.task(_job({"docker_env": "gpu"})).image == "etl/gpu"


def test_a_network_of_its_own_is_a_job_variable_and_the_pools_is_not() -> None:
    defaults = {"subnets": ["subnet-1"], "assign_public_ip": True}
    assert ecs.recipe(_job(**defaults)).job_variables == {"env": {"A": "1"}}
    own = {"subnets": ["subnet-2"], "security_groups": ["sg-1"], "assign_public_ip": False}
    assert ecs.recipe(_job(own, **defaults)).job_variables == {
        "subnets": ["subnet-2"], "security_groups": ["sg-1"], "assign_public_ip": "DISABLED", "env": {"A": "1"},
    }  # fmt: skip


def test_storage_and_secrets_are_the_merged_ones() -> None:
    found = ecs.task(_job({"secrets": {"B": "two:key"}}, secrets={"A": "one"}, ephemeral_storage_gb=50))
    assert dict(found.secrets) == {"A": "one", "B": "two:key"}
    assert found.storage_gib == 50
