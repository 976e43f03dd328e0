"""One HTTP request that gets its answer: retries, errors by type, secrets kept out of every text.

    429                        wait for `Retry-After` or our own time, whichever is longer, ask again
    503                        Prefect sends it without `Retry-After` (SQLite is locked): wait longer each time
    broken or no connection    ask again, if asking twice does no harm
    500 to a read, cut JSON    ask again, a few times
    given up once              everything after it fails at once with the same text
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
from flowstacks.provider.http import origin
from flowstacks.provider.http.gate import Gate
from flowstacks.provider.http.patience import MOST_FLAWS, Patience, Setback
from flowstacks.provider.prefect.settings import ServerSettings

REQUEST_LOG = "FLOWSTACKS_REQUEST_LOG"
"""Names a file that gets one line per request: method, path, status (`-` where no answer came)."""

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Response = httpx.Response
Content = bytes | Callable[[], Iterable[bytes]]
"""What is sent as it is. What is too large for the memory comes from a function, called again for each try."""

T = TypeVar("T")
_COME_AGAIN = ("429", "503")
_LONGEST_TEXT = 500


class _Payload(TypedDict, total=False):
    content: bytes | Iterable[bytes]
    json: pydantic.JsonValue


def _no_objection(_method: str, _answer: httpx.Response) -> None:
    """Any answer counts."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A server and its login."""

    url: str
    """May hold a login."""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str], repr=False)
    """Sent with each request."""
    secrets: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    """Kept out of every text, the longest first."""
    denied: str
    """What a user can do about 401 and 403."""
    refused: str
    """The same for other errors."""
    silent: str
    """The same for no answer."""
    objection: Callable[[str, httpx.Response], str | None] = dataclasses.field(default=_no_objection, repr=False)
    """Why an answer (below 300, or 404) to this method is not from the server itself; None where it is."""


def prefect(settings: ServerSettings) -> Endpoint:
    """The Prefect server."""
    return Endpoint(
        url=settings.api_url,
        headers=_headers(settings),
        secrets=_secrets(settings),
        denied="Prefect Cloud wants a key (PREFECT_API_KEY or flowstacks:prefect.api_key), a server of your own its "
        "auth_string (PREFECT_API_AUTH_STRING or flowstacks:prefect.auth_string). Check it and its rights.",
        refused="Correct what it names; for 500 look at the server's log.",
        silent="Is the server up? Check api_url, then run it again.",
        objection=origin.objection,
    )


