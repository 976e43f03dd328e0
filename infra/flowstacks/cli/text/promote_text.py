"""A promotion as people and machines read it. Pure."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from flowstacks.core.problem import Problem
from flowstacks.difference import plan_document, plan_text, value_change
from flowstacks.pins.pins import Edit
from flowstacks.promotion import inheritance
from flowstacks.promotion.preparation import Promotion


def lines(prepared: Promotion, edit: Edit, closed: Sequence[Problem], *, written: bool) -> list[str]:
    """What moves, what stays held apart, what to do next; where there is nothing to do, only what stays."""
    pair = f"{prepared.source.environment} -> {prepared.target.environment}"
    if edit.after == edit.before:
        return [
            f"{pair}: {edit.file} pins it already, nothing to do",
            *(_apart(prepared) if prepared.holds == {} else []),
        ]
    what = ", ".join(prepared.holds or ()) or "all"
    moves = plan_text.lines(prepared.plan) if prepared.plan else [prepared.unknown or ""]
    return [
        f"{pair}: {what} at {', '.join(map(value_change.short_commit, prepared.commits))}",
        *moves,
        *_apart(prepared),
        _outcome(edit, closed, written=written),
    ]


def document(prepared: Promotion, edit: Edit, closed: Sequence[Problem], *, written: bool) -> dict[str, Any]:
    """What moves as in `flowstacks diff --json`; left out where it is not known, and then `unknown` says why."""
    return {
        "source": prepared.source.environment,
        "target": prepared.target.environment,
        "file": edit.file,
        "commits": prepared.commits,
        "holds": {pattern: dataclasses.asdict(hold) for pattern, hold in (prepared.holds or {}).items()},
        "written": written,
        "problems": [vars(one) for one in closed],
        "unknown": prepared.unknown,
        **(plan_document.document(prepared.plan) if prepared.plan else {}),
    }


def _apart(prepared: Promotion) -> list[str]:
    mine, theirs = (sorted(inheritance.held(one)) for one in (prepared.target, prepared.source))
    stay = [pattern for pattern in mine if pattern not in (prepared.holds or {})]
    told = [f"stay held apart in {prepared.target.environment}: {', '.join(stay)}"] if stay else []
    if theirs and prepared.holds is None:
        told.append(
            f"{prepared.source.environment} runs something else than its release here, which does not come along: "
            f"{', '.join(theirs)}"
        )
    return told


def _outcome(edit: Edit, closed: Sequence[Problem], *, written: bool) -> str:
    if closed:
        return f"{edit.file} is unchanged: {len(closed)} gate{'s are' if len(closed) > 1 else ' is'} closed"
    if not written:
        return f"{edit.file} would be edited (--dry-run)"
    return f"{edit.file} is edited. Review it with `pulumi preview -s {edit.stack}`, commit it, and `pulumi up` does it"
