"""A checkpoint that a full disk truncated, and operations that a kill left pending."""

import json
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowstacks.local import places
from flowstacks.local.errors import LocalError
from flowstacks.local.places import Places
from flowstacks.local.state import checkpoint, stacks

NEVER = 2**22 + 1  # above Linux's largest PID
WHOLE = json.dumps({"version": 3, "checkpoint": {"stack": "organization/flowstacks/dev", "latest": {"metadata": {}}}})


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return places.at(tmp_path)


def _write(here: Places, text: str, predecessor: str | None = None) -> Path:
    file = checkpoint.path(here, "dev")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.with_name("dev.json.attrs").write_text("{}")
    if predecessor is not None:
        file.with_name("dev.json.bak").write_text(predecessor)
        file.with_name("dev.json.bak.attrs").write_text("{}")
    return file


@settings(max_examples=25, deadline=None)  # each example writes files
@given(length=st.integers(0, len(WHOLE) - 1), predecessor=st.none() | st.integers(0, len(WHOLE) - 1))
def test_a_state_cut_off_anywhere_is_moved_away_with_its_predecessor_and_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory, length: int, predecessor: int | None
) -> None:
    here = places.at(tmp_path_factory.mktemp("checkout"))
    file = _write(here, WHOLE[:length], None if predecessor is None else WHOLE[:predecessor])
    before = {path.name: path.read_text() for path in file.parent.iterdir()}
    assert checkpoint.is_truncated(here, "dev")
    notice = checkpoint.repair(here, "dev")
    assert notice
    assert "\n" not in notice
    assert list(file.parent.iterdir()) == []
    assert {path.name: path.read_text() for path in (here.truncated / "1").iterdir()} == before
    assert checkpoint.repair(here, "dev") is None


@settings(max_examples=25, deadline=None)  # each example writes files
@given(length=st.integers(0, len(WHOLE) - 1))
def test_a_whole_predecessor_takes_its_place(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    here = places.at(tmp_path_factory.mktemp("checkout"))
    file = _write(here, WHOLE[:length], WHOLE)
    assert checkpoint.repair(here, "dev")
    assert file.read_text() == WHOLE
    assert not file.with_name("dev.json.attrs").exists()  # it belongs to the text that was truncated
    assert (here.truncated / "1" / "dev.json").read_text() == WHOLE[:length]


def test_a_whole_state_and_none_are_left_alone(here: Places) -> None:
    assert checkpoint.repair(here, "dev") is None
    file = _write(here, WHOLE, "")
    assert checkpoint.repair(here, "dev") is None
    assert file.read_text() == WHOLE
    assert not here.truncated.exists()


def test_the_state_of_a_pulumi_that_may_still_write_is_left_alone(here: Places) -> None:
    file = _write(here, "")
    locks = here.state / ".pulumi/locks/organization/flowstacks/dev"
    locks.mkdir(parents=True)
    holder = {"pid": NEVER, "username": "me", "hostname": "elsewhere", "timestamp": "2026-11-21T14:35:17Z"}
    (locks / "1.json").write_text(json.dumps(holder))
    stacks.repair(here, "dev")
    assert file.exists()
    (locks / "1.json").write_text(json.dumps({**holder, "hostname": socket.gethostname()}))
    stacks.repair(here, "dev")
    assert not file.exists()


def _engine(here: Places, script: str) -> None:
    here.bin.mkdir(parents=True)
    (here.bin / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
    (here.bin / "pulumi").chmod(stat.S_IRWXU)


def test_an_up_that_truncates_the_state_says_the_way_out(here: Places) -> None:
    file = _write(here, WHOLE)
    _engine(here, f": > '{file}'; exit 255")
    with pytest.raises(LocalError, match=r"disk full.*`make up` again"):
        stacks.up(here, "dev", {"PREFECT_API_URL": "http://127.0.0.1:4200/api"})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_pending_operations_are_named_with_the_command_that_removes_them(
    here: Places, capsys: pytest.CaptureFixture[str], count: int
) -> None:
    latest = {"pending_operations": [{"type": "creating"}] * count}
    _write(here, json.dumps({"checkpoint": {"latest": latest}}))
    _engine(here, "exit 0")
    stacks.up(here, "dev", {"PREFECT_API_URL": "http://127.0.0.1:4200/api"})
    printed = capsys.readouterr().out
    assert ("pulumi refresh --clear-pending-creates --yes -s dev" in printed) == bool(count)
    assert count == 0 or printed.startswith(f"{count} pending")
