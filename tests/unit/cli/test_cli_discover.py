import json
import pathlib
import subprocess

import pytest

from flowstacks.cli import entry
from flowstacks.cli.verbs import discover

TEXT = '''
from prefect import flow
@flow
async def load(days: int = 1):
    """Loads."""
@flow
def step(): ...
FLOW_SPEC = {"flow": load, "name": "nightly", "cron": "0 4 * * *", "tags": ["x"], "cpu": 256, "memory": 512}
'''


@pytest.fixture
def root(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "flows/etl").mkdir(parents=True)
    (tmp_path / "flows/etl/load.py").write_text(TEXT)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_the_public_json(root: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert discover.show(root, "worktree", None, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["schema_version", "commit", "projects", "flows", "problems"]
    assert (said["schema_version"], said["commit"], said["problems"]) == (1, "worktree", [])
    assert [set(one) for one in said["projects"]] == [{"name", "path", "tree_key", "commit", "version"}]
    load, step = said["flows"]
    deployments = load.pop("deployments")
    assert load == {
        "project": "etl",
        "name": "load",
        "function": "load",
        "file": "flows/etl/load.py",
        "line": 4,
        "is_async": True,
        "entrypoint": "flows/etl/load.py:load",
        "description": "Loads.",
        "parameters": {
            "title": "Parameters",
            "type": "object",
            "properties": {"days": {"default": 1, "title": "days", "type": "integer", "position": 0}},
            "definitions": {},
        },
        "declared_by": "flow_spec",
    }
    assert deployments == [
        {
            "address": "etl/load/nightly",
            "name": "nightly",
            "schedules": [{"slug": "schedule-1", "cron": "0 4 * * *", "timezone": "UTC", "active": None}],
            "parameters": {},
            "tags": ["x"],
            "cpu": 256,
            "memory": 512,
        }
    ]
    assert (step["declared_by"], step["deployments"]) == ("none", [])


def test_an_error_is_exit_code_1_and_a_warning_is_not(root: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "flows/etl/prefect.yaml").write_text("")
    assert discover.show(root, "worktree", None, as_json=True) == 0
    (root / "flows/etl/broken.py").write_text("def (")
    capsys.readouterr()
    assert discover.show(root, "worktree", None, as_json=True) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [set(one) for one in problems] == [{"severity", "code", "file", "line", "message", "remedy"}] * 2
    assert [one["code"] for one in problems] == ["syntax", "prefect-yaml"]


def test_the_listing(root: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert discover.show(root, "worktree", [], as_json=False) == 0
    said = capsys.readouterr().out
    assert "etl 0.0.0 (flows/etl, since worktree)" in said
    assert "    etl/load/nightly  [0 4 * * * UTC]" in said
    assert "  step: not deployed" in said
    assert said.endswith("1 projects, 2 flows, 1 deployments\n")


def test_the_command_and_its_options(root: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ["discover", "--root", str(root), "--rev", "worktree"]
    assert entry.main([*said, "--sources", "jobs/*", "--sources", "flows/*", "--json"]) == 0
    assert [one["path"] for one in json.loads(capsys.readouterr().out)["projects"]] == ["flows/etl"]
    assert entry.main([*said, "--sources", "jobs/*"]) == 0
    assert "0 projects" in capsys.readouterr().out


def test_what_git_can_not_answer_is_exit_code_1(root: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["discover", "--root", str(root), "--rev", "f" * 40]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "git fetch origin" in said.err
