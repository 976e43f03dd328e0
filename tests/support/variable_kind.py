"""A kind that the package does not have: Variables, marked by a tag. A test puts it into the registry by one line."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from typing_extensions import override

from flowstacks.provider import canonical, owners
from flowstacks.provider.errors import ConflictError, ForeignError, UnknownOutcomeError
from flowstacks.provider.fields import properties
from flowstacks.provider.fields.rules import Immutable, Json, Mark, NotManaged, Rules, ServerOnly
from flowstacks.provider.kind import ForeignObject, Kind, Orphan, Props
from flowstacks.provider.marks.text import TextMark
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.variables import VariableAnswer, VariableBody, Variables

TAG = "flowstacks.variable"
_PREFIX = f"{TAG}:"


class VariableInputs(ProviderModel):
    owner: properties.Owner
    name: str
    value: str
    """Canonical JSON."""


class VariableKind(Kind[VariableInputs, VariableAnswer]):
    resource = "Variable"
    name = "variable"
    model = VariableInputs
    rules: ClassVar[Rules] = {
        "owner": Mark("a tag holds it"),
        "name": Immutable("marks name it"),
        "value": Json(),
        "tags": NotManaged("those that are no marks"),
        "id": ServerOnly(),
        "created": ServerOnly(),
        "updated": ServerOnly(),
    }

    @override
    def id_of(self, answer: VariableAnswer) -> str:
        return answer.id

    @override
    def find(self, client: Client, inputs: VariableInputs) -> VariableAnswer | None:
        return Variables.of(client).by_name(inputs.name)

    @override
    def read(self, client: Client, id_: str, props: Props) -> VariableAnswer | None:
        variable = Variables.of(client).by_name(str(props.get("name")))
        return variable if variable and variable.id == id_ else None

    @override
    def owner(self, client: Client, answer: VariableAnswer, props: Props) -> str | None:
        return _owner(answer)

    @override
    def observed(self, answer: VariableAnswer) -> dict[str, object]:
        return {"name": answer.name, "value": canonical.dumps(answer.value)}

    @override
    def claim(self, client: Client, answer: VariableAnswer, inputs: VariableInputs) -> None:
        if not owners.is_same(_owner(answer), inputs.owner):
            raise ForeignError(f"{self.heading(inputs.model_dump())} belongs to {_owner(answer)}. Rename it.")

    @override
    def create(self, client: Client, inputs: VariableInputs) -> str:
        try:
            return Variables.of(client).create({"name": inputs.name, **_body(inputs)}).id
        except ConflictError as error:
            raise UnknownOutcomeError(str(error)) from None

    @override
    def update(
        self, client: Client, id_: str, inputs: VariableInputs, changed: Collection[str], owner_before: str
    ) -> None:
        Variables.of(client).update(inputs.name, _body(inputs))

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        variable = self.read(client, id_, props)
        if variable and not owners.is_same(_owner(variable), props.get("owner")):
            raise ForeignError(
                f"{self.heading(props)} was not deleted, it is somebody else's. Take it out of the state."
            )
        if variable:
            Variables.of(client).delete(variable.name)

    @override
    def conflicts(self, client: Client, owner: str, claims: Sequence[Props]) -> list[ForeignObject]:
        answers = [Variables.of(client).by_name(name) for name in sorted({self.identity(props) for props in claims})]
        return [
            self.foreign(answer.name, answer.id, _owner(answer))
            for answer in answers
            if answer and not owners.is_same(_owner(answer), owner)
        ]

    @override
    def orphans(self, client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
        return [
            self.orphan(answer.name, answer.id)
            for answer in Variables.of(client).tagged(TAG)
            if answer.id not in known_ids and owners.is_same(_owner(answer), owner)
        ]


KIND = VariableKind()


def _owner(answer: VariableAnswer) -> str | None:
    texts = (tag.removeprefix(_PREFIX) for tag in answer.tags if tag.startswith(_PREFIX))
    marks = (TextMark.parse(text) for text in texts)
    return next((mark.owner for mark in marks if mark and mark.identity == answer.name), None)


def _body(inputs: VariableInputs) -> VariableBody:
    mark = TextMark(owner=inputs.owner, identity=inputs.name).text()
    return {"value": canonical.loads(inputs.value), "tags": [TAG, _PREFIX + mark]}
