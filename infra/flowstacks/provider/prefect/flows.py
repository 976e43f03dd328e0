"""Flow entities: `prefect/server/api/flows.py`, Prefect 3.9.1."""

from collections.abc import Sequence

from typing_extensions import override

from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.api import PrefectApi
from flowstacks.provider.prefect.noun import Noun, batches


class FlowAnswer(Answer):
    """A flow entity."""

    id: str
    name: str


class Flows(Noun):
    """Never deleted: that would delete run history and the deployments of others."""

    @override
    def __init__(self, api: PrefectApi) -> None:
        super().__init__(api)
        self._ids: dict[str, str] = {}

    def id(self, name: str) -> str:
        """Get or create, in one request; remembered."""
        if name not in self._ids:
            self._ids[name] = self.api.ensure(FlowAnswer, "/flows/", {"name": name}).id
        return self._ids[name]

    def by_name(self, names: Sequence[str]) -> list[FlowAnswer]:
        """Those that exist."""
        return self._filtered("name", names)

    def by_id(self, ids: Sequence[str]) -> list[FlowAnswer]:
        """Those that exist."""
        return self._filtered("id", ids)

    def _filtered(self, field: str, values: Sequence[str]) -> list[FlowAnswer]:
        return [
            flow
            for batch in batches(values)
            for flow in self.api.pages(FlowAnswer, "/flows/filter", {"flows": {field: {"any_": batch}}})
        ]
