"""Edits of the repository: what moves is what was edited, nothing is lost, IDs stay."""

from tests.support import flows
from tests.support.workspace import Workspace, mutating


def test_a_changed_parameter_changes_its_own_deployment_only(workspace: Workspace) -> None:
    daily = {"name": "daily", "parameters": {"days": 1}, "cron": "0 4 * * *"}
    weekly = {"name": "weekly", "parameters": {"days": 7}}
    workspace.commit(**{
        "flows/etl/load.py": flows.declared("load", daily, weekly), "flows/greet/hello.py": flows.BARE,
    })  # fmt: skip
    workspace.up()
    before = workspace.ids()
    workspace.requests()

    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {**daily, "parameters": {"days": 3}}, weekly)})
    planned = workspace.preview()
    moved = {f"Deployment load/{name}--{workspace.stack}" for name in ("daily", "weekly")}
    assert planned.operations == dict.fromkeys(moved, "update")  # the project's commit moved: both carry it
    assert "parameters" in planned.changed[f"Deployment load/daily--{workspace.stack}"]
    assert "parameters" not in planned.changed[f"Deployment load/weekly--{workspace.stack}"]
    assert "hello" not in workspace.pulumi("preview", "--diff")
    assert mutating(workspace.requests()) == []

    assert "~ 2 updated" in workspace.up()
    assert [line.split()[0] for line in mutating(workspace.requests())] == ["PATCH", "PATCH"]
    assert workspace.ids() == before
    assert workspace.deployment("load", f"daily--{workspace.stack}")["parameters"] == {"days": 3}


def test_an_override_in_the_stack_file_changes_one_field_of_one_deployment(workspace: Workspace) -> None:
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "a"}, {"name": "b"})})
    workspace.up()
    workspace.configure({
        "runtime": "process", "release": {"commit": "HEAD"}, "overrides": {"etl/load/a": {"description": "new"}},
    })  # fmt: skip
    planned = workspace.preview()
    name = f"Deployment load/a--{workspace.stack}"
    assert planned.operations == {name: "update"}
    assert planned.changed == {name: ["description"]}


def test_a_flow_that_moves_to_another_project_stays_the_same_deployment(workspace: Workspace) -> None:
    spec = flows.declared("load", {"name": "nightly", "cron": "0 4 * * *"})
    workspace.commit(**{"flows/etl/load.py": spec, "flows/web/other.py": flows.BARE})
    workspace.up()
    before = workspace.ids()["etl/load/nightly"]
    workspace.git("mv", "flows/etl/load.py", "flows/web/load.py")
    workspace.write("flows/web/other.py", flows.declared("hello", {"name": "x"}))
    workspace.commit("move")
    name = f"Deployment load/nightly--{workspace.stack}"
    assert workspace.preview().operations[name] == "update"
    workspace.up()
    found = workspace.deployment("load", f"nightly--{workspace.stack}")
    assert found["id"] == before == workspace.ids()["web/load/nightly"]
    assert found["entrypoint"] == "flows/web/load.py:load"
    assert workspace.preview("--refresh").operations == {}


def test_two_deployments_that_swap_their_names_are_both_kept(workspace: Workspace) -> None:
    def spec(first: str, second: str) -> str:
        return flows.declared(
            "load", {"name": first, "parameters": {"days": 1}}, {"name": second, "parameters": {"days": 2}}
        )

    workspace.commit(**{"flows/etl/load.py": spec("a", "b")})
    workspace.up()
    before = workspace.ids()
    workspace.commit(**{"flows/etl/load.py": spec("b", "a")})
    workspace.up()
    assert workspace.ids() == before
    assert workspace.deployment("load", f"a--{workspace.stack}")["parameters"] == {"days": 2}
    assert workspace.deployment("load", f"b--{workspace.stack}")["parameters"] == {"days": 1}
    assert workspace.preview("--refresh").operations == {}


