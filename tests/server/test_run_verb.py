"""`flowstacks run --wait` against a real server; the test is the worker."""

import concurrent.futures
import datetime
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from flowstacks.cli import entry
from tests.server.objects import Server, unique

_LINES = 25
_FLOW = "from prefect import flow\n\n@flow(name={name!r})\ndef hello(times: int = 1): ...\n"
_STACK_FILE = "config:\n  flowstacks:runtime: process\n  flowstacks:release: {commit: worktree}\n"


@pytest.fixture
def deployment(tmp_path: Path, api: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the only deployment of a repository, which is on the server as after an `up`."""
    flow = unique("hello")
    for path, text in {
        "Pulumi.yaml": "name: flowstacks\nruntime: python\n",
        "Pulumi.dev.yaml": _STACK_FILE,
        "flows/greet/hello.py": _FLOW.format(name=flow),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    who = ["-c", "user.name=T", "-c", "user.email=t@flows.test"]
    for command in (["init", "-q"], [*who, "commit", "-qm", "x", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", api)
    return server.deployment(flow, "dev")


def _end_run(server: Server, deployment: str, state: str, messages: list[str]) -> None:
    """As a worker does: wait for the deployment's run, log, end it."""
    run = _await_run(server, deployment)
    start = datetime.datetime.now(datetime.UTC)
    logs = [
        {
            "name": "prefect.flow_runs", "level": 20, "message": message, "flow_run_id": run,
            "timestamp": (start + datetime.timedelta(milliseconds=number)).isoformat(),
        }
        for number, message in enumerate(messages)
    ]  # fmt: skip
    if logs:
        server.send("POST", "/logs/", logs)
    body = {"state": {"type": state, "message": "a division by zero"}, "force": True}
    server.send("POST", f"/flow_runs/{run}/set_state", body)


def _await_run(server: Server, deployment: str) -> str:
    body: dict[str, Any] = {"flow_runs": {"deployment_id": {"any_": [deployment]}}}
    for _ in range(600):
        runs = server.send("POST", "/flow_runs/filter", body)
        if runs:
            return runs[0]["id"]
        time.sleep(0.1)
    raise AssertionError("no run was started")


def _ran(server: Server, deployment: str, state: str, messages: list[str]) -> int:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        worker = pool.submit(_end_run, server, deployment, state, messages)
        code = entry.main(["run", "greet", "--wait", "--timeout", "60"])
        worker.result()
    return code


def test_a_failed_run_shows_its_last_lines(server: Server, deployment: str, capsys: pytest.CaptureFixture[str]) -> None:
    messages = [f"line {number:02}" for number in range(_LINES)]
    assert _ran(server, deployment, "FAILED", messages) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.strip() for line in out.splitlines()[-21:]] == ["a division by zero", *messages[-20:]]


def test_a_failed_run_without_lines_says_so(
    server: Server, deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _ran(server, deployment, "CRASHED", []) == 1
    assert capsys.readouterr().out.splitlines()[-1].strip() == "it logged nothing"


def test_a_completed_run_is_silent_about_its_log(
    server: Server, deployment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _ran(server, deployment, "COMPLETED", ["fine"]) == 0
    assert "fine" not in capsys.readouterr().out
