"""Work pools and their queues: `prefect/server/api/workers.py`, Prefect 3.9.1."""

from collections.abc import Collection
from typing import Annotated, TypedDict

import pydantic
from typing_extensions import override

from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.api import PrefectApi
from flowstacks.provider.prefect.noun import Listing, Noun, quoted

Json = dict[str, pydantic.JsonValue]


class WorkPoolAnswer(Answer):
    """A work pool (`prefect.client.schemas.objects.WorkPool`)."""

    id: str
    """The server's; the API reads pools by name only."""
    name: str
    """Unique."""
    type: str
    """Which worker serves it."""
    description: str | None = None
    """Free text."""
    base_job_template: Annotated[Json, pydantic.Field(default_factory=dict)]
    """Kept as sent."""
    concurrency_limit: int | None = None
    """Flow runs at a time; None: no limit."""
    is_paused: bool = False
    """Whether workers get runs from it."""


class WorkQueueAnswer(Answer):
    """A queue of a pool."""

    id: str
    name: str


class WorkPoolBody(TypedDict, total=False):
    """`prefect.client.schemas.actions.WorkPoolCreate` and `WorkPoolUpdate`: in a PATCH, absent keys stay."""

    name: str
    type: str
    description: str | None
    base_job_template: pydantic.JsonValue
    concurrency_limit: int | None
    is_paused: bool | None


class WorkPools(Noun):
    """Listed by name."""

    @override
    def __init__(self, api: PrefectApi) -> None:
        super().__init__(api)
        self._listing = Listing(self._list)

    def by_name(self, name: str) -> WorkPoolAnswer | None:
        """Asked now; None for 404."""
        return self.api.get(WorkPoolAnswer, f"/work_pools/{quoted(name)}")

    def known(self, name: str) -> WorkPoolAnswer | None:
        """From the pages that the process has read, else by name."""
        return self.all().get(name) or self.by_name(name)

    def all(self) -> dict[str, WorkPoolAnswer]:
        """By name, read once."""
        return self._listing.all()

    def queues(self, work_pool_name: str) -> list[WorkQueueAnswer]:
        """Of a pool that exists."""
        return self.api.pages(WorkQueueAnswer, f"/work_pools/{quoted(work_pool_name)}/queues/filter", {})

    def missing_queues(self, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those (pool, queue) that don't exist; a pool that is yet to be created is not looked at."""
        pools = sorted({pool for pool, _ in pairs} & self.all().keys())
        existing = {(pool, queue.name) for pool in pools for queue in self.queues(pool)}
        return {(pool, queue) for pool, queue in pairs if pool in pools} - existing

    def create(self, body: WorkPoolBody) -> WorkPoolAnswer:
        """A ConflictError where the name is taken."""
        self._listing.drop(str(body.get("name")))
        return self.api.create(WorkPoolAnswer, "/work_pools/", body)

    def update(self, name: str, body: WorkPoolBody) -> None:
        """Absent keys stay, null clears."""
        self._listing.drop(name)
        self.api.patch(f"/work_pools/{quoted(name)}", body)

    def delete(self, name: str) -> None:
        """Deletes its queues and unties its deployments. 404 is success."""
        self._listing.drop(name)
        self.api.delete(f"/work_pools/{quoted(name)}")

    def _list(self) -> dict[str, WorkPoolAnswer]:
        return {pool.name: pool for pool in self.api.pages(WorkPoolAnswer, "/work_pools/filter", {})}
