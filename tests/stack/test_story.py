"""What ran in one environment runs in the next: the whole way, with the real engine and servers.

At every step what `promote` says is what the preview shows, and what the preview shows is what is done.
"""

import collections
import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support import flows
from tests.support.workspace import Workspace

NIGHTLY = {"name": "nightly", "cron": "0 4 * * *", "parameters": {"days": 2}}
HOURLY = {"name": "hourly"}
LATER = "from prefect import flow\n\n\n@flow\ndef later(days: int, title: str = 'x') -> str:\n    return title * days\n"


def _first(dev: Workspace) -> str:
    return dev.commit(
        "A",
        **{
            "flows/etl/load.py": flows.declared("load", NIGHTLY, HOURLY, name=f"load-{dev.stack}"),
            "flows/greet/hello.py": flows.BARE.replace("@flow", f"@flow(name='hello-{dev.stack}')"),
            "flows/old/gone.py": flows.declared("gone", name=f"gone-{dev.stack}"),
            "flows/old/stays.py": flows.declared("stays", name=f"stays-{dev.stack}"),
        },
    )


def _second(dev: Workspace) -> str:
    """Changes `greet` and its schema, adds a flow to it, takes one out of `old`; `etl` stays as it is."""
    dev.git("rm", "-q", "flows/old/gone.py")
    hello = flows.BARE.replace("@flow", f"@flow(name='hello-{dev.stack}')").replace("times: int", "often: int")
    return dev.commit(
        "B",
        **{
            "flows/greet/hello.py": hello.replace("* times", "* often"),
            "flows/greet/later.py": LATER.replace("@flow", f"@flow(name='later-{dev.stack}')"),
        },
    )


def _verb(workspace: Workspace, *words: str, expect: int = 0) -> Any:
    done = workspace.run("flowstacks", *words, "--json")
    assert done.code == expect, done.text
    return json.loads(done.text[done.text.index("{") :])


def _moves(workspace: Workspace, operations: Mapping[str, str]) -> None:
    """Said = previewed = done."""
    assert workspace.preview().operations == operations
    workspace.up()
    assert workspace.done() == dict(collections.Counter(operations.values()))


def _promoted(source: Workspace, target: Workspace, *patterns: str) -> dict[str, str]:
    told = _verb(source, "promote", source.stack, target.stack, *patterns, "--check")
    assert told["written"] is True
    target.commit(f"promote {source.stack} to {target.stack}")
    return told["operations"]


def _commits(workspace: Workspace) -> dict[str, str]:
    """By project, flow function and deployment: flows are named apart, for other tests use the same server."""
    deployments = workspace.outputs()["deployments"]
    return {re.sub(r"-t[0-9a-f]{8}/", "/", address): one["commit"] for address, one in deployments.items()}


def test_from_the_first_commit_to_a_rollback(workspace: Workspace) -> None:
    dev, staging, main = workspace, workspace.beside(), workspace.beside()
    for empty in (staging, main):
        empty.up()
    first = _first(dev)
    dev.up()

    _moves(staging, _promoted(dev, staging))
    _moves(main, _promoted(staging, main))
    assert set(_commits(main).values()) == {first}

    second = _second(dev)
    # The source pins HEAD, and what HEAD is now has not run there yet.
    told = _verb(dev, "promote", dev.stack, staging.stack, "--check", expect=1)
    assert {one["code"] for one in told["problems"]} == {"gate-applied"}
    dev.up()
    operations = _promoted(dev, staging)
    assert operations == {
        f"Deployment hello-{dev.stack}/{staging.stack}": "update",
        f"Deployment later-{dev.stack}/{staging.stack}": "create",
        f"Deployment gone-{dev.stack}/{staging.stack}": "delete",
        f"Deployment stays-{dev.stack}/{staging.stack}": "update",
    }  # `etl` has none of it: no request, and its scheduled runs stay
    _moves(staging, operations)
    before = {address: main.ask("GET", f"/deployments/{id_}") for address, id_ in main.ids().items()}
    _moves(main, _promoted(staging, main))
    assert _commits(main)["etl/load/nightly"] == first
    assert _commits(main)["greet/hello/default"] == second

    _verb(main, "rollback", main.stack)
    main.commit("rollback")
    main.up()
    after = {address: main.ask("GET", f"/deployments/{id_}") for address, id_ in main.ids().items()}
    assert {address: _content(one) for address, one in after.items()} == {
        address: _content(one) for address, one in before.items()
    }

    held = _promoted(staging, main, f"greet/later-{dev.stack}")
    assert held == {f"Deployment later-{dev.stack}/{main.stack}": "create"}
    _moves(main, held)
    third = dev.commit("C", **{"flows/etl/load.py": flows.declared("load", HOURLY, name=f"load-{dev.stack}")})
    dev.up()
    _moves(staging, _promoted(dev, staging))
    _moves(main, _promoted(staging, main))
    assert main.preview("--refresh").operations == {}
    assert _commits(main) == {
        "etl/load/hourly": third, "greet/hello/default": second, "greet/later/default": second,
        "old/stays/default": second,
    }  # fmt: skip


def _content(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """All but what the server makes anew."""
    made = ("id", "created", "updated", "last_polled", "status", "version_id", "schedules", "work_queue_id")
    schedules = [
        {key: value for key, value in one.items() if key in {"slug", "schedule", "active"}}
        for one in deployment["schedules"]
    ]
    return {key: value for key, value in deployment.items() if key not in made} | {"schedules": schedules}
