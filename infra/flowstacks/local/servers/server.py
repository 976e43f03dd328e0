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
    """One kind of server in one folder; what depends on the port is a function of it."""

    name: str
    """Of its record."""

    title: str
    """For progress lines."""

    usual_port: int
    """Taken at the first start where it is free."""

    start_timeout_s: float
    """In seconds; a server that takes longer is stopped."""

    folder: Path
    """Working directory; holds what the server keeps."""

    log: Path
    """Replaced at each start."""

    command: Callable[[int], Sequence[str]]
    """The executable and its arguments."""

    environment: Callable[[int], Mapping[str, str]]
    """All of it: nothing is inherited."""

    url: Callable[[int], str]
    """For its clients."""

    answers: Callable[[int], bool]
    """Whether this server, and no other process at that port, is ready."""


@contextlib.contextmanager
def running(server: LocalServer) -> Generator[str, None, None]:
    """The server for the length of the block, at any free port; yields its URL.

    Raises `LocalError` where it does not start.
    """
    started = _start(server, None, None)
    try:
        yield server.url(started.port or 0)
    finally:
        process.stop(started, server.folder)


def ensure(server: LocalServer, records: Path) -> tuple[str, bool]:
    """The server's URL and whether it had to be started. It keeps its port where that is free.

    Raises `LocalError` where it does not start.
    """
    previous = record.load(records, server.name)
    if previous and previous.port and identity.lives(previous.identity) and server.answers(previous.port):
        return server.url(previous.port), False
    if previous:
        process.stop(previous, server.folder)
        _await_port(previous.port)
    started = _start(server, previous.port if previous else None, records)
    return server.url(started.port or 0), True


def _start(server: LocalServer, last_port: int | None, records: Path | None) -> Record:
    for attempt in range(_TRIES):
        # Tests pass no records: they must not take the port that the developer's own server expects to come back to.
        number = port.choose(last_port, server.usual_port) if records and attempt == 0 else port.free()
        launch = _launch(server, number)
        started = process.start(launch)
        if records:
            record.save(records, started)
        if _answers(server, number, started, launch):
            return started
        if port.is_free(number):
            break
        # Between choosing and listening somebody else took the port: try another.
    raise process.died(server.name, server.log)


def _launch(server: LocalServer, number: int) -> Launch:
    return Launch(
        name=server.name,
        command=server.command(number),
        environment=server.environment(number),
        folder=server.folder,
        log=server.log,
        port=number,
    )


def _answers(server: LocalServer, number: int, started: Record, launch: Launch) -> bool:
    with progress.shown(f"{server.title} starts"):
        return process.wait_until(lambda: server.answers(number), started, launch, server.start_timeout_s)


def _await_port(number: int | None) -> None:
    """A killed process is gone a moment before its sockets are, and the state of the stacks names this port."""
    deadline = time.monotonic() + _PORT_TIMEOUT_S
    while number and not port.is_free(number) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
