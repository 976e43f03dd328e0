"""One HTTP request that gets its answer: retries, errors by type, secrets kept out of every text.

    429                        wait for `Retry-After`, ask again
    503                        Prefect sends it without `Retry-After` (SQLite is locked): wait longer each time
    broken or no connection    ask again, if asking twice does no harm
    a create without an answer UnknownOutcomeError: the caller looks by name first

Prefect's own client is not used: importing it takes 2.7 s, in each of the two processes.
"""

import base64
import collections
import contextlib
import dataclasses
import http
import json
import os
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Literal, Self, TypedDict, TypeVar, cast

import httpx
import pydantic

from flowstacks.provider.errors import (
    ConflictError,
    DeniedError,
    NotFoundError,
    RequestError,
    UnknownOutcomeError,
    UnreachableError,
)
from flowstacks.provider.gate import Gate
from flowstacks.provider.settings import ServerSettings

REQUEST_LOG = "FLOWSTACKS_REQUEST_LOG"
"""Names a file that gets one line per request: method, path, status (`-` where no answer came)."""

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Response = httpx.Response
Content = bytes | Callable[[], Iterable[bytes]]
"""What is sent as it is. What is too large for the memory comes from a function, called again for each try."""

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


class _Payload(TypedDict, total=False):
    content: bytes | Iterable[bytes]
    json: pydantic.JsonValue


@dataclasses.dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Whom to ask. `url` may hold a login; `secrets` are kept out of every text, the longest first.

    The rest is what a user can do about: 401 and 403, other errors, no answer.
    """

    url: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str], repr=False)
    secrets: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    denied: str
    refused: str
    silent: str


def prefect(settings: ServerSettings) -> Endpoint:
    """The Prefect server."""
    return Endpoint(
        url=settings.api_url,
        headers=_headers(settings),
        secrets=_secrets(settings),
        denied="Check the key (PREFECT_API_KEY or flowstacks:prefect.api_key) and its rights.",
        refused="Correct what it names; for 500 look at the server's log.",
        silent="Is the server up? Check api_url, then run it again.",
    )


class Transport:
    """Thread-safe; one per server and process.

    `counts` tells the requests sent so far by method, `turned_away` those that the server told to come again.
    """

    def __init__(self, server: Endpoint, patience: Patience = Patience()) -> None:
        """Nothing is sent before the first `request`."""
        self._server = server
        self.counts: collections.Counter[str] = collections.Counter()
        self.turned_away: collections.Counter[str] = collections.Counter()
        self.base_url = str(httpx.URL(server.url).copy_with(username=None, password=None)).rstrip("/")
        self.patience = patience
        self._gate = Gate()
        self._counting = threading.Lock()
        self._log = os.environ.get(REQUEST_LOG)
        self._http = httpx.Client(
            base_url=server.url,
            headers=server.headers,
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
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """An answer below 300; `content` is sent in place of the JSON of `body`.

        `writes` waits for a place among the writers. `repeatable`: sending it twice has the same effect as once.
        """

        def send() -> httpx.Response:
            return self._http.request(method, path, **_payload(body, content), headers=headers)

        if not writes:
            return self._retried(method, path, send, repeatable=repeatable)
        with self._gate.writing():
            answer = self._retried(method, path, send, repeatable=repeatable)
        self._gate.went_well()
        return answer

    @contextlib.contextmanager
    def download(self, path: str) -> Generator[Iterator[bytes]]:
        """A large answer, chunk by chunk, not retried; redirects are followed, without our headers to other hosts.

        Raises `UnknownOutcomeError` where the connection breaks.
        """
        try:
            with self._http.stream("GET", path, follow_redirects=True) as answer:
                self._noted("GET", path, str(answer.status_code))
                if not answer.is_success:
                    answer.read()
                self._checked("GET", path, answer)
                yield answer.iter_raw()
        except httpx.TransportError as error:
            raise UnknownOutcomeError(self._text("GET", path, f"no answer ({type(error).__name__})")) from None

    def _retried(
        self, method: Method, path: str, send: Callable[[], httpx.Response], *, repeatable: bool
    ) -> httpx.Response:
        started = time.monotonic()
        wait_s = self.patience.first_wait_s
        while True:
            try:
                answer = self._once(method, path, send)
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
                    self._text(method, path, f"gave up after {limit_s:.0f} s, last: {trouble}")
                    + f". {self._server.silent}"
                )
            time.sleep(pause_s)
            wait_s = min(wait_s * 2, self.patience.longest_wait_s) * random.uniform(0.75, 1.0)  # noqa: S311 - only spreads retries

    def _once(self, method: Method, path: str, send: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            answer = send()
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
            raise DeniedError(status, f"{said}. {self._server.denied}")
        raise RequestError(status, f"{said}. {self._server.refused}")

    def _text(self, method: Method, path: str, what: str) -> str:
        text = f"{method} {self.base_url}{path}: {what}"
        for secret in self._server.secrets:
            text = text.replace(secret, "***")
        return text


def _payload(body: pydantic.JsonValue, content: Content | None) -> _Payload:
    if content is not None:
        return {"content": content if isinstance(content, bytes) else content()}
    return {} if body is None else {"json": body}


def _secrets(settings: ServerSettings) -> tuple[str, ...]:
    found = [secret.get_secret_value() for secret in (settings.api_key, settings.auth_string) if secret]
    url = httpx.URL(settings.api_url)
    found += [part for part in (url.password, *(secret.partition(":")[2] for secret in found)) if part]
    return tuple(sorted(set(found), key=len, reverse=True))


def _headers(settings: ServerSettings) -> dict[str, str]:
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
        told = [words[key] for key in ("detail", "exception_detail", "exception_message", "errors") if key in words]
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
                raise UnreachableError(f"{error}. Is the server up? Check its URL, then run it again.") from None
        time.sleep(wait_s)
        wait_s = min(wait_s * 2, patience.longest_wait_s)
