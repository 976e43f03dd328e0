"""What holds for every scenario: the second `up` is empty, the preview is the truth, nothing foreign is touched."""

from collections.abc import Callable

import pytest

from tests.support import flows
from tests.support.workspace import Workspace, mutating

NIGHTLY = {"name": "nightly", "parameters": {"days": 2}, "cron": "0 4 * * *", "timezone": "Europe/Oslo"}
HOURLY = {"name": "hourly", "cron": "0 * * * *", "tags": ["fast"]}


def _bare(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})


def _declared(workspace: Workspace) -> None:
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", NIGHTLY, HOURLY)})


def _everything_at_once(workspace: Workspace) -> None:
    _bare(workspace)
    _declared(workspace)
    workspace.configure({
        "runtime": "process", "schedule_policy": "active",
        "release": {"commit": workspace.git("rev-parse", "HEAD")},
        "defaults": {"env": {"LOG_LEVEL": "INFO"}},
        "overrides": {
            "etl/**": {"description": 'æøå "quoted" ${x} {{ y }}', "paused": True},
            "etl/load/hourly": {"parameters": {"days": 9007199254740993}, "schedules": []},
        },
    })  # fmt: skip


def _no_release(workspace: Workspace) -> None:
    workspace.configure({"runtime": "process"})


def _many_types_of_parameters(workspace: Workspace) -> None:
    text = (
        "from prefect import flow\n\n"
        "FLOW_SPEC = {'deployments': [{'name': 'all', 'parameters': {'a': None, 'b': 7, 'c': 7.5, 'd': [1, None],\n"
        "    'e': {'x': None, 'y': True}, 'f': 'æ'}}]}\n\n\n"
        "@flow\ndef types(a: int | None, b: int, c: float, d: list, e: dict, f: str) -> None:\n    pass\n"
    )
    workspace.commit(**{"flows/etl/types_flow.py": text})


SCENARIOS: list[Callable[[Workspace], None]] = [
    _bare, _declared, _everything_at_once, _no_release, _many_types_of_parameters,
]  # fmt: skip


@pytest.mark.parametrize("arrange", SCENARIOS, ids=lambda arrange: arrange.__name__.strip("_"))
def test_previewed_is_done_and_done_is_final(workspace: Workspace, arrange: Callable[[Workspace], None]) -> None:
    arrange(workspace)
    planned = workspace.preview()
    assert set(planned.operations.values()) == {"create"}
    assert mutating(workspace.requests()) == []

    done = workspace.up()
    assert f"+ {len(planned.operations)} created" in done
    workspace.requests()

    again = workspace.up()
    assert "created" not in again
    assert "updated" not in again
    assert "warning" not in again
    assert mutating(workspace.requests()) == []

    assert workspace.preview("--refresh").operations == {}
    assert mutating(workspace.requests()) == []

    workspace.destroy()
    left = workspace.ask("POST", "/deployments/filter", {"limit": 200})
    assert [one["name"] for one in left if one["name"].endswith(workspace.stack)] == []
    assert workspace.ask("GET", f"/work_pools/process-{workspace.stack}") is None


def test_destroy_leaves_what_is_not_ours(workspace: Workspace) -> None:
    _bare(workspace)
    workspace.up()
    foreign_flow = workspace.ask("POST", "/flows/", {"name": "hello"})["id"]  # under our own flow
    pool = f"theirs-{workspace.stack}"
    workspace.ask("POST", "/work_pools/", {"name": pool, "type": "process"})
    theirs = workspace.ask(
        "POST", "/deployments/", {"name": f"theirs-{workspace.stack}", "flow_id": foreign_flow, "work_pool_name": pool}
    )
    workspace.up("--refresh")
    workspace.destroy()
    kept = workspace.ask("GET", f"/deployments/{theirs['id']}")
    assert kept is not None
    assert kept["work_pool_name"] == pool
    assert workspace.deployment("hello", workspace.stack) is None


def test_what_deployments_carry(workspace: Workspace) -> None:
    _declared(workspace)
    workspace.write("flows/etl/pyproject.toml", "[project]\nname = 'etl'\nversion = '2.1.0'\n")
    commit = workspace.commit()
    workspace.commit("elsewhere", **{"README.md": "newer than the project"})
    workspace.up()
    found = workspace.deployment("load", f"nightly--{workspace.stack}")
    assert set(found["tags"]) == {"PROJECT_NAME=etl", "PACKAGE_VERSION=2.1.0", f"COMMIT_HASH={commit}"}
    assert found["version"] == f"2.1.0-{commit[:12]}"
    assert found["job_variables"]["env"]["DEPLOYMENT_NAME"] == f"nightly--{workspace.stack}"
    assert [(one["slug"], one["schedule"]["cron"], one["schedule"]["timezone"], one["active"])
            for one in found["schedules"]] == [("schedule-1", "0 4 * * *", "Europe/Oslo", False)]  # fmt: skip
    output = workspace.outputs()["deployments"]["etl/load/nightly"]
    assert (output["id"], output["commit"], output["environment"]) == (found["id"], commit, workspace.stack)
    assert output["url"].endswith(found["id"])


def test_the_branch_is_in_tags_and_names_where_the_preset_wants_it(workspace: Workspace) -> None:
    _declared(workspace)
    workspace.configure({
        "runtime": "process", "release": {"commit": "HEAD"}, "naming": {"preset": "portal"},
        "repository": {"url": "https://git.test/flows.git", "branch": "trunk"},
    })  # fmt: skip
    workspace.up()
    found = workspace.deployment("load", f"etl--trunk--load--nightly--{workspace.stack}")
    assert "BRANCH_NAME=trunk" in found["tags"]
