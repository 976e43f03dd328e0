"""What the client makes of answers that a healthy server does not give; no network."""

import collections
import concurrent.futures
import json
import time
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.provider import errors
from flowstacks.provider.http import origin
from flowstacks.provider.http.patience import Patience
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.deployments import Deployments
from flowstacks.provider.prefect.settings import ServerSettings
from flowstacks.provider.prefect.variables import Variables
from flowstacks.provider.prefect.work_pools import WorkPools

_QUICK = Patience(total_s=0.5, absent_s=0.2, throttled_s=0.5, first_wait_s=0.01, longest_wait_s=0.1, answer_s=0.2)
_LOGIN = httpx.Response(200, html="<!doctype html><title>Log in</title>")
_DEPLOYMENT = {"id": "1", "name": "daily", "flow_id": "2"}
Handler = Callable[[httpx.Request], httpx.Response]


def _client(monkeypatch: pytest.MonkeyPatch, handler: Handler, **settings: str) -> Client:
    real = httpx.Client

    def mocked(**options: object) -> httpx.Client:
        return real(transport=httpx.MockTransport(handler), **options)  # pyright: ignore[reportArgumentType] - as it came

    monkeypatch.setattr(httpx, "Client", mocked)
    return Client(ServerSettings.model_validate({"api_url": "http://prefect.test/api", **settings}), _QUICK)


def _answers(*answers: httpx.Response) -> Handler:
    """One after the other; the last one stays."""
    left = collections.deque(answers)
    return lambda _request: left.popleft() if len(left) > 1 else left[0]


_WRITES: list[Callable[[Client], object]] = [
    lambda client: Deployments.of(client).update("1", {}),
    lambda client: WorkPools.of(client).update("pool", {}),
    lambda client: Variables.of(client).update("name", {"value": "value"}),
    lambda client: Deployments.of(client).delete("1"),
    lambda client: Deployments.of(client).delete_schedule("1", "2"),
    lambda client: WorkPools.of(client).delete("pool"),
    lambda client: Variables.of(client).delete("name"),
]


@pytest.mark.parametrize("write", _WRITES)
@pytest.mark.parametrize(
    "answer",
    [
        _LOGIN,
        httpx.Response(200, text="  <HTML>"),
        httpx.Response(200, json={"ok": True}),
        httpx.Response(200),
        httpx.Response(202),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, html="<h1>404</h1>"),
        httpx.Response(404, json=[]),
        httpx.Response(404),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text[:12]}",
)
def test_a_write_is_done_only_by_prefects_own_answer(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[Client], object], answer: httpx.Response
) -> None:
    client = _client(monkeypatch, _answers(answer))
    with pytest.raises(errors.RequestError, match="expired login or a proxy") as caught:
        write(client)
    assert not isinstance(caught.value, errors.NotFoundError)


@pytest.mark.parametrize("write", _WRITES)
def test_a_write_is_done_by_204(monkeypatch: pytest.MonkeyPatch, write: Callable[[Client], object]) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(204)))
    write(client)
    assert sum(client.counts.values()) == 1


@pytest.mark.parametrize(
    "body", [{"detail": "Deployment not found"}, {"exception_message": "Block abc not found"}], ids=str
)
def test_prefects_own_404_means_gone(monkeypatch: pytest.MonkeyPatch, body: dict[str, str]) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(404, json=body)))
    assert Deployments.of(client).by_id("1") is None
    Deployments.of(client).delete("1")
    with pytest.raises(errors.NotFoundError):
        Deployments.of(client).update("1", {})


@pytest.mark.parametrize(
    "answer", [httpx.Response(404, json={"detail": "Not Found"}), httpx.Response(404, html="<p>"), _LOGIN]
)
def test_a_read_does_not_take_another_servers_answer_for_gone(
    monkeypatch: pytest.MonkeyPatch, answer: httpx.Response
) -> None:
    with pytest.raises(errors.RequestError, match="correct api_url"):
        Deployments.of(_client(monkeypatch, _answers(answer))).by_id("1")