def test_two_flows_that_swap_their_names_are_both_kept(workspace: Workspace) -> None:
    def files(first: str, second: str) -> dict[str, str]:
        return {
            "flows/etl/one.py": flows.declared("one", {"name": "d"}, name=first),
            "flows/etl/two.py": flows.declared("two", {"name": "d"}, name=second),
        }

    workspace.commit(**files("x", "y"))
    workspace.up()
    ids = {flow: workspace.deployment(flow, f"d--{workspace.stack}")["id"] for flow in "xy"}
    workspace.commit(**files("y", "x"))
    workspace.up()
    found = {flow: workspace.deployment(flow, f"d--{workspace.stack}") for flow in "xy"}
    assert {flow: one["id"] for flow, one in found.items()} == ids
    assert {flow: one["entrypoint"] for flow, one in found.items()} == {
        "x": "flows/etl/two.py:two", "y": "flows/etl/one.py:one",
    }  # fmt: skip


def test_removing_a_declaration_removes_its_deployment_and_schedules_go_one_by_one(workspace: Workspace) -> None:
    two = [{"cron": "0 4 * * *", "slug": "a"}, {"cron": "0 5 * * *", "slug": "b"}]
    workspace.commit(**{
        "flows/etl/load.py": flows.declared("load", {"name": "x", "schedules": two}, {"name": "y"})
    })  # fmt: skip
    workspace.up()
    kept = {one["slug"]: one["id"] for one in workspace.deployment("load", f"x--{workspace.stack}")["schedules"]}
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x", "schedules": two[1:]})})
    planned = workspace.preview()
    assert planned.operations == {
        f"Deployment load/x--{workspace.stack}": "update", f"Deployment load/y--{workspace.stack}": "delete",
    }  # fmt: skip
    workspace.up()
    found = workspace.deployment("load", f"x--{workspace.stack}")["schedules"]
    assert [(one["slug"], one["id"]) for one in found] == [("b", kept["b"])]
    assert workspace.deployment("load", f"y--{workspace.stack}") is None


def test_an_older_pin_brings_the_older_deployments_back(workspace: Workspace) -> None:
    first = workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x", "parameters": {"days": 1}})})
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x", "parameters": {"days": 2}})})
    workspace.up()
    before = workspace.ids()
    workspace.pulumi("config", "set", "--path", "flowstacks:release.commit", first)
    workspace.write("flows/etl/load.py", "this is not python and is not committed (")
    workspace.up()
    assert workspace.deployment("load", f"x--{workspace.stack}")["parameters"] == {"days": 1}
    assert workspace.ids() == before


def test_uncommitted_code_is_deployed_on_request(workspace: Workspace) -> None:
    head = workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x"}), "flows/g/h.py": flows.BARE})
    workspace.up()
    workspace.write("flows/etl/load.py", flows.declared("load", {"name": "x", "parameters": {"days": 5}}))
    assert workspace.preview().operations == {}
    planned = workspace.preview(env={"FLOWSTACKS_COMMIT": "worktree"})
    assert planned.operations == {f"Deployment load/x--{workspace.stack}": "update"}
    workspace.pulumi("up", "--yes", "--skip-preview", env={"FLOWSTACKS_COMMIT": "worktree"})
    found = workspace.outputs()["deployments"]
    assert found["etl/load/x"]["commit"] == "worktree"
    assert found["g/hello/default"]["commit"] == head
    assert workspace.git("status", "--porcelain", "flows/g") == ""


def test_a_target_moves_alone(workspace: Workspace) -> None:
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x"}), "flows/greet/hello.py": flows.BARE})
    workspace.up()
    workspace.requests()
    newer = {"name": "x", "parameters": {"days": 2}}
    text = flows.BARE.replace("hello {", "hi {")
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", newer), "flows/greet/hello.py": text})
    kind = "flowstacks:index:Environment$pulumi-python:dynamic/prefect:Deployment"
    workspace.up("--target", f"urn:pulumi:{workspace.stack}::flowstacks::{kind}::hello/{workspace.stack}")
    assert len(mutating(workspace.requests())) == 1
    assert workspace.preview().operations == {f"Deployment load/x--{workspace.stack}": "update"}
