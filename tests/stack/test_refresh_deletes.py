"""Server, state and program agree after random programs, with and without a refresh in the same run."""

import json
import random

import pytest

from tests.support.workspace import Workspace

PROGRAM = """
import json
import os
import pulumi
from flowstacks.provider.resources import Deployment, WorkPool

stack = pulumi.get_stack()
pool = WorkPool(stack, {
    "owner": f"flowstacks/{stack}", "name": stack, "type": "process", "description": None, "base_job_template": "{}",
    "concurrency_limit": None, "is_paused": None,
})
for name, folder in json.loads(os.environ["PROGRAM"]).items():
    Deployment(f"{folder}/{name}", {
        "owner": f"flowstacks/{stack}", "name": name, "flow_name": stack, "entrypoint": "f.py:f", "path": None,
        "work_pool_name": pool.name, "work_pool_id": pool.id, "work_queue_name": None, "parameters": "{}",
        "parameter_openapi_schema": "{}", "enforce_parameter_schema": False, "description": None, "tags": [],
        "version": "1", "paused": None, "pull_steps": "[]", "job_variables": {}, "schedules": [],
    })
"""

_RUNS = 4


def _random_program(generator: random.Random) -> dict[str, str]:
    """Folder by deployment name: in another folder the same deployment has another resource name."""
    return {name: generator.choice("pq") for name in "abcdef" if generator.random() < 0.5}


def _names_by_id(workspace: Workspace) -> dict[str, str]:
    only = {"flows": {"name": {"any_": [workspace.stack]}}, "limit": 200}
    return {answer["id"]: answer["name"] for answer in workspace.ask("POST", "/deployments/filter", only)}


def _resources(workspace: Workspace) -> dict[str, str]:
    """Resource name by id."""
    exported = json.loads(workspace.pulumi("stack", "export"))
    resources = exported["deployment"].get("resources") or []
    return {
        res["id"]: res["urn"].rpartition("::")[2] for res in resources if res["type"].endswith("prefect:Deployment")
    }


@pytest.mark.parametrize("more", [(), ("--refresh",)], ids=["plain", "refresh"])
def test_server_state_and_program_agree(workspace: Workspace, more: tuple[str, ...]) -> None:
    workspace.write("__main__.py", PROGRAM)
    workspace.configure({"prefect": {"api_url": workspace.api}})
    generator = random.Random(7)
    programs = [dict.fromkeys("abcdef", "p"), *(_random_program(generator) for _ in range(_RUNS))]
    for program in programs:
        workspace.pulumi("up", "--yes", "--skip-preview", *more, env={"PROGRAM": json.dumps(program)})
        names = _names_by_id(workspace)
        assert sorted(names.values()) == sorted(program)
        assert _resources(workspace) == {id_: f"{program[name]}/{name}" for id_, name in names.items()}
    workspace.pulumi("destroy", "--yes", "--skip-preview", *more)
    assert _names_by_id(workspace) == {}
    assert _resources(workspace) == {}
    assert workspace.ask("GET", f"/work_pools/{workspace.stack}") is None
