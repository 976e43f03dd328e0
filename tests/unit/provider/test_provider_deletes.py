"""Server, state and program agree after each run, however the engine's calls are ordered."""

import dataclasses
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, cast

from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from flowstacks.provider import lifecycle
from flowstacks.provider.fields.rules import Immutable, Rules
from flowstacks.provider.kind import ForeignObject, Kind, Orphan, Props
from flowstacks.provider.model import ProviderModel
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.variables import VariableAnswer
from flowstacks.provider.session import Session

Program = dict[str, str]
"""Resource name by identity: an object may get another resource name, as a flow that moves to another project."""


class ThingInputs(ProviderModel):
    name: str


@dataclasses.dataclass
class MemoryServer:
    """Stands for the client of a server whose objects are names by id."""

    names: dict[str, str] = dataclasses.field(default_factory=dict[str, str])

    def until_known(self, attempt: Callable[[], str]) -> str:
        return attempt()

    def noun(self, _noun: object) -> "MemoryServer":
        return self

    def by_name(self, name: str) -> VariableAnswer:
        return VariableAnswer(id="fingerprint", name=name)


def _names(client: Client) -> dict[str, str]:
    return cast("MemoryServer", client).names


class Thing(Kind[ThingInputs, str]):
    """An id is what the server answers about an object."""

    resource = "Thing"
    name = "thing"
    model = ThingInputs
    rules: ClassVar[Rules] = {"name": Immutable("the identity")}

    @override
    def id_of(self, answer: str) -> str:
        return answer

    @override
    def find(self, client: Client, inputs: ThingInputs) -> str | None:
        return next((id_ for id_, name in _names(client).items() if name == inputs.name), None)

    @override
    def read(self, client: Client, id_: str, props: Props) -> str | None:
        return id_ if id_ in _names(client) else None

    @override
    def owner(self, client: Client, answer: str, props: Props) -> str | None:
        return None

    @override
    def observed(self, answer: str) -> dict[str, object]:
        return {}

    @override
    def claim(self, client: Client, answer: str, inputs: ThingInputs) -> None:
        pass

    @override
    def create(self, client: Client, inputs: ThingInputs) -> str:
        id_ = uuid.uuid4().hex
        _names(client)[id_] = inputs.name
        return id_

    @override
    def update(
        self, client: Client, id_: str, inputs: ThingInputs, changed: Collection[str], owner_before: str
    ) -> None:
        raise AssertionError(changed)

    @override
    def delete(self, client: Client, id_: str, props: Props) -> None:
        _names(client).pop(id_, None)

    @override
    def conflicts(self, client: Client, owner: str, claims: Sequence[Props]) -> list[ForeignObject]:
        return []

    @override
    def orphans(self, client: Client, owner: str, known_ids: Collection[str]) -> list[Orphan]:
        return []


KIND = Thing()


class MemoryEngine:
    """Calls the provider as the engine does; `state` has id and outputs by resource name."""

    def __init__(self) -> None:
        self.server = MemoryServer()
        self.state: dict[str, tuple[str, dict[str, Any]]] = {}

    def up(self, program: Program, *, refresh: bool, killed_before_deletes: bool = False) -> None:
        session = Session(cast("Client", self.server))
        if refresh:
            self._refresh(session)
        resources = {resource: {"name": name} for name, resource in program.items()}
        for resource, inputs in resources.items():
            lifecycle.check(KIND, session, inputs)
            if resource in self.state:
                id_, outputs = self.state[resource]
                assert not lifecycle.diff(KIND, session, id_, outputs, inputs).changes
            else:
                made = lifecycle.create(KIND, session, inputs)
                self.state[resource] = made.id, made.outs or {}
        if not killed_before_deletes:
            self._delete(session, sorted(set(self.state) - set(resources)))

    def destroy(self, *, refresh: bool) -> None:
        session = Session(cast("Client", self.server))
        if refresh:
            self._refresh(session)
        self._delete(session, sorted(self.state))

    def _refresh(self, session: Session) -> None:
        for resource, (id_, outputs) in list(self.state.items()):
            if lifecycle.read(KIND, session, id_, outputs).id:
                lifecycle.diff(KIND, session, id_, outputs, outputs)
            else:
                del self.state[resource]

    def _delete(self, session: Session, resources: list[str]) -> None:
        for resource in resources:
            id_, outputs = self.state.pop(resource)
            lifecycle.delete(KIND, session, id_, outputs)


# The identity is part of the resource's name: one that changed under the same name would be replaced.
_PROGRAMS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(("p/", "q/"))).map(
    lambda folders: {name: folder + name for name, folder in folders.items()}
)


@given(st.lists(st.tuples(_PROGRAMS, st.booleans(), st.booleans()), max_size=5), _PROGRAMS, st.booleans())
def test_server_state_and_program_agree(runs: list[tuple[Program, bool, bool]], last: Program, refresh: bool) -> None:
    engine = MemoryEngine()
    for program, refreshed, killed in runs:
        engine.up(program, refresh=refreshed, killed_before_deletes=killed)
        assert set(program) <= set(engine.server.names.values())
    engine.up(last, refresh=refresh)
    assert sorted(engine.server.names.values()) == sorted(last)
    assert {resource: engine.server.names[id_] for resource, (id_, _) in engine.state.items()} == {
        resource: name for name, resource in last.items()
    }
    engine.destroy(refresh=refresh)
    assert (engine.server.names, engine.state) == ({}, {})
