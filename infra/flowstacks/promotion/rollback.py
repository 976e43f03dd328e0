"""The pins of an earlier revision of a stack file put back; all else in it stays."""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from flowstacks.core import naming
from flowstacks.core.errors import FlowstacksError
from flowstacks.pins import pins, revisions, stack_text, yaml_tree
from flowstacks.pins.pin import Pinned
from flowstacks.pins.pins import Edit
from flowstacks.pins.revisions import Revision
from flowstacks.pins.yaml_tree import TextError

PREVIOUS = "previous"
_PINS = {"commit", "image"}
_WORD = re.compile(r"[A-Za-z0-9_:-]+")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rollback:
    """`kept`: key paths that changed since and stay as they are now. `uncommitted`: the file differs from HEAD's."""

    revision: Revision
    edit: Edit
    kept: tuple[str, ...]
    uncommitted: bool


def prepare(root: Path, stack: str, rev: str) -> Rollback:
    """What `rev`, or `previous`, would put back; nothing is written.

    Raises `FlowstacksError` where there is no such revision, `RejectedError` for a file that can't be edited.
    """
    now = pins.read(root, stack)
    committed = revisions.committed(root, stack)
    revision = _previous(root, stack, committed) if rev == PREVIOUS else revisions.at(root, stack, rev)
    wanted = _pinned(stack, revision)
    edit = pins.edit(root, stack, lambda text: stack_text.with_pins(text, wanted))
    return Rollback(
        revision=revision,
        edit=edit,
        kept=tuple(changed(revision.text or "", now)),
        uncommitted=committed is not None and committed != now,
    )


def _previous(root: Path, stack: str, committed: str | None) -> Revision:
    """The last revision that pins something else than HEAD does."""
    if committed is None:
        raise FlowstacksError(f"{pins.name(stack)} is not committed, so it has no earlier revision. Commit it first")
    at_head = pins.pinned_in(stack, committed)
    revision = None
    for revision in revisions.walk(root, stack):
        if revision.text is not None and _readable(revision) not in (None, at_head):
            return revision
    if revision and revision.is_boundary:
        raise FlowstacksError(
            f"this clone ends at {naming.short_hash(revision.commit)}, "
            f"and {pins.name(stack)} pins the same since then. "
            "Fetch the rest: git fetch --unshallow"
        )
    raise FlowstacksError(
        f"no earlier revision of {pins.name(stack)} pins anything else. "
        f"Name a commit that you want: flowstacks pin {stack} COMMIT"
    )


def _readable(revision: Revision) -> Pinned | None:
    try:
        return stack_text.pinned(revision.text or "")
    except TextError:
        return None


def _pinned(stack: str, revision: Revision) -> Pinned:
    try:
        return stack_text.pinned(revision.text or "")
    except TextError as broken:
        raise FlowstacksError(
            f"{pins.name(stack)} of {naming.short_hash(revision.commit)} can't be read: {broken.message}. "
            f"Pass another revision: flowstacks history {stack}"
        ) from broken


def changed(old: str, new: str) -> Iterator[str]:
    """Key paths below `config:` that two texts of a stack file say differently, pins left out."""
    ours, theirs = (_config(text) for text in (old, new))
    yield from _differences(ours, theirs, "")


def _config(text: str) -> dict[str, Any]:
    said: Any = yaml_tree.plain(yaml_tree.parsed(text))
    config = dict(_mapping(_mapping(said).get(stack_text.CONFIG)))
    config.pop(stack_text.RELEASE, None)
    overrides = _mapping(config.pop(stack_text.OVERRIDES, None))
    left = {
        pattern: {key: value for key, value in _mapping(one).items() if key not in _PINS}
        for pattern, one in overrides.items()
    }
    return {**config, stack_text.OVERRIDES: {pattern: one for pattern, one in left.items() if one}}


def _differences(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        if ours != theirs:
            yield where
        return
    old, new = _mapping(ours), _mapping(theirs)
    for key in sorted({*old, *new}):
        yield from _differences(old.get(key), new.get(key), _joined(where, key))


def _joined(where: str, key: str) -> str:
    if not _WORD.fullmatch(key):
        return f"{where}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{where}.{key}" if where else key


def _mapping(said: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}
