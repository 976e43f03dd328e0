"""A killed `up` is repeated: nothing twice, nothing lost, no process left behind."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import flows
from tests.support.workspace import Workspace

_COUNT = 24
_PATIENCE_S = 60


def _many(workspace: Workspace, count: int) -> str:
    names = [{"name": f"d{number}"} for number in range(count)]
    return workspace.commit(**{"flows/etl/load.py": flows.declared("load", *names)})


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _created(workspace: Workspace) -> int:
    log = workspace.log.read_text(encoding="utf-8") if workspace.log.exists() else ""
    return log.count("POST /deployments/ ")


def _providers(leader: int) -> list[str]:
    """Living provider processes of the session that `leader` leads; `/proc/PID/stat` has it third after the state.

    The language host outlives the engine for good (pulumi 3.79.0); it speaks to the engine alone.
    """
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            is_provider = b"pulumi.dynamic" in (stat.parent / "cmdline").read_bytes()
            if is_provider and int(fields[3]) == leader and fields[0] != "Z":
                found.append(stat.parent.name)
    return found


@pytest.mark.parametrize("after", [0, 1, 7])
def test_up_after_kill_9(workspace: Workspace, after: int) -> None:
    _many(workspace, _COUNT)
    child = workspace.popen("up", "--yes", "--skip-preview", "--non-interactive")
    _until(lambda: _created(workspace) >= after and workspace.log.exists(), "no request was sent")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    _until(lambda: not _providers(child.pid), "the provider outlives the engine")
    workspace.unlock()

    workspace.up()
    assert len(workspace.ids()) == _COUNT
    mine = {"deployments": {"name": {"like_": f"--{workspace.stack}"}}, "limit": 200}
    assert len(workspace.ask("POST", "/deployments/filter", mine)) == _COUNT
    assert workspace.preview("--refresh").operations == {}
    workspace.destroy()
    assert workspace.ask("POST", "/deployments/filter", mine) == []
    assert workspace.ask("GET", f"/work_pools/process-{workspace.stack}") is None


def test_a_politely_stopped_up_is_repeatable(workspace: Workspace) -> None:
    _many(workspace, _COUNT)
    child = workspace.popen("up", "--yes", "--skip-preview", "--non-interactive")
    _until(lambda: _created(workspace) >= 1, "no request was sent")
    os.kill(child.pid, signal.SIGINT)
    child.wait(timeout=_PATIENCE_S)
    workspace.up()
    assert workspace.preview("--refresh").operations == {}
    assert len(workspace.ids()) == _COUNT


def test_what_a_kill_left_behind_is_found_by_its_mark(workspace: Workspace) -> None:
    """The engine forgets creates it never saw answered (facts §5.6): here the state from before is put back."""
    first = _many(workspace, 2)
    workspace.up()
    before = workspace.pulumi("stack", "export")
    _many(workspace, 4)
    workspace.up()
    lost = {name: workspace.ids()[f"etl/load/{name}"] for name in ("d2", "d3")}
    workspace.write("../before.json", before)
    workspace.pulumi("stack", "import", "--file", "../before.json")
    workspace.configure({"runtime": "process", "release": {"commit": first}})

    assert workspace.preview().operations == {}
    told = workspace.run("flowstacks", "check", "--orphans", "-s", workspace.stack)
    assert told.code == 1
    assert all(id_ in told.text for id_ in lost.values())
    workspace.destroy()
    left = {"deployments": {"id": {"any_": list(lost.values())}}}
    assert workspace.ask("POST", "/deployments/filter", left) == []
    again = workspace.run("flowstacks", "check", "--orphans", "-s", workspace.stack)
    assert again.code == 0, again.text
    assert workspace.run("flowstacks", "remove", "--orphans", "-s", workspace.stack).text.endswith("0 orphans\n")


def test_an_empty_state_makes_nothing_an_orphan(workspace: Workspace, tmp_path: Path) -> None:
    _many(workspace, 2)
    workspace.up()
    elsewhere = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'other'}"}
    (tmp_path / "other").mkdir()
    workspace.run(str(workspace.engine), "stack", "init", workspace.stack, env=elsewhere)
    told = workspace.run("flowstacks", "remove", "--orphans", "-s", workspace.stack, env=elsewhere)
    assert told.code == 1
    assert "PULUMI_BACKEND_URL" in told.text
    assert workspace.preview("--refresh").operations == {}
