import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from flowstacks.provider import lifecycle
from flowstacks.provider.fields import properties
from flowstacks.provider.kinds.deployment import DeploymentInputs
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.registry import KINDS
from flowstacks.provider.session import Session

BASE = json.loads((Path(__file__).parents[2] / "cases" / "provider" / "base.json").read_text())
UNKNOWN = pulumi.output.Unknown()
SESSION = Session(Client.from_settings("http://127.0.0.1:1/api"))


def failures(kind: str, **changes: Any) -> dict[str, str]:
    news = {"__provider": "bytes", **BASE[kind], **changes}
    return {each.property: each.reason for each in lifecycle.check(KINDS[kind], SESSION, news).failures}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_right_passes_as_it_is(kind: str) -> None:
    checked = lifecycle.check(KINDS[kind], SESSION, {"__provider": "bytes", **BASE[kind]})
    assert (checked.inputs, checked.failures) == (BASE[kind], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"work_pool_id": UNKNOWN},
        {"job_variables": {"cpu": 256.0, "env": {"A": UNKNOWN}}},
        {"schedules": [{"slug": "s", "cron": UNKNOWN}]},
        {"schedules": UNKNOWN},
        {"tags": ["a", UNKNOWN]},
        {"enforce_parameter_schema": UNKNOWN, "parameters": UNKNOWN, "paused": UNKNOWN},
    ],
    ids=",".join,
)
def test_unknowns_pass_at_any_depth_untouched(changes: dict[str, Any]) -> None:
    news = {**BASE["Deployment"], **changes}
    checked = lifecycle.check(KINDS["Deployment"], SESSION, news)
    assert checked.failures == []
    assert all(checked.inputs[name] is value for name, value in changes.items())


def test_an_unknown_hides_no_other_failure() -> None:
    assert set(failures("Deployment", work_pool_id=UNKNOWN, version=3.0, typo=1.0)) == {"version", "typo"}


@pytest.mark.parametrize(
    ("changes", "property_", "reason"),
    [
        ({"tags": "a"}, "tags", "valid list"),
        ({"version": 1.0}, "version", "valid string"),
        ({"enforce_parameter_schema": 1.0}, "enforce_parameter_schema", "valid boolean"),
        ({"parameters": "[]"}, "parameters", "JSON of an object"),
        ({"parameters": "{"}, "parameters", "Expecting property name"),
        ({"pull_steps": "{}"}, "pull_steps", "JSON of a list"),
        ({"owner": "flowstacks"}, "owner", "match pattern"),
        ({"name": "a/b"}, "name", "match pattern"),
        ({"extra": 1.0}, "extra", "not permitted"),
        ({"job_variables": {"n": float(2**53)}}, "job_variables", "write it as a string"),
        ({"schedules": [{"slug": "s", "cron": "* * * * *"}] * 2}, "schedules", "same slug"),
        ({"schedules": [{"cron": "* * * * *"}]}, "schedules", "schedules.0.slug: Field required"),
    ],
    ids=str,
)
def test_a_failure_names_its_property(changes: dict[str, Any], property_: str, reason: str) -> None:
    found = failures("Deployment", **changes)
    assert list(found) == [property_]
    assert reason in found[property_]


@pytest.mark.parametrize("limit", [-1.0, 1.5, "3", True])
def test_a_concurrency_limit_is_a_count(limit: object) -> None:
    assert "concurrency_limit" in failures("WorkPool", concurrency_limit=limit)


def test_a_reserved_name_is_refused_before_the_server_answers_403() -> None:
    assert "reserved" in failures("WorkPool", name="Prefect-etl")["name"]


def test_a_failure_does_not_repeat_the_value() -> None:
    assert "hunter2" not in failures("Deployment", parameters="hunter2")["parameters"]


def test_integers_are_restored_at_every_depth() -> None:
    variables = {"cpu": 256.0, "list": [1.0, {"a": 2.0}], "half": 0.5, "yes": True}
    inputs = DeploymentInputs.model_validate({**BASE["Deployment"], "job_variables": variables})
    assert json.dumps(inputs.job_variables) == '{"cpu": 256, "list": [1, {"a": 2}], "half": 0.5, "yes": true}'


def test_straightened_is_what_json_would_have_carried() -> None:
    bent = {"a": 7.0, "b": None, "c": [{"d": None, "e": 1.5}]}
    assert json.dumps(properties.straightened(bent)) == '{"a": 7, "c": [{"e": 1.5}]}'
