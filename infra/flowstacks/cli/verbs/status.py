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
    stacks = affected.stacks(root, base, arguments.follows)
    reasons = {reason.replace("-", " ") for reason in arguments.because or ()} or set(affected.REASONS)
    if base:
        stacks = [stack for stack in stacks if reasons & set(stack.reasons)]
    stacks = [stack for stack in stacks if stack.stack not in arguments.but]
    if arguments.names:
        print(json.dumps([stack.stack for stack in stacks]))
    elif arguments.json:
        print(json.dumps({"since": base, "stacks": [_document(stack) for stack in stacks]}, indent=2))
    else:
        print("\n".join(map(_line, stacks)) or "no stacks")
    return 0


def _document(stack: AffectedStack) -> dict[str, object]:
    return {
        "stack": stack.stack,
        "runtime": stack.runtime,
        "pin": stack.pin,
        "from": stack.from_,
        "because": [reason.replace(" ", "-") for reason in stack.reasons],
    }


def _line(stack: AffectedStack) -> str:
    origin = f" from {stack.from_}" if stack.from_ else ""
    why = f"  changed: {', '.join(stack.reasons)}" if stack.reasons else ""
    return (
        f"{stack.stack}  {stack.runtime or 'no runtime'}  {naming.short_hash(stack.pin or 'no release')}{origin}{why}"
    )
