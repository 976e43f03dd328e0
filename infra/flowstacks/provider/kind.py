"""What a kind of resource brings along; everything that is the same for all kinds is in `lifecycle`."""

import abc
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from flowstacks.provider.fields.rules import Rules
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client

I = TypeVar("I", bound=ProviderModel)  # noqa: E741 - inputs
A = TypeVar("A")
Props = Mapping[str, object]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForeignObject:
    """An object that somebody else has, and that the program is about to declare."""

    kind: str
    """As messages call it: `Kind.name`."""
    name: str
    """`Kind.identity`: a pool's name, `flow name/deployment name`."""
    id: str
    """The server's; empty for a name that is only claimed."""
    owner: str | None
    """None: no mark at all."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Orphan:
    """An object with the stack's mark that its state does not know."""

    resource: str
    """Which kind deletes it: `Kind.resource`."""
    kind: str
    """As messages call it: `Kind.name`, or what of the object is left over (`work pool mark`)."""
    name: str
    """`Kind.identity`."""
    id: str
    """The object's; for a claim without an object, its Variable's name."""


class Kind(abc.ABC, Generic[I, A]):
    """`I`: the typed inputs. `A`: the server's answer about one object. Stateless.

    A new kind is one file with a subclass, and one line in `registry`.
    """

    resource: ClassVar[str]
    """Name of the resource class, and so its type in the state: `Deployment`."""
    name: ClassVar[str]
    """As messages call it: `deployment`."""
    model: type[I]
    """All properties."""
    rules: ClassVar[Rules]
    """An entry for each field of `model`, and for each field of Prefect's models of the object."""

    @property
    def names(self) -> tuple[str, ...]:
        """The properties, in the model's order."""
        return tuple(self.model.model_fields)

    def title(self, props: Props) -> str:
        """For messages: `deployment 'etl/daily'`. Two objects with the same title can't exist on one server."""
        return f"{self.name} '{self.identity(props)}'"

    def heading(self, props: Props) -> str:
        """The title at the beginning of a sentence."""
        title = self.title(props)
        return title[0].upper() + title[1:]

    def identity(self, props: Props) -> str:
        """What is unique on a server among the objects of the kind."""
        return str(props.get("name"))

    @abc.abstractmethod
    def id_of(self, answer: A) -> str:
        """The server's id."""

    @abc.abstractmethod
    def find(self, client: Client, inputs: I) -> A | None:
        """By name, asked now."""

    @abc.abstractmethod
    def read(self, client: Client, id_: str, props: Props) -> A | None:
        """By id, from the pages that the process has read where they have it. None: gone."""

    @abc.abstractmethod
    def owner(self, client: Client, answer: A, props: Props) -> str | None:
        """Whose mark it carries, from the pages where they have it."""

    @abc.abstractmethod
    def observed(self, answer: A) -> dict[str, object]:
        """The server's state in the words of the inputs; a property it can't tell has no key."""

    @abc.abstractmethod
    def claim(self, client: Client, answer: A, inputs: I) -> None:
        """Return if what `find` answered belongs to the stack; else a ForeignError."""

    @abc.abstractmethod
    def create(self, client: Client, inputs: I) -> str:
        """Create what `find` did not find; the new id. An UnknownOutcomeError means: find again, then decide."""

    @abc.abstractmethod
    def update(self, client: Client, id_: str, inputs: I, changed: Collection[str], owner_before: str) -> None:
        """Send the properties in `changed`. A NotFoundError where the object is no more."""

    @abc.abstractmethod
    def delete(self, client: Client, id_: str, props: Props) -> None:
        """Delete it if it exists and belongs to the stack; a ForeignError where it has become somebody else's."""

    def forbid_replace(self, client: Client, olds: Props, news: Props) -> None:
        """Raise where replacing would break others. By default nothing does."""

    @abc.abstractmethod
    def conflicts(self, client: Client, owner: str, claims: Sequence[Props]) -> list[ForeignObject]:
        """Objects of others under the names that the program is about to declare; all at once, read-only."""

    @abc.abstractmethod
    def orphans(self, client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
        """Objects with the owner's mark whose ids are not in the state; read-only."""

    def delete_orphan(self, client: Client, owner: str, orphan: Orphan) -> None:
        """Delete it after another look at its mark; a ForeignError where it has lost that."""
        self.delete(client, orphan.id, {"owner": owner, "name": orphan.name})

    def foreign(self, identity: str, id_: str, owner: str | None) -> ForeignObject:
        """An object of this kind that somebody else has."""
        return ForeignObject(kind=self.name, name=identity, id=id_, owner=owner)

    def orphan(self, identity: str, id_: str, *, kind: str | None = None) -> Orphan:
        """An object of this kind that no state knows."""
        return Orphan(resource=self.resource, kind=kind or self.name, name=identity, id=id_)
