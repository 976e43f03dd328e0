"""A process that ends whatever a test run has left: servers, workers, engines.

pytest stops its servers when it ends in order. Killed, or killed as a worker of xdist, it can't; servers have sessions
of their own and would stay. The guard holds the other end of a pipe, which closes with the run, however that ends.
Processes are found by a variable in their environment (`/proc`; without it only an orderly end stops them).
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

from flowstacks.local.servers import identity

VARIABLE = "FLOWSTACKS_TEST_RUN"
_ROOT = Path(__file__).parents[2]
_GRACE_S = 10.0
_POLL_S = 0.1


def watch_over_this_run() -> subprocess.Popen[bytes]:
    """Mark what this process starts from now on, and start its guard. Keep the result: it holds the pipe."""
    run = os.environ[VARIABLE] = uuid.uuid4().hex
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.run_guard", run],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # ^C is for the run, the guard outlives it
    )


def end_all(run: str) -> None:
    """SIGTERM to all that the run started, SIGKILL after a while."""
    for number, patience_s in ((signal.SIGTERM, _GRACE_S), (signal.SIGKILL, 1.0)):
        deadline = time.monotonic() + patience_s
        for pid in _members(run):
            _signal(pid, number)
        while _members(run) and time.monotonic() < deadline:
            time.sleep(_POLL_S)


def _members(run: str) -> list[int]:
    return [pid for pid in identity.marked(f"{VARIABLE}={run}") if identity.of(pid)]


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it has ended meanwhile


if __name__ == "__main__":
    sys.stdin.buffer.read()
    end_all(sys.argv[1])
