"""How a resource's inputs differ, in words. Pure.

Values are shown as the engine shows them: it has put `[secret]` for each secret and a constant for what it does not
know yet.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flowstacks.core import markdown, naming
from flowstacks.difference import schedule_change, schema_change
from flowstacks.difference.resource_change import DEPLOYMENT, Props, ResourceChange, mapping, schedules

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""An unknown text in JSON (pulumi 3.258.0, `sdk/go/common/resource/plugin/rpc.go`, `UnknownStringValue`)."""

_REVISION = "task_definition_arn"
_COMMIT_TAG = "COMMIT_HASH="
_CONTAINERS = "containerDefinitions"
_DIGEST = re.compile(r"(?:[\w.:/-]+@)?sha256:([0-9a-f]{12})[0-9a-f]{52}")
_LONG = 80
_FOLLOWS_THE_CODE = ("pull_steps", "tags", "version")
"""Differ with the commit: told as one line."""


def lines(change: ResourceChange) -> list[str]:
    """Markdown of each difference, the telling ones first; empty for what is made or goes."""
    if change.told is not None:
        return [markdown.code(text) for text in change.told]
    if change.kind != DEPLOYMENT:
        return [
            line
            for name in change.moved
            for line in (
                _containers(change)
                if name == _CONTAINERS
                else [_line(name, change.before.get(name), change.after.get(name))]
            )
        ]
    moved = set(change.moved)
    found = [*_code(change, moved)] if moved & set(_FOLLOWS_THE_CODE) else []
    for name in sorted(moved - set(_FOLLOWS_THE_CODE)):
        tell = _TELLERS.get(name)
        told = [*tell(change)] if tell else [_line(name, change.before.get(name), change.after.get(name))]
        found += told or [f"{markdown.code(name)} is written in another way"]
    return found


def _containers(change: ResourceChange) -> list[str]:
    """A task definition's JSON list of containers; ours have one (`flowstacks.aws.tasks`)."""
    old, new = (_first(side.get(_CONTAINERS)) for side in (change.before, change.after))
    return [*_keys("container", old, new)] if old and new else [f"{markdown.code(_CONTAINERS)} changed"]


def _first(containers: object) -> Mapping[str, Any]:
    return mapping(f'{{"only": {containers}}}').get("only", [{}])[0] if isinstance(containers, str) else {}


def schedule_texts(before: Props, after: Props) -> list[str]:
    """By slug: added, removed, another time, activated, paused; plain text."""
    old, new = schedules(before), schedules(after)
    return [one.text for one in schedule_change.changes(old, new)]


def _schedules(change: ResourceChange) -> list[str]:
    return [markdown.code(text) for text in schedule_texts(change.before, change.after)]


def _code(change: ResourceChange, moved: set[str]) -> Iterator[str]:
    """The commit that the code is of, from the presets' tag; else what differs, one by one."""
    old, new = _commit(change.before), _commit(change.after)
    if old and new and old != new:
        versions = _versions(change)
        yield f"code {markdown.code(naming.short_hash(old))} → {markdown.code(naming.short_hash(new))}{versions}"
        return
    for name in sorted(moved & set(_FOLLOWS_THE_CODE)):
        yield _line(name, change.before.get(name), change.after.get(name))


def _versions(change: ResourceChange) -> str:
    old, new = (str(props.get("version", "")).rpartition("-")[0] for props in (change.before, change.after))
    return f", version {markdown.code(old)} → {markdown.code(new)}" if old != new else ""


def _commit(props: Props) -> str:
    found = [tag for tag in props.get("tags") or () if isinstance(tag, str) and tag.startswith(_COMMIT_TAG)]
    return found[0].removeprefix(_COMMIT_TAG) if found else ""


def _by_key(word: str, name: str) -> Callable[[ResourceChange], Iterator[str]]:
    def tell(change: ResourceChange) -> Iterator[str]:
        yield from _keys(word, mapping(change.before.get(name)), mapping(change.after.get(name)))

    return tell


def _keys(word: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key) or (key in old) != (key in new):
            yield _line(f"{word} {key}", old.get(key), new.get(key))


def _job_variables(change: ResourceChange) -> Iterator[str]:
    old, new = mapping(change.before.get("job_variables")), mapping(change.after.get("job_variables"))
    # Every commit has another one, and the line about the code says which.
    for name in ("COMMIT_HASH", "IMAGE"):
        old, new = _without(old, name), _without(new, name)
    if new.get(_REVISION) == UNKNOWN:  # the task definition has lines of its own
        new = {**new, _REVISION: old.get(_REVISION)}
    yield from _keys("env", mapping(old.get("env")), mapping(new.get("env")))
    yield from _keys("job variable", {**old, "env": None}, {**new, "env": None})
    if old == new:
        yield "job variables follow the code"


def _without(variables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    env = mapping(variables.get("env"))
    return {**variables, "env": {key: value for key, value in env.items() if key != name}} if env else variables


def _schema(change: ResourceChange) -> list[str]:
    texts = [side.get("parameter_openapi_schema") for side in (change.before, change.after)]
    if not all(map(mapping, texts)):
        return []
    return [markdown.code(one.text) for one in schema_change.changes(*map(str, texts))]


_TELLERS: Mapping[str, Callable[[ResourceChange], Iterable[str]]] = {
    "job_variables": _job_variables,
    "parameter_openapi_schema": _schema,
    "parameters": _by_key("parameter", "parameters"),
    "schedules": _schedules,
}


def _line(name: str, old: object, new: object) -> str:
    what = markdown.code(name)
    if old == new:
        return f"{what} changes, in a secret or in what is not known yet"
    texts = shown(old), shown(new)
    if max(map(len, texts)) > _LONG:
        return f"{what} changed"
    if old is None or new is None:
        return f"{what} {'added' if old is None else 'removed'}: {markdown.code(texts[0] if new is None else texts[1])}"
    return f"{what}: {markdown.code(texts[0])} → {markdown.code(texts[1])}"


def shown(value: object) -> str:
    """Short: of an image only the beginning of its digest."""
    if value == UNKNOWN:
        return "[unknown]"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return _DIGEST.sub(r"sha256:\1…", text.replace(UNKNOWN, "[unknown]"))
