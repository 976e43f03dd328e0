"""`--wait`: an edit of pins waits for whoever works on the stack."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import promotions
from tests.support.promotions import HEAD_LINES, Team, flowstacks

Printed = pytest.CaptureFixture[str]
NEVER = 2**22 + 1  # above Linux's largest PID


class Backend:
    """The engine's file backend, and locks in it as the engine writes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def lock(self, pid: int, stack: str = "main", host: str | None = None) -> Path:
        folder = self.folder / ".pulumi/locks/organization/flowstacks" / stack
        folder.mkdir(parents=True, exist_ok=True)
        said = {"pid": pid, "username": "kim", "timestamp": "2026-11-21T14:35:17.123456789Z"}
        file = folder / f"{pid}.json"
        file.write_text(json.dumps({**said, "hostname": host or socket.gethostname()}))
        return file


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backend:
    made = Backend(tmp_path / "state")
    monkeypatch.setenv("PULUMI_BACKEND_URL", made.folder.as_uri())
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return made


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(tmp_path / "repository")
    promotions.inside(made, monkeypatch)
    made.repo.write({"Pulumi.dev.yaml": f"{HEAD_LINES}  flowstacks:release:\n    commit: {made.first}\n"})
    return made


@pytest.fixture
def working(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is called as the engine is."""
    (tmp_path / "pulumi").symlink_to("/bin/sleep")
    with subprocess.Popen([tmp_path / "pulumi", "600"]) as running:
        yield running
        running.kill()


WORDS = [["promote", "dev", "main"], ["pin", "main", "HEAD"], ["rollback", "main"]]


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[0])
def test_it_writes_when_the_lock_is_gone(
    team: Team, backend: Backend, working: subprocess.Popen[bytes], words: list[str]
) -> None:
    if words[0] == "rollback":
        for commit in (team.first, team.edit_flow()):
            team.repo.commit({"Pulumi.main.yaml": f"{HEAD_LINES}  flowstacks:release:\n    commit: {commit}\n"})
    before = team.stack_file.read_text()
    lock = backend.lock(working.pid)
    root = str(Path(__file__).parents[3])
    command = [sys.executable, "-m", "flowstacks", *words, "--wait"]
    with subprocess.Popen(
        command, cwd=team.root, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL,
    ) as waiting:  # fmt: skip
        assert waiting.stderr
        said = waiting.stderr.readline()  # it says so before it goes on
        assert f"main is locked by PID {working.pid} of kim@" in said
        assert team.stack_file.read_text() == before
        lock.unlink()
        assert waiting.wait() == 0, waiting.stderr.read()
    assert team.stack_file.read_text() != before


@pytest.mark.parametrize("words", WORDS[:2], ids=lambda words: words[0])
def test_without_it_nobody_cares(
    team: Team, backend: Backend, working: subprocess.Popen[bytes], capsys: Printed, words: list[str]
) -> None:
    backend.lock(working.pid)
    flowstacks(capsys, *words)
    assert team.stack_file.read_text() != HEAD_LINES


@pytest.mark.usefixtures("team")
def test_a_lock_of_another_stack_is_not_waited_for(backend: Backend, capsys: Printed) -> None:
    backend.lock(NEVER, "dev", host="elsewhere")
    flowstacks(capsys, "promote", "dev", "main", "--wait")


@pytest.mark.usefixtures("team")
def test_the_lock_of_a_killed_pulumi_would_be_waited_for_for_ever(backend: Backend, capsys: Printed) -> None:
    backend.lock(NEVER)
    text = flowstacks(capsys, "promote", "dev", "main", "--wait", expect=1)
    assert "which is gone. Run `pulumi cancel --yes -s main`" in text


@pytest.mark.usefixtures("backend")
def test_a_lock_that_can_not_be_seen_is_no_lock_that_is_free(
    team: Team, capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The answer of an engine that is logged in elsewhere: no such backend is in reach here."""
    (tmp_path / "bin").mkdir()
    engine = tmp_path / "bin" / "pulumi"
    engine.write_text('#!/bin/sh\necho \'{"user": "kim", "url": "s3://state"}\'\n')
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    text = flowstacks(capsys, "promote", "dev", "main", "--wait", expect=1)
    assert "locks in s3://state can't be seen from here" in text
    assert "Leave out --wait" in text
    assert team.stack_file.read_text() == HEAD_LINES


@pytest.mark.usefixtures("backend")
def test_without_an_engine_the_remedy_is_to_have_one(
    team: Team, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert "pulumi is not on PATH" in flowstacks(capsys, "promote", "dev", "main", "--wait", expect=1)
    assert team.stack_file.read_text() == HEAD_LINES


@pytest.mark.usefixtures("backend")
def test_the_backend_may_stand_in_the_project_file(
    team: Team, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    Backend(team.root / "beside").lock(NEVER)
    team.repo.write({"Pulumi.yaml": "name: flowstacks\nruntime: python\nbackend: {url: 'file://./beside'}\n"})
    assert "pulumi cancel" in flowstacks(capsys, "promote", "dev", "main", "--wait", expect=1)
