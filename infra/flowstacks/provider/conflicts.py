"""Which objects on the server prevent an `up`, asked before anything is written. Read-only.

For the program, before anything is registered; the provider itself refuses the same objects one by one.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from flowstacks.provider import fingerprint
from flowstacks.provider.kind import ForeignObject, Kind, Props
from flowstacks.provider.prefect.client import Client


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conflicts:
    """`server`: the fingerprint, None for a server that flowstacks never wrote to."""

    server: str | None
    foreign: tuple[ForeignObject, ...]


def find(client: Client, owner: str, claims: Mapping[Kind[Any, Any], Sequence[Props]]) -> Conflicts:
    """`claims`: properties of what the program is about to declare, by kind."""
    foreign = [conflict for kind, props in claims.items() for conflict in kind.conflicts(client, owner, props)]
    return Conflicts(server=fingerprint.read(client), foreign=tuple(foreign))
