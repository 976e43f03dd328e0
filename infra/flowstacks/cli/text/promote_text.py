"""A promotion as text and as JSON. Pure."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from flowstacks.core import naming
from flowstacks.core.problem import Problem
from flowstacks.difference import plan_document, plan_text
from flowstacks.pins.pins import Edit
from flowstacks.promotion import inheritance
from flowstacks.promotion.preparation import Promotion


def lines(promotion: Promotion, edit: Edit, closed_gates: Sequence[Problem], *, written: bool) -> list[str]:
    """What moves, what stays held apart, what to do next; where there is nothing to do, only what stays."""
    pair = f"{promotion.source.environment} -> {promotion.target.environment}"
    if edit.after == edit.before:
        return [
            f"{pair}: {edit.file} pins it already, nothing to do",
            *(_apart(promotion) if promotion.holds == {} else []),
        ]
    promoted = ", ".join(promotion.holds or ()) or "all"
    moves = plan_text.lines(promotion.plan) if promotion.plan else [promotion.unknown or ""]
    return [
        f"{pair}: {promoted} at {', '.join(map(naming.short_hash, promotion.commits))}",
        *moves,
        *_apart(promotion),
        _outcome(edit, closed_gates, written=written),
    ]


def document(promotion: Promotion, edit: Edit, closed_gates: Sequence[Problem], *, written: bool) -> dict[str, Any]:
    """With the keys of `flowstacks diff --json`; without a plan they are absent, and `unknown` is the reason."""
    return {
        "source": promotion.source.environment,
        "target": promotion.target.environment,
        "file": edit.file,
        "commits": promotion.commits,
        "holds": {pattern: dataclasses.asdict(hold) for pattern, hold in (promotion.holds or {}).items()},
        "written": written,
        "problems": [vars(finding) for finding in closed_gates],
        "unknown": promotion.unknown,
        **(plan_document.document(promotion.plan) if promotion.plan else {}),
    }


def _apart(promotion: Promotion) -> list[str]:
    target_holds, source_holds = (sorted(inheritance.held(config)) for config in (promotion.target, promotion.source))
    kept = [pattern for pattern in target_holds if pattern not in (promotion.holds or {})]
    texts = [f"stay held apart in {promotion.target.environment}: {', '.join(kept)}"] if kept else []
    if source_holds and promotion.holds is None:
        texts.append(
            f"{promotion.source.environment} runs something else than its release here, which does not come along: "
            f"{', '.join(source_holds)}"
        )
    return texts


def _outcome(edit: Edit, closed_gates: Sequence[Problem], *, written: bool) -> str:
    if closed_gates:
        return f"{edit.file} is unchanged: {len(closed_gates)} gate{'s are' if len(closed_gates) > 1 else ' is'} closed"
    if not written:
        return f"{edit.file} would be edited (--dry-run)"
    return f"{edit.file} is edited. Review it with `pulumi preview -s {edit.stack}`, commit it, and `pulumi up` does it"
