"""Marks when things go wrong: killed between two requests, leaked labels, other tools writing over ours."""

from typing import Any

import pytest

from flowstacks.provider import conflicts, errors, orphans
from flowstacks.provider.kind import ForeignObject, Kind, Props
from flowstacks.provider.kinds import deployment as deployment_kind
from flowstacks.provider.kinds import work_pool
from flowstacks.provider.marks.text import TextMark
from flowstacks.provider.prefect.work_pools import WorkPools
from flowstacks.provider.registry import KINDS
from tests.server.engine_like import Stack, new_session
from tests.server.objects import EXAMPLES, OWNER, Server, deployment, unique
from tests.support.fault_proxy import Fault, FaultProxy

# A 500 ends the create where a kill would: what was sent before it stays, nothing comes after.
BETWEEN_CLAIM_AND_POOL = Fault("answer", "POST", "/work_pools/", status=500)
BETWEEN_POOL_AND_SETTLING = Fault("answer", "PATCH", "/variables/", status=500)
BETWEEN_POOL_AND_ITS_MARKS_DELETE = Fault("answer", "DELETE", "/variables/", status=500)


def pool(server: Server) -> tuple[Stack, dict[str, object]]:
    return Stack(KINDS["WorkPool"]), EXAMPLES["WorkPool"].props(server)


def killed(proxy: FaultProxy, fault: Fault, stack: Stack, props: dict[str, object]) -> None:
    proxy.plan(fault)
    with pytest.raises(errors.RequestError, match="500"):
        stack.create(new_session(proxy.url), props)
    assert proxy.left() == 0


@pytest.mark.parametrize("fault", [BETWEEN_CLAIM_AND_POOL, BETWEEN_POOL_AND_SETTLING], ids=["claim", "settle"])
@pytest.mark.parametrize("change", [{}, {"description": "edited"}], ids=["same", "edited meanwhile"])
def test_a_pool_killed_while_created_is_healed(
    api: str, server: Server, proxy: FaultProxy, fault: Fault, change: dict[str, object]
) -> None:
    stack, props = pool(server)
    killed(proxy, fault, stack, props)
    stack.create(new_session(api), {**props, **change})
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), {**props, **change})
    stack.delete(new_session(api))
    assert not server.exists(f"/variables/name/{work_pool.MARKS.variable(str(props['name']))}")


def test_a_claim_takes_no_pool_that_somebody_made_meanwhile(api: str, server: Server, proxy: FaultProxy) -> None:
    stack, props = pool(server)
    killed(proxy, BETWEEN_CLAIM_AND_POOL, stack, props)
    server.work_pool(str(props["name"]))
    with pytest.raises(errors.ForeignError, match="was not made by this stack"):
        stack.create(new_session(api), props)


def test_a_claimed_name_is_refused_to_others(api: str, server: Server, proxy: FaultProxy) -> None:
    stack, props = pool(server)
    killed(proxy, BETWEEN_CLAIM_AND_POOL, stack, props)
    with pytest.raises(errors.ForeignError, match="claimed by flowstacks/contract"):
        Stack(KINDS["WorkPool"]).create(new_session(api), {**props, "owner": "flowstacks/other"})


def test_a_pool_killed_while_deleted_is_deleted_by_a_repeat(api: str, server: Server, proxy: FaultProxy) -> None:
    stack, props = pool(server)
    stack.create(new_session(api), props)
    proxy.plan(BETWEEN_POOL_AND_ITS_MARKS_DELETE)
    with pytest.raises(errors.RequestError, match="500"):
        stack.delete(new_session(proxy.url))
    stack.delete(new_session(api))
    assert not server.exists(f"/variables/name/{work_pool.MARKS.variable(str(props['name']))}")


def test_a_pool_without_its_mark_is_not_deleted_until_it_is_taken_back(api: str, server: Server) -> None:
    stack, props = pool(server)
    stack.create(new_session(api), props)
    server.send("DELETE", f"/variables/name/{work_pool.MARKS.variable(str(props['name']))}")
    with pytest.raises(errors.ForeignError, match="pulumi state delete"):
        stack.delete(new_session(api))
    stack.refresh(new_session(api))
    assert stack.up(new_session(api), props)
    stack.delete(new_session(api))
    assert not server.exists(f"/work_pools/{props['name']}")


