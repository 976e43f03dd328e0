"""Bad input: a clear error with file and line, nothing written, also with `up --yes --skip-preview`."""

from typing import Any

import pytest

from tests.support import flows
from tests.support.workspace import Workspace, mutating

CRON = {"name": "x", "cron": "0 4 * *"}
ZONE = {"name": "x", "cron": "0 4 * * *", "timezone": "Europe/Olso"}
PARAMETER = {"name": "x", "parameters": {"dayz": 1}}

FILES: dict[str, tuple[str, list[str]]] = {
    "syntax error": ("from prefect import flow\n\n@flow\ndef load(:\n    pass\n", ["flows/etl/load.py:4: error"]),
    "invalid cron": (flows.declared("load", CRON), ["flows/etl/load.py:3: error", "'0 4 * *'"]),
    "unknown timezone": (flows.declared("load", ZONE), ["flows/etl/load.py:3: error", "Europe/Olso", "Europe/Oslo"]),
    "unknown parameter": (flows.declared("load", PARAMETER), ["flows/etl/load.py:3: error", "'dayz'", "'days'"]),
    "one name twice": (flows.declared("load", {"name": "x"}, {"name": "x"}), ["flows/etl/load.py:3: error", "'x'"]),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_flow_file_is_refused(workspace: Workspace, case: str) -> None:
    text, expected = FILES[case]
    workspace.commit(**{"flows/greet/hello.py": flows.BARE, "flows/etl/load.py": text})
    told = workspace.up(expect=1)
    for part in expected:
        assert part in told
    assert "Traceback" not in told
    assert mutating(workspace.requests()) == []
    assert workspace.deployment("hello", workspace.stack) is None


def test_all_problems_are_told_at_once(workspace: Workspace) -> None:
    workspace.commit(**{
        "flows/etl/a.py": FILES["syntax error"][0], "flows/etl/b.py": flows.declared("b", CRON),
        "flows/web/c.py": flows.declared("c", ZONE),
    })  # fmt: skip
    told = workspace.up(expect=1)
    for part in ("3 problems found", "flows/etl/a.py:4", "flows/etl/b.py:3", "flows/web/c.py:3"):
        assert part in told


CONFIGS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown commit": ({"release": {"commit": "0123456789" * 4}}, "0123456789"),
    "unknown config key": ({"release": {"commit": "HEAD"}, "relase": {}}, "flowstacks:relase. Did you mean 'release'?"),
    "unknown runtime": ({"runtime": "lambda", "release": {"commit": "HEAD"}}, "flowstacks:runtime"),
    "unknown address": (
        {"release": {"commit": "HEAD"}, "overrides": {"greet/helo": {"paused": True}}},
        "override 'greet/helo' matches no deployment",
    ),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_bad_stack_file_is_refused(workspace: Workspace, case: str) -> None:
    config, expected = CONFIGS[case]
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    workspace.configure({"runtime": "process", **config})
    told = workspace.up(expect=1)
    assert expected in told
    assert f"Pulumi.{workspace.stack}.yaml:" in told
    assert "Traceback" not in told
    assert mutating(workspace.requests()) == []


def test_a_server_that_does_not_answer_is_named(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    nobody = "http://127.0.0.1:9/api"
    told = workspace.pulumi("up", "--yes", "--skip-preview", expect=1, env={"PREFECT_API_URL": nobody})
    assert nobody in told
    assert "Traceback" not in told


def test_a_deployment_of_somebody_else_is_not_taken_over(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    flow_id = workspace.ask("POST", "/flows/", {"name": "hello"})["id"]
    theirs = workspace.ask("POST", "/deployments/", {"name": workspace.stack, "flow_id": flow_id, "version": "theirs"})
    told = workspace.up(expect=1)
    assert f"hello/{workspace.stack}" in told
    assert "flows/greet/hello.py" in told
    assert workspace.ask("GET", f"/deployments/{theirs['id']}")["version"] == "theirs"
    assert mutating(workspace.requests()) == []


def test_a_pool_of_somebody_else_is_not_taken_over(workspace: Workspace) -> None:
    pool = f"process-{workspace.stack}"
    workspace.ask("POST", "/work_pools/", {"name": pool, "type": "process", "description": "theirs"})
    told = workspace.up(expect=1)
    assert pool in told
    assert workspace.ask("GET", f"/work_pools/{pool}")["description"] == "theirs"
    assert mutating(workspace.requests()) == []


def test_a_repository_may_be_spelled_in_another_way_and_another_one_is_named(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    config = {"runtime": "process", "release": {"commit": "HEAD"}}
    workspace.configure({**config, "repository": {"url": "git@git.test:team/flows"}})
    workspace.up()
    workspace.requests()
    for url in ("ssh://git@git.test/team/flows", "https://git.test/team/flows.git"):
        workspace.configure({**config, "repository": {"url": url}})
        workspace.up()
        # The pool's description names the owner as it is spelled now.
        assert [request for request in mutating(workspace.requests()) if "/work_pools/" not in request] == []
    workspace.configure({**config, "repository": {"url": "https://git.test/team/other"}})
    told = workspace.up(expect=1)
    assert "repository git.test/team/flows, while flowstacks:repository.url says git.test/team/other" in told
    assert "set flowstacks:repository.url back" in told
    assert mutating(workspace.requests()) == []


def test_a_mistyped_work_queue_is_refused_not_created(workspace: Workspace) -> None:
    workspace.commit(**{"flows/greet/hello.py": flows.BARE})
    workspace.configure({
        "runtime": "process", "release": {"commit": "HEAD"}, "defaults": {"work_queue_name": "defalt"},
    })  # fmt: skip
    told = workspace.up(expect=1)
    assert "'defalt'" in told
    assert mutating(workspace.requests()) == []


def test_a_pin_that_would_empty_a_project_is_refused_until_somebody_says_so(workspace: Workspace) -> None:
    workspace.commit(**{"flows/etl/load.py": flows.declared("load", {"name": "x"}), "flows/greet/hello.py": flows.BARE})
    workspace.up()
    workspace.requests()
    workspace.commit(**{"flows/etl/load.py": "def load():\n    pass\n"})
    told = workspace.up(expect=1)
    assert "this would delete every deployment of project 'etl' (1)" in told
    assert mutating(workspace.requests()) == []
    workspace.configure({
        "runtime": "process", "release": {"commit": "HEAD"}, "overrides": {"etl/**": {"deployed": False}},
    })  # fmt: skip
    assert workspace.preview().operations == {f"Deployment load/x--{workspace.stack}": "delete"}
    workspace.up()
    workspace.configure({"runtime": "process", "release": {"commit": "HEAD"}})
    workspace.git("rm", "-rq", "flows/greet")
    workspace.commit("the project is gone")
    assert workspace.preview().operations == {f"Deployment hello/{workspace.stack}": "delete"}
