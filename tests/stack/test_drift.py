"""Hands on the server: a refresh shows them, `up --refresh` mends them, nothing else does."""

import time

import pytest

from tests.support import flows
from tests.support.workspace import Workspace, mutating

_SCHEDULER_TRIES = 120
DAILY = {"name": "daily", "parameters": {"days": 1}, "cron": "0 4 * * *", "tags": ["t"]}

HAND_EDITS = {
    "description": {"description": "by hand"},
    "parameters": {"parameters": {"days": 99}},
    "tags": {"tags": ["by", "hand"]},
    "entrypoint": {"entrypoint": "elsewhere.py:x"},
    "version": {"version": "by-hand"},
    "enforce_parameter_schema": {"enforce_parameter_schema": False},
    "job_variables": {"job_variables": {"command": "true"}},
    "schedules": {"schedules": [{"slug": "schedule-1", "schedule": {"cron": "1 1 * * *", "timezone": "UTC"},
                                 "active": True}]},
}  # fmt: skip


def _up(workspace: Workspace) -> str:
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", DAILY)})
    workspace.up()
    return f"daily--{workspace.stack}"


def test_every_hand_edit_shows_and_is_mended(workspace: Workspace) -> None:
    name = _up(workspace)
    before = workspace.deployment("load", name)
    for edit in HAND_EDITS.values():
        workspace.ask("PATCH", f"/deployments/{before['id']}", edit)
    planned = workspace.preview("--refresh")
    assert planned.operations == {f"Deployment load/{name}": "update"}
    shown = {path.split(".")[0].split("[")[0] for path in planned.changed[f"Deployment load/{name}"]}
    assert shown == set(HAND_EDITS)
    workspace.up("--refresh")
    after = workspace.deployment("load", name)
    for field in HAND_EDITS:
        if field != "schedules":
            assert after[field] == before[field], field
    assert [(one["id"], one["schedule"]["cron"], one["active"]) for one in after["schedules"]] == [
        (one["id"], one["schedule"]["cron"], one["active"]) for one in before["schedules"]
    ]
    assert workspace.preview("--refresh").operations == {}


@pytest.mark.parametrize("others", [True, False], ids=["one of two", "the only one"])
def test_a_deployment_deleted_by_hand_comes_back(workspace: Workspace, others: bool) -> None:
    if others:
        workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    name = _up(workspace)
    workspace.ask("DELETE", f"/deployments/{workspace.deployment('load', name)['id']}")
    assert workspace.preview("--refresh").operations == {f"Deployment load/{name}": "create"}
    workspace.up("--refresh")
    assert workspace.deployment("load", name)["parameters"] == {"days": 1}
    assert workspace.preview("--refresh").operations == {}


def test_a_pool_deleted_by_hand_comes_back_and_its_deployments_are_tied_to_it_again(workspace: Workspace) -> None:
    name = _up(workspace)
    pool = f"process-{workspace.stack}"
    workspace.ask("DELETE", f"/work_pools/{pool}")
    planned = workspace.preview("--refresh").operations
    assert planned == {f"WorkPool {pool}": "create", f"Deployment load/{name}": "update"}
    workspace.up("--refresh")
    assert workspace.deployment("load", name)["work_pool_name"] == pool
    assert workspace.preview("--refresh").operations == {}


def test_pausing_in_the_web_interface_is_left_alone(workspace: Workspace) -> None:
    name = _up(workspace)
    found = workspace.deployment("load", name)
    workspace.ask("POST", f"/deployments/{found['id']}/pause_deployment")
    workspace.requests()
    assert workspace.preview("--refresh").operations == {}
    workspace.up("--refresh")
    assert mutating(workspace.requests()) == []
    assert workspace.deployment("load", name)["paused"] is True


def test_a_no_op_up_keeps_the_scheduled_runs(workspace: Workspace) -> None:
    workspace.configure({"runtime": "process", "release": {"commit": "HEAD"}, "schedule_policy": "active"})
    name = _up(workspace)
    found = workspace.deployment("load", name)
    wanted = {"deployments": {"id": {"any_": [found["id"]]}}}
    runs = []
    for _ in range(_SCHEDULER_TRIES):  # the server's own scheduler makes them, every few seconds
        runs = workspace.ask("POST", "/flow_runs/filter", wanted)
        if runs:
            break
        time.sleep(1)
    assert runs
    workspace.up("--refresh")
    after = workspace.ask("POST", "/flow_runs/filter", wanted)
    assert {one["id"] for one in runs} <= {one["id"] for one in after}
