"""`up` killed at random moments, with another commit pinned in between: in the end everything is as it should be."""

import contextlib
import random
import subprocess

import pytest

from tests.support import flows
from tests.support.workspace import Workspace

_DEPLOYMENTS = 30
_LONGEST_S = 6.0


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_random_moments(workspace: Workspace, seed: int) -> None:
    chance = random.Random(seed)
    pins: list[str] = []
    for days in range(3):
        names = chance.sample(range(_DEPLOYMENTS), _DEPLOYMENTS // 2)
        declared = [{"name": f"d{name}", "parameters": {"days": days}} for name in sorted(names)]
        pins.append(workspace.commit(**{"flows/etl/load.py": flows.declared("load", *declared)}))
    for _ in range(4):
        workspace.configure({"runtime": "process", "release": {"commit": chance.choice(pins)}})
        child = workspace.popen("up", "--yes", "--skip-preview", "--non-interactive")
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=chance.uniform(1.0, _LONGEST_S))
        child.kill()
        child.wait()
        workspace.run(str(workspace.engine), "cancel", "--yes", "-s", workspace.stack)
    workspace.configure({"runtime": "process", "release": {"commit": pins[-1]}})
    workspace.up("--refresh")
    assert workspace.run("flowstacks", "remove", "--orphans", "-s", workspace.stack).code == 0
    mine = {"deployments": {"name": {"like_": f"--{workspace.stack}"}}, "limit": 200}
    there = {one["id"]: one["parameters"] for one in workspace.ask("POST", "/deployments/filter", mine)}
    assert there == {one: {"days": 2} for one in workspace.ids().values()}
    assert workspace.preview("--refresh").operations == {}
