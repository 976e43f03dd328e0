"""Which planned runs an update or a delete takes, counted on real servers before and after."""

import json
from pathlib import Path
from typing import Any

import pytest

from flowstacks.cli import entry
from flowstacks.difference import runs
from flowstacks.difference.plan import DeploymentPlan, MovedDeployment
from flowstacks.difference.runs import Disturbed
from flowstacks.provider.prefect.client import Client
from tests.server.objects import Server, unique
from tests.support import flows
from tests.support.discovery_repo import Repo

NIGHTLY = {"slug": "nightly", "schedule": {"cron": "0 4 * * *", "timezone": "UTC"}, "active": True}


def _scheduled(server: Server, flow: str, name: str) -> str:
    """A deployment with three runs that its schedule made and one that was asked for by hand."""
    made = server.deployment(flow, name, schedules=[NIGHTLY])
    server.send("POST", f"/deployments/{made}/schedule", {"min_runs": 3, "max_runs": 3})
    later: dict[str, Any] = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
    server.send("POST", f"/deployments/{made}/create_flow_run", {"state": later})
    return made


def _moved(flow: str, name: str, move: Any) -> MovedDeployment:
    named = f"{flow}/{name}"
    return MovedDeployment(
        move=move, address=f"p/{flow}/{name}", project="p", name=None if move == "deleted" else named, was_named=named
    )


def _waiting(server: Server, deployment: str) -> set[str]:
    only = {"deployments": {"id": {"any_": [deployment]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    return {each["id"] for each in server.send("POST", "/flow_runs/filter", only)}


def test_the_count_is_what_an_up_takes(api: str, server: Server) -> None:
    flow, gone_flow, renamed_flow = unique("load"), unique("gone"), unique("renamed")
    kept, deleted = _scheduled(server, flow, "daily"), _scheduled(server, gone_flow, "daily")
    renamed = _scheduled(server, renamed_flow, "daily")
    moved = (
        _moved(flow, "daily", "updated"),
        _moved(gone_flow, "daily", "deleted"),
        _moved(renamed_flow, "daily", "renamed"),
        MovedDeployment(move="created", address="p/new/daily", project="p", name="new/daily", was_named=None),
        _moved(unique("never-there"), "daily", "updated"),
    )
    client = Client.from_settings(api)
    found = runs.count(client, DeploymentPlan(deployments=moved, parts=(), unchanged=()))
    assert found == Disturbed(again=3, lost=8)
    assert set(client.counts) == {"POST"}
    client.close()

    before = _waiting(server, kept)
    server.send("PATCH", f"/deployments/{kept}", {"description": "edited"})
    assert len(before - _waiting(server, kept)) == found.again
    lost = [_waiting(server, one) for one in (deleted, renamed)]
    for one in (deleted, renamed):
        server.send("DELETE", f"/deployments/{one}")
    assert sum(map(len, lost)) == found.lost
    assert not _waiting(server, deleted) | _waiting(server, renamed)


def test_nothing_that_moves_asks_for_no_run(api: str) -> None:
    client = Client.from_settings(api)
    assert runs.count(client, DeploymentPlan(deployments=(), parts=(), unchanged=())) == Disturbed(again=0, lost=0)
    assert client.counts == {}
    client.close()


def test_the_command_asks_the_targets_server(
    api: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = unique("load")
    _scheduled(server, flow, "daily--main")
    monkeypatch.setenv("PREFECT_API_URL", api)
    repo = Repo(tmp_path / "repository")
    monkeypatch.chdir(repo.root)
    for stack, days in (("main", 1), ("staging", 2)):
        declared = flows.declared(
            "load", {"name": "daily", "cron": "0 4 * * *", "parameters": {"days": days}}, name=flow
        )
        commit = repo.commit({"Pulumi.yaml": "name: flowstacks\nruntime: python\n", "flows/etl/load.py": declared})
        text = f"config:\n  flowstacks:runtime: process\n  flowstacks:release: {{commit: {commit}}}\n"
        (repo.root / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")
    assert entry.main(["diff", "staging", "main", "--check"]) == 0
    assert "on the server now: 3 waiting runs are planned anew, 0 are lost" in capsys.readouterr().out
    assert entry.main(["diff", "staging", "main", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disturbed_runs"] == {"again": 3, "lost": 0}
