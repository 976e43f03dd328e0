"""The provider under the real engine, with a program of its own: what only the engine can show."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from flowstacks.provider.kinds import work_pool
from flowstacks.provider.registry import KINDS
from tests.support.workspace import Workspace

pytestmark = pytest.mark.xdist_group("provider_engine")

PROGRAM = """
import json
import os
import pulumi
from flowstacks.provider import canonical
from flowstacks.provider.resources import Deployment, WorkPool

wish = json.loads(os.environ["WISH"])
owner = f"flowstacks/{pulumi.get_stack()}"
name = pulumi.get_stack()
pool = WorkPool(name, {
    "owner": owner, "name": name, "type": wish.get("type", "process"), "description": wish.get("pool", None),
    "base_job_template": "{}", "concurrency_limit": 2, "is_paused": None,
})
secret = {"token": pulumi.Output.secret(wish["secret"])} if "secret" in wish else {}
for number in range(wish.get("count", 1)):
    Deployment(f"{name}/d{number}", {
        "owner": owner, "name": f"d{number}", "flow_name": name, "entrypoint": "f.py:f", "path": None,
        "work_pool_name": pool.name, "work_pool_id": pool.id, "work_queue_name": None,
        "parameters": canonical.dumps({"days": 7, "none": None}), "parameter_openapi_schema": "{}",
        "enforce_parameter_schema": False, "description": wish.get("description"), "tags": ["a"], "version": "1",
        "paused": None, "pull_steps": "[]",
        "job_variables": {"cpu": 256, "env": {"POOL": pool.id}, **secret}, **wish.get("props", {}),
        "schedules": [{"slug": "s", "cron": "0 4 * * *", "timezone": "UTC", "active": None}],
    })
pulumi.export("pool", pool.id)
"""


_MANY = 30
_KEY = "pnu_verysecret"


class Scratch:
    """The workspace's engine, server and state, with the program above; `wish` changes it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.name = workspace.stack
        workspace.write("__main__.py", PROGRAM)
        workspace.configure({"prefect": {"api_url": workspace.api}})
        workspace.pulumi("config", "set", "--path", "--secret", "flowstacks:prefect.api_key", _KEY)

    def _env(self, wish: dict[str, Any]) -> dict[str, str]:
        # The stack's config alone says where the server is.
        return {"WISH": json.dumps(wish), "PREFECT_API_URL": ""}

    def up(self, *more: str, expect: int = 0, **wish: Any) -> str:
        arguments = ("up", "--yes", "--skip-preview", *more)
        return self.workspace.pulumi(*arguments, expect=expect, env=self._env(wish))

    def preview(self, *more: str, **wish: Any) -> dict[str, str]:
        return self.workspace.preview(*more, env=self._env(wish)).operations

    def state(self) -> list[dict[str, Any]]:
        exported = json.loads(self.workspace.pulumi("stack", "export"))
        return [each for each in exported["deployment"]["resources"] if "prefect:" in each["type"]]

    def deployment(self, number: int = 0) -> Any:
        return self.workspace.deployment(self.name, f"d{number}")


@pytest.fixture
def scratch(workspace: Workspace) -> Scratch:
    return Scratch(workspace)


def test_unknowns_of_a_first_preview_pass_and_a_second_preview_is_empty(scratch: Scratch) -> None:
    assert set(scratch.preview().values()) == {"create"}
    scratch.up()
    assert scratch.preview() == {}
    found = scratch.deployment()
    assert found["parameters"] == {"days": 7, "none": None}
    assert found["job_variables"] == {
        "cpu": 256,
        "env": {"POOL": scratch.workspace.ask("GET", f"/work_pools/{scratch.name}")["id"]},
    }
    # The class names in the state are frozen: a rename would strand every stack.
    pickled = json.loads((Path(__file__).parents[1] / "cases" / "provider" / "pickled.json").read_text())
    kept = {each["type"].rpartition(":")[2]: each["outputs"]["__provider"] for each in scratch.state()}
    assert kept == {kind: text for kind, text in pickled.items() if kind in KINDS}
    assert _KEY not in json.dumps(scratch.state())
    scratch.workspace.destroy()
    assert scratch.deployment() is None
    assert scratch.workspace.ask("GET", f"/work_pools/{scratch.name}") is None
    mark = work_pool.MARKS.variable(scratch.name)
    assert scratch.workspace.ask("GET", f"/variables/name/{mark}") is None


