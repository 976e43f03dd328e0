"""A runtime is one file and one line of the registry: nothing else knows it by its name."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from flowstacks.core import problem
from flowstacks.core.errors import FlowstacksError, RejectedError
from flowstacks.evaluation import evaluation
from flowstacks.runtimes import registry
from flowstacks.runtimes.registry import RUNTIMES
from flowstacks.stack.config import Config
from tests.support.discovery_repo import Repo

_PACKAGE = Path(evaluation.__file__).parents[1]
# `ecs` is also AWS's name of its service, in these rooms and where a client of the service is made.
_AWS_ROOMS = ("aws", "aws_plugin")
_CLIENT = "client"

_TOY = """
from flowstacks.core import problem
from flowstacks.desired.recipe import Recipe, Task
from flowstacks.desired.runtime import Runtime


def job_template():
    return {"job_configuration": {}, "variables": {"properties": {"env": {}, "size": {}}}}


def recipe(request):
    task = Task(key=request.address, image=request.project.name, cpu=1, memory_mib=2, storage_gib=None, secrets={})
    return Recipe(job_variables={"size": "small", "env": dict(request.env)}, pull_steps=[], task=task)


def check(config, chosen, locate):
    for deployment in chosen:
        place = locate(["flowstacks:runtime"])
        yield problem.Problem(
            severity="warning", code="toy", file=place.file, line=place.line, message=deployment.declared.address,
            remedy="Play on",
        )


RUNTIME = Runtime(
    pool_type="toybox", pool_name="box", job_template=job_template, recipe=recipe, checks=(check,), has_images=True
)
"""


def _literals(tree: ast.Module) -> set[str]:
    exempt = {
        argument
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == _CLIENT
        for argument in node.args
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in exempt
    }


def test_no_other_code_names_a_runtime() -> None:
    users = {
        str(file.relative_to(_PACKAGE))
        for file in _PACKAGE.rglob("*.py")
        if file.relative_to(_PACKAGE).parts[0] not in ("runtimes", *_AWS_ROOMS)
        and _literals(ast.parse(file.read_text(encoding="utf-8"))) & RUNTIMES.keys()
    }
    assert users == set()


def test_a_runtime_loads_no_engine() -> None:
    """`make up` and the checks of a pull request load all runtimes."""
    code = "import sys, flowstacks.runtimes.registry; print({'pulumi', 'pulumi_aws'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(_PACKAGE.parent)},
    )
    assert done.stdout.strip() == "set()"


def test_an_unknown_runtime_is_refused_with_the_known_ones() -> None:
    config = Config.model_validate({"environment": "dev", "runtime": "lambda", "schedule_policy": "paused"})
    with pytest.raises(FlowstacksError, match=r"dev has runtime 'lambda'.*process or ecs"):
        registry.runtime_of(config)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The one file, and the one line."""
    file = tmp_path / "toy.py"
    file.write_text(_TOY, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("toy", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(RUNTIMES, "toy", module.RUNTIME)
    return module


def _stack(tmp_path: Path, config: str) -> Path:
    repo = Repo(tmp_path / "repository")
    commit = repo.commit(
        {
            "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
            "flows/etl/pyproject.toml": '[project]\nname = "etl"\nversion = "1.0"\ndependencies = []\n',
            "flows/etl/load.py": "from prefect import flow\n\n@flow\ndef load(): ...\n",
        }
    )
    text = f"config:\n  flowstacks:runtime: toy\n  flowstacks:release: {{commit: {commit}}}\n{config}"
    (repo.root / "Pulumi.dev.yaml").write_text(text, encoding="utf-8")
    return repo.root


@pytest.mark.usefixtures("toy")
def test_a_toy_runtime_is_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    verdict = evaluation.run(_stack(tmp_path, ""), "flowstacks", "dev")
    (pool,), (deployment,) = verdict.desired.work_pools, verdict.desired.deployments
    assert (pool.name, pool.props["type"]) == ("box-dev", "toybox")
    variables = deployment.props["job_variables"]
    assert isinstance(variables, dict)
    assert variables["size"] == "small"
    assert deployment.work_pool_name == "box-dev"
    assert [image.key for image in verdict.desired.images] == ["etl"]
    assert deployment.task_definition == verdict.desired.task_definitions[0].task.key == deployment.address
    assert ("toy", "Pulumi.dev.yaml", 2) in {(found.code, found.file, found.line) for found in verdict.problems}


@pytest.mark.usefixtures("toy")
def test_only_a_runtime_that_allows_it_follows_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    root = _stack(tmp_path, "")
    monkeypatch.setenv("FLOWSTACKS_COMMIT", "HEAD")
    with pytest.raises(RejectedError) as rejected:
        evaluation.run(root, "flowstacks", "dev")
    assert [error.code for error in problem.errors(rejected.value.problems)] == ["moving-pin"]


@pytest.mark.usefixtures("toy")
def test_job_variables_are_those_of_its_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    root = _stack(tmp_path, "  flowstacks:defaults: {job_variables: {siz: big}}\n")
    with pytest.raises(RejectedError, match="job variable 'siz' is not in the pool's template"):
        evaluation.run(root, "flowstacks", "dev")


def test_the_stack_file_with_an_unknown_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    root = _stack(tmp_path, "")
    with pytest.raises(RejectedError) as rejected:
        evaluation.configured(root, "dev")
    (found,) = rejected.value.problems
    assert (found.code, found.line, found.remedy) == ("unknown-runtime", 2, "Known are process, ecs")
