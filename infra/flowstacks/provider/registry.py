"""Every kind, by the name of its resource class.

A new kind is one file in `kinds/`, one line here and one class each in `dynamic` and `resources`.
"""

from typing import Any

from flowstacks.provider.kind import Kind
from flowstacks.provider.kinds import deployment, work_pool

KINDS: dict[str, Kind[Any, Any]] = {
    "WorkPool": work_pool.KIND,
    "Deployment": deployment.KIND,
}
