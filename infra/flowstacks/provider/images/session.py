"""What the provider process keeps of images between calls: repositories, what may be built, tags in use.

Module-level for the same reason as `flowstacks.provider.session`; the host calls from 4 threads.
"""

import threading
from typing import Annotated

import pydantic
from pulumi import dynamic

from flowstacks.provider import watch
from flowstacks.provider.declarations import Declarations
from flowstacks.provider.errors import SettingsError
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.images import endpoint
from flowstacks.provider.images.repository import RegistryRepository
from flowstacks.provider.model import ProviderModel


class RegistrySettings(ProviderModel):
    """`flowstacks:images` in the stack file: see `flowstacks.stack.config.Images`."""

    base: str | None = None
    build: Annotated[bool, pydantic.Field(strict=False)] = False


class RegistrySession:
    """One per process."""

    def __init__(self, settings: RegistrySettings, patience: Patience | None = None) -> None:
        """Nothing is sent yet."""
        self.settings = settings
        self._patience = patience
        self._lock = threading.Lock()
        self._repositories: dict[str, RegistryRepository] = {}
        self._held: set[tuple[str, str]] = set()
        self._declared = Declarations[tuple[str, str]]()

    def repository(self, repository_url: str, region: str | None) -> RegistryRepository:
        """A client of the repository, one for all who ask. Raises a ProviderError where AWS gives no login."""
        with self._lock:
            if repository_url not in self._repositories:
                server = endpoint.of_url(repository_url, region)
                name = repository_url.partition("/")[2]
                self._repositories[repository_url] = RegistryRepository(server, name, self._patience)
            return self._repositories[repository_url]

    def checked(self, repository_url: str, tag: str) -> None:
        """The program declares this tag."""
        self._declared.checked((repository_url, tag))

    def refreshed(self, repository_url: str, tag: str) -> None:
        """A refresh reads it; the next `kept` of this tag is the refresh's."""
        self._declared.refreshed((repository_url, tag))

    def kept(self, repository_url: str, tag: str) -> None:
        """A diff keeps this tag: the program's holds it, a refresh's does not."""
        if (repository_url, tag) in self._declared:
            self.hold(repository_url, tag)

    def hold(self, repository_url: str, tag: str) -> None:
        """A create or update of this run sets this tag."""
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
_current: RegistrySession | None = None


def configure(config: dynamic.Config) -> None:
    """Build the process's session from `flowstacks:images`; later calls change nothing."""
    global _current  # noqa: PLW0603 - see the module's docstring
    with _lock:
        if _current is None:
            watch.start()
            _current = RegistrySession(_settings(config.get("flowstacks:images")))


def current() -> RegistrySession:
    """The session that `configure` built."""
    if _current is None:
        raise SettingsError("The provider was not configured. Run it through pulumi.")
    return _current


def _settings(text: object) -> RegistrySettings:
    if not isinstance(text, str):
        return RegistrySettings()
    try:
        return RegistrySettings.model_validate_json(text)
    except pydantic.ValidationError as error:
        raise SettingsError("flowstacks:images is wrong. Write {base: …, build: true}.") from error
