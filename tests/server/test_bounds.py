"""How many requests there are: against a real server behind a counting proxy."""

import concurrent.futures
import math

import httpx
import pytest

from flowstacks.local.servers import port
from flowstacks.provider import errors
from flowstacks.provider.prefect.deployments import Deployments
from flowstacks.provider.prefect.variables import Variables
from flowstacks.provider.registry import KINDS
from tests.server.engine_like import Stack, new_session
from tests.server.objects import EXAMPLES, OWNER, Server, deployment, unique
from tests.support.fault_proxy import Fault, FaultProxy


def test_a_refresh_reads_pages_and_asks_once_for_what_is_missing(api: str, server: Server, proxy: FaultProxy) -> None:
    flow_id = server.send("POST", "/flows/", {"name": unique("many")})["id"]
    there = len(Deployments.of(new_session(api).client).all())
    for number in range(max(0, 205 - there)):
        server.send("POST", "/deployments/", {"name": f"n{number}", "flow_id": flow_id})
    stacks = [Stack(KINDS[kind]) for kind in ("Deployment", "WorkPool") * 4]
    for stack in stacks:
        kind = "WorkPool" if stack.kind is KINDS["WorkPool"] else "Deployment"
        stack.create(new_session(api), EXAMPLES[kind].props(server))
    missing = stacks[0]
    server.send("DELETE", f"/deployments/{missing.id}")
    session = new_session(proxy.url)
    for stack in stacks:
        stack.refresh(session)
    assert missing.id == ""
    assert all(stack.id for stack in stacks[1:])
    objects = len(Deployments.of(session.client).all())
    assert objects > 200
    assert len(proxy.seen) <= math.ceil(objects / 200) + 5 + 1
    assert sum(session.client.counts.values()) == len(proxy.seen)
    # Everything after this reads these pages too.
    server.send("DELETE", f"/flows/{flow_id}")


def test_a_create_is_one_write_once_its_flow_is_known(api: str, server: Server) -> None:
    session = new_session(api)
    session.ensured_fingerprint()
    props = deployment(server)
    Stack(KINDS["Deployment"]).create(session, props)
    before = session.client.answered
    Stack(KINDS["Deployment"]).create(session, {**props, "name": "hourly"})
    after = session.client.answered
    assert {method: after[method] - before.get(method, 0) for method in after} == {"GET": 1, "POST": 1}


def test_four_threads_create_on_any_database(api: str, server: Server) -> None:
    session = new_session(api)
    wanted = [deployment(server, schedules=[]) for _ in range(40)]
    stacks = [Stack(KINDS["Deployment"]) for _ in wanted]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(Stack.create, stacks, [session] * len(stacks), wanted))
    assert len({stack.id for stack in stacks}) == len(wanted)
    assert {stack.outs["owner"] for stack in stacks} == {OWNER}


def test_a_redirect_is_not_followed(proxy: FaultProxy) -> None:
    proxy.plan(Fault("answer", "GET", "/variables", status=307, headers={"Location": "https://elsewhere.test/"}))
    with pytest.raises(errors.RequestError, match="Set the final api_url"):
        new_session(proxy.url).fingerprint()


def test_what_is_not_prefects_api_is_named(proxy: FaultProxy) -> None:
    proxy.plan(Fault("answer", "GET", "/variables", status=200))
    with pytest.raises(errors.RequestError, match="End api_url in /api"):
        new_session(proxy.url).fingerprint()


def test_a_server_that_is_not_there_is_waited_for_once() -> None:
    session = new_session(f"http://127.0.0.1:{port.free()}/api")
    for _ in range(3):
        with pytest.raises(errors.UnreachableError, match="Is the server up"):
            session.fingerprint()
    assert session.client.counts["GET"] < 20


def test_a_slow_answer_is_waited_for(proxy: FaultProxy) -> None:
    proxy.plan(Fault("slow", "GET", "/variables", seconds=0.5))
    new_session(proxy.url).fingerprint()
    assert proxy.left() == 0


def test_the_key_is_sent_and_stays_out_of_every_text(proxy: FaultProxy) -> None:
    key = "pnu_verysecret"
    proxy.plan(Fault("answer", "GET", "/variables", status=401))
    with pytest.raises(errors.DeniedError) as caught:
        new_session(proxy.url, key=key).fingerprint()
    assert key not in str(caught.value)
    assert key not in repr(new_session(proxy.url, key=key).client.__dict__)


def test_requests_are_logged_where_asked(
    api: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path_factory.mktemp("log") / "requests"
    monkeypatch.setenv("FLOWSTACKS_REQUEST_LOG", str(log))
    session = new_session(api)
    session.ensured_fingerprint()
    Variables.of(session.client).by_name("nothing")
    assert log.read_text().splitlines()[-1] == "GET /variables/name/nothing 404"


def test_the_proxy_passes_on_what_it_does_not_break(api: str, proxy: FaultProxy) -> None:
    assert httpx.get(f"{proxy.url}/health").json() == httpx.get(f"{api}/health").json()
