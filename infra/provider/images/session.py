"""What the provider process keeps of images between calls: repositories, what may be built, tags in use.

Module-level for the same reason as `infra.provider.session`; the host calls from 4 threads.
"""

import threading
from typing import Annotated

import pydantic
from pulumi import dynamic

from infra.provider import watch
from infra.provider.errors import SettingsError
from infra.provider.images import endpoint
from infra.provider.images.repository import Repository
from infra.provider.model import Model
from infra.provider.transport import Patience


class Settings(Model):
    """`flowstacks:images` in the stack file: see `infra.config.Images`."""

    base: str | None = None
    build: Annotated[bool, pydantic.Field(strict=False)] = False


class Session:
    """One per process."""

    def __init__(self, settings: Settings, patience: Patience | None = None) -> None:
        """Nothing is sent yet."""
        self.settings = settings
        self._patience = patience
        self._lock = threading.Lock()
        self._repositories: dict[str, Repository] = {}
        self._held: set[tuple[str, str]] = set()

    def repository(self, repository_url: str, region: str | None) -> Repository:
        """A client of the repository, one for all who ask. Raises a ProviderError where AWS gives no login."""
        with self._lock:
            if repository_url not in self._repositories:
                server = endpoint.of_url(repository_url, region)
                name = repository_url.partition("/")[2]
                self._repositories[repository_url] = Repository(server, name, self._patience)
            return self._repositories[repository_url]

    def hold(self, repository_url: str, tag: str) -> None:
        """A resource of this run wants this tag."""
        with self._lock:
            self._held.add((repository_url, tag))

    def is_held(self, repository_url: str, tag: str) -> bool:
        """Whether a delete of this tag would hit what another resource of this run is.

        It happens when a resource gets another name in the program: created under the new one, then deleted.
        """
        with self._lock:
            return (repository_url, tag) in self._held

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            while self._repositories:
                self._repositories.popitem()[1].close()


_lock = threading.Lock()
_current: Session | None = None


def configure(config: dynamic.Config) -> None:
    """Build the process's session from `flowstacks:images`; later calls change nothing."""
    global _current  # noqa: PLW0603 - see the module's docstring
    with _lock:
        if _current is None:
            watch.start()
            _current = Session(_settings(config.get("flowstacks:images")))


def current() -> Session:
    """The session that `configure` built."""
    if _current is None:
        raise SettingsError("The provider was not configured. Run it through pulumi.")
    return _current


def _settings(said: object) -> Settings:
    if not isinstance(said, str):
        return Settings()
    try:
        return Settings.model_validate_json(said)
    except pydantic.ValidationError as error:
        raise SettingsError("flowstacks:images is wrong. Write {base: …, build: true}.") from error
