"""Schedules on real servers: ids stay, only what must go is deleted, runs are not thrown away for nothing."""

import time
from typing import Any

from flowstacks.provider.registry import KINDS
from tests.server.engine_like import Stack, new_session
from tests.server.objects import Server, deployment

NIGHTLY = {"slug": "nightly", "cron": "0 4 * * *", "timezone": "Europe/Oslo", "active": True}
NOON = {"slug": "noon", "cron": "0 12 * * *", "timezone": "UTC", "active": True}
_SCHEDULER_S = 120.0  # it looks once a minute (PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS)


def up(api: str, server: Server, *schedules: dict[str, Any]) -> tuple[Stack, dict[str, Any]]:
    stack, props = Stack(KINDS["Deployment"]), deployment(server, schedules=list(schedules))
    stack.create(new_session(api), props)
    return stack, props


def by_slug(server: Server, stack: Stack) -> dict[str | None, dict[str, Any]]:
    return {each["slug"]: each for each in server.send("GET", f"/deployments/{stack.id}")["schedules"]}


def test_an_edited_schedule_keeps_all_ids(api: str, server: Server) -> None:
    stack, props = up(api, server, NIGHTLY, NOON)
    before = by_slug(server, stack)
    session = new_session(api)
    stack.up(session, {**props, "schedules": [{**NIGHTLY, "cron": "5 4 * * *"}, NOON]})
    after = by_slug(server, stack)
    assert {slug: each["id"] for slug, each in after.items()} == {slug: each["id"] for slug, each in before.items()}
    assert after["nightly"]["schedule"]["cron"] == "5 4 * * *"
    assert session.client.answered == {"GET": 2, "PATCH": 1}


def test_a_removed_schedule_is_one_delete_and_no_patch(api: str, server: Server) -> None:
    stack, props = up(api, server, NIGHTLY, NOON)
    session = new_session(api)
    stack.up(session, {**props, "schedules": [NOON]})
    assert list(by_slug(server, stack)) == ["noon"]
    assert "PATCH" not in session.client.counts
    assert session.client.answered["DELETE"] == 1


def test_one_added_by_hand_without_a_slug_goes_and_the_others_keep_their_ids(api: str, server: Server) -> None:
    stack, props = up(api, server, NIGHTLY, NOON)
    before = by_slug(server, stack)
    server.send("POST", f"/deployments/{stack.id}/schedules", [{"schedule": {"interval": 3600}, "active": True}])
    stack.refresh(new_session(api))
    assert len(stack.outs["schedules"]) == 3
    assert stack.up(new_session(api), {**props, "schedules": [{**NIGHTLY, "cron": "5 4 * * *"}, NOON]})
    after = by_slug(server, stack)
    assert {slug: each["id"] for slug, each in after.items()} == {slug: each["id"] for slug, each in before.items()}
    assert after["nightly"]["schedule"]["cron"] == "5 4 * * *"


def test_activity_left_as_on_the_server_is_no_drift_and_survives_an_edit(api: str, server: Server) -> None:
    left = {**NIGHTLY, "active": None}
    stack, props = up(api, server, left)
    schedule_id = by_slug(server, stack)["nightly"]["id"]
    server.send("PATCH", f"/deployments/{stack.id}/schedules/{schedule_id}", {"active": False})
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), props)
    stack.up(new_session(api), {**props, "schedules": [{**left, "cron": "5 4 * * *"}]})
    after = by_slug(server, stack)["nightly"]
    assert (after["active"], after["schedule"]["cron"]) == (False, "5 4 * * *")


def test_pausing_by_hand_is_left_alone(api: str, server: Server) -> None:
    stack, props = up(api, server, NIGHTLY)
    server.send("POST", f"/deployments/{stack.id}/pause_deployment")
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), props)
    stack.up(new_session(api), {**props, "description": "edited"})
    assert server.send("GET", f"/deployments/{stack.id}")["paused"] is True


def test_the_server_plans_the_runs_of_a_schedule(api: str, server: Server) -> None:
    stack, _ = up(api, server, NIGHTLY)
    mine = {"deployments": {"id": {"any_": [stack.id]}}, "limit": 5}
    deadline = time.monotonic() + _SCHEDULER_S
    while not (runs := server.send("POST", "/flow_runs/filter", mine)):
        assert time.monotonic() < deadline
        time.sleep(1)
    assert {(run["state_type"], run["auto_scheduled"]) for run in runs} == {("SCHEDULED", True)}
