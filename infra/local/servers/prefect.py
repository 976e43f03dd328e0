"""A real Prefect server on loopback: for `make up` at its usual port, for tests at any."""

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path

from infra.local import progress, variables
from infra.local.servers import health, identity, port, process, record
from infra.local.servers.process import Launch
from infra.local.servers.record import Record

NAME = "prefect"
USUAL_PORT = 4200
_START_TIMEOUT_S = 180.0  # the first start migrates the database: 16 s on two idle cores, more on a busy machine
_TRIES = 3


def api_url(number: int) -> str:
    """Where clients find the API."""
    return f"http://{port.HOST}:{number}/api"


def launch(home: Path, number: int, *, log: Path, database_url: str | None = None) -> Launch:
    """Pure but for the inherited environment. `home` is `PREFECT_HOME`; without `database_url` SQLite in it."""
    inherited = variables.without_inherited(os.environ)
    own = {**variables.prefect(home, os.environ), "PREFECT_API_URL": api_url(number)}
    if database_url:
        own["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database_url
    # `-P`: a `prefect.py` in the working directory must not shadow the package.
    command = [sys.executable, "-P", "-m", "prefect", "server", "start", "--host", port.HOST, "--port", str(number)]
    return Launch(name=NAME, command=command, environment=inherited | own, folder=home, log=log, port=number)


@contextlib.contextmanager
def running(home: Path, *, database_url: str | None = None) -> Generator[str, None, None]:
    """A server for the length of the block; yields the API's URL (`http://127.0.0.1:PORT/api`).

    `home` is a directory of its own; `database_url` `postgresql+asyncpg://…`, SQLite in `home` without it. Raises
    `LocalError` where it does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    started = _start(home, home / "server.log", None, database_url)
    try:
        yield api_url(started.port or 0)
    finally:
        process.stop(started, home)


def ensure(home: Path, records: Path, log: Path) -> tuple[str, bool]:
    """The API's URL of our server and whether it had to be started. It keeps its port where that is free.

    Raises `LocalError` where it does not start.
    """
    known = record.load(records, NAME)
    if known and known.port and identity.lives(known.identity) and health.prefect(api_url(known.port)):
        return api_url(known.port), False
    if known:
        process.stop(known, home)
    started = _start(home, log, known.port if known else None, None, records)
    return api_url(started.port or 0), True


def _start(
    home: Path, log: Path, last_port: int | None, database_url: str | None, records: Path | None = None
) -> Record:
    for attempt in range(_TRIES):
        # Tests pass no records: they must not take the port that the developer's own server expects to come back to.
        number = port.choose(last_port, USUAL_PORT) if records and attempt == 0 else port.free()
        plan = launch(home, number, log=log, database_url=database_url)
        started = process.start(plan)
        if records:
            record.save(records, started)
        if _answers(started, plan):
            return started
        if port.is_free(number):
            break
        # Between choosing and listening somebody else took the port: try another.
    raise process.died(NAME, log)


def _answers(started: Record, plan: Launch) -> bool:
    url = api_url(started.port or 0)
    with progress.shown("Prefect server starts"):
        return process.wait_until(lambda: health.prefect(url), started, plan, _START_TIMEOUT_S)
