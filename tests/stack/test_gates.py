"""Gates of a promotion that ask servers: what the source's last `up` left there, and how its runs went."""

import json
import time
from typing import Any

from tests.support import flows
from tests.support.workspace import Workspace


def _commit(dev: Workspace, days: int) -> str:
    text = flows.declared("load", {"name": "daily", "parameters": {"days": days}}, name=f"load-{dev.stack}")
    return dev.commit(**{"flows/etl/load.py": text})


def _ended(workspace: Workspace, state: str) -> None:
    """A run of the only deployment, said to have ended so."""
    (id_,) = workspace.ids().values()
    run = workspace.ask("POST", f"/deployments/{id_}/create_flow_run", {"state": {"type": "SCHEDULED"}})
    for each in ("RUNNING", state):
        workspace.ask("POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": each}, "force": True})


def _closed(dev: Workspace, target: Workspace, *words: str) -> list[str]:
    """Messages of the gates that are closed."""
    done = dev.run("flowstacks", "promote", dev.stack, target.stack, "--dry-run", "--json", *words)
    told: dict[str, Any] = json.loads(done.text[done.text.index("{\n") :])
    assert done.code == (1 if told["problems"] else 0)
    return [f"{one['code']}: {one['message']}" for one in told["problems"]]


def test_what_was_not_applied_or_has_not_run_well_is_not_promoted(workspace: Workspace) -> None:
    dev, target = workspace, workspace.beside()
    address = f"etl/load-{dev.stack}/daily"
    _commit(dev, 1)
    not_applied = f"gate-applied: {dev.stack} does not run what it pins: {address}"
    assert _closed(dev, target) == []  # offline, nothing is known
    assert _closed(dev, target, "--check") == [not_applied]
    assert _closed(dev, target, "--check", "--skip", "applied") == []

    dev.up()
    assert _closed(dev, target, "--check") == []
    assert _closed(dev, target, "--require-green") == ["gate-green: has never run to an end there"]
    _ended(dev, "FAILED")
    (told,) = _closed(dev, target, "--require-green")
    assert told.endswith("ended FAILED")
    _ended(dev, "COMPLETED")
    assert _closed(dev, target, "--require-green") == []

    second = _commit(dev, 2)
    assert _closed(dev, target, "--require-green")[0] == not_applied
    dev.up()
    (told,) = _closed(dev, target, "--require-green")
    assert told.startswith(f"gate-green: has not run at version 0.0.0-{second[:12]} there yet")
    _ended(dev, "COMPLETED")
    assert _closed(dev, target, "--require-green") == []


def test_the_lock_of_a_real_pulumi_is_waited_for(workspace: Workspace) -> None:
    commit = _commit(workspace, 1)
    locks = workspace.root.parent / "state" / ".pulumi" / "locks"
    working = workspace.popen("up", "--yes", "--skip-preview")
    while not list(locks.rglob("*.json")):
        assert working.poll() is None
        time.sleep(0.05)
    done = workspace.run("flowstacks", "pin", workspace.stack, "HEAD", "--wait")
    assert done.code == 0, done.text
    assert f"locked by PID {working.pid}" in done.text
    assert list(locks.rglob("*.json")) == []
    assert working.wait() == 0
    assert commit in workspace.stack_file.read_text(encoding="utf-8")
