"""The lifecycle as the engine drives it: values bent as Pulumi's properties bend them, state kept between calls."""

import dataclasses
from typing import Any, cast

from flowstacks.provider import lifecycle
from flowstacks.provider.http.transport import Patience
from flowstacks.provider.kind import Kind
from flowstacks.provider.prefect.client import Client
from flowstacks.provider.prefect.settings import ServerSettings
from flowstacks.provider.session import Session

Props = dict[str, Any]

QUICK = Patience(total_s=20.0, absent_s=0.3, first_wait_s=0.02, longest_wait_s=0.5, answer_s=20.0)
_open: list[Session] = []


def new_session(url: str, *, start_over: bool = False, key: str | None = None) -> Session:
    """As a process of its own would have it: nothing remembered."""
    settings = ServerSettings.model_validate({"api_url": url, "api_key": key})
    session = Session(Client(settings, QUICK), start_over=start_over)
    _open.append(session)
    return session


def close_sessions() -> None:
    while _open:
        _open.pop().client.close()


def carried(value: Any) -> Any:
    """As a property arrives at the provider: every number a float, null keys gone."""
    if isinstance(value, dict):
        return {key: carried(item) for key, item in cast("Props", value).items() if item is not None}
    if isinstance(value, list):
        return [carried(item) for item in cast("list[Any]", value)]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@dataclasses.dataclass
class Stack:
    """One resource of a stack: `id` and `outs` are its state. Each call comes from a process of its own: `session`."""

    kind: Kind[Any, Any]
    id: str = ""
    outs: Props = dataclasses.field(default_factory=dict[str, Any])

    def create(self, session: Session, props: Props) -> None:
        checked = lifecycle.check(self.kind, session, carried(props))
        assert not checked.failures, [failure.reason for failure in checked.failures]
        made = lifecycle.create(self.kind, session, checked.inputs)
        self.id, self.outs = made.id, carried(made.outs)

    def changes(self, session: Session, props: Props) -> bool:
        lifecycle.check(self.kind, session, carried(props))
        found = lifecycle.diff(self.kind, session, self.id, self.outs, carried(props))
        assert not found.replaces, found.replaces
        return bool(found.changes)

    def up(self, session: Session, props: Props) -> bool:
        """Update if it differs; whether it did."""
        if not self.changes(session, props):
            return False
        self.outs = carried(lifecycle.update(self.kind, session, self.id, self.outs, carried(props)).outs)
        return True

    def refresh(self, session: Session) -> None:
        found = lifecycle.read(self.kind, session, self.id, self.outs)
        self.id, self.outs = found.id or "", carried(found.outs)

    def delete(self, session: Session) -> None:
        lifecycle.delete(self.kind, session, self.id, self.outs)
