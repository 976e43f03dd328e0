"""`flowstacks rollback`: the pins of an earlier revision, back in the stack file."""

import argparse
import json
from pathlib import Path

from flowstacks.cli import lock_wait, stack
from flowstacks.cli.text import pin_text
from flowstacks.core import naming
from flowstacks.pins import pins
from flowstacks.promotion import forecast, rollback
from flowstacks.promotion.rollback import Rollback


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, `--to`, `--dry-run`, `--wait`, `--json`."""
    parser.add_argument("stack", metavar="STACK", help="the environment")
    parser.add_argument(
        "--to", metavar="REV", default=rollback.PREVIOUS,
        help="a revision of the stack file, as `flowstacks history` lists them (default: previous, the last one that "
        "pins something else than HEAD)",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    lock_wait.add_argument(parser)
    parser.add_argument("--json", action="store_true", help="print what moves as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 0. Raises `FlowstacksError` where that revision can't be put back; then nothing was written."""
    pins.refuse_variable()
    root = Path.cwd()
    project = stack.project(root)
    if arguments.wait:
        lock_wait.wait(root, project, arguments.stack)
    plan = rollback.prepare(root, arguments.stack, arguments.to)
    prediction = forecast.forecast_edit(project, plan.edit)
    if not arguments.dry_run:
        pins.write(plan.edit)
    written = not arguments.dry_run and plan.edit.after != plan.edit.before
    if arguments.json:
        document = pin_text.document(plan.edit, prediction, _notes(plan), written=written)
        document["revision"], document["kept"] = plan.revision.commit, list(plan.kept)
        print(json.dumps(document, indent=2))
    else:
        revision = plan.revision
        commit = naming.short_hash(revision.commit)
        print(f"back to {commit} of {revision.time[:10]}, {revision.author}: {revision.subject}")
        print("\n".join(pin_text.lines(plan.edit, prediction, _notes(plan), written=written)))
    return 0


def _notes(plan: Rollback) -> list[str]:
    notes: list[str] = []
    if plan.kept:
        notes.append(f"changed since then, and kept as it is now: {', '.join(plan.kept)}")
    if plan.uncommitted:
        notes.append(f"{plan.edit.file} had uncommitted edits; the pins among them are replaced, the rest is kept")
    return notes
