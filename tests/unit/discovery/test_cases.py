"""The data-driven cases of tests/cases/discovery/*.toml: files of one project in, flows and problems out."""

import dataclasses
import hashlib
import pathlib
import tomllib
from typing import Any

import pytest

from flowstacks.discovery import survey
from flowstacks.discovery.findings import Findings
from flowstacks.discovery.manifest import DeclaredImage
from flowstacks.discovery.projects import projects
from flowstacks.git.git_tree import Blob

CASES = pathlib.Path(__file__).parents[2] / "cases/discovery"
ALL = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(CASES.glob("*.toml"))
    for case in tomllib.loads(file.read_text())["case"]
]
PROJECT = projects.ProjectFolder(name="etl", path="flows/etl", shared=(), version="1", python=">=3.11", requirements=())


def surveyed(case: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    texts = {f"flows/etl/{name}": text for name, text in case["files"].items()}
    blobs = {
        path: Blob(hashlib.sha256(text.encode()).hexdigest(), text.encode()) for path, text in sorted(texts.items())
    }
    findings = Findings()
    surroundings = survey.RepositoryFiles(files=set(blobs), harmless=set())
    named = tuple(DeclaredImage(name=name, dockerfile=None, file="", line=0) for name in case.get("images", ()))
    project = dataclasses.replace(PROJECT, images=named)
    return survey.flows(project, blobs, surroundings, findings), findings.problems


@pytest.mark.parametrize("case", ALL)
def test_case(case: dict[str, Any]) -> None:
    flows, problems = surveyed(case)
    if "flows" in case:
        assert [f"{flow.function} = {flow.name}" for flow in flows] == case["flows"]
    if "is_async" in case:
        assert [flow.function for flow in flows if flow.is_async] == case["is_async"]
    if "descriptions" in case:
        assert {flow.function: flow.description for flow in flows if flow.description} == case["descriptions"]
    reported = {
        f"{problem.file.removeprefix('flows/etl').lstrip('/')}:{problem.line} {problem.code}" for problem in problems
    }
    assert reported == set(case.get("problems", []))
    deployments = {deployment.address: deployment for flow in flows for deployment in flow.deployments}
    if "deployed" in case and not case.get("ignore_deployed"):
        assert sorted(deployments) == sorted(case["deployed"])
    for address, settings in case.get("settings", {}).items():
        declared = deployments[address].settings.model_dump(mode="json", exclude_none=True)
        assert declared == settings
    assert all(problem.remedy and problem.message for problem in problems)
    if "remedies" in case:
        assert [problem.remedy for problem in problems] == case["remedies"]


def test_case_names_are_unique() -> None:
    assert len({param.id for param in ALL}) == len(ALL) > 20
