"""One HTTP request that gets its answer: retries, errors by type, secrets kept out of every text.

    429                        wait for `Retry-After`, ask again
    503                        Prefect sends it without `Retry-After` (SQLite is locked): wait longer each time
    broken or no connection    ask again, if asking twice does no harm
    a create without an answer UnknownOutcomeError: the caller looks by name first

Prefect's own client is not used: importing it takes 2.7 s, in each of the two processes.
"""

import base64
import collections
import dataclasses
import http
import json
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Literal, Self, TypeVar, cast

import httpx
import pydantic

from infra.provider.errors import (
    ConflictError,
    DeniedError,
    NotFoundError,
    RequestError,
    UnknownOutcomeError,
    UnreachableError,
)
from infra.provider.gate import Gate
from infra.provider.settings import Settings

REQUEST_LOG = "FLOWSTACKS_REQUEST_LOG"
"""Names a file that gets one line per request: method, path, status (`-` where no answer came)."""

Method = Literal["GET", "POST", "PATCH", "DELETE"]
T = TypeVar("T")
_BROKEN_GATEWAY = (502, 504)
_COME_AGAIN = ("429", "503")
_LONGEST_TEXT = 500


@dataclasses.dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to go on, in seconds. `total_s` is for one request with all its retries.

    `throttled_s` takes its place while the server says 429, `absent_s` while nobody listens.
    """

    total_s: float = 90.0
    throttled_s: float = 600.0
    absent_s: float = 15.0
    first_wait_s: float = 0.1
    longest_wait_s: float = 5.0
    connect_s: float = 5.0
    answer_s: float = 30.0


class Transport:
    """Thread-safe; one per process.

    `counts` tells the requests sent so far by method, `turned_away` those that the server told to come again.
    """

    def __init__(self, settings: Settings, patience: Patience = Patience()) -> None:
        """Nothing is sent before the first `request`."""
        self.counts: collections.Counter[str] = collections.Counter()
        self.turned_away: collections.Counter[str] = collections.Counter()
        self.base_url = str(httpx.URL(settings.api_url).copy_with(username=None, password=None))
        self.patience = patience
        self._gate = Gate()
        self._counting = threading.Lock()
        self._log = os.environ.get(REQUEST_LOG)
        self._secrets = _secrets(settings)
        self._http = httpx.Client(
            base_url=settings.api_url,
            headers=_headers(settings),
            timeout=httpx.Timeout(patience.answer_s, connect=patience.connect_s),
            # A proxy named in the environment must not get our key, and loopback needs none.
            trust_env=not self.base_url.startswith(("http://127.0.0.1", "http://localhost")),
        )

    def __enter__(self) -> Self:
        """Close with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """As `close`."""
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def request(
        self,
        method: Method,
        path: str,
        body: pydantic.JsonValue = None,
        *,
        writes: bool,
        repeatable: bool,
    ) -> httpx.Response:
        """An answer below 300.

        `writes` waits for a place among the writers. `repeatable`: sending it twice has the same effect as once.
        """
        if not writes:
            return self._retried(method, path, body, repeatable=repeatable)
        with self._gate.writing():
            answer = self._retried(method, path, body, repeatable=repeatable)
        self._gate.went_well()
        return answer

    def _retried(self, method: Method, path: str, body: pydantic.JsonValue, *, repeatable: bool) -> httpx.Response:
        started = time.monotonic()
        wait_s = self.patience.first_wait_s
        while True:
            try:
                answer = self._once(method, path, body)
            except httpx.TransportError as error:
                # Never connected: nothing was sent, so asking again is harmless whatever the request.
                if not repeatable and not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    raise UnknownOutcomeError(self._text(method, path, f"no answer ({type(error).__name__})")) from None
                listens = not isinstance(error, httpx.ConnectError)
                limit_s, pause_s = self.patience.total_s if listens else self.patience.absent_s, wait_s
                trouble = type(error).__name__
            else:
                if answer.status_code == http.HTTPStatus.TOO_MANY_REQUESTS:
                    trouble, limit_s, pause_s = "429", self.patience.throttled_s, _retry_after(answer, wait_s)
                elif answer.status_code == http.HTTPStatus.SERVICE_UNAVAILABLE or answer.status_code in _BROKEN_GATEWAY:
                    self._gate.overloaded()
                    if not repeatable:
                        raise UnknownOutcomeError(self._text(method, path, str(answer.status_code)))
                    trouble, limit_s, pause_s = str(answer.status_code), self.patience.total_s, wait_s
                else:
                    return self._checked(method, path, answer)
            if time.monotonic() - started + pause_s > limit_s:
                raise UnreachableError(
                    self._text(method, path, f"gave up after {limit_s:.0f} s, last: {trouble}") + _UP
                )
            time.sleep(pause_s)
            wait_s = min(wait_s * 2, self.patience.longest_wait_s) * random.uniform(0.75, 1.0)  # noqa: S311 - only spreads retries

    def _once(self, method: Method, path: str, body: pydantic.JsonValue) -> httpx.Response:
        try:
            answer = (
                self._http.request(method, path, json=body) if body is not None else self._http.request(method, path)
            )
        except httpx.TransportError:
            self._noted(method, path, "-")
            raise
        self._noted(method, path, str(answer.status_code))
        return answer

    def _noted(self, method: Method, path: str, status: str) -> None:
        with self._counting:
            self.counts[method] += 1
            if status in _COME_AGAIN:
                self.turned_away[method] += 1
        if self._log:
            with open(self._log, "a", encoding="utf-8") as file:  # noqa: PTH123 - O_APPEND keeps lines of all threads whole
                file.write(f"{method} {path} {status}\n")

    def _checked(self, method: Method, path: str, answer: httpx.Response) -> httpx.Response:
        status = answer.status_code
        if status < http.HTTPStatus.MULTIPLE_CHOICES:
            return answer
        said = self._text(method, path, f"{status} {_reason(answer)}")
        if answer.is_redirect:
            raise RequestError(
                status, f"{said}. It redirects, and a redirect could take the key elsewhere. Set the final api_url."
            )
        if status == http.HTTPStatus.NOT_FOUND:
            raise NotFoundError(status, f"{said}. Correct what it names.")
        if status == http.HTTPStatus.CONFLICT:
            raise ConflictError(status, f"{said}. Correct what it names.")
        if status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
            raise DeniedError(
                status, f"{said}. Check the key (PREFECT_API_KEY or flowstacks:prefect.api_key) and its rights."
            )
        raise RequestError(status, f"{said}. Correct what it names; for 500 look at the server's log.")

    def _text(self, method: Method, path: str, what: str) -> str:
        text = f"{method} {self.base_url}{path}: {what}"
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


