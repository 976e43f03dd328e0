"""How many writes may be under way at once: starts at one, grows while the server keeps up.

Measured on 2 cores with Prefect 3.8.8: SQLite gains nothing from a second writer and answers 503; PostgreSQL is
fastest with two. Nothing tells the client which database the server has, so the 503s do.
"""

import contextlib
import threading
from collections.abc import Generator

_PATIENCE = 25
"""Writes without complaint before one more is let through."""


class Gate:
    """Shared by all threads of the process. `limit` writers at most."""

    def __init__(self, most: int = 4) -> None:
        """`most`: the dynamic host never has more than 4 threads."""
        self.limit = 1
        self._most = most
        self._busy = 0
        self._calm = 0
        self._needed = _PATIENCE
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def writing(self) -> Generator[None]:
        """Wait for a place, hold it for the block."""
        with self._changed:
            while self._busy >= self.limit:
                self._changed.wait()
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify()

    def went_well(self) -> None:
        """A write was answered."""
        with self._changed:
            self._calm += 1
            if self._calm >= self._needed and self.limit < self._most:
                self.limit += 1
                self._calm = 0
                self._changed.notify()

    def overloaded(self) -> None:
        """The server said 503: one writer fewer, and twice as long before the next attempt at more."""
        with self._changed:
            self.limit = max(1, self.limit - 1)
            self._calm = 0
            self._needed *= 2
