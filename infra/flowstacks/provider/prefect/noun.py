"""What the nouns of Prefect's API have in common: one instance per client, and a listing that is read once."""

import threading
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Generic, Self, TypeVar

from flowstacks.provider.prefect.api import PAGE, PrefectApi
from flowstacks.provider.prefect.client import Client

T = TypeVar("T")


class Noun:
    """Base of all."""

    def __init__(self, api: PrefectApi) -> None:
        """Nothing is sent yet."""
        self.api = api

    @classmethod
    def of(cls, client: Client) -> Self:
        """The client's own: what was listed once is kept."""
        return client.noun(cls)


class Listing(Generic[T]):
    """Objects by key, read once; thread-safe. What the process writes itself is dropped, and then asked for singly."""

    def __init__(self, read: Callable[[], dict[str, T]]) -> None:
        """Nothing is read yet."""
        self._read = read
        self._lock = threading.Lock()
        self._objects: dict[str, T] | None = None

    def all(self) -> dict[str, T]:
        """By key; others wait for the first read instead of repeating it."""
        with self._lock:
            if self._objects is None:
                self._objects = self._read()
            return self._objects

    def drop(self, key: str) -> None:
        """The object has changed."""
        with self._lock:
            if self._objects is not None:
                self._objects.pop(key, None)

    def clear(self) -> None:
        """The next `all` reads again."""
        with self._lock:
            self._objects = None


def quoted(name: str) -> str:
    """A name as one part of a path."""
    return urllib.parse.quote(name, safe="")


def batches(values: Sequence[str]) -> list[list[str]]:
    """In parts of a page: then a filter by them has one page of answers each."""
    return [list(values[start : start + PAGE]) for start in range(0, len(values), PAGE)]