@pytest.mark.parametrize("taken", [False, True], ids=["by us", "by others"])
def test_a_mark_written_again_by_a_run_that_was_killed_before_it_saved_its_state(
    api: str, server: Server, *, taken: bool
) -> None:
    stack, props = pool(server)
    stack.create(new_session(api), props)
    variable = f"/variables/name/{work_pool.MARKS.variable(str(props['name']))}"
    value = server.send("GET", variable)["value"]
    server.send("DELETE", variable)
    stack.refresh(new_session(api))
    again = {**value, "owner": "flowstacks/other"} if taken else value
    server.send("POST", "/variables/", {"name": variable.rpartition("/")[2], "value": again, "tags": ["flowstacks"]})
    stack.refresh(new_session(api))
    if taken:
        with pytest.raises(errors.ForeignError, match="another owner"):
            stack.up(new_session(api), props)
    else:
        assert stack.up(new_session(api), props)
        stack.refresh(new_session(api))
        assert not stack.changes(new_session(api), props)


def test_a_stack_that_was_renamed_keeps_its_objects(api: str, server: Server) -> None:
    for kind in KINDS:
        stack, props = Stack(KINDS[kind]), EXAMPLES[kind].props(server)
        stack.create(new_session(api), props)
        renamed = {**props, "owner": "flowstacks/renamed"}
        assert stack.up(new_session(api), renamed)
        stack.refresh(new_session(api))
        assert not stack.changes(new_session(api), renamed)
        stack.delete(new_session(api))
        assert not server.exists(EXAMPLES[kind].path(stack.id, props))


def test_an_orphaned_pool_takes_no_deployment_along_that_the_state_knows(api: str, server: Server) -> None:
    owner = f"flowstacks/{unique('orphans')}"
    lost_pool, pool_props = pool(server)
    lost_pool.create(new_session(api), {**pool_props, "owner": owner})
    kept = Stack(KINDS["Deployment"])
    kept.create(new_session(api), {**deployment(server, owner=owner), "work_pool_name": pool_props["name"]})
    session = new_session(api)
    found = orphans.find(session.client, owner, {kept.id})
    assert [each.kind for each in found] == ["work pool"]
    with pytest.raises(errors.InUseError, match="daily"):
        orphans.delete(session.client, owner, found)
    assert server.exists(f"/deployments/{kept.id}")
    assert server.exists(f"/work_pools/{pool_props['name']}")


def test_a_pool_that_others_use_is_not_deleted(api: str, server: Server) -> None:
    stack, props = pool(server)
    stack.create(new_session(api), props)
    theirs = server.deployment(unique("flow"), "theirs", work_pool_name=props["name"])
    with pytest.raises(errors.InUseError, match="theirs"):
        stack.delete(new_session(api))
    server.send("DELETE", f"/deployments/{theirs}")
    stack.delete(new_session(api))
    assert not server.exists(f"/work_pools/{props['name']}")


def test_a_pool_in_use_is_not_replaced(api: str, server: Server) -> None:
    stack, props = pool(server)
    stack.create(new_session(api), props)
    server.deployment(unique("flow"), "daily", work_pool_name=props["name"])
    with pytest.raises(errors.InUseError, match="can't be replaced"):
        stack.changes(new_session(api), {**props, "type": "docker"})


def test_a_label_that_leaked_from_the_flow_is_no_mark(api: str, server: Server) -> None:
    props = deployment(server)
    mark = TextMark(owner=OWNER, identity=f"{props['flow_name']}/daily")
    server.send("POST", "/flows/", {"name": props["flow_name"], "labels": {deployment_kind.LABEL: mark.text()}})
    theirs = server.deployment(props["flow_name"], "theirs")
    read = server.send("GET", f"/deployments/{theirs}")
    assert read["labels"][deployment_kind.LABEL] == mark.text()
    with pytest.raises(errors.ForeignError):
        Stack(KINDS["Deployment"]).create(new_session(api), {**props, "name": "theirs"})


def test_a_deployment_whose_label_another_tool_replaced_is_taken_back_by_a_tag(api: str, server: Server) -> None:
    stack, props = Stack(KINDS["Deployment"]), deployment(server)
    stack.create(new_session(api), props)
    # `prefect deploy` is an upsert: same id, its own labels.
    assert server.deployment(props["flow_name"], "daily", tags=["theirs"], labels={}) == stack.id
    with pytest.raises(errors.ForeignError, match="pulumi state delete"):
        stack.delete(new_session(api))
    stack.refresh(new_session(api))
    with pytest.raises(errors.ForeignError, match="pulumi state delete"):
        stack.delete(new_session(api))
    assert stack.up(new_session(api), props)
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), props)
    assert stack.up(new_session(api), {**props, "tags": ["x"]})
    stack.refresh(new_session(api))
    assert stack.outs["tags"] == ["x"]
    stack.delete(new_session(api))
    assert not server.exists(f"/deployments/{stack.id}")


