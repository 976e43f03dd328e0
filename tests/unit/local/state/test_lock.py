import os
import socket
import subprocess
from pathlib import Path

import pytest

from flowstacks.local import places
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places
from flowstacks.local.state import lock, stacks

NEVER = 2**22 + 1  # above Linux's largest PID


def _lock(here: Places, pid: int, host: str) -> None:
    folder = here.state / ".pulumi/locks/organization/flowstacks/dev"
    folder.mkdir(parents=True, exist_ok=True)
    text = f'{{"pid":{pid},"username":"me","hostname":"{host}","timestamp":"2026-11-21T14:35:17.123456789Z"}}'
    (folder / f"{pid}.json").write_text(text)


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places.at(tmp_path)


def test_the_lock_of_a_process_that_is_gone_is_dead(here: Places) -> None:
    _lock(here, NEVER, socket.gethostname())
    _lock(here, os.getpid(), socket.gethostname())  # recycled: pytest is no pulumi
    assert [lock.is_dead(holder) for holder in lock.holders(here, "dev")] == [True, True]
    assert lock.holders(here, "staging") == []


def test_a_lock_of_another_host_may_be_alive(here: Places) -> None:
    _lock(here, NEVER, "elsewhere")
    assert not lock.is_dead(lock.holders(here, "dev")[0])


def test_a_lock_of_a_running_pulumi_is_refused_with_the_remedy(here: Places, tmp_path: Path) -> None:
    (tmp_path / "pulumi").symlink_to("/bin/sleep")
    with subprocess.Popen([tmp_path / "pulumi", "600"]) as running:
        _lock(here, running.pid, socket.gethostname())
        with pytest.raises(LocalError, match="pulumi cancel --yes -s dev"):
            stacks.unlock(here, "dev", {})
        running.kill()
