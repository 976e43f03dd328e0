"""Real processes: what is ours is stopped, what is not stays."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flowstacks.local.errors import LocalError
from flowstacks.local.servers import identity, process, record
from flowstacks.local.servers.process import Launch
from flowstacks.local.servers.record import Record

READY = "print('ready', flush=True)"
WAITS = f"import time; {READY}; time.sleep(600)"
STUBBORN = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; time.sleep(600)"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAITS!r}], start_new_session=True)"

Start = Callable[..., tuple[Record, Launch]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[tuple[Record, Path]] = []

    def _start(script: str, name: str = "server") -> tuple[Record, Launch]:
        launch = Launch(
            name=name,
            command=[sys.executable, "-c", script],
            environment=os.environ,
            folder=tmp_path / "home of it",
            log=tmp_path / "log" / f"{name}.log",
        )
        found = process.start(launch)
        started.append((found, launch.folder))
        assert process.wait_until(lambda: "ready" in launch.log.read_text(), found, launch, 30)
        return found, launch

    yield _start
    for found, folder in started:
        process.stop(found, folder)


def test_stop_ends_the_server_and_says_so_once(start: Start) -> None:
    found, launch = start(WAITS)
    assert process.stop(found, launch.folder)
    assert not identity.lives(found.identity)
    assert not process.stop(found, launch.folder)


def test_a_server_that_ignores_sigterm_is_killed(start: Start) -> None:
    found, launch = start(STUBBORN)
    assert process.stop(found, launch.folder, grace_s=0.3)
    assert not identity.lives(found.identity)


def test_its_children_end_with_it_even_in_sessions_of_their_own(start: Start) -> None:
    found, launch = start(WITH_CHILD)
    assert len(process.members(found, launch.folder)) == 2
    process.stop(found, launch.folder)
    assert process.members(found, launch.folder) == []


def test_children_of_a_server_that_was_killed_are_found_and_ended(start: Start) -> None:
    found, launch = start(WITH_CHILD)
    os.kill(found.pid, signal.SIGKILL)
    _until(lambda: not identity.lives(found.identity))
    orphans = process.members(found, launch.folder)
    assert len(orphans) == 1
    assert process.stop(found, launch.folder)
    assert identity.of(orphans[0]) is None


def test_a_process_that_only_has_the_recorded_pid_is_left_alone(start: Start, tmp_path: Path) -> None:
    stranger, _ = start(WAITS, "stranger")
    recycled = stranger.model_copy(update={"name": "server", "started": "1@an earlier boot"})
    assert not process.stop(recycled, tmp_path)
    assert identity.lives(stranger.identity)


def test_a_server_of_the_same_name_in_another_folder_is_left_alone(start: Start, tmp_path: Path) -> None:
    theirs, _ = start(WAITS)
    gone = theirs.model_copy(update={"pid": 2**22 + 1})
    assert not process.stop(gone, tmp_path / "other")
    assert identity.lives(theirs.identity)


def test_what_dies_at_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    launch = Launch(
        name="server",
        command=[sys.executable, "-c", "print('no such database'); raise SystemExit(3)"],
        environment=os.environ,
        folder=tmp_path,
        log=tmp_path / "server.log",
    )
    started = process.start(launch)
    assert not process.wait_until(lambda: False, started, launch, 30)
    told = str(process.died(launch.name, launch.log))
    assert "no such database" in told
    assert told.endswith(f"See {launch.log}")


def test_what_never_answers_is_stopped_and_reported(start: Start) -> None:
    found, launch = start(WAITS)
    with pytest.raises(LocalError, match="did not answer"):
        process.wait_until(lambda: False, found, launch, 0.2)
    assert not identity.lives(found.identity)


def test_a_record_survives_the_process_that_wrote_it(start: Start, tmp_path: Path) -> None:
    found, _ = start(WAITS)
    record.save(tmp_path / "run", found)
    assert record.load(tmp_path / "run", found.name) == found
    assert record.load_all(tmp_path / "run") == [found]
    (tmp_path / "run" / "server.json").write_text("half a rec")
    assert record.load(tmp_path / "run", found.name) is None


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)
