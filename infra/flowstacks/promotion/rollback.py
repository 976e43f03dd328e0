"""The pins of an earlier revision of a stack file, put back into it; everything else in the file stays."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    """What a rollback means for the stack file."""

    revision: Revision
    """Whose pins are put back."""
    edit: Edit
    kept: tuple[str, ...]
    """Paths of keys that changed since that revision and stay as they are now."""
    uncommitted: bool
    """Whether the file differs from HEAD's."""


def prepare(root: Path, stack: str, rev: str) -> Rollback:
    """What putting back the pins of `rev`, or of `previous`, means; nothing is written.

    Raises `FlowstacksError` where there is no such revision, `RejectedError` for a file that can't be edited.
    """
    current = pins.read(root, stack)
    committed = revisions.committed(root, stack)
    revision = _previous(root, stack, committed) if rev == PREVIOUS else revisions.at(root, stack, rev)
    pinned = _pinned(stack, revision)
    edit = pins.edit(root, stack, lambda text: stack_text.with_pins(text, pinned))
    return Rollback(
        revision=revision,
        edit=edit,
        kept=tuple(changed(revision.text or "", current)),
        uncommitted=committed is not None and committed != current,
    )


def _previous(root: Path, stack: str, committed: str | None) -> Revision:
    """The last revision with other pins than HEAD's."""
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
    except TextError as invalid:
        raise FlowstacksError(
            f"{pins.name(stack)} of {naming.short_hash(revision.commit)} can't be read: {invalid.message}. "
            f"Pass another revision: flowstacks history {stack}"
        ) from invalid


def changed(old: str, new: str) -> Iterator[str]:
    """Paths of keys below `config:` with different values in two texts of a stack file, pins left out."""
    before, after = (_config(text) for text in (old, new))
    yield from _differences(before, after, "")


def _config(text: str) -> dict[str, Any]:
    document: Any = yaml_tree.plain(yaml_tree.parsed(text))
    config = dict(stack_text.mapping_of(stack_text.mapping_of(document).get(stack_text.CONFIG)))
    config.pop(stack_text.RELEASE, None)
    overrides = stack_text.mapping_of(config.pop(stack_text.OVERRIDES, None))
    unpinned = {
        pattern: {key: value for key, value in stack_text.mapping_of(override).items() if key not in _PINS}
        for pattern, override in overrides.items()
    }
    return {**config, stack_text.OVERRIDES: {pattern: override for pattern, override in unpinned.items() if override}}


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield path
        return
    old, new = stack_text.mapping_of(before), stack_text.mapping_of(after)
    for key in sorted({*old, *new}):
        yield from _differences(old.get(key), new.get(key), _joined(path, key))


def _joined(path: str, key: str) -> str:
    if not _WORD.fullmatch(key):
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key
