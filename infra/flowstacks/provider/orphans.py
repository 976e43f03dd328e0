"""Objects with the stack's mark that no state knows.

After a `kill -9` with creates under way the engine forgets those that it never saw answered (measured, pulumi 3.258.0).
A repeat of the same `up` takes them in again; if the program no longer declares them, only their mark finds them.
"""

from collections.abc import Collection, Sequence

from flowstacks.provider.kind import Orphan
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.registry import KINDS


def find(client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
    """In the order in which they can be deleted. `known_ids`: those in the stack's state."""
    return [orphan for kind in reversed(KINDS.values()) for orphan in kind.orphans(client, owner, known_ids)]


def delete(client: Client, owner: str, orphans: Sequence[Orphan]) -> None:
    """Look at each again: a ForeignError for one that has lost the mark in between, which stays.

    An InUseError for an object that others use, also where the state knows them.
    """
    for orphan in orphans:
        KINDS[orphan.resource].delete_orphan(client, owner, orphan)
