"""What the provider process keeps between calls: the client, the server's fingerprint, ids in use.

Module-level, because a provider instance must have no attributes (they would be pickled into the state). The host
calls from 4 threads.
"""

import threading
from collections.abc import Callable

from pulumi import dynamic

from flowstacks.provider import fingerprint, watch
from flowstacks.provider.declarations import Declarations
from flowstacks.provider.errors import DeniedError, ForeignError, ProviderError, SettingsError, UnreachableError
from flowstacks.provider.prefect import settings
from flowstacks.provider.prefect.client import Client


class Session:
    """One per process. `start_over`: a new server is meant, the state's objects are gone with the old one."""

    def __init__(self, client: Client, *, start_over: bool = False) -> None:
        """Nothing is sent yet."""
        self.client = client
        self.start_over = start_over
        self._lock = threading.Lock()
        self._fingerprint: str | None = None
        self._failure: ProviderError | None = None
        self._held: dict[str, str] = {}
        self._declared = Declarations[str]()

    def fingerprint(self) -> str | None:
        """The server's, None where it has none yet; asked for once."""
        return self._remembered(fingerprint.read)

    def ensured_fingerprint(self) -> str:
        """The server's, made where it has none."""
        ensured = self._remembered(fingerprint.ensure)
        if ensured is None:
            raise SettingsError("The server has no fingerprint. Run it again.")
        return ensured

    def same_server(self, expected: object) -> bool:
        """Whether the server is the one in the state (or the state names none).

        False only with `start_over`; without it another server is an OtherServerError.
        """
        if not isinstance(expected, str) or not expected:
            return True
        actual = self.fingerprint()
        if actual == expected:
            return True
        if self.start_over:
            return False
        raise fingerprint.other(self.client, expected, actual)

    def checked(self, title: str) -> None:
        """The program declares the object with this title."""
        self._declared.checked(title)

    def refreshed(self, title: str) -> None:
        """A refresh reads it; the next `kept` of this title is the refresh's."""
        self._declared.refreshed(title)

    def kept(self, id_: str, title: str) -> None:
        """A diff keeps this object: the program's holds its id, a refresh's does not.

        A ForeignError if a create of this run continued on it: two resources for one object.
        """
        if title in self._declared:
            self._hold(id_, "kept", title)

    def created(self, id_: str, title: str) -> None:
        """A create made this object, or continued on it. A ForeignError if another resource holds it."""
        self._hold(id_, "created", title)

    def is_held(self, id_: str) -> bool:
        """Whether a delete of this id would hit what another resource of this run is.

        It happens when the same object gets another name in the program: the engine creates (the own object is found
        and continued), then deletes the old name with the same id. If that run was killed before the delete, the next
        one keeps the new name and deletes the old one. An id that only a refresh saw is not held.
        """
        with self._lock:
            return id_ in self._held

    def _hold(self, id_: str, reason: str, title: str) -> None:
        with self._lock:
            before = self._held.get(id_)
            if before and "created" in (before, reason):
                raise ForeignError(f"Two resources of this stack are the {title}. Give one of them another name.")
            self._held[id_] = reason

    def _remembered(self, ask: Callable[[Client], str | None]) -> str | None:
        with self._lock:
            if self._failure:
                raise self._failure
            if self._fingerprint is None:
                try:
                    self._fingerprint = ask(self.client)
                except (DeniedError, UnreachableError) as error:
                    # Every resource asks: the others must not each wait for a server that is not there.
                    self._failure = error
                    raise
            return self._fingerprint


_lock = threading.Lock()
_current: Session | None = None


def configure(config: dynamic.Config) -> None:
    """Build the process's session from `flowstacks:prefect` and `flowstacks:start_over`; later calls change nothing."""
    global _current  # noqa: PLW0603 - see the module's docstring
    with _lock:
        if _current is None:
            watch.start()
            server = settings.read(_text(config.get("flowstacks:prefect")))
            _current = Session(Client(server), start_over=_text(config.get("flowstacks:start_over")) == "true")


def current() -> Session:
    """The session that `configure` built."""
    if _current is None:
        raise SettingsError("The provider was not configured. Run it through pulumi.")
    return _current


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