@pytest.mark.parametrize("seconds", ["0", "0.0", "", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_throttled_request_never_loops_hot(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(429, headers={"Retry-After": seconds})))
    with pytest.raises(errors.UnreachableError, match="last: 429"):
        Deployments.of(client).by_id("1")
    # 0.01, 0.02, 0.04, 0.08, 0.1, 0.1 … s, each at least three quarters of it
    assert client.counts["GET"] <= 12


def test_retry_after_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    throttled = httpx.Response(429, headers={"Retry-After": "0.3"})
    client = _client(monkeypatch, _answers(throttled, httpx.Response(200, json=_DEPLOYMENT)))
    started = time.monotonic()
    assert Deployments.of(client).by_id("1")
    assert time.monotonic() - started >= 0.3
    assert client.counts["GET"] == 2


def _hangs(_request: httpx.Request) -> httpx.Response:
    time.sleep(0.2)
    raise httpx.ReadTimeout("")


def test_writes_to_a_server_that_hangs_fail_together(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _hangs)

    def write(number: int) -> str:
        with pytest.raises(errors.UnreachableError) as caught:
            Deployments.of(client).update(str(number), {})
        return str(caught.value)

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        texts = set(threads.map(write, range(40)))
    assert time.monotonic() - started < 2 * _QUICK.total_s
    assert len(texts) == 1
    assert client.counts["PATCH"] <= 4


def test_creates_on_a_server_that_hangs_fail_together(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _hangs)

    def create(number: int) -> None:
        with pytest.raises(errors.UnreachableError, match="Is the server up"):
            client.until_known(lambda: Deployments.of(client).create({"name": str(number)}))

    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(create, range(40)))
    # All four are waiting when the first gives up; none of the 36 others waits.
    assert time.monotonic() - started < 4 * _QUICK.total_s
    assert client.counts["POST"] <= 12


def test_a_single_500_on_a_read_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(500), httpx.Response(200, json=_DEPLOYMENT)))
    found = Deployments.of(client).by_id("1")
    assert found
    assert found.name == "daily"


def test_a_500_that_stays_is_told_after_three_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(500, json={"exception_message": "Internal Server Error"})))
    with pytest.raises(errors.RequestError, match="500 Internal Server Error"):
        Deployments.of(client).all()
    assert client.counts["POST"] == 3


def test_a_500_on_a_write_is_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(500), httpx.Response(204)))
    with pytest.raises(errors.RequestError, match="500"):
        Deployments.of(client).update("1", {})
    assert client.counts["PATCH"] == 1


def _cut(length: int) -> httpx.Response:
    content = json.dumps(_DEPLOYMENT).encode()[:length]
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


@given(st.integers(1, len(json.dumps(_DEPLOYMENT)) - 1))
def test_every_cut_is_seen_and_no_whole_answer_is_one(length: int) -> None:
    assert origin.is_cut(_cut(length))
    assert not origin.is_cut(_cut(len(json.dumps(_DEPLOYMENT))))


def test_a_read_that_was_cut_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(_cut(20), httpx.Response(200, json=_DEPLOYMENT)))
    assert Deployments.of(client).by_id("1")


def test_an_answer_that_stays_cut_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(_cut(20)))
    with pytest.raises(errors.RequestError, match="20 bytes, and the answer is cut off") as caught:
        Deployments.of(client).by_id("1")
    assert "api_url" not in str(caught.value)


def test_a_create_whose_answer_was_cut_has_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    client = _client(monkeypatch, _answers(_cut(20)))
    with pytest.raises(errors.UnknownOutcomeError, match="cut off after 20 bytes"):
        Deployments.of(client).create({"name": "daily"})
    assert client.counts["POST"] == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_both_ways_in_and_shows_neither(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    client = _client(monkeypatch, _answers(httpx.Response(status)), auth_string="me:hunter2")
    with pytest.raises(errors.DeniedError) as caught:
        Deployments.of(client).by_id("1")
    for name in ("PREFECT_API_KEY", "prefect.api_key", "PREFECT_API_AUTH_STRING", "prefect.auth_string"):
        assert name in str(caught.value)
    assert "hunter2" not in str(caught.value)
