from collections.abc import Sequence
from typing import Any

import pytest

from flowstacks.checks import registry
from flowstacks.core.problem import Place, Problem
from flowstacks.discovery.manifest import Manifest
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key
from tests.support import checks, manifests
from tests.support.manifests import PIN

_LINES = {"": 2, "etl/**": 3, "etl/f": 4, "etl/f/a": 5, "nothing/**": 6}


def _place(path: Sequence[Key]) -> Place:
    return Place("Pulumi.dev.yaml", _LINES.get(str(path[1]) if len(path) > 1 else "", 0))


def _problems(manifest: Manifest, **fields: Any) -> list[Problem]:
    config = Config.model_validate(
        {"environment": "dev", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN}, **fields}
    )
    facts = checks.input_facts(config, {PIN: manifest}, _place)
    # What the provider refuses has tests of its own.
    rules = [check for check in (*registry.DEPLOYMENTS, *registry.INPUTS) if check.id != "refused-input"]
    return checks.problems(rules, facts)


_REQUIRED = {
    "type": "object", "title": "Parameters", "required": ["day"],
    "properties": {"day": {"title": "day", "type": "string", "position": 0}},
}  # fmt: skip
_PLAIN = manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/a")))


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert _problems(_PLAIN, overrides={"etl/f": {"parameters": {"days": 3}}}) == []


@pytest.mark.parametrize(
    ("override", "code", "says"),
    [
        ({"schedules": [{"cron": "0 4 * *"}]}, "invalid-cron", "'0 4 * *'"),
        ({"schedules": [{"cron": "0 4 * * *", "timezone": "Oslo"}]}, "unknown-timezone", "'Oslo'"),
        ({"parameters": {"dayz": 1}}, "invalid-parameter", "'dayz'"),
        ({"parameters": {"days": "many"}}, "invalid-parameter", "'many'"),
        ({"job_variables": {"comand": "x"}}, "unknown-job-variable", "'comand'"),
        ({"job_variables": {"env": {"A": "1"}}}, "env-in-job-variables", "env"),
        (
            {"schedules": [{"cron": "0 4 * * *", "slug": "a"}, {"cron": "0 5 * * *", "slug": "a"}]},
            "slug-taken",
            "'a'",
        ),
    ],
)
def test_a_bad_override_is_named(override: dict[str, Any], code: str, says: str) -> None:
    (found,) = _problems(_PLAIN, overrides={"etl/f": override})
    assert (found.code, found.address) == (code, "etl/f/a")
    assert says in found.message


def test_stack_values_are_told_at_their_line() -> None:
    (found,) = _problems(_PLAIN, overrides={"etl/f": {"schedules": [{"cron": "never"}]}})
    assert (found.file, found.line) == ("Pulumi.dev.yaml", 4)


def test_an_override_that_matches_nothing_is_an_error_with_the_closest_address() -> None:
    (found,) = _problems(_PLAIN, overrides={"nothing/**": {"paused": True}})
    assert (found.code, found.line) == ("unknown-address", 6)


def test_what_is_held_at_a_commit_must_be_there() -> None:
    older = "e" * 40
    config = Config.model_validate(
        {
            "environment": "dev", "runtime": "process", "schedule_policy": "paused", "release": {"commit": PIN},
            "overrides": {"etl/f/a": {"commit": older}},
        }
    )  # fmt: skip
    without = manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/b")))
    (found,) = checks.problems(registry.DEPLOYMENTS, checks.input_facts(config, {PIN: _PLAIN, older: without}, _place))
    assert (found.code, found.line) == ("unknown-address", 5)
    assert f"no deployment at commit {older}" in found.message
    swapped = checks.input_facts(config, {PIN: without, older: _PLAIN}, _place)
    assert checks.problems(registry.DEPLOYMENTS, swapped) == []


def test_a_scheduled_deployment_needs_every_required_parameter() -> None:
    def flows(**said: Any) -> Manifest:
        return manifests.manifest(manifests.flow("f", manifests.deployment("etl/f/a", **said), parameters=_REQUIRED))

    schedules = [{"cron": "0 4 * * *"}]
    (found,) = _problems(flows(schedules=schedules))
    assert (found.code, found.file, found.line) == ("missing-parameter", "flows/etl/f.py", 5)
    assert _problems(flows(schedules=schedules, parameters={"day": "x"})) == []
    assert _problems(flows(schedules=schedules), overrides={"etl/f": {"parameters": {"day": "x"}}}) == []
    assert _problems(flows()) == []
    assert _problems(flows(schedules=schedules), schedule_policy="none") == []


def test_two_deployments_that_prefect_would_call_the_same_are_refused() -> None:
    both = manifests.manifest(
        manifests.flow("f", manifests.deployment("etl/f/default", is_default=True)),
        manifests.flow("f", manifests.deployment("web/f/default", is_default=True), project_name="web"),
        projects=(manifests.project(), manifests.project("web")),
    )
    (found,) = _problems(both)
    assert (found.code, found.address) == ("name-taken", "web/f/default")
    assert "'f/dev', as etl/f/default at flows/etl/f.py:5" in found.message
