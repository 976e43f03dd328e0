"""`flowstacks history`: what an environment ran, since when, and who moved it."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pydantic

from flowstacks.cli.text import pin_text
from flowstacks.core import naming
from flowstacks.pins import history, pins, revisions
from flowstacks.pins.history import History, Step
from flowstacks.pins.pin import Hold

Json = dict[str, pydantic.JsonValue]
_LIMIT = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, `--limit`, `--json`."""
    parser.add_argument("stack", metavar="STACK", help="the environment")
    parser.add_argument("--limit", metavar="N", type=_count, default=_LIMIT, help=f"the last N (default: {_LIMIT})")
    parser.add_argument("--json", action="store_true", help="print the history as JSON")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of revisions; write 1 or more")
    return int(text)


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 0. Raises `FlowstacksError` for an unknown environment, or outside a repository."""
    root = Path.cwd()
    pinned = pins.pinned(root, arguments.stack)
    record = history.read(root, arguments.stack, arguments.limit)
    committed = revisions.committed(root, arguments.stack)
    unsaved = committed is None or pins.pinned_in(arguments.stack, committed) != pinned
    if arguments.json:
        print(json.dumps(_document(arguments.stack, record, unsaved=unsaved), indent=2))
    else:
        print("\n".join(_lines(arguments.stack, record, unsaved=unsaved)))
    return 0


def _document(stack: str, record: History, *, unsaved: bool) -> Json:
    """`complete`: nothing is missing because the clone is shallow; `uncommitted`: the file's pins are not HEAD's."""
    return {
        "stack": stack,
        "file": pins.name(stack),
        "complete": record.ends_at is None,
        "uncommitted": unsaved,
        "steps": [_step(step) for step in record.steps],
    }


def _step(step: Step) -> Json:
    before, after = step.before.release, step.after.release
    old_images, new_images = (dict(release.images) if release else {} for release in (before, after))
    changed = sorted(key for key in {*old_images, *new_images} if old_images.get(key) != new_images.get(key))
    return {
        "revision": step.revision.commit,
        "when": step.revision.time,
        "who": step.revision.author,
        "subject": step.revision.subject,
        "from": after.from_ if after else None,
        "commit": {"before": pin_text.commit_of(before), "after": pin_text.commit_of(after)},
        "images": {key: {"before": old_images.get(key), "after": new_images.get(key)} for key in changed},
        "projects": None if step.projects is None else list(step.projects),
        "held": {pattern: {"before": _hold(old), "after": _hold(new)} for pattern, (old, new) in step.holds.items()},
        "unreadable": step.unreadable,
    }


def _lines(stack: str, record: History, *, unsaved: bool) -> Iterator[str]:
    if unsaved:
        yield f"not committed: {pins.name(stack)} pins something else than HEAD's"
    for step in record.steps:
        revision = step.revision
        time = revision.time[:16].replace("T", " ")
        yield f"{naming.short_hash(revision.commit)}  {time}  {revision.author}  {revision.subject}"
        yield from (f"    {line}" for line in _step_lines(step))
    if record.ends_at:
        yield f"this clone ends at {naming.short_hash(record.ends_at)}. For what was before: git fetch --unshallow"
    elif not record.steps:
        yield f"{stack}: nothing was pinned yet"


def _step_lines(step: Step) -> Iterator[str]:
    if step.unreadable:
        yield f"can't be read: {step.unreadable}"
    before, after = step.before.release, step.after.release
    if before != after:
        origin = f", from {after.from_}" if after and after.from_ else ""
        moved = "not known" if step.projects is None else ", ".join(step.projects) or "none"
        old, new = (pin_text.short(pin_text.commit_of(release)) for release in (before, after))
        yield f"{old} -> {new}{origin}; projects moved: {moved}"
    yield from pin_text.holds(step.before, step.after)


def _hold(hold: Hold | None) -> pydantic.JsonValue:
    return {"commit": hold.commit, "image": hold.image} if hold else None
