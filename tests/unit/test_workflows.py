"""What no run on this machine shows of the workflows: GitHub's own rules, and the rights they take."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import actionlint, workflows

NAMES = [path.stem for path in workflows.FILES]
PINNED = re.compile(
    r"^ *- uses: (?:actions/checkout|aws-actions/configure-aws-credentials)@[0-9a-f]{40} # v\d+\.\d+\.\d+$"
)
_JOBS = [(path, name) for path in workflows.FILES for name in workflows.jobs(path)]
JOBS = pytest.mark.parametrize(("path", "name"), _JOBS, ids=[f"{path.stem}-{name}" for path, name in _JOBS])


def _job(path: Path, name: str) -> Any:
    return workflows.jobs(path)[name]


def _runs() -> Iterator[tuple[str, str]]:
    for path, name in _JOBS:
        for step in _job(path, name).get("steps", ()):
            if "run" in step:
                yield path.stem, step["run"]


def test_the_workflows_are_these() -> None:
    assert NAMES == ["container", "deploy", "preview", "promote", "test", "up"]


@pytest.fixture
def linter() -> Path:
    found = shutil.which("go")
    assert found or os.environ.get("CI") != "true", "CI lints workflows: install go"
    return actionlint.binary() if found else pytest.skip("actionlint is built with go, which is not installed")


@pytest.mark.timeout(600)
def test_actionlint_finds_nothing(linter: Path) -> None:
    done = subprocess.run(
        [linter, "-no-color", "-shellcheck=", "-pyflakes=", *workflows.FILES],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_actionlint_is_awake(linter: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    steps: [{run: 'echo ${{ github.nothing }}'}]\n"
    )
    done = subprocess.run([linter, "-no-color", broken], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nothing" in done.stdout


def test_actions_are_pinned_by_commit_with_their_version() -> None:
    lines = [line for path in workflows.FILES for line in path.read_text().splitlines() if "- uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.match(line)] == []


@JOBS
def test_a_job_takes_the_least(path: Path, name: str) -> None:
    job = _job(path, name)
    top = workflows.read(path)["permissions"]
    assert top in ({}, {"contents": "read"})
    rights = job.get("permissions", top)
    assert set(rights.values()) <= {"read", "write"}
    if "steps" in job:
        assert job["timeout-minutes"]
        uses = [step.get("uses", "") for step in job["steps"]]
        assert ("id-token" in rights) == any(one.startswith("aws-actions/") for one in uses)
        says = any("gh " in step.get("run", "") or "make say" in step.get("run", "") for step in job["steps"])
        assert ("pull-requests" in rights) == says
        assert (rights["contents"] == "write") == any("git push" in step.get("run", "") for step in job["steps"])
        assert (rights["contents"] == "write") == ("persist-credentials" not in job["steps"][0]["with"])


def test_two_runs_do_not_step_on_each_other() -> None:
    """Where a stack is brought up its job waits for the other one, and has the environment's protection."""
    for path in workflows.FILES:
        ups = [job for job in workflows.jobs(path).values() if "pulumi up" in str(job.get("steps"))]
        assert ups or "concurrency" in workflows.read(path)
        assert all("concurrency" in job and "environment" in job for job in ups)


def test_a_fork_gets_no_credentials() -> None:
    text = str(_job(workflows.FOLDER / "preview.yml", "fork"))
    assert "secrets." not in text
    assert "aws-actions" not in text
    assert "github.token" not in text


def test_steps_are_one_liners_that_take_nothing_from_expressions() -> None:
    """An expression in a script is how a branch's name becomes a command."""
    assert [(name, run) for name, run in _runs() if "\n" in run.strip() or "${{" in run] == []
