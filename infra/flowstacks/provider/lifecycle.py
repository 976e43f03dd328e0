"""check, diff, create, read, update and delete, once for all kinds.

Outputs are the inputs as sent and `server`, the fingerprint: `diff` gets the outputs as what was. What arrives as an
unknown (in a preview) passes through check and diff untouched.
"""

from typing import Any, cast

import pydantic
from pulumi import dynamic

from flowstacks.provider import owners
from flowstacks.provider.errors import ForeignError, NotFoundError, ProviderError
from flowstacks.provider.fields import properties, rules
from flowstacks.provider.kind import A, I, Kind, Props
from flowstacks.provider.session import Session

_NOT_INPUTS = ("__provider", "server")


def check(kind: Kind[I, A], session: Session, news: Props) -> dynamic.CheckResult:
    """One failure for each property that is unknown, missing or of a wrong type."""
    sent = _inputs(news)
    session.checked(kind.title(sent))
    return dynamic.CheckResult(cast("dict[str, Any]", sent), _failures(kind, sent))


def diff(kind: Kind[I, A], session: Session, id_: str, olds: Props, news: Props) -> dynamic.DiffResult:
    """From state and program alone, except that the server must be the right one, and nothing in use is replaced."""
    if not session.same_server(olds.get("server")):
        return dynamic.DiffResult(changes=True, replaces=["server"], delete_before_replace=True)
    change = rules.diff(kind.rules, kind.names, olds, news)
    if change.replaces:
        kind.forbid_replace(session.client, olds, news)
    else:
        session.kept(id_, kind.title(news))
    return dynamic.DiffResult(
        changes=bool(change.changed),
        replaces=list(change.replaces),
        # The server can't hold two of one name.
        delete_before_replace=kind.title(olds) == kind.title(news),
    )


def create(kind: Kind[I, A], session: Session, props: Props) -> dynamic.CreateResult:
    """Look by name first: absent is created, the stack's own is continued (its create was killed), others' refused."""
    inputs = _typed(kind, props)
    server = session.ensured_fingerprint()
    id_ = session.client.until_known(lambda: _create_or_continue(kind, session, inputs))
    return dynamic.CreateResult(id_, _outputs(props, server))


def read(kind: Kind[I, A], session: Session, id_: str, props: Props) -> dynamic.ReadResult:
    """What the server has; an empty id for what is gone from the right server."""
    gone = dynamic.ReadResult("", {})
    session.refreshed(kind.title(props))
    if not session.same_server(props.get("server")):
        return gone
    answer = kind.read(session.client, id_, props)
    if answer is None:
        return gone
    before, owner = props.get("owner"), kind.owner(session.client, answer, props)
    if before and owner is not None and not owners.is_same(owner, before):
        described = owners.description(owner, str(before))
        raise ForeignError(f"{kind.heading(props)} belongs to {described} now. Take it out with `pulumi state delete`.")
    # A mark that an earlier refresh found lost stays lost in the state until an update has written it again: the
    # update checks who owns it, and an owner taken from the server here would pass there for the earlier own one.
    actual = {**kind.observed(answer), "owner": owner if before else None}
    inputs = rules.echo(kind.rules, kind.names, _inputs(props), actual)
    return dynamic.ReadResult(id_, _outputs(inputs, str(props.get("server"))), cast("dict[str, Any]", inputs))


def update(kind: Kind[I, A], session: Session, id_: str, olds: Props, news: Props) -> dynamic.UpdateResult:
    """Send what differs from the state; nothing where nothing does."""
    if not session.same_server(olds.get("server")):
        raise ProviderError(f"{kind.heading(news)} is not on this server. Run `pulumi up` again: it will be created.")
    inputs = _typed(kind, news)
    changed = rules.diff(kind.rules, kind.names, olds, news).changed
    try:
        if changed:
            kind.update(session.client, id_, inputs, changed, str(olds.get("owner")))
    except NotFoundError as error:
        raise NotFoundError(error.status, f"{error} If it was deleted by hand, run `pulumi up --refresh`.") from None
    return dynamic.UpdateResult(_outputs(news, session.ensured_fingerprint()))


def delete(kind: Kind[I, A], session: Session, id_: str, props: Props) -> None:
    """Delete what belongs to the stack. Nothing to do for what moved, or when starting over on a new server."""
    if session.same_server(props.get("server")) and not session.is_held(id_):
        kind.delete(session.client, id_, props)


def _create_or_continue(kind: Kind[I, A], session: Session, inputs: I) -> str:
    title = kind.title(inputs.model_dump())
    answer = kind.find(session.client, inputs)
    if answer is None:
        id_ = kind.create(session.client, inputs)
        session.created(id_, title)
        return id_
    kind.claim(session.client, answer, inputs)
    id_ = kind.id_of(answer)
    session.created(id_, title)
    desired = inputs.model_dump()
    actual = rules.echo(kind.rules, kind.names, desired, kind.observed(answer))
    changed = rules.diff(kind.rules, kind.names, actual, desired).changed
    if changed:
        kind.update(session.client, id_, inputs, changed, str(desired["owner"]))
    return id_


def _failures(kind: Kind[I, A], sent: Props) -> list[dynamic.CheckFailure]:
    try:
        kind.model.model_validate(sent)
    except pydantic.ValidationError as error:
        return [
            dynamic.CheckFailure(str(part["loc"][0]), f"{'.'.join(map(str, part['loc']))}: {part['msg']}. Correct it.")
            for part in error.errors(include_url=False)
            # An unknown has no type yet; the same check comes again once it is known.
            if not properties.is_unknown(part["input"])
        ]
    return []


def _typed(kind: Kind[I, A], props: Props) -> I:
    return kind.model.model_validate(_inputs(props))


def _inputs(props: Props) -> dict[str, object]:
    return {name: value for name, value in props.items() if name not in _NOT_INPUTS}


def _outputs(props: Props, server: str) -> dict[str, Any]:
    return {**_inputs(props), "server": server}
