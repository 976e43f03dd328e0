"""People look at the embedded server with Prefect's own command: each listing of it works."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowstacks.local import variables
from tests.server.objects import Server

LISTS = ("deployment", "work-pool", "flow", "flow-run", "block", "automation")
POOL = "commands"
# Both end after 15 lines by default (prefect 3.9.1).
_OPTIONS = {"flow": ("--limit", "200"), "flow-run": ("--flow-name", "commands-flow")}


@pytest.fixture
def run_id(server: Server) -> str:
    """A run with a log line; its deployment, flow and pool are what the listings list."""
    server.work_pool(POOL)
    deployment_id = server.deployment("commands-flow", "commands-deployment", work_pool_name=POOL)
    run = server.http.post(f"/deployments/{deployment_id}/create_flow_run", json={}).raise_for_status().json()
    line = {"name": "prefect.flow_runs", "level": 20, "message": "rows loaded", "timestamp": "2026-01-01T00:00:00Z"}
    server.http.post("/logs/", json=[{**line, "flow_run_id": run["id"]}]).raise_for_status()
    return run["id"]


def _prefect(api: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**variables.without_inherited(os.environ), **variables.prefect(home, os.environ)}
    return subprocess.run(
        [sys.executable, "-P", "-m", "prefect", *words],
        env={**environment, "PREFECT_API_URL": api, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_listings(api: str, run_id: str, tmp_path: Path) -> None:
    """Other tests share the server, so the listings that end after a few lines by default are narrowed."""
    commands = [(noun, "ls", *_OPTIONS.get(noun, ())) for noun in LISTS]
    commands += [("work-queue", "ls", "--pool", POOL), ("work-queue", "ls")]
    outcomes = {arguments: _prefect(api, tmp_path, *arguments) for arguments in commands}
    failures = {arguments: result for arguments, result in outcomes.items() if result.returncode}
    assert {arguments: result.stdout + result.stderr for arguments, result in failures.items()} == {}
    results = {arguments[:2]: result for arguments, result in outcomes.items()}
    assert "commands-deployment" in results["deployment", "ls"].stdout
    assert POOL in results["work-pool", "ls"].stdout
    assert "commands-flow" in results["flow", "ls"].stdout
    assert run_id in results["flow-run", "ls"].stdout


def test_logs_of_a_run(api: str, run_id: str, tmp_path: Path) -> None:
    deadline = time.monotonic() + 30
    while True:  # the server writes log lines after it has answered
        result = _prefect(api, tmp_path, "flow-run", "logs", run_id)
        assert result.returncode == 0, result.stderr
        if "rows loaded" in result.stdout:
            return
        assert time.monotonic() < deadline, result.stdout
