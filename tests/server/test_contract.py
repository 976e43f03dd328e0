"""One contract for every kind in the registry, on every database."""

import pytest

from flowstacks.provider import errors, lifecycle
from flowstacks.provider.registry import KINDS
from tests.server.engine_like import Stack, carried, new_session
from tests.server.objects import EXAMPLES, Edit, Props, Server
from tests.support.fault_proxy import Fault, FaultProxy, How

EDITS = [pytest.param(kind, edit, id=f"{kind}-{edit.name}") for kind in KINDS for edit in EXAMPLES[kind].edits]
BY_HAND = [
    pytest.param(kind, edit, id=f"{kind}-{edit.name}")
    for kind in KINDS
    for edit in EXAMPLES[kind].edits
    if edit.by_hand is not None
]


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def fresh(server: Server, kind: str) -> tuple[Stack, Props]:
    return Stack(KINDS[kind]), EXAMPLES[kind].props(server)


def created(api: str, server: Server, kind: str) -> tuple[Stack, Props]:
    stack, props = fresh(server, kind)
    stack.create(new_session(api), props)
    return stack, props


def test_reads_what_was_created_as_it_was_created(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    before = dict(stack.outs)
    stack.refresh(new_session(api))
    assert stack.outs == before
    assert {key: value for key, value in before.items() if key != "server"} == carried(props)


def test_equal_sends_nothing_but_one_look_at_the_server(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    session = new_session(api)
    assert not stack.changes(session, props)
    assert not stack.changes(session, props)
    assert session.client.answered == {"GET": 1}


def test_reading_what_is_missing_means_gone(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    server.send("DELETE", EXAMPLES[kind].path(stack.id, props))
    stack.refresh(new_session(api))
    assert (stack.id, stack.outs) == ("", {})


def test_what_was_deleted_by_hand_is_created_again(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    before = stack.id
    server.send("DELETE", EXAMPLES[kind].path(stack.id, props))
    stack.create(new_session(api), props)
    assert stack.id != before
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), props)


def test_update_of_what_was_deleted_by_hand_says_so(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    server.send("DELETE", EXAMPLES[kind].path(stack.id, props))
    with pytest.raises(errors.NotFoundError, match="pulumi up --refresh"):
        stack.up(new_session(api), {**props, "description": "edited"})


def test_a_second_create_continues_and_writes_nothing(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    again = Stack(KINDS[kind])
    session = new_session(api)
    again.create(session, props)
    assert again.id == stack.id
    assert set(session.client.counts) == {"GET"}


def test_a_second_create_brings_it_to_what_is_wanted(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    again = Stack(KINDS[kind])
    again.create(new_session(api), {**props, "description": "edited"})
    assert again.id == stack.id
    again.refresh(new_session(api))
    assert again.outs["description"] == "edited"


def test_two_resources_of_one_run_can_not_be_the_same_object(api: str, server: Server, kind: str) -> None:
    _, props = fresh(server, kind)
    session = new_session(api)
    Stack(KINDS[kind]).create(session, props)
    with pytest.raises(errors.ForeignError, match="Two resources"):
        Stack(KINDS[kind]).create(session, props)


def test_an_object_that_moved_to_another_name_in_the_program_survives(api: str, server: Server, kind: str) -> None:
    old, props = created(api, server, kind)
    new, session = Stack(KINDS[kind]), new_session(api)
    new.create(session, props)
    old.delete(session)
    assert server.exists(EXAMPLES[kind].path(new.id, props))


def test_a_kept_object_survives_the_delete_that_a_killed_run_left_over(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    left_over, session = Stack(KINDS[kind], stack.id, stack.outs), new_session(api)
    stack.changes(session, props)
    left_over.delete(session)
    assert server.exists(EXAMPLES[kind].path(stack.id, props))


@pytest.mark.parametrize(("kind", "edit"), EDITS)
def test_each_edit_is_an_update_in_place(api: str, server: Server, kind: str, edit: Edit) -> None:
    stack, props = created(api, server, kind)
    before, news = stack.id, {**props, **edit.props}
    assert stack.up(new_session(api), news)
    stack.refresh(new_session(api))
    assert stack.id == before
    assert not stack.changes(new_session(api), news)
    assert {key: value for key, value in stack.outs.items() if key != "server"} == carried(news)


# Which field drifts does not depend on the database, and this is the longest part.
@pytest.mark.parametrize("api", [pytest.param("sqlite", marks=pytest.mark.xdist_group("sqlite"))], indirect=True)
@pytest.mark.parametrize(("kind", "edit"), BY_HAND)
def test_each_edit_by_hand_shows_and_is_mended(api: str, server: Server, kind: str, edit: Edit) -> None:
    stack, props = created(api, server, kind)
    server.send("PATCH", EXAMPLES[kind].path(stack.id, props), edit.by_hand)
    stack.refresh(new_session(api))
    assert stack.up(new_session(api), props)
    stack.refresh(new_session(api))
    assert {key: value for key, value in stack.outs.items() if key != "server"} == carried(props)


def test_an_object_of_somebody_else_is_refused_and_untouched(api: str, server: Server, kind: str) -> None:
    stack, props = fresh(server, kind)
    path = EXAMPLES[kind].path(EXAMPLES[kind].foreign(server, props), props)
    before = server.send("GET", path)
    with pytest.raises(errors.ForeignError, match="another name"):
        stack.create(new_session(api), props)
    assert server.send("GET", path) == before


def test_an_object_of_another_stack_is_refused_and_named(api: str, server: Server, kind: str) -> None:
    _, props = created(api, server, kind)
    with pytest.raises(errors.ForeignError, match="belongs to flowstacks/contract"):
        Stack(KINDS[kind]).create(new_session(api), {**props, "owner": "flowstacks/other"})


def test_delete_and_delete_again(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    stack.delete(new_session(api))
    assert not server.exists(EXAMPLES[kind].path(stack.id, props))
    stack.delete(new_session(api))


def test_what_somebody_else_made_in_its_place_is_not_deleted(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    server.send("DELETE", EXAMPLES[kind].path(stack.id, props))
    theirs = EXAMPLES[kind].foreign(server, props)
    stack.delete(new_session(api))
    assert server.exists(EXAMPLES[kind].path(theirs, props))


def test_what_somebody_else_made_in_its_place_reads_as_gone(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    server.send("DELETE", EXAMPLES[kind].path(stack.id, props))
    EXAMPLES[kind].foreign(server, props)
    stack.refresh(new_session(api))
    assert stack.id == ""
    with pytest.raises(errors.ForeignError):
        stack.create(new_session(api), props)


OTHER = "00000000-0000-0000-0000-000000000000"


def test_another_server_is_an_error_and_nothing_is_gone(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    there = Stack(KINDS[kind], stack.id, {**stack.outs, "server": OTHER})
    for act in (
        lambda: there.refresh(new_session(api)),
        lambda: there.changes(new_session(api), props),
        lambda: lifecycle.update(there.kind, new_session(api), there.id, there.outs, {**props, "description": "x"}),
        lambda: there.delete(new_session(api)),
    ):
        with pytest.raises(errors.OtherServerError, match="flowstacks:start_over"):
            act()
    assert server.exists(EXAMPLES[kind].path(stack.id, props))


def test_starting_over_on_another_server(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    there = Stack(KINDS[kind], stack.id, {**stack.outs, "server": OTHER})
    found = lifecycle.diff(there.kind, new_session(api, start_over=True), there.id, there.outs, carried(props))
    assert (found.replaces, found.delete_before_replace) == (["server"], True)
    there.delete(new_session(api, start_over=True))
    assert server.exists(EXAMPLES[kind].path(stack.id, props))
    there.refresh(new_session(api, start_over=True))
    assert there.id == ""


def test_a_server_that_lost_its_fingerprint_counts_as_another(api: str, server: Server, kind: str) -> None:
    stack, props = created(api, server, kind)
    server.send("DELETE", "/variables/name/flowstacks-server")
    with pytest.raises(errors.OtherServerError, match="no fingerprint"):
        stack.changes(new_session(api), props)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_never_means_gone(api: str, server: Server, proxy: FaultProxy, kind: str, status: int) -> None:
    stack, props = created(api, server, kind)
    noun = EXAMPLES[kind].creates
    for act, method in ((stack.refresh, "POST"), (stack.delete, "GET"), (stack.delete, "DELETE")):
        proxy.plan(Fault("answer", method, noun, status=status, times=9))
        with pytest.raises(errors.DeniedError, match="PREFECT_API_KEY"):
            act(new_session(proxy.url))
    assert server.exists(EXAMPLES[kind].path(stack.id, props))


def test_an_answer_that_is_not_prefects_never_means_done(
    api: str, server: Server, proxy: FaultProxy, kind: str
) -> None:
    stack, props = created(api, server, kind)
    proxy.plan(Fault("answer", "PATCH", "", status=200), Fault("answer", "DELETE", "", status=200))
    with pytest.raises(errors.RequestError, match="expired login or a proxy"):
        stack.up(new_session(proxy.url), {**props, "description": "edited"})
    with pytest.raises(errors.RequestError, match="expired login or a proxy"):
        stack.delete(new_session(proxy.url))
    assert proxy.left() == 0
    stack.refresh(new_session(api))
    assert stack.outs["description"] == props["description"]


@pytest.mark.parametrize("how", ["lose answer", "lose request", "answer"])
def test_a_create_without_an_answer_makes_exactly_one(
    api: str, server: Server, proxy: FaultProxy, kind: str, how: How
) -> None:
    stack, props = fresh(server, kind)
    new_session(api).ensured_fingerprint()
    proxy.plan(*(Fault(how, "POST", path) for path in (EXAMPLES[kind].creates, "/variables/")))
    stack.create(new_session(proxy.url), props)
    again = Stack(KINDS[kind])
    again.create(new_session(api), props)
    assert again.id == stack.id
    assert not stack.changes(new_session(api), props)


@pytest.mark.parametrize("how", ["lose answer", "lose request", "answer"])
def test_update_and_delete_are_asked_again(api: str, server: Server, proxy: FaultProxy, kind: str, how: How) -> None:
    stack, props = created(api, server, kind)
    proxy.plan(Fault(how, "PATCH", ""), Fault(how, "DELETE", ""))
    news = {**props, "description": "edited"}
    assert stack.up(new_session(proxy.url), news)
    stack.refresh(new_session(api))
    assert stack.outs["description"] == "edited"
    stack.delete(new_session(proxy.url))
    assert proxy.left() == 0
    assert not server.exists(EXAMPLES[kind].path(stack.id, props))


def test_throttling_is_waited_out(api: str, server: Server, proxy: FaultProxy, kind: str) -> None:
    stack, props = created(api, server, kind)
    wait = {"Retry-After": "0.05"}
    proxy.plan(*(Fault("answer", way, "", times=3, status=429, headers=wait) for way in ("GET", "POST", "PATCH")))
    stack.refresh(new_session(proxy.url))
    assert stack.up(new_session(proxy.url), {**props, "description": "edited"})
    assert proxy.left() == 0
