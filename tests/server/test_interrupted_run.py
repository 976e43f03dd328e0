"""Whoever interrupts a test run has no server of it afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowstacks.local.servers import identity
from tests.support.workspace import ROOT

RUN = """
import pathlib, time
from flowstacks.local.servers import process

def test_that_waits(aws_url):
    pids = " ".join(str(child.pid) for child in process._children)
    draft = pathlib.Path({pids!r} + ".draft")
    draft.write_text(pids)
    draft.rename({pids!r})
    time.sleep(600)
"""
_START_S = 120.0
_END_S = 60.0


def _await_file(file: Path, run: subprocess.Popen[bytes]) -> list[int]:
    deadline = time.monotonic() + _START_S
    while not file.exists():
        assert run.poll() is None, "the run has ended before its server answered"
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return [int(word) for word in file.read_text(encoding="utf-8").split()]


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if identity.of(pid)]


@pytest.mark.parametrize(
    ("number", "workers"),
    [
        pytest.param(signal.SIGINT, ["-n", "1"], id="SIGINT, xdist as in make test"),
        pytest.param(signal.SIGTERM, ["-n", "1"], id="SIGTERM, xdist as in make test"),
        pytest.param(signal.SIGTERM, [], id="SIGTERM"),
        pytest.param(signal.SIGKILL, [], id="SIGKILL"),
    ],
)
def test_no_server_stays(number: signal.Signals, workers: list[str], tmp_path: Path) -> None:
    file, pids = tmp_path / "test_waits.py", tmp_path / "pids"
    file.write_text(RUN.format(pids=str(pids)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "--rootdir", str(ROOT), *workers]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with (tmp_path / "output").open("wb") as output:
        run = subprocess.Popen([*command, str(file)], cwd=ROOT, env=kept, stdout=output, stderr=output)
    try:
        servers = _await_file(pids, run)
        assert servers
        assert _alive(servers) == servers
        run.send_signal(number)
        run.wait(timeout=_END_S)
        deadline = time.monotonic() + _END_S
        while _alive(servers) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _alive(servers) == []
    finally:
        run.kill()
        run.wait()
