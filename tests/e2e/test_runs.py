"""Flows run to their end, each with the code and the packages of its own project and commit."""

import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowstacks.local import places
from flowstacks.local.servers import process, record, worker
from tests.support import flows
from tests.support.workspace import ROOT, Workspace

_RUN_S = 240
_LOG_TRIES = 40


@pytest.fixture
def running(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace with a worker for its pool; the pool may come later."""
    here = places.at(workspace.root)
    worker.ensure(here, workspace.stack, workspace.api)
    yield workspace
    started = record.load(here.records, worker.name(workspace.stack))
    assert started
    process.stop(started, worker.folder(here, workspace.stack))


def _run(workspace: Workspace, address: str, *more: str) -> str:
    done = workspace.run("flowstacks", "run", address, "--wait", "--timeout", str(_RUN_S), "-s", workspace.stack, *more)
    assert done.code == 0, done.text + _worker_log(workspace)
    assert "Completed" in done.text
    return done.text


def _worker_log(workspace: Workspace) -> str:
    log = places.at(workspace.root).logs / f"{worker.name(workspace.stack)}.log"
    return log.read_text(encoding="utf-8", errors="replace")


def _logged(workspace: Workspace, deployment: dict[str, Any], expected: str) -> list[str]:
    """What the deployment's last run logged; logs come in some time after the run's end."""
    wanted = {"deployments": {"id": {"any_": [deployment["id"]]}}, "sort": "START_TIME_DESC", "limit": 1}
    (run,) = workspace.ask("POST", "/flow_runs/filter", wanted)
    lines: list[str] = []
    for _ in range(_LOG_TRIES):
        found = workspace.ask("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run["id"]]}}})
        lines = [line["message"] for line in found]
        if expected in lines:
            break
        time.sleep(0.5)
    return lines


def test_the_examples_run_side_by_side_with_incompatible_pins(running: Workspace) -> None:
    shutil.copytree(ROOT / "flows", running.root / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    running.commit("the examples")
    running.up()
    assert set(running.ids()) == {
        "weather/station-summary/default", "weather/rain-alert/default",
        "orders/sales-report/daily", "orders/sales-report/weekly",
    }  # fmt: skip
    _run(running, "weather/station-summary")
    _run(running, "orders/sales-report/weekly")
    commands = {
        name: running.deployment(flow, name)["job_variables"]["command"]
        for flow, name in (("station-summary", running.stack), ("sales report", f"weekly--{running.stack}"))
    }
    assert "humanize==4.9.0" in commands[running.stack]
    assert "humanize==4.12.3" in commands[f"weekly--{running.stack}"]


def _saying(text: str) -> str:
    return flows.declared(
        "load", {"name": "x"}, {"name": "y"}, body=f"print({text!r}, flush=True); return days"
    ).replace("@flow", "@flow(log_prints=True)")


def test_the_pinned_commit_runs_although_head_is_newer(running: Workspace) -> None:
    older = running.commit(**{"flows/etl/load.py": _saying("this is the older code")})
    newer = running.commit(**{"flows/etl/load.py": _saying("this is the newer code")})
    running.write("flows/etl/load.py", _saying("this is uncommitted code"))
    running.configure({
        "runtime": "process", "release": {"commit": older}, "overrides": {"etl/load/y": {"commit": newer}},
    })  # fmt: skip
    running.up()
    for name, said in (("x", "older"), ("y", "newer")):
        _run(running, f"etl/load/{name}")
        deployed = running.deployment("load", f"{name}--{running.stack}")
        logged = _logged(running, deployed, f"this is the {said} code")
        assert [line for line in logged if line.startswith("this is")] == [f"this is the {said} code"]


def _runs(target: Workspace, text: str) -> None:
    _run(target, "etl/load/x")
    logged = _logged(target, target.deployment("load", f"x--{target.stack}"), text)
    assert [line for line in logged if line.startswith("this is")] == [text]


def test_what_is_promoted_runs_until_it_is_rolled_back(running: Workspace) -> None:
    """The worker is the target's: what runs there is what the source was tried with, whatever is checked out."""
    target, dev = running, running.beside()
    dev.configure({"runtime": "process", "release": {"commit": "HEAD"}})
    target.configure({"runtime": "process"})
    for text in ("this is A", "this is B"):
        dev.commit(**{"flows/etl/load.py": _saying(text)})
        dev.up()
        dev.write("flows/etl/load.py", _saying("this is uncommitted code"))
        done = target.run("flowstacks", "promote", dev.stack, target.stack, "--check")
        assert done.code == 0, done.text
        target.git("commit", "-q", "-m", f"promote {text}", "--", target.stack_file.name)
        target.up()
        _runs(target, text)
    done = target.run("flowstacks", "rollback", target.stack)
    assert done.code == 0, done.text
    target.up()
    _runs(target, "this is A")


PULL = """\
import json, pathlib, sys
from prefect.deployments.steps.core import run_steps
import anyio
ended = anyio.run(run_steps, json.loads(sys.argv[1]))
print("pulled:", (pathlib.Path(ended["directory"]) / "flows/etl/load.py").read_text())
"""


def test_two_commits_in_one_working_folder(workspace: Workspace, tmp_path: Path) -> None:
    """`git_clone` in a folder used before: a custom command may do so, `prefect flow-run execute` never does."""
    shared = tmp_path / "one working folder"
    shared.mkdir()
    steps: dict[str, str] = {}
    for text in ("older", "newer"):
        workspace.commit(**{"flows/etl/load.py": _saying(f"this is the {text} code")})
        workspace.up()
        deployed = workspace.deployment("load", f"x--{workspace.stack}")
        steps[text] = json.dumps(deployed["pull_steps"])
    for text in ("older", "newer", "older"):
        done = workspace.run("env", "-C", str(shared), sys.executable, "-c", PULL, steps[text])
        assert f"this is the {text} code" in done.text.partition("pulled:")[2], done.text
    assert len(list(shared.iterdir())) == 2


def test_uncommitted_code_runs_on_request_and_knows_its_deployment(running: Workspace) -> None:
    body = "import os; print('I am', os.environ['DEPLOYMENT_NAME'], os.environ['COMMIT_HASH'], flush=True); return days"
    running.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x"})})
    text = flows.declared("load", {"name": "x"}, body=body).replace("@flow", "@flow(log_prints=True)")
    running.write("flows/etl/load.py", text)
    running.pulumi("up", "--yes", "--skip-preview", env={"FLOWSTACKS_COMMIT": "worktree"})
    _run(running, "etl/load/x", "--param", "days=3")
    expected = f"I am x--{running.stack} worktree"
    assert expected in _logged(running, running.deployment("load", f"x--{running.stack}"), expected)


def test_a_run_that_fails_says_why(running: Workspace) -> None:
    running.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x"}, body="raise ValueError('no data')")})
    running.up()
    done = running.run("flowstacks", "run", "etl/load/x", "--wait", "-s", running.stack)
    assert done.code == 1
    assert "no data" in done.text
