"""Server, state and program agree after random programs, with and without a refresh in the same run."""

import json
import random
from typing import Any

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

_NAMES = "abcdef"
_SEED = 3  # both random programs remove, move and keep, one of them after a refresh
_MORE: tuple[tuple[str, ...], ...] = (("--refresh",), ())


def _random_program(generator: random.Random) -> dict[str, str]:
    """Folder by deployment name: in another folder the same deployment has another resource name."""
    return {name: generator.choice("pq") for name in _NAMES if generator.random() < 0.5}


def _names_by_id(workspace: Workspace) -> dict[str, str]:
    only = {"flows": {"name": {"any_": [workspace.stack]}}, "limit": 200}
    return {answer["id"]: answer["name"] for answer in workspace.ask("POST", "/deployments/filter", only)}


def _resources(workspace: Workspace) -> dict[str, str]:
    """Resource name by id, from the state as it is stored: asking the engine takes seconds."""
    stored = next((workspace.root.parent / "state").rglob(f"{workspace.stack}.json"))
    resources: list[dict[str, Any]] = (
        json.loads(stored.read_text(encoding="utf-8"))["checkpoint"]["latest"].get("resources") or []
    )
    return {
        res["id"]: res["urn"].rpartition("::")[2] for res in resources if res["type"].endswith("prefect:Deployment")
    }


def test_server_state_and_program_agree(workspace: Workspace) -> None:
    workspace.write("__main__.py", PROGRAM)
    workspace.configure({"prefect": {"api_url": workspace.api}})
    generator = random.Random(_SEED)
    first: tuple[dict[str, str], tuple[str, ...]] = dict.fromkeys(_NAMES, "p"), ()
    runs = [first, *((_random_program(generator), more) for more in _MORE)]
    for program, more in runs:
        workspace.pulumi("up", "--yes", "--skip-preview", *more, env={"PROGRAM": json.dumps(program)})
        names = _names_by_id(workspace)
        assert sorted(names.values()) == sorted(program)
        assert _resources(workspace) == {id_: f"{program[name]}/{name}" for id_, name in names.items()}
    workspace.pulumi("destroy", "--yes", "--skip-preview", "--refresh")
    assert _names_by_id(workspace) == {}
    assert _resources(workspace) == {}
    assert workspace.ask("GET", f"/work_pools/{workspace.stack}") is None
