"""A whole stack of runtime `ecs`, from files in git to the verdict: every problem at its own line."""

import pathlib

import pytest

from flowstacks.core.errors import RejectedError
from flowstacks.evaluation import evaluation
from flowstacks.evaluation.evaluation import Verdict
from tests.support.discovery_repo import Repo

FLOW = """from prefect import flow

@flow
def load(): ...

FLOW_SPEC = {
    "cpu": "512",
    "secrets": [{"envar_name": "PASSWORD", "envar_value": "warehouse:password"}],
    "docker_env": "heavy",
}
"""
PYPROJECT = """[project]
name = "etl"
version = "1.0"
dependencies = ["prefect>=99.1"]
[tool.flowstacks.images.heavy]
dockerfile = "Dockerfile.heavy"
"""
FILES = {
    "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
    "flows/etl/load.py": FLOW,
    "flows/etl/pyproject.toml": PYPROJECT,
    "flows/etl/Dockerfile.heavy": "FROM scratch\n",
}
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def _checked(root: pathlib.Path, config: str) -> Verdict:
    repo = Repo(root / "repository")
    commit = repo.commit(FILES)
    text = "config:\n  aws:region: eu-central-1\n  flowstacks:runtime: ecs\n  flowstacks:release:\n"
    (repo.root / "Pulumi.staging.yaml").write_text(f"{text}    commit: {commit}\n{config}")
    return evaluation.run(repo.root, "flowstacks", "staging")


def test_what_is_right_comes_with_its_warnings(tmp_path: pathlib.Path) -> None:
    verdict = _checked(tmp_path, f'    images: {{etl/heavy: "{DIGEST}"}}\n')
    assert [(one.severity, one.code, one.file, one.line) for one in verdict.problems] == [
        ("warning", "newer-prefect", "flows/etl", 0),
        ("warning", "secret-without-value", "flows/etl/load.py", 6),
    ]
    (task,) = verdict.desired.task_definitions
    assert (task.image, task.task.cpu, task.task.memory_mib) == ("etl/heavy", 512, 1024)
    assert dict(task.task.secrets) == {"PASSWORD": "warehouse:password"}


def test_a_value_in_the_stack_settles_the_warning(tmp_path: pathlib.Path) -> None:
    verdict = _checked(tmp_path, "  flowstacks:secrets:\n    warehouse: {secure: v1:abc}\n")
    assert [one.code for one in verdict.problems] == ["newer-prefect"]


def test_problems_of_the_stack_itself_have_their_lines(tmp_path: pathlib.Path) -> None:
    config = "  flowstacks:secrets:\n    warehouse: hunter2\n  flowstacks:aws:\n    log_retention_days: 91\n"
    with pytest.raises(RejectedError) as rejected:
        _checked(tmp_path, config)
    errors = [(one.code, one.line) for one in rejected.value.problems if one.severity == "error"]
    assert errors == [("plain-secret", 7), ("log-retention", 9)]
    assert "hunter2" not in str(rejected.value)


def test_problems_of_its_deployments_have_their_lines(tmp_path: pathlib.Path) -> None:
    config = (
        f'    images:\n      etl/heavi: "{DIGEST}"\n'
        '  flowstacks:overrides:\n    "etl/**":\n      memory: 512\n    "etl/load":\n      docker_env: heavi\n'
        "      security_groups: [sg-0123456789abcdef0]\n"
    )
    with pytest.raises(RejectedError) as rejected:
        _checked(tmp_path, config)
    found = [(one.severity, one.code, one.file, one.line) for one in rejected.value.problems]
    assert found == [
        ("error", "unknown-image", "Pulumi.staging.yaml", 7),
        ("error", "fargate-size", "Pulumi.staging.yaml", 9),
        ("error", "no-subnets", "Pulumi.staging.yaml", 11),
        ("error", "unknown-image", "Pulumi.staging.yaml", 11),
        ("warning", "newer-prefect", "flows/etl", 0),
        ("warning", "secret-without-value", "flows/etl/load.py", 6),
    ]
