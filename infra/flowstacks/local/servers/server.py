"""A server that is started on a port of loopback, found again by its record, and comes back to its port."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

from flowstacks.local import progress
from flowstacks.local.servers import identity, port, process, record
from flowstacks.local.servers.process import Launch
from flowstacks.local.servers.record import Record

_TRIES = 3
_PORT_TIMEOUT_S = 2.0
_POLL_S = 0.05


@dataclasses.dataclass(frozen=True, kw_only=True)
class LocalServer:
    """One kind of server in one folder; what depends on the port is a function of it.

    `title` is for progress lines. `folder` is the working directory and holds what the server keeps. `answers` tells
    whether this very server, and no other one, is ready.
    """

    name: str
    title: str
    usual_port: int
    start_timeout_s: float
    folder: Path
    log: Path
    command: Callable[[int], Sequence[str]]
    environment: Callable[[int], Mapping[str, str]]
    url: Callable[[int], str]
    answers: Callable[[int], bool]


@contextlib.contextmanager
def running(wanted: LocalServer) -> Generator[str, None, None]:
    """The server for the length of the block, at any free port; yields its URL.

    Raises `LocalError` where it does not start.
    """
    started = _start(wanted, None, None)
    try:
        yield wanted.url(started.port or 0)
    finally:
        process.stop(started, wanted.folder)


def ensure(wanted: LocalServer, records: Path) -> tuple[str, bool]:
    """The server's URL and whether it had to be started. It keeps its port where that is free.

    Raises `LocalError` where it does not start.
    """
    known = record.load(records, wanted.name)
    if known and known.port and identity.lives(known.identity) and wanted.answers(known.port):
        return wanted.url(known.port), False
    if known:
        process.stop(known, wanted.folder)
        _await_port(known.port)
    started = _start(wanted, known.port if known else None, records)
    return wanted.url(started.port or 0), True


def _start(wanted: LocalServer, last_port: int | None, records: Path | None) -> Record:
    for attempt in range(_TRIES):
        # Tests pass no records: they must not take the port that the developer's own server expects to come back to.
        number = port.choose(last_port, wanted.usual_port) if records and attempt == 0 else port.free()
        plan = _launch(wanted, number)
        started = process.start(plan)
        if records:
            record.save(records, started)
        if _answers(wanted, number, started, plan):
            return started
        if port.is_free(number):
            break
        # Between choosing and listening somebody else took the port: try another.
    raise process.died(wanted.name, wanted.log)


def _launch(wanted: LocalServer, number: int) -> Launch:
    return Launch(
        name=wanted.name,
        command=wanted.command(number),
        environment=wanted.environment(number),
        folder=wanted.folder,
        log=wanted.log,
        port=number,
    )


def _answers(wanted: LocalServer, number: int, started: Record, plan: Launch) -> bool:
    with progress.shown(f"{wanted.title} starts"):
        return process.wait_until(lambda: wanted.answers(number), started, plan, wanted.start_timeout_s)


def _await_port(number: int | None) -> None:
    """A killed process is gone a moment before its sockets are, and the state of the stacks names this port."""
    deadline = time.monotonic() + _PORT_TIMEOUT_S
    while number and not port.is_free(number) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
