"""An AWS emulator (moto) on loopback whose content outlives it: see `aws_emulator` for how."""

import contextlib
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

from infra.local import progress, variables
from infra.local.servers import aws_emulator, health, identity, port, process, record
from infra.local.servers.process import Launch
from infra.local.servers.record import Record

NAME = "aws"
USUAL_PORT = 4566  # where users of other AWS emulators look first
_START_TIMEOUT_S = 120.0  # all requests since `make clean` are played back first: some 3 ms each
_PORT_TIMEOUT_S = 2.0
_POLL_S = 0.05
_TRIES = 3


def url(number: int) -> str:
    """The one endpoint of all services."""
    return f"http://{port.HOST}:{number}"


def launch(folder: Path, number: int, *, log: Path) -> Launch:
    """Pure but for the inherited environment. `folder` holds the journal."""
    command = [sys.executable, "-P", "-m", "infra.local.servers.aws_emulator", str(number), str(_journal(folder))]
    # Else the emulator has none of AWS's own policies, and no role can be given one (moto 5.2.5, `settings.py`).
    environment = {**variables.without_inherited(os.environ), "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
    return Launch(name=NAME, command=command, environment=environment, folder=folder, log=log, port=number)


@contextlib.contextmanager
def running(folder: Path) -> Generator[str, None, None]:
    """An emulator for the length of the block, with what `folder` remembers; yields its URL.

    Raises `LocalError` where it does not start.
    """
    started = _start(folder, folder / "server.log", None)
    try:
        yield url(started.port or 0)
    finally:
        process.stop(started, folder)


def ensure(folder: Path, records: Path, log: Path) -> tuple[str, bool]:
    """The URL of our emulator and whether it had to be started. It keeps its port where that is free.

    Raises `LocalError` where it does not start.
    """
    known = record.load(records, NAME)
    if known and known.port and identity.lives(known.identity) and _is_ours(known.port, folder):
        return url(known.port), False
    if known:
        process.stop(known, folder)
        _await_port(known.port)
    started = _start(folder, log, known.port if known else None, records)
    return url(started.port or 0), True


def _start(folder: Path, log: Path, last_port: int | None, records: Path | None = None) -> Record:
    for attempt in range(_TRIES):
        # Tests pass no records: they must not take the port that the developer's own emulator expects to come back to.
        number = port.choose(last_port, USUAL_PORT) if records and attempt == 0 else port.free()
        plan = launch(folder, number, log=log)
        started = process.start(plan)
        if records:
            record.save(records, started)
        if _answers(started, plan):
            return started
        if port.is_free(number):
            break
        # Between choosing and listening somebody else took the port: try another.
    raise process.died(NAME, log)


def _await_port(number: int | None) -> None:
    """A killed process is gone a moment before its sockets are, and the state of the stacks names this port."""
    deadline = time.monotonic() + _PORT_TIMEOUT_S
    while number and not port.is_free(number) and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _answers(started: Record, plan: Launch) -> bool:
    number = started.port or 0
    with progress.shown("AWS emulator starts"):
        return process.wait_until(lambda: _is_ours(number, plan.folder), started, plan, _START_TIMEOUT_S)


def _is_ours(number: int, folder: Path) -> bool:
    return health.body(f"{url(number)}{aws_emulator.READY}") == str(_journal(folder))


def _journal(folder: Path) -> Path:
    return folder / "journal.jsonl"
