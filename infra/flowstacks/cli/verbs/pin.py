"""`flowstacks pin`: a commit into an environment's stack file."""

import argparse
import json
from pathlib import Path

from flowstacks.cli import lock_wait, stack
from flowstacks.cli.text import pin_text
from flowstacks.pins import pins
from flowstacks.promotion import commit_pin, forecast


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, commit, `--from`, `--dry-run`, `--wait`, `--json`."""
    parser.add_argument("stack", metavar="STACK", help="the environment")
    parser.add_argument("commit", metavar="COMMIT", help="anything git resolves: a hash, a tag, a branch, HEAD")
    parser.add_argument("--from", dest="origin", metavar="ENV", help="where it was tried, for the history")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    lock_wait.add_argument(parser)
    parser.add_argument("--json", action="store_true", help="print what moves as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 0. Raises `FlowstacksError` where the commit can't be pinned; then nothing was written."""
    pins.refuse_variable()
    root = Path.cwd()
    project = stack.project(root)
    if arguments.wait:
        lock_wait.wait(root, project, arguments.stack)
    pinned = commit_pin.prepare(root, project, arguments.stack, arguments.commit, arguments.origin)
    prediction = forecast.forecast_edit(project, pinned.edit)
    if not arguments.dry_run:
        pins.write(pinned.edit)
    notes = [*pinned.notes, *(f"{key}: no image yet, `pulumi up` builds it" for key in pinned.unbuilt)]
    written = not arguments.dry_run and pinned.edit.after != pinned.edit.before
    if arguments.json:
        print(json.dumps(pin_text.document(pinned.edit, prediction, notes, written=written), indent=2))
    else:
        print("\n".join(pin_text.lines(pinned.edit, prediction, notes, written=written)))
    return 0
