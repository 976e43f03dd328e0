"""`make down` with real processes in the servers' places."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowstacks.local import places, shutdown
from flowstacks.local.places import Places
from flowstacks.local.servers import identity, process, record, worker
from flowstacks.local.servers.process import Launch
from flowstacks.local.servers.record import Record

WAITS = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places.at(tmp_path)


@pytest.fixture
def servers(here: Places) -> Iterator[list[Record]]:
    folders = {
        "aws": here.aws,
        "prefect": here.prefect_home,
        "registry": here.registry,
        "worker-dev": worker.folder(here, "dev"),
        "stranger": here.root / "theirs",
    }
    started = [
        process.start(Launch(name=name, command=WAITS, environment=os.environ, folder=folder, log=here.logs / name))
        for name, folder in folders.items()
    ]
    for known in started[:-1]:
        record.save(here.records, known)
    yield started
    for known in started:
        process.stop(known, folders[known.name])


def test_down_stops_what_is_recorded_and_nothing_else(
    here: Places, servers: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shutdown.stop_all(here) == 4
    assert [identity.lives(known.identity) for known in servers] == [False, False, False, False, True]
    assert capsys.readouterr().out.splitlines() == [
        f"{name}: stopped" for name in ("worker-dev", "aws", "prefect", "registry")
    ]
    assert shutdown.stop_all(here) == 0


def test_down_leaves_a_recycled_pid_alone(here: Places, servers: list[Record]) -> None:
    shutdown.stop_all(here)
    recycled = servers[0].model_copy(update={"pid": servers[-1].pid, "started": "1@an earlier boot"})
    record.save(here.records, recycled)
    assert shutdown.stop_all(here) == 0
    assert identity.lives(servers[-1].identity)


def test_clean_removes_the_state_and_says_what(
    here: Places, servers: list[Record], capsys: pytest.CaptureFixture[str]
) -> None:
    shutdown.clean(here)
    assert not identity.lives(servers[0].identity)
    assert not here.local.exists()
    assert "removing .local/log" in capsys.readouterr().out.splitlines()
    assert here.root.exists()
