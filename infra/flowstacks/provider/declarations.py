"""Which objects the program declares, as distinct from those that a refresh merely looks at.

The engine calls `diff` in both phases, with the same id and the same properties (pulumi 3.258.0): a refresh calls
`read` and `diff`, the program's phase `check` and `diff`. `destroy` and its refresh never call `check`. So a diff is
the program's exactly if the last of `check` and `read` for this object was a `check`. A delete that comes later in the
same process must not be skipped for an object that only the refresh looked at.
"""

import threading
from typing import Generic, TypeVar

K = TypeVar("K")


class Declarations(Generic[K]):
    """Thread-safe. `K` is what makes two resources the same object."""

    def __init__(self) -> None:
        """Nothing is declared yet."""
        self._lock = threading.Lock()
        self._keys: set[K] = set()

    def checked(self, key: K) -> None:
        """The program declares the object."""
        with self._lock:
            self._keys.add(key)

    def refreshed(self, key: K) -> None:
        """A refresh reads the object; the next diff of it is the refresh's."""
        with self._lock:
            self._keys.discard(key)

    def __contains__(self, key: K) -> bool:
        """Whether a diff that comes now is the program's."""
        with self._lock:
            return key in self._keys
