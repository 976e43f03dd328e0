"""The worker of a `process` pool: runs the flows of the embedded default on this machine."""

import os
import sys
from pathlib import Path

from flowstacks.local import progress, variables
from flowstacks.local.places import Places
from flowstacks.local.servers import identity, process, record
from flowstacks.local.servers.process import Launch
from flowstacks.runtimes.process import RUNTIME

_START_TIMEOUT_S = 90.0
_QUERY_S = "2"  # Prefect's default is 10: too long to wait for somebody who has just started a run
_STARTED = "started!"  # prefect 3.9.1, workers/base.py: "Worker '…' started!", also where its pool is still to come


def name(environment: str) -> str:
    """Name of the record and of the log."""
    return f"worker-{environment}"


def pool(environment: str) -> str:
    """The pool that the program makes for a `process` environment."""
    return f"process-{environment}"


def folder(places: Places, environment: str) -> Path:
    """Working directory; flow runs make their own below the system's temporary one."""
    return places.local / "work" / environment


def launch(places: Places, environment: str, api_url: str) -> Launch:
    """The worker never makes the pool (our program does), and never gets the passphrase of the state."""
    own = {
        **variables.prefect(places.prefect_home, os.environ),
        "PREFECT_API_URL": variables.loopback(api_url),
        "PREFECT_WORKER_QUERY_SECONDS": _QUERY_S,
    }
    command = [sys.executable, "-P", "-m", "prefect", "worker", "start"]
    command += ["--name", name(environment), "--pool", pool(environment), "--type", RUNTIME.pool_type]
    # With `--type` it does not ask the server for the pool first, so a pool that comes later is waited for.
    command += ["--no-create-pool-if-not-found", "--install-policy", "never"]
    return Launch(
        name=name(environment),
        command=command,
        environment=variables.applied(places, os.environ, own),
        folder=folder(places, environment),
        log=places.logs / f"{name(environment)}.log",
        api_url=api_url,
    )


def ensure(places: Places, environment: str, api_url: str) -> bool:
    """Whether the worker had to be started. Raises `LocalError` where it does not start."""
    previous = record.load(places.records, name(environment))
    if previous and previous.api_url == api_url and identity.lives(previous.identity):
        return False
    if previous:
        # One that was killed may have left flow runs; one that talks to the server's last port is of no use.
        process.stop(previous, folder(places, environment))
    plan = launch(places, environment, api_url)
    started = process.start(plan)
    record.save(places.records, started)
    with progress.shown("worker starts"):
        ready = process.wait_until(lambda: _STARTED in _log_text(plan.log), started, plan, _START_TIMEOUT_S)
    if not ready:
        raise process.died(plan.name, plan.log)
    return True


def _log_text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
