from typing import Any

import pytest

from flowstacks.checks import registry
from flowstacks.core.problem import Place, Problem
from flowstacks.stack.config import Config
from tests.support import checks, manifests
from tests.support.manifests import PIN

_NAMING = Place("Pulumi.dev.yaml", 4)


def _problems(said: dict[str, Any], **fields: Any) -> list[Problem]:
    config = Config.model_validate(
        {"environment": "dev", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN}, **fields}
    )
    found = manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/a", **said)))
    facts = checks.input_facts(config, {PIN: found}, lambda _: _NAMING)
    return checks.problems([check for check in registry.INPUTS if check.id == "refused-input"], facts)


def test_nothing_is_wrong_with_what_is_right() -> None:
    said = {"job_variables": {"working_dir": "/w", "x": {"y": [None, 7]}}, "schedules": [{"cron": "0 4 * * *"}]}
    assert _problems(said) == []


@pytest.mark.parametrize(
    ("said", "fields", "message"),
    [
        ({"job_variables": {"x": {"n": 2**53}}}, {}, "job_variables: is too large to arrive unchanged"),
        ({"job_variables": {"x": [{"y": None}]}}, {}, "job_variables.x.0.y is null"),
        (
            {},
            {"naming": {"preset": "portal"}, "repository": {"url": "u", "branch": "fix/it"}},
            "name 'etl--fix/it--f--a--dev'",
        ),
    ],
)
def test_what_a_deployment_can_not_have_is_told_at_its_declaration(
    said: dict[str, Any], fields: dict[str, Any], message: str
) -> None:
    (found,) = _problems(said, **fields)
    assert (found.file, found.line, found.address) == ("flows/etl/f.py", 5, "etl/f/a")
    assert message in found.message


def test_a_pool_name_that_prefect_reserves_is_told_at_the_template() -> None:
    (found,) = _problems({}, naming={"work_pool": "prefect-{name}"})
    assert (found.file, found.line) == _NAMING
    assert "'prefect-process'" in found.message
