"""Every kind, by the name of its resource class. A new kind is one file in `kinds/` and one line here."""

from typing import Any

from flowstacks.provider.kind import Kind
from flowstacks.provider.kinds import deployment, work_pool

_IN_ORDER: tuple[Kind[Any, Any], ...] = (
    work_pool.KIND,
    deployment.KIND,
)
"""A kind comes after those that it refers to: orphans are deleted from the last to the first."""

KINDS: dict[str, Kind[Any, Any]] = {kind.resource: kind for kind in _IN_ORDER}
