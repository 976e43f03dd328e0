"""The checks of runtime `ecs`; cases are data in tests/cases/checks/ecs.toml.

There LONG, DIGEST and PIN stand for what is too long to read.
"""

import pathlib
import tomllib
from collections.abc import Sequence
from typing import Any

import pytest

from flowstacks.checks import registry
from flowstacks.core import naming
from flowstacks.core.problem import Place, Problem
from flowstacks.discovery.manifest import DeclaredDeployment, Manifest
from flowstacks.stack.config import Config
from flowstacks.stack.stack_file import Key
from tests.support import checks, manifests
from tests.support.manifests import PIN

CASES = pathlib.Path(__file__).parents[2] / "cases/checks/ecs.toml"
DIGEST = "sha256:" + "0123456789abcdef" * 4
LONG = "a" * 230
_MERGED = ("missing-parameter", "reserved-tag", "slug-taken", "env-in-job-variables", "unknown-job-variable")
_CHECKS = [
    *(check for check in (*registry.STACK, *registry.DEPLOYMENTS) if check.on_aws),
    *(check for check in registry.INPUTS if check.id in _MERGED),
]
ALL = [
    pytest.param(case, id=case["name"])
    for case in tomllib.loads(CASES.read_text().replace("LONG", LONG).replace("DIGEST", DIGEST).replace("PIN", PIN))[
        "case"
    ]
]


def locate(path: Sequence[Key]) -> Place:
    """The key path itself is the place, so that cases show which key is meant."""
    return Place(" ".join(map(str, path)), 1)


def stack(said: dict[str, Any]) -> Config:
    whole = {"environment": "staging", "region": "eu-central-1", "runtime": "ecs", "schedule_policy": "paused"}
    return Config.model_validate({**whole, "release": {"commit": PIN}, **said})


def manifest(case: dict[str, Any]) -> Manifest:
    """Projects `etl` and `web`; `declared` by address, each in line 5 of its flow's file."""
    declared: dict[str, dict[str, Any]] = case.get("declared", {"etl/load/a": {}})
    by_flow: dict[tuple[str, str], list[DeclaredDeployment]] = {}
    for address, said in declared.items():
        project, flow, _ = naming.parse_address(address)
        by_flow.setdefault((project, flow), []).append(manifests.deployment(address, **said))
    named = [{"name": name, "dockerfile": None, "file": "p", "line": 1} for name in ("", "heavy")]
    projects = (manifests.project("etl", images=named), manifests.project("web"))
    flows = [manifests.flow(flow, *found, project_name=project) for (project, flow), found in by_flow.items()]
    return manifests.manifest(*flows, projects=projects)


def problems(case: dict[str, Any]) -> list[Problem]:
    unsaid = {"region": None} if case.get("without_region") else {}
    config = stack({**case.get("stack", {}), **unsaid})
    facts = checks.input_facts(config, {PIN: manifest(case)}, locate, written=case.get("written", {}))
    return checks.problems(_CHECKS, facts)


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in case.get("environ", {}).items():
        monkeypatch.setenv(name, value)
    found = problems(case)
    told = [f"{one.file}: {one.severity} {one.code}{f' [{one.address}]' if one.address else ''}" for one in found]
    assert sorted(told) == sorted(case["problems"])
    for text in case.get("says", []):
        assert any(text in str(one) for one in found), [str(one) for one in found]
    assert all(one.remedy for one in found)


@pytest.mark.parametrize("case", ALL)
def test_a_process_stack_says_nothing_of_it(case: dict[str, Any]) -> None:
    config = stack({**case.get("stack", {}), "runtime": "process", "region": None})
    facts = checks.input_facts(config, {PIN: manifest(case)}, locate, written=case.get("written", {}))
    assert checks.problems([check for check in _CHECKS if check.on_aws], facts) == []


def test_case_names_are_told_apart() -> None:
    assert len({param.id for param in ALL}) == len(ALL) > 30
