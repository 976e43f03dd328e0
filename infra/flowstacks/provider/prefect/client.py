"""One Prefect server: the API's nouns, each made once per client, so that what one lists is kept for the process."""

import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

import pydantic

from flowstacks.provider.http.transport import Patience
from flowstacks.provider.prefect.api import PrefectApi
from flowstacks.provider.prefect.settings import ServerSettings

T = TypeVar("T")


class Client:
    """Thread-safe. A noun is asked for by `Deployments.of(client)`; no noun is named here."""

    def __init__(self, settings: ServerSettings, patience: Patience | None = None) -> None:
        """Nothing is sent yet."""
        self.patience = patience or Patience()
        self._api = PrefectApi(settings, self.patience)
        self._lock = threading.Lock()
        self._nouns: dict[type[Any], object] = {}

    @classmethod
    def from_settings(cls, api_url: str, api_key: str | None = None) -> Self:
        """For the program and the command line."""
        return cls(
            ServerSettings(api_url=api_url.rstrip("/"), api_key=pydantic.SecretStr(api_key) if api_key else None)
        )

    @property
    def counts(self) -> dict[str, int]:
        """Requests sent so far, by method."""
        return dict(self._api.transport.counts)

    @property
    def answered(self) -> dict[str, int]:
        """As `counts`, without those that were turned away (SQLite does so whenever it is busy) and sent again."""
        return dict(self._api.transport.counts - self._api.transport.turned_away)

    @property
    def url(self) -> str:
        """The API's URL without user and password."""
        return self._api.url

    def noun(self, create: Callable[[PrefectApi], T]) -> T:
        """The noun of this class, the same for all who ask."""
        with self._lock:
            key = cast("type[Any]", create)
            if key not in self._nouns:
                self._nouns[key] = create(self._api)
            return cast("T", self._nouns[key])

    def until_known(self, attempt: Callable[[], T]) -> T:
        """Repeat a create that looks by name first; see `Transport.until_known`."""
        return self._api.transport.until_known(attempt)

    def close(self) -> None:
        """Give the connections back."""
        self._api.transport.close()