def test_drift_shows_and_is_mended_and_what_is_gone_is_created_again(scratch: Scratch) -> None:
    scratch.up()
    id_ = scratch.deployment()["id"]
    scratch.workspace.ask("PATCH", f"/deployments/{id_}", {"description": "by hand"})
    scratch.workspace.ask(
        "POST", f"/deployments/{id_}/schedules", [{"schedule": {"cron": "1 1 * * *"}, "active": True}]
    )
    assert scratch.preview("--refresh") == {f"Deployment {scratch.name}/d0": "update"}
    scratch.up("--refresh")
    assert scratch.deployment()["description"] is None
    assert [each["slug"] for each in scratch.deployment()["schedules"]] == ["s"]
    scratch.workspace.ask("DELETE", f"/deployments/{id_}")
    scratch.up("--refresh")
    assert scratch.deployment()["id"] != id_
    assert scratch.preview("--refresh") == {}


def test_a_secret_stays_one_in_the_state_even_through_drift(scratch: Scratch) -> None:
    def hidden() -> bool:
        files = [file for file in scratch.workspace.root.parent.glob("state/**/*") if file.is_file()]
        return not any(b"hunter2" in file.read_bytes() for file in files)

    scratch.up(secret="hunter2")
    found = scratch.deployment()
    assert found["job_variables"]["token"] == "hunter2"
    assert hidden()
    variables = {**found["job_variables"], "cpu": 512}
    scratch.workspace.ask("PATCH", f"/deployments/{found['id']}", {"job_variables": variables})
    scratch.workspace.pulumi("refresh", "--yes", "--skip-preview")
    assert hidden()
    scratch.up(secret="hunter2")
    assert hidden()
    assert scratch.deployment()["job_variables"]["cpu"] == 256


def test_a_wrong_property_is_refused_with_its_name(scratch: Scratch) -> None:
    told = scratch.up(props={"tags": "a", "tipo": 1}, expect=1)
    assert "missing or unknown properties: tipo" in told
    told = scratch.up(props={"tags": "a"}, expect=1)
    assert "tags: Input should be a valid list" in told


def test_a_pool_in_use_is_not_replaced(scratch: Scratch) -> None:
    scratch.up()
    assert "can't be replaced" in scratch.up(type="docker", expect=1)
    assert scratch.deployment()["work_pool_name"] == scratch.name


def test_another_server_is_an_error_until_the_stack_starts_over(scratch: Scratch) -> None:
    scratch.up()
    before = scratch.deployment()["id"]
    scratch.workspace.ask("DELETE", "/variables/name/flowstacks-server")
    assert "this server was reset or is another one" in scratch.up(expect=1)
    assert "this server was reset or is another one" in scratch.up("--refresh", expect=1)
    scratch.workspace.pulumi("config", "set", "flowstacks:start_over", "true")
    scratch.up()
    scratch.workspace.pulumi("config", "rm", "flowstacks:start_over")
    assert scratch.deployment()["id"] == before
    assert scratch.preview("--refresh") == {}


def _alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if (Path("/proc") / str(pid)).exists()}


def _session(leader: int) -> dict[int, bytes]:
    """Command lines of the living processes of the session that `leader` leads."""
    found: dict[int, bytes] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            command = (folder / "cmdline").read_bytes()
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                found[int(folder.name)] = command
    return found


def _providers(leader: int) -> set[int]:
    return {pid for pid, command in _session(leader).items() if b"pulumi.dynamic" in command}


def test_the_provider_ends_when_the_engine_is_killed(scratch: Scratch) -> None:
    scratch.workspace._env.update(scratch._env({"count": _MANY}))
    deadline = time.monotonic() + 120
    with scratch.workspace.popen("up", "--yes", "--skip-preview", "--non-interactive") as child:
        while not (scratch.workspace.log.exists() and _providers(child.pid)):
            assert time.monotonic() < deadline, "no provider sent anything"
            time.sleep(0.05)
        providers = _providers(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        try:
            while _alive(providers):
                assert time.monotonic() < deadline, "the provider outlives the engine"
                time.sleep(0.05)
        finally:
            # The engine's language host is not ours and does outlive it.
            for pid in _session(child.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    scratch.workspace.unlock()
    scratch.up(count=_MANY)
    assert scratch.preview(count=_MANY) == {}
