"""An edit of pins as text and as JSON. Pure."""

from collections.abc import Sequence

import pydantic

from flowstacks.core import naming
from flowstacks.difference import plan_document, plan_text
from flowstacks.pins import pins
from flowstacks.pins.pin import Hold, Pinned, PinnedRelease
from flowstacks.pins.pins import Edit
from flowstacks.promotion.forecast import Forecast

Json = dict[str, pydantic.JsonValue]


def lines(edit: Edit, prediction: Forecast, notes: Sequence[str], *, written: bool) -> list[str]:
    """What is pinned, what moves, and the next command."""
    before, after = (pins.pinned_in(edit.stack, text) for text in (edit.before, edit.after))
    commit_before, commit_after = (commit_of(pinned.release) for pinned in (before, after))
    move = f"commit {short(commit_before)} -> {short(commit_after)}"
    heading = f"{edit.stack}: {move if commit_before != commit_after else short(commit_before)}"
    changes = plan_text.lines(prediction.plan) if prediction.plan else [prediction.unknown or ""]
    return [heading, *holds(before, after), *changes, *notes, _next(edit, written=written)]


def document(edit: Edit, prediction: Forecast, notes: Sequence[str], *, written: bool) -> Json:
    """`plan` as in `flowstacks diff --json`; None where it is not known."""
    before, after = (pins.pinned_in(edit.stack, text) for text in (edit.before, edit.after))
    release = after.release
    return {
        "stack": edit.stack,
        "file": edit.file,
        "commit": {"before": commit_of(before.release), "after": commit_of(release)},
        "from": release.from_ if release else None,
        "images": dict(release.images) if release else {},
        "held": {pattern: _hold(hold) for pattern, hold in after.holds.items()},
        "written": written,
        "notes": [*notes, *([prediction.unknown] if prediction.unknown else [])],
        "plan": plan_document.document(prediction.plan) if prediction.plan else None,
    }


def holds(before: Pinned, after: Pinned) -> list[str]:
    """A line for each pattern whose hold differs from before."""
    patterns = sorted({*before.holds, *after.holds})
    pairs = [(pattern, before.holds.get(pattern), after.holds.get(pattern)) for pattern in patterns]
    return [f"{pattern}: {held(old)} -> {held(new)}" for pattern, old, new in pairs if old != new]


def held(hold: Hold | None) -> str:
    """`held at 51aa…, sha256:…`, or `as the release`."""
    if hold is None:
        return "as the release"
    return f"held at {', '.join(short(pin) for pin in (hold.commit, hold.image) if pin)}"


def short(pin: str | None) -> str:
    """The first digits of a commit or a digest; `HEAD` and `worktree` as they are."""
    return naming.short_hash(pin.removeprefix("sha256:")) if pin else "nothing"


def commit_of(release: PinnedRelease | None) -> str | None:
    """The pinned commit, None where nothing is pinned."""
    return release.commit if release else None


def _hold(hold: Hold) -> Json:
    return {"commit": hold.commit, "image": hold.image}


def _next(edit: Edit, *, written: bool) -> str:
    if edit.after == edit.before:
        return f"{edit.file} has these pins already"
    if not written:
        return f"{edit.file} is not written (--dry-run)"
    return f"{edit.file} is written. Look at it with `git diff`, then commit it and run `pulumi up -s {edit.stack}`"
