"""Variables: `prefect/server/api/variables.py`, Prefect 3.9.1."""

from collections.abc import Sequence
from typing import TypedDict

import pydantic
from typing_extensions import override

from flowstacks.provider.model import Answer
from flowstacks.provider.prefect.api import PrefectApi
from flowstacks.provider.prefect.noun import Listing, Noun, quoted

FLOWSTACKS_TAG = "flowstacks"
"""On every Variable that flowstacks itself needs: marks, and the server's fingerprint."""


class VariableAnswer(Answer):
    """A Variable (`prefect.client.schemas.objects.Variable`)."""

    id: str
    """The server's."""
    name: str
    """Unique."""
    value: pydantic.JsonValue = None
    """Any JSON, up to 5,000 characters."""
    tags: tuple[str, ...] = ()
    """A set."""


class VariableBody(TypedDict, total=False):
    """`prefect.client.schemas.actions.VariableCreate` and `VariableUpdate`: in a PATCH, absent keys stay."""

    name: str
    value: pydantic.JsonValue
    tags: Sequence[str]


class Variables(Noun):
    """Listed by name, only those of flowstacks."""

    @override
    def __init__(self, api: PrefectApi) -> None:
        super().__init__(api)
        self._listing = Listing(lambda: {variable.name: variable for variable in self.tagged(FLOWSTACKS_TAG)})

    def by_name(self, name: str) -> VariableAnswer | None:
        """Asked now; None for 404."""
        return self.api.get(VariableAnswer, f"/variables/name/{quoted(name)}")

    def tagged(self, tag: str) -> list[VariableAnswer]:
        """All with this tag, read now."""
        return self.api.pages(VariableAnswer, "/variables/filter", {"variables": {"tags": {"all_": [tag]}}})

    def own(self) -> dict[str, VariableAnswer]:
        """Those of flowstacks by name, read once."""
        return self._listing.all()

    def create(self, body: VariableBody) -> VariableAnswer:
        """A ConflictError where the name is taken."""
        self._listing.clear()
        return self.api.create(VariableAnswer, "/variables/", body)

    def update(self, name: str, body: VariableBody) -> None:
        """Absent keys stay."""
        self._listing.clear()
        self.api.patch(f"/variables/name/{quoted(name)}", body)

    def delete(self, name: str) -> None:
        """404 is success."""
        self._listing.clear()
        self.api.delete(f"/variables/name/{quoted(name)}")
