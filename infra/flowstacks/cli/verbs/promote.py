"""`flowstacks promote`: the target's stack file pins what the source runs; `pulumi up` then does it."""

import argparse
import json
import sys
from pathlib import Path

from flowstacks.cli import lock_wait, stack
from flowstacks.cli.text import promote_text
from flowstacks.core import problem
from flowstacks.core.problem import Problem
from flowstacks.evaluation import evaluation
from flowstacks.pins import pins
from flowstacks.promotion import environment_state, gates, preparation
from flowstacks.promotion.gates import GateRequest
from flowstacks.promotion.preparation import Promotion


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Source, target, patterns, `--dry-run`, `--check`, `--require-green`, `--skip`, `--wait`, `--json`."""
    parser.add_argument("source", metavar="SRC", help="the environment whose release is taken over")
    parser.add_argument("target", metavar="DST", help="the environment that gets it")
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="hold only these addresses there")
    parser.add_argument("--dry-run", action="store_true", help="say what would move, write nothing")
    parser.add_argument("--check", action="store_true", help="ask servers too: digests, what SRC's last up left")
    parser.add_argument("--require-green", action="store_true", help="last runs in SRC succeeded (asks servers)")
    parser.add_argument("--skip", metavar="GATE", action="append", default=[], help=f"one of {', '.join(gates.GATES)}")
    lock_wait.add_argument(parser)
    parser.add_argument("--json", action="store_true", help="print what moves as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a gate is closed; nothing is written then. Raises `FlowstacksError`."""
    root = Path.cwd()
    pins.refuse_variable()
    for name in (arguments.source, arguments.target):
        pins.read(root, name)
    project = stack.project(root)
    gates.refuse_unknown(root, evaluation.configured(root, arguments.target), arguments.skip)
    if arguments.wait:
        lock_wait.wait(root, project, arguments.target)
    prepared = preparation.prepare(root, project, arguments.source, arguments.target, arguments.patterns)
    edit = pins.edit(root, arguments.target, prepared.edited)
    closed = _closed(root, prepared, arguments) if edit.after != edit.before else []
    written = edit.after != edit.before and not closed and not arguments.dry_run
    if written:
        pins.write(edit)
    if arguments.json:
        print(json.dumps(promote_text.document(prepared, edit, closed, written=written), indent=2))
    else:
        print("\n".join(promote_text.lines(prepared, edit, closed, written=written)))
        for finding in problem.in_reading_order(closed):
            print(finding, file=sys.stderr)
    return 1 if closed else 0


def _closed(root: Path, prepared: Promotion, arguments: argparse.Namespace) -> list[Problem]:
    state = None
    if arguments.check or arguments.require_green:
        state = environment_state.ask(root, prepared.source, prepared.source_desired, prepared.moved_addresses)
    request = GateRequest(root=root, promotion=prepared, state=state)
    return gates.check(request, arguments.skip, green=arguments.require_green)
