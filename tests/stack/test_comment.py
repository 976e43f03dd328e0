"""The comment of a pull request, from the real engine's own previews."""

import json
import subprocess
from typing import Any

from flowstacks.report import comment
from tests.support.ecs_workspace import EcsWorkspace
from tests.support.workspace import Ran, Workspace

FLOW = """from prefect import flow
@flow
def {name}(days: int = 1): ...
{spec}"""
SCHEDULED = 'FLOW_SPEC = {{"flow": load, "name": "nightly", "cron": "{cron}", "parameters": {{"days": 7}}}}\n'
SECRET = 'FLOW_SPEC = {"flow": load, "name": "nightly", "secrets": {"DB_PASSWORD": "db"}}\n'
PASSWORD, OTHER = "correct-horse-battery", "staple-horse-correct"


def _flow(name: str, spec: str = "") -> str:
    return FLOW.format(name=name, spec=spec)


def _comment(workspace: Workspace, *more: str) -> Ran:
    return workspace.run("flowstacks", "comment", *more)


def _json(workspace: Workspace, *more: str) -> Any:
    ran = _comment(workspace, *more, "--json")
    assert ran.code == 0, ran.text
    return json.loads(ran.text)


def test_what_the_comment_says_is_what_the_engine_does(workspace: Workspace) -> None:
    workspace.configure({"runtime": "process", "release": {"commit": "HEAD"}, "schedule_policy": "active"})
    workspace.commit(
        **{"flows/etl/load.py": _flow("load", SCHEDULED.format(cron="0 4 * * *")), "flows/old/old.py": _flow("old")}
    )
    workspace.up()
    assert _comment(workspace, "--since", "HEAD").text == f"{comment.MARKER}\nNothing changes.\n"

    edited = {"flows/etl/load.py": _flow("load", SCHEDULED.format(cron="0 5 * * *")), "flows/new/new.py": _flow("new")}
    workspace.git("rm", "-q", "-r", "flows/old")
    workspace.commit(**edited)
    told = _json(workspace, "--since", "HEAD~1")
    (stack,) = told["stacks"]
    planned = workspace.preview().operations
    assert {f"{one['kind']} {one['name']}": one["operation"] for one in stack["changes"]} == planned
    assert {one["project"] for one in stack["changes"]} == {"etl", "new", "old"}
    assert [risk["what"].split(",")[0] for risk in stack["risks"]] == [
        "deployments deleted", "schedules changed", "scheduled runs deleted and planned again",
    ]  # fmt: skip
    text = told["markdown"]
    assert f"**`{workspace.stack}`**: 1 created, 1 updated, 1 deleted, 3 unchanged" in text
    assert "cron 0 4 * * * -> 0 5 * * *" in text

    workspace.commit(**{"flows/etl/load.py": "def ("})
    refused = _comment(workspace, "--since", "HEAD~1")
    assert refused.code == 1
    assert "`flows/etl/load.py:1: error: " in refused.text
    declared = _comment(workspace, "--since", "HEAD~2", "--without-credentials")
    assert "`flows/etl/load.py:1: error: " in declared.text


def test_a_stack_that_follows_the_trunk_is_pinned_for_its_preview_alone(workspace: Workspace) -> None:
    start = workspace.commit(**{"flows/etl/load.py": _flow("load")})
    workspace.configure({"runtime": "process", "release": {"commit": start}})
    workspace.commit()
    workspace.up()
    workspace.commit(**{"flows/etl/load.py": _flow("load", SCHEDULED.format(cron="0 5 * * *"))})
    assert _json(workspace, "--since", "HEAD~1")["stacks"] == []

    written = workspace.stack_file.read_bytes()
    (stack,) = _json(workspace, "--since", "HEAD~1", "--follows", workspace.stack)["stacks"]
    assert stack["counts"] == {"created": 1, "deleted": 1, "unchanged": 3}
    assert workspace.stack_file.read_bytes() == written

    workspace.commit(**{"flows/etl/load.py": "def ("})
    refused = _comment(workspace, "--since", "HEAD~1", "--follows", workspace.stack)
    assert refused.code == 1
    assert "flows/etl/load.py:1: error: " in refused.text
    assert workspace.stack_file.read_bytes() == written


def test_a_fork_sees_what_is_declared(workspace: Workspace) -> None:
    start = workspace.commit(**{"flows/etl/load.py": _flow("load"), "flows/same/same.py": _flow("same")})
    workspace.commit(**{"flows/etl/load.py": _flow("load", SCHEDULED.format(cron="0 5 * * *"))})
    told = _json(workspace, "--since", start, "--without-credentials")
    assert "made without credentials" in told["markdown"]
    (declared,) = told["stacks"]
    assert declared["counts"] == {"created": 1, "deleted": 1, "unchanged": 1}
    assert {one["name"]: one["operation"] for one in declared["changes"]} == {
        "etl/load/default": "delete",
        "etl/load/nightly": "create",
    }


def test_secrets_stay_masked(ecs: EcsWorkspace) -> None:
    commit = ecs.commit(**{"flows/etl/load.py": _flow("load", SECRET)})
    ecs.configure({"release": {"commit": commit, "images": {"etl": f"sha256:{'a' * 64}"}, "from": "dev"}})
    ecs.pulumi("config", "set", "--secret", "--path", "flowstacks:secrets.db", PASSWORD)
    ecs.pulumi("config", "set", "--secret", "--path", "flowstacks:prefect.api_key", PASSWORD)
    first = _comment(ecs, "--since", "HEAD")
    ecs.commit()
    ecs.up()

    ecs.pulumi("config", "set", "--secret", "--path", "flowstacks:secrets.db", OTHER)
    output = subprocess.run(
        [str(ecs.engine), "preview", "--json", "-s", ecs.stack],
        cwd=ecs.root, env=ecs._env, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    file = ecs.root.parent / "preview.json"
    file.write_text(output)
    told = _comment(ecs, "--since", "HEAD", "--preview", f"{ecs.stack}={file}")
    assert told.code == first.code == 0
    assert "SecretVersion `db`" in told.text
    for text in (first.text, told.text):
        assert PASSWORD not in text
        assert OTHER not in text
