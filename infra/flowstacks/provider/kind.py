"""What a kind of resource brings along; everything that is the same for all kinds is in `lifecycle`."""

import abc
from collections.abc import Collection, Mapping
from typing import ClassVar, Generic, TypeVar

from flowstacks.provider.fields import rules
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.model import ProviderModel

I = TypeVar("I", bound=ProviderModel)  # noqa: E741 - inputs
A = TypeVar("A")
Props = Mapping[str, object]


class Kind(abc.ABC, Generic[I, A]):
    """`I`: the typed inputs. `A`: the server's answer about one object. Stateless.

    `rules` has an entry for each field of `I` and for each field of Prefect's models of the object.
    """

    model: type[I]
    rules: ClassVar[rules.Rules]

    @property
    def names(self) -> tuple[str, ...]:
        """The properties, in the model's order."""
        return tuple(self.model.model_fields)

    @abc.abstractmethod
    def title(self, props: Props) -> str:
        """For messages: `deployment 'etl/daily'`. Two objects with the same title can't exist on one server."""

    @abc.abstractmethod
    def id_of(self, found: A) -> str:
        """The server's id."""

    @abc.abstractmethod
    def find(self, client: Client, inputs: I) -> A | None:
        """By name, asked now."""

    @abc.abstractmethod
    def read(self, client: Client, id_: str, props: Props) -> A | None:
        """By id, from the pages that the process has read where they have it. None: gone."""

    @abc.abstractmethod
    def owner(self, client: Client, found: A, props: Props) -> str | None:
        """Whose mark it carries, from the pages where they have it."""

    @abc.abstractmethod
    def observed(self, found: A) -> dict[str, object]:
        """The server's state in the words of the inputs; a property it can't tell has no key."""

    @abc.abstractmethod
    def claim(self, client: Client, found: A, inputs: I) -> None:
        """Return if what `find` found is ours; else a ForeignError."""

    @abc.abstractmethod
    def create(self, client: Client, inputs: I) -> str:
        """Create what `find` did not find; the new id. An UnknownOutcomeError means: find again, then decide."""

    @abc.abstractmethod
    def update(self, client: Client, id_: str, inputs: I, changed: Collection[str], owner_before: str) -> None:
        """Send the properties in `changed`. A NotFoundError where the object is no more."""

    @abc.abstractmethod
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """Delete it if it is there and ours; a ForeignError where it has become somebody else's."""

    def forbid_replace(self, client: Client, olds: Props, news: Props) -> None:
        """Raise where replacing would break others. By default nothing does."""