class Transport:
    """Thread-safe; one per server and process.

    `counts` tells the requests sent so far by method, `turned_away` those that were answered with 429 or 503.
    """

    def __init__(self, server: Endpoint, patience: Patience | None = None) -> None:
        """Nothing is sent before the first `request`."""
        self._server = server
        self.counts: collections.Counter[str] = collections.Counter()
        self.turned_away: collections.Counter[str] = collections.Counter()
        self.base_url = str(httpx.URL(server.url).copy_with(username=None, password=None)).rstrip("/")
        self.patience = patience or Patience()
        self._gate = Gate()
        self._failure: str | None = None
        self._counting = threading.Lock()
        self._log = os.environ.get(REQUEST_LOG)
        self._http = httpx.Client(
            base_url=server.url,
            headers=server.headers,
            timeout=httpx.Timeout(self.patience.answer_s, connect=self.patience.connect_s),
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
            return self._retried(method, path, send, writes=False, repeatable=repeatable)
        with self._gate.writing():
            answer = self._retried(method, path, send, writes=True, repeatable=repeatable)
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

    def until_known(self, attempt: Callable[[], T]) -> T:
        """Repeat `attempt`, which looks by name before it creates, until its outcome is known.

        An UnreachableError once `patience.total_s` is over.
        """
        started = time.monotonic()
        wait_s = self.patience.first_wait_s
        while True:
            try:
                return attempt()
            except UnknownOutcomeError as error:
                if time.monotonic() - started + wait_s > self.patience.total_s:
                    raise self._give_up(f"{error}. {self._server.silent}") from None
            time.sleep(wait_s)
            wait_s = min(wait_s * 2, self.patience.longest_wait_s)

    def _retried(
        self, method: Method, path: str, send: Callable[[], httpx.Response], *, writes: bool, repeatable: bool
    ) -> httpx.Response:
        started = time.monotonic()
        wait_s = self.patience.first_wait_s
        flaws = 0
        while True:
            if self._failure:
                raise UnreachableError(self._failure)
            try:
                answer = self._once(method, path, send)
            except httpx.TransportError as error:
                setback = _unanswered(error, self.patience)
            else:
                setback = Setback.answered(answer, self.patience, reads=repeatable and not writes)
                if setback is None or (repeatable and setback.is_flaw and flaws == MOST_FLAWS):
                    return self._checked(method, path, answer)
                if setback.is_overload:
                    self._gate.overloaded()
            flaws += setback.is_flaw
            if not repeatable and not setback.is_harmless:
                raise UnknownOutcomeError(self._text(method, path, setback.description))
            pause_s = max(wait_s, setback.pause_s)  # `Retry-After: 0` must not become a hot loop
            if time.monotonic() - started + pause_s > setback.limit_s:
                text = self._text(method, path, f"gave up after {setback.limit_s:.0f} s, last: {setback.description}")
                raise self._give_up(f"{text}. {self._server.silent}")
            time.sleep(pause_s)
            wait_s = min(wait_s * 2, self.patience.longest_wait_s) * random.uniform(0.75, 1.0)  # noqa: S311 - only spreads retries

    def _give_up(self, text: str) -> UnreachableError:
        """The process fails together: nobody waits a second time for what one request has waited for in vain."""
        self._failure = text
        return UnreachableError(text)

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
        objection = self._server.objection(method, answer)
        if objection:
            raise RequestError(status, self._text(method, path, objection))
        if status < http.HTTPStatus.MULTIPLE_CHOICES:
            return answer
        text = self._text(method, path, f"{status} {_reason(answer)}")
        if answer.is_redirect:
            raise RequestError(
                status, f"{text}. It redirects, and a redirect could take the key elsewhere. Set the final api_url."
            )
        if status == http.HTTPStatus.NOT_FOUND:
            raise NotFoundError(status, f"{text}. Correct what it names.")
        if status == http.HTTPStatus.CONFLICT:
            raise ConflictError(status, f"{text}. Correct what it names.")
        if status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
            raise DeniedError(status, f"{text}. {self._server.denied}")
        raise RequestError(status, f"{text}. {self._server.refused}")

    def _text(self, method: Method, path: str, event: str) -> str:
        text = f"{method} {self.base_url}{path}: {event}"
        for secret in self._server.secrets:
            text = text.replace(secret, "***")
        return text


def _payload(body: pydantic.JsonValue, content: Content | None) -> _Payload:
    if content is not None:
        return {"content": content if isinstance(content, bytes) else content()}
    return {} if body is None else {"json": body}


def _secrets(settings: ServerSettings) -> tuple[str, ...]:
    secrets = [secret.get_secret_value() for secret in (settings.api_key, settings.auth_string) if secret]
    url = httpx.URL(settings.api_url)
    secrets += [part for part in (url.password, *(secret.partition(":")[2] for secret in secrets)) if part]
    return tuple(sorted(set(secrets), key=len, reverse=True))


def _headers(settings: ServerSettings) -> dict[str, str]:
    if settings.api_key:
        return {"Authorization": f"Bearer {settings.api_key.get_secret_value()}"}
    if settings.auth_string:
        token = base64.b64encode(settings.auth_string.get_secret_value().encode()).decode()
        return {"Authorization": f"Basic {token}"}
    return {}


def _unanswered(error: httpx.TransportError, patience: Patience) -> Setback:
    """The connection failed or broke, or no answer came in time."""
    return Setback(
        description=f"no answer ({type(error).__name__})",
        # Never connected: nothing was sent, so asking again is harmless whatever the request.
        is_harmless=isinstance(error, httpx.ConnectError | httpx.ConnectTimeout),
        limit_s=patience.absent_s if isinstance(error, httpx.ConnectError) else patience.total_s,
    )


def _reason(answer: httpx.Response) -> str:
    """The server's own words, shortened."""
    try:
        body: object = answer.json()
    except json.JSONDecodeError:
        return answer.text[:_LONGEST_TEXT]
    if isinstance(body, dict):
        fields = cast("dict[str, object]", body)
        keys = ("detail", "exception_detail", "exception_message", "errors")
        reasons = [fields[key] for key in keys if key in fields]
        return str(reasons[0] if reasons else fields)[:_LONGEST_TEXT]
    return answer.text[:_LONGEST_TEXT]
