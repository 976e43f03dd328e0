"""Seconds and requests for many deployments, beside bare API calls in the same run. Prints a table, asserts no time."""

import os
import time
from collections.abc import Callable

import httpx

from tests.support import flows
from tests.support.workspace import Workspace

COUNT = int(os.environ.get("BENCH_DEPLOYMENTS", "500"))
PER_PROJECT = 10


def _commit(workspace: Workspace, days: int) -> None:
    for number in range(COUNT // PER_PROJECT):
        declared = [
            {"name": f"d{place}", "parameters": {"days": days}, "cron": "0 4 * * *"} for place in range(PER_PROJECT)
        ]
        workspace.write(f"flows/p{number}/load.py", flows.declared("load", *declared, name=f"load-{number}"))
    workspace.commit()


def _timed(what: str, rows: list[tuple[str, float, str]], act: Callable[[], object], count: Callable[[], str]) -> None:
    started = time.perf_counter()
    act()
    rows.append((what, time.perf_counter() - started, count()))
    print(f"  {what:<22} {rows[-1][1]:7.1f} s  {rows[-1][2]:>6} requests", flush=True)


def _bare(api: str, stack: str, rows: list[tuple[str, float, str]]) -> None:
    """What the same work costs without us: one thread, one connection, no look-ups, no state."""
    ids: list[str] = []
    sent = 0
    with httpx.Client(base_url=api, timeout=60) as client:

        def send(method: str, path: str, body: dict[str, object]) -> httpx.Response:
            """Busy SQLite answers 503 to a single writer too."""
            nonlocal sent
            while True:
                sent += 1
                answer = client.request(method, path, json=body)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer.raise_for_status()
                time.sleep(0.1)

        def post(path: str, body: dict[str, object]) -> str:
            return send("POST", path, body).json()["id"]

        def create() -> None:
            pool = f"bare-{stack}"
            post("/work_pools/", {"name": pool, "type": "process"})
            for number in range(COUNT):
                flow = post("/flows/", {"name": f"bare-{number // PER_PROJECT}"})
                schedule = {"slug": "s", "schedule": {"cron": "0 4 * * *", "timezone": "UTC"}, "active": False}
                body = {"name": f"{number}-{stack}", "flow_id": flow, "work_pool_name": pool, "schedules": [schedule]}
                ids.append(post("/deployments/", {**body, "parameters": {"days": 1}}))

        def update() -> None:
            for one in ids:
                send("PATCH", f"/deployments/{one}", {"parameters": {"days": 2}})

        def counted() -> str:
            nonlocal sent
            text, sent = str(sent), 0
            return text

        _timed("bare API: create", rows, create, counted)
        _timed("bare API: update all", rows, update, counted)


def test_many_deployments(workspace: Workspace) -> None:
    rows: list[tuple[str, float, str]] = []

    def counted() -> str:
        return str(len(workspace.requests()))

    print(f"\n{COUNT} deployments in {COUNT // PER_PROJECT} projects, SQLite\n")
    _commit(workspace, 1)
    _timed("create", rows, workspace.up, counted)
    _timed("no-op preview", rows, lambda: workspace.pulumi("preview"), counted)
    _timed("no-op up", rows, workspace.up, counted)
    _timed("preview --refresh", rows, lambda: workspace.pulumi("preview", "--refresh"), counted)
    _timed("refresh", rows, lambda: workspace.pulumi("refresh", "--yes", "--skip-preview"), counted)
    _commit(workspace, 2)
    _timed("update all", rows, workspace.up, counted)
    _bare(workspace.api, workspace.stack, rows)
    _timed("destroy", rows, workspace.destroy, counted)
    assert len(rows) == 9