_UP = ". Is the server up? Check api_url, then run it again."


def _secrets(settings: Settings) -> tuple[str, ...]:
    found = [secret.get_secret_value() for secret in (settings.api_key, settings.auth_string) if secret]
    url = httpx.URL(settings.api_url)
    found += [part for part in (url.password, *(secret.partition(":")[2] for secret in found)) if part]
    return tuple(sorted(set(found), key=len, reverse=True))


def _headers(settings: Settings) -> dict[str, str]:
    if settings.api_key:
        return {"Authorization": f"Bearer {settings.api_key.get_secret_value()}"}
    if settings.auth_string:
        token = base64.b64encode(settings.auth_string.get_secret_value().encode()).decode()
        return {"Authorization": f"Basic {token}"}
    return {}


def _retry_after(answer: httpx.Response, otherwise_s: float) -> float:
    """Seconds; a date there (RFC 9110 allows it, Prefect Cloud sends seconds) counts as absent."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.replace(".", "", 1).isdigit() else otherwise_s


def _reason(answer: httpx.Response) -> str:
    """The server's own words, shortened."""
    try:
        said: object = answer.json()
    except json.JSONDecodeError:
        return answer.text[:_LONGEST_TEXT]
    if isinstance(said, dict):
        words = cast("dict[str, object]", said)
        told = [words[key] for key in ("detail", "exception_detail", "exception_message") if key in words]
        return str(told[0] if told else words)[:_LONGEST_TEXT]
    return answer.text[:_LONGEST_TEXT]


def until_known(attempt: Callable[[], T], patience: Patience) -> T:
    """Repeat `attempt`, which looks by name before it creates, until its outcome is known.

    An UnreachableError once `patience.total_s` is over.
    """
    started = time.monotonic()
    wait_s = patience.first_wait_s
    while True:
        try:
            return attempt()
        except UnknownOutcomeError as error:
            if time.monotonic() - started + wait_s > patience.total_s:
                raise UnreachableError(f"{error}{_UP}") from None
        time.sleep(wait_s)
        wait_s = min(wait_s * 2, patience.longest_wait_s)
