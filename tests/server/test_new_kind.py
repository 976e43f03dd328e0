"""A kind is one file and one line in the registry: everything else of the provider then knows it."""

import pytest

from flowstacks.provider import conflicts, errors, orphans
from flowstacks.provider.kind import ForeignObject
from flowstacks.provider.registry import KINDS
from tests.server.engine_like import Stack, new_session
from tests.server.objects import OWNER, Server, unique
from tests.support import variable_kind


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "Variable", variable_kind.KIND)


def _props(**changes: object) -> dict[str, object]:
    return {"owner": OWNER, "name": unique("threshold"), "value": '{"none":null,"rows":7}', **changes}


def _send(server: Server, name: object, **fields: object) -> str:
    return server.send("POST", "/variables/", {"name": name, "value": 1, **fields})["id"]


def test_the_lifecycle_works(api: str, server: Server) -> None:
    stack, props = Stack(KINDS["Variable"]), _props()
    path = f"/variables/name/{props['name']}"
    stack.create(new_session(api), props)
    assert server.send("GET", path)["value"] == {"rows": 7, "none": None}
    stack.refresh(new_session(api))
    assert not stack.changes(new_session(api), props)
    assert stack.up(new_session(api), {**props, "value": "8"})
    server.send("PATCH", path, {"value": 9})
    stack.refresh(new_session(api))
    assert stack.outs["value"] == "9"
    assert stack.up(new_session(api), {**props, "value": "8"})
    assert server.send("GET", path)["value"] == 8
    stack.delete(new_session(api))
    assert not server.exists(path)


def test_a_killed_create_is_continued(api: str) -> None:
    stack, props = Stack(KINDS["Variable"]), _props()
    stack.create(new_session(api), props)
    again = Stack(KINDS["Variable"])
    again.create(new_session(api), {**props, "value": "8"})
    assert again.id == stack.id
    again.refresh(new_session(api))
    assert again.outs["value"] == "8"


def test_what_belongs_to_others_stays(api: str, server: Server) -> None:
    stack, props = Stack(KINDS["Variable"]), _props()
    id_ = _send(server, props["name"])
    with pytest.raises(errors.ForeignError, match="Variable 'threshold"):
        stack.create(new_session(api), props)
    session = new_session(api)
    found = conflicts.find(session.client, OWNER, {KINDS["Variable"]: [props, _props()]})
    assert found.foreign == (ForeignObject(kind="variable", name=str(props["name"]), id=id_, owner=None),)


def test_orphans_are_found_and_deleted(api: str, server: Server) -> None:
    owner = f"flowstacks/{unique('orphans')}"
    lost, kept = Stack(KINDS["Variable"]), Stack(KINDS["Variable"])
    lost_props, kept_props = _props(owner=owner), _props(owner=owner)
    lost.create(new_session(api), lost_props)
    kept.create(new_session(api), kept_props)
    client = new_session(api).client
    found = orphans.find(client, owner, {kept.id})
    assert [(orphan.kind, orphan.name, orphan.id) for orphan in found] == [("variable", lost_props["name"], lost.id)]
    orphans.delete(client, owner, found)
    assert not server.exists(f"/variables/name/{lost_props['name']}")
    assert server.exists(f"/variables/name/{kept_props['name']}")
