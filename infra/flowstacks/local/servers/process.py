"""Start and stop the processes that we own, and no other."""

import contextlib
import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from flowstacks.local.errors import LocalError
from flowstacks.local.servers import identity
from flowstacks.local.servers.record import Record

MARK = "FLOWSTACKS_SERVER"
"""In the environment of a server and of all it starts: its children are found by it even after the server died."""

_GRACE_S = 10.0
_POLL_S = 0.1
_TAIL_LINES = 15


_children: list[subprocess.Popen[bytes]] = []
"""Those of this process. A stopped one must be waited for, or it stays as a zombie while we live (in tests)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Launch:
    """How a server is started."""

    name: str
    """As in `Record`."""

    command: Sequence[str]
    """The executable and its arguments."""

    environment: Mapping[str, str]
    """All of it: nothing is inherited."""

    folder: Path
    """Working directory, and part of the mark by which the server's children are found."""

    log: Path
    """Replaced at each start; holds stdout and stderr."""

    port: int | None = None
    """As in `Record`."""

    api_url: str | None = None
    """As in `Record`."""


def start(launch: Launch) -> Record:
    """Start it in a session of its own. Raises `LocalError` where it ends at once."""
    launch.log.parent.mkdir(parents=True, exist_ok=True)
    launch.folder.mkdir(parents=True, exist_ok=True)
    environment = {**launch.environment, MARK: mark(launch.folder, launch.name)}
    with launch.log.open("wb") as log:
        child = subprocess.Popen(
            launch.command,
            cwd=launch.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # ^C in `make up` stays with `make up`, and its group can be stopped as a whole
        )
    _children.append(child)
    process_identity = _settled(child.pid)
    if process_identity is None:
        _reap()
        raise died(launch.name, launch.log)
    return Record(
        name=launch.name,
        pid=process_identity.pid,
        started=process_identity.started,
        command=process_identity.command,
        port=launch.port,
        api_url=launch.api_url,
    )


def wait_until(ready: Callable[[], bool], record: Record, launch: Launch, timeout_s: float) -> bool:
    """True as soon as `ready()`, False where the server ended by itself.

    Raises `LocalError`, with the log's last lines, where it takes longer than `timeout_s`; it is stopped then.
    """
    deadline = time.monotonic() + timeout_s
    while not ready():
        if not identity.lives(record.identity):
            _reap()
            return False
        if time.monotonic() > deadline:
            stop(record, launch.folder)
            raise LocalError(
                f"{record.name} did not answer in {timeout_s:.0f} s.\n{tail(launch.log)}\nSee {launch.log}"
            )
        time.sleep(_POLL_S)
    return True


def stop(record: Record, folder: Path, grace_s: float = _GRACE_S) -> bool:
    """End the server and all it started: SIGTERM, after `grace_s` SIGKILL. False where nothing of it ran.

    `folder` as in `Launch`. A process that only has the recorded PID is left alone. Raises `LocalError` where one
    survives.
    """
    pids = members(record, folder)
    if not pids:
        return False
    for number, limit_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, grace_s)):
        _signal(pids, number)
        if _gone(record, folder, limit_s):
            return True
        pids = members(record, folder)
    raise LocalError(f"{record.name} (PID {record.pid}) can't be stopped. End it yourself, then try again")


def members(record: Record, folder: Path) -> list[int]:
    """PIDs of the server and of all it started, as far as they still run."""
    _reap()
    pids = set(identity.marked(f"{MARK}={mark(folder, record.name)}"))
    if identity.lives(record.identity):
        pids.add(record.pid)
    return sorted(pid for pid in pids if identity.of(pid))


def mark(folder: Path, name: str) -> str:
    """Value of `FLOWSTACKS_SERVER`: which server of which folder."""
    return f"{folder}:{name}"


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(f"  {line}" for line in [line for line in lines if line.strip()][-_TAIL_LINES:])


def died(name: str, log: Path) -> LocalError:
    """The error for a server that ended by itself."""
    return LocalError(f"{name} ended at start. Its last lines:\n{tail(log)}\nSee {log}")


def _settled(pid: int) -> identity.Identity | None:
    # Linux shows an empty command line for a moment after exec has closed the pipe that Popen waits for.
    process_identity = identity.of(pid)
    while process_identity and not process_identity.command:
        time.sleep(_POLL_S / 10)
        process_identity = identity.of(pid)
    return process_identity


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def _gone(record: Record, folder: Path, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while members(record, folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
