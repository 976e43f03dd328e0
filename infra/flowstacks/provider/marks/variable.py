"""A mark in a Variable beside the object, for kinds that have neither labels nor tags.

One Variable per object; a Variable's name is unique, so the first to create it wins. Two requests can be torn apart by
a kill, hence this order:

1. *claim*: the Variable, `id` null, with a digest of exactly what will be created;
2. *create* the object; a taken name is an error there;
3. *settle*: the object's id into the Variable.

After a kill between 1 and 2 the claim is the stack's own and the object absent: a repeat creates it. Between 2 and 3
the claim is its own, without an id, and there is an object: it belongs to the stack exactly if it looks as the claim's
digest says, which an object that somebody else made in between does not. With an id in the mark, an object with another
id is somebody else's (the own one was deleted and the name taken again). An object without a Variable never belongs to
the stack. (The other order, object first, would leave after a kill an object that nothing tells from somebody else's.)

Deleting goes the other way round: object first, then the Variable. A kill in between leaves a mark with an id that no
object has: a repeat of the delete, a new create of that name, and the search for orphans all understand it.

Variables: names of lower-case letters, digits, dashes and underscores up to 255, values up to 5,000 characters of JSON
(`prefect/types/{names,__init__}.py`, Prefect 3.9.1).
"""

import dataclasses
import hashlib
import re
from collections.abc import Collection

import pydantic

from flowstacks.provider import owners
from flowstacks.provider.errors import ForeignError
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.variables import FLOWSTACKS_TAG, VariableAnswer, Variables

_SLUG_CHARACTERS = 60
_DIGEST_CHARACTERS = 12


class VariableMark(ProviderModel):
    """The Variable's value."""

    owner: str
    """`[<repository>:]<project>/<stack>`."""
    name: str
    """The object's."""
    id: str | None
    """The object's; null: claimed, not settled."""
    digest: str
    """Of what the claimant was about to create."""

    def is_of(self, id_: str, digest: str) -> bool:
        """Whether it marks this very object: by id, or as an unsettled claim on exactly what exists."""
        return self.id == id_ or (self.id is None and self.digest == digest)


@dataclasses.dataclass(frozen=True)
class VariableMarks:
    """The marks of one kind's objects; `kind` as messages call it, `work pool`."""

    kind: str

    def variable(self, name: str) -> str:
        """Name of the Variable with the mark of the object `name`: readable, and different for each name."""
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_CHARACTERS]
        return f"flowstacks-{self.kind.replace(' ', '-')}-{slug}-{digest(name)}"

    def read(self, client: Client, name: str) -> VariableMark | None:
        """Asked now."""
        return parse(Variables.of(client).by_name(self.variable(name)))

    def known(self, client: Client, name: str) -> VariableMark | None:
        """From the pages that the process has read."""
        return parse(Variables.of(client).own().get(self.variable(name)))

    def all(self, client: Client) -> list[VariableMark]:
        """From the pages that the process has read."""
        marks = [(variable.name, parse(variable)) for variable in Variables.of(client).own().values()]
        return [mark for name, mark in marks if mark and name == self.variable(mark.name)]

    def claim(self, client: Client, mark: VariableMark) -> None:
        """Before the object is created. A ForeignError where somebody else has claimed the name."""
        variable = self.variable(mark.name)
        before = self._write(client, mark, [mark.owner])
        if before is not None:
            raise ForeignError(
                f"{self._title(mark.name)} is claimed by {before or 'somebody else'}. Give it "
                f"another name, or delete the Variable {variable} if that stack is no more."
            )

    def settle(self, client: Client, mark: VariableMark, id_: str) -> None:
        """The claimed object exists and has this id."""
        settled = mark.model_copy(update={"id": id_})
        Variables.of(client).update(self.variable(mark.name), {"value": settled.model_dump()})

    def replace(self, client: Client, mark: VariableMark, owner_before: str) -> None:
        """Mark an existing object again, after its owner was renamed. A ForeignError where it has a third owner."""
        if self._write(client, mark, [mark.owner, owner_before]) is not None:
            raise ForeignError(
                f"{self._title(mark.name)} has another owner now. Take it out with `pulumi state delete`."
            )

    def remove(self, client: Client, name: str) -> None:
        """After the object was deleted."""
        Variables.of(client).delete(self.variable(name))

    def _write(self, client: Client, mark: VariableMark, replaceable: Collection[str]) -> str | None:
        """None once it is written; else the owner that it has, empty where the Variable holds no mark."""
        variables, name = Variables.of(client), self.variable(mark.name)
        existing = variables.by_name(name)
        before = parse(existing)
        if existing is None:
            variables.create({"name": name, "value": mark.model_dump(), "tags": [FLOWSTACKS_TAG]})
        elif before is None or not any(owners.is_same(before.owner, owner) for owner in replaceable):
            return before.owner if before else ""
        elif before != mark:
            variables.update(name, {"value": mark.model_dump()})
        return None

    def _title(self, name: str) -> str:
        return f"{self.kind.capitalize()} '{name}'"


def parse(variable: VariableAnswer | None) -> VariableMark | None:
    """None where there is no Variable, or one with another value: then nothing belongs to it."""
    if variable is None:
        return None
    try:
        return VariableMark.model_validate(variable.value)
    except pydantic.ValidationError:
        return None


def digest(text: str) -> str:
    """Short and stable."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]
