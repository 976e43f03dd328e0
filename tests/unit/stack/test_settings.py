from typing import Any

import pydantic
import pytest

from flowstacks.stack import settings
from flowstacks.stack.schedule import Schedule
from flowstacks.stack.settings import DeploymentSettings


def test_later_layers_win_and_nothing_said_changes_nothing() -> None:
    merged = settings.merge(
        [
            DeploymentSettings(description="a", env={"A": "1", "B": "1"}, tags=("x",)),
            DeploymentSettings(),
            DeploymentSettings(description="b", env={"B": "2"}, tags=("y",), parameters={"days": 1}),
        ]
    )
    assert merged == DeploymentSettings(description="b", env={"A": "1", "B": "2"}, tags=("y",), parameters={"days": 1})


def test_an_empty_value_is_a_value() -> None:
    assert settings.merge([DeploymentSettings(tags=("x",), schedules=(Schedule(cron="* * * * *"),)),
                           DeploymentSettings(tags=(), schedules=())]) == DeploymentSettings(
                               tags=(), schedules=())  # fmt: skip


def test_merging_leaves_its_layers_alone() -> None:
    shared = {"A": "1"}
    settings.merge([DeploymentSettings(env=shared), DeploymentSettings(env={"B": "2"})])
    assert shared == {"A": "1"}


def test_sizes_may_be_strings_of_digits() -> None:
    size = DeploymentSettings.model_validate({"cpu": "256", "memory": "512", "ephemeral_storage_gb": "21"})
    assert (size.cpu, size.memory, size.ephemeral_storage_gb) == (256, 512, 21)


def test_secrets_of_the_older_form_are_merged_like_the_others() -> None:
    listed = DeploymentSettings.model_validate(
        {"secrets": [{"envar_name": "USER", "envar_value": "warehouse:user"}, {"envar_name": "A", "envar_value": "a"}]}
    )
    assert listed.secrets == {"USER": "warehouse:user", "A": "a"}
    assert settings.merge([listed, DeploymentSettings(secrets={"A": "b"})]).secrets == {
        "USER": "warehouse:user",
        "A": "b",
    }


@pytest.mark.parametrize(
    "values",
    [
        {"cpu": "a lot"}, {"memory": 0.5},
        {"secrets": ["A"]}, {"secrets": [{"envar_name": "A"}]},
        {"secrets": [{"envar_name": ["A"], "envar_value": "a"}]},
        {"secrets": [{"envar_name": "A", "envar_value": "a", "more": "x"}]},
        {"secrets": [{"envar_name": "A", "envar_value": "a"}, {"envar_name": "A", "envar_value": "b"}]},
        {"secrets": {"A-B": "a"}}, {"secrets": {"1A": "a"}}, {"secrets": {"": "a"}}, {"secrets": "A"},
        {"subnets": ["sg-1"]}, {"subnets": "subnet-1"}, {"security_groups": ["subnet-1"]},
        {"security_groups": [f"sg-{number}" for number in range(6)]},
        {"subnets": [f"subnet-{number}" for number in range(17)]},
    ],
)  # fmt: skip
def test_what_no_task_could_have_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        DeploymentSettings.model_validate(values)
