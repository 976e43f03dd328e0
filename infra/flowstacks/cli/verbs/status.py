"""`flowstacks status`: the stacks, what they pin, and which of them an edit can change."""

import argparse
import json
from pathlib import Path

from flowstacks.core import naming
from flowstacks.discovery.projects import project_changes
from flowstacks.report import affected
from flowstacks.report.affected import AffectedStack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--changed-since`, `--because`, `--follows`, `--but`, `--names`, `--json`."""
    parser.add_argument("--changed-since", metavar="REF", help="only stacks that the edits since REF can change")
    parser.add_argument(
        "--because",
        action="append",
        choices=[reason.replace(" ", "-") for reason in affected.REASONS],
        help="with --changed-since: only for this reason (may be repeated)",
    )
    parser.add_argument("--follows", metavar="STACK", help="this stack is always at the checkout's commit")
    parser.add_argument("--but", action="append", default=[], metavar="STACK", help="leave this stack out")
    parser.add_argument("--names", action="store_true", help="print the names alone, as a JSON list on one line")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Read-only; asks nothing but git."""
    root = Path.cwd()
    base = project_changes.merge_base(root, arguments.changed_since) if arguments.changed_since else None
    found = affected.stacks(root, base, arguments.follows)
    wanted = {reason.replace("-", " ") for reason in arguments.because or ()} or set(affected.REASONS)
    if base:
        found = [one for one in found if wanted & set(one.reasons)]
    found = [one for one in found if one.stack not in arguments.but]
    if arguments.names:
        print(json.dumps([one.stack for one in found]))
    elif arguments.json:
        print(json.dumps({"since": base, "stacks": [_document(one) for one in found]}, indent=2))
    else:
        print("\n".join(map(_line, found)) or "no stacks")
    return 0


def _document(one: AffectedStack) -> dict[str, object]:
    return {
        "stack": one.stack,
        "runtime": one.runtime,
        "pin": one.pin,
        "from": one.from_,
        "because": [reason.replace(" ", "-") for reason in one.reasons],
    }


def _line(one: AffectedStack) -> str:
    origin = f" from {one.from_}" if one.from_ else ""
    why = f"  changed: {', '.join(one.reasons)}" if one.reasons else ""
    return f"{one.stack}  {one.runtime or 'no runtime'}  {naming.short_hash(one.pin or 'no release')}{origin}{why}"