def test_a_deployment_that_lost_its_pool_is_tied_again(api: str, server: Server) -> None:
    name = unique("pool")
    before = server.work_pool(name)
    stack, props = Stack(KINDS["Deployment"]), deployment(server, work_pool_name=name, work_pool_id=before)
    stack.create(new_session(api), props)
    server.send("DELETE", f"/work_pools/{name}")
    after = server.work_pool(name)
    assert server.send("GET", f"/deployments/{stack.id}")["work_pool_name"] is None
    assert stack.up(new_session(api), {**props, "work_pool_id": after})
    assert server.send("GET", f"/deployments/{stack.id}")["work_pool_name"] == name


def test_an_untied_deployment_shows_in_a_refresh(api: str, server: Server) -> None:
    name = unique("pool")
    stack, props = (
        Stack(KINDS["Deployment"]),
        deployment(server, work_pool_name=name, work_pool_id=server.work_pool(name)),
    )
    stack.create(new_session(api), props)
    server.send("DELETE", f"/work_pools/{name}")
    server.work_pool(name)
    stack.refresh(new_session(api))
    assert stack.changes(new_session(api), props)


def test_conflicts_are_all_found_at_once_without_writing(api: str, server: Server, proxy: FaultProxy) -> None:
    ours, pool_props = pool(server)
    ours.create(new_session(api), pool_props)
    stack, props = Stack(KINDS["Deployment"]), deployment(server)
    stack.create(new_session(api), props)
    pool_id = server.work_pool(their_pool := unique("theirs"))
    flow = unique("flow")
    theirs = server.deployment(flow, "theirs")
    claimed = unique("claimed")
    theirs_too = {**pool(server)[1], "name": claimed, "owner": "flowstacks/other"}
    killed(proxy, BETWEEN_CLAIM_AND_POOL, Stack(KINDS["WorkPool"]), theirs_too)
    session = new_session(api)

    claims: dict[Kind[Any, Any], list[Props]] = {
        work_pool.KIND: [{"name": name} for name in (their_pool, str(pool_props["name"]), claimed, unique("new"))],
        deployment_kind.KIND: [
            {"flow_name": flow, "name": "theirs"},
            {"flow_name": props["flow_name"], "name": "daily"},
            {"flow_name": unique("new"), "name": "x"},
        ],
    }
    found = conflicts.find(session.client, OWNER, claims)
    assert found.server == stack.outs["server"]
    assert set(found.foreign) == {
        ForeignObject(kind="work pool", name=their_pool, id=pool_id, owner=None),
        ForeignObject(kind="work pool", name=claimed, id="", owner="flowstacks/other"),
        ForeignObject(kind="deployment", name=f"{flow}/theirs", id=theirs, owner=None),
    }
    queues = {("contract", "fats"), ("contract", "fast"), (unique("new"), "x")}
    assert WorkPools.of(session.client).missing_queues(queues) == {("contract", "fats")}
    assert set(session.client.counts) == {"GET", "POST"}


def test_orphans_are_found_by_mark_and_only_they_are_deleted(api: str, server: Server, proxy: FaultProxy) -> None:
    owner = f"flowstacks/{unique('orphans')}"
    lost, kept = Stack(KINDS["Deployment"]), Stack(KINDS["Deployment"])
    lost_props = deployment(server, owner=owner)
    lost.create(new_session(api), lost_props)
    kept.create(new_session(api), deployment(server, owner=owner))
    theirs = server.deployment(lost_props["flow_name"], "theirs", labels={})
    lost_pool, pool_props = pool(server)
    lost_pool.create(new_session(api), {**pool_props, "owner": owner})
    claimed, claimed_props = pool(server)
    killed(proxy, BETWEEN_CLAIM_AND_POOL, claimed, {**claimed_props, "owner": owner})

    session = new_session(api)
    found = orphans.find(session.client, owner, {kept.id})
    assert {(each.kind, each.name) for each in found} == {
        ("deployment", f"{lost_props['flow_name']}/daily"),
        ("work pool", pool_props["name"]),
        ("work pool mark", claimed_props["name"]),
    }
    orphans.delete(session.client, owner, found)
    assert orphans.find(new_session(api).client, owner, {kept.id}) == []
    assert not server.exists(f"/deployments/{lost.id}")
    assert server.exists(f"/deployments/{kept.id}")
    assert server.exists(f"/deployments/{theirs}")
