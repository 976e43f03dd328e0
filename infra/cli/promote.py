"""`flowstacks promote`: the target's stack file pins what the source runs; `pulumi up` then does it."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from infra import problem
from infra.cli import stack
from infra.preflight import preflight
from infra.problem import Problem
from infra.promotion import details, gates, inherit, pins, plan_document, plan_text, promote, standing
from infra.promotion.gates import Asked
from infra.promotion.pins import Edit
from infra.promotion.promote import Promotion
from infra.stack_file import StackFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Source, target, patterns, `--dry-run`, `--check`, `--require-green`, `--skip`, `--json`."""
    parser.add_argument("source", metavar="SRC", help="the environment whose release is taken over")
    parser.add_argument("target", metavar="DST", help="the environment that gets it")
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="hold only these addresses there")
    parser.add_argument("--dry-run", action="store_true", help="say what would move, write nothing")
    parser.add_argument("--check", action="store_true", help="ask servers too: digests, what SRC's last up left")
    parser.add_argument("--require-green", action="store_true", help="last runs in SRC succeeded (with --check)")
    parser.add_argument("--skip", metavar="GATE", action="append", default=[], help=f"one of {', '.join(gates.GATES)}")
    parser.add_argument("--json", action="store_true", help="print what moves as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a gate is closed; nothing is written then. Raises `FlowstacksError`."""
    root = Path.cwd()
    pins.refuse_variable()
    for name in (arguments.source, arguments.target):
        pins.read(root, name)
    prepared = promote.prepare(root, stack.project(root), arguments.source, arguments.target, arguments.patterns)
    edit = pins.edit(root, arguments.target, prepared.edited)
    closed = _closed(root, prepared, arguments)
    if not closed and not arguments.dry_run:
        pins.write(edit)
    _tell(prepared, edit, closed, arguments)
    return 1 if closed else 0


def _closed(root: Path, prepared: Promotion, arguments: argparse.Namespace) -> list[Problem]:
    asks = arguments.check or arguments.require_green
    asked = Asked(root=root, promotion=prepared, standing=_standing(root, prepared) if asks else None)
    return gates.check(asked, arguments.skip, green=arguments.require_green)


def _standing(root: Path, prepared: Promotion) -> standing.Standing:
    source = prepared.source
    verdict = preflight.judge(root, stack.project(root), source, StackFile(root, source.environment))
    moving = [one.address for one in prepared.plan.deployments if one.move != "deleted"]
    return standing.ask(root, source, verdict.desired, moving)


def _tell(prepared: Promotion, edit: Edit, closed: list[Problem], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(_document(prepared, edit, closed, arguments), indent=2))
        return
    print("\n".join(_lines(prepared)))
    if closed:
        print("\n".join(map(str, problem.in_reading_order(closed))), file=sys.stderr)
        print(f"{edit.file} is unchanged: {len(closed)} gate{'s' if len(closed) > 1 else ''} closed", file=sys.stderr)
    else:
        print(_outcome(edit, arguments.dry_run))


def _outcome(edit: Edit, dry_run: bool) -> str:
    if edit.after == edit.before:
        return f"{edit.file} pins it already"
    if dry_run:
        return f"{edit.file} would be edited"
    return f"{edit.file} is edited. Review it with `pulumi preview -s {edit.stack}`, commit it, and `pulumi up` does it"


def _lines(prepared: Promotion) -> list[str]:
    what = ", ".join(prepared.holds or ()) or "all"
    commits = ", ".join(map(details.short, prepared.commits))
    held = inherit.held(prepared.now.config)
    apart = sorted(set(held) - set(prepared.holds or ()))
    elsewhere = sorted(inherit.held(prepared.source)) if prepared.holds is None else []
    return [
        f"{prepared.source.environment} -> {prepared.target}: {what} at {commits}",
        *plan_text.lines(prepared.plan),
        *([f"stay held apart in {prepared.target}: {', '.join(apart)}"] if apart else []),
        *(
            [f"held apart in {prepared.source.environment}, so not promoted: {', '.join(elsewhere)}"]
            if elsewhere
            else []
        ),
    ]


def _document(prepared: Promotion, edit: Edit, closed: list[Problem], arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "source": prepared.source.environment,
        "target": prepared.target,
        "commits": prepared.commits,
        "holds": {pattern: dataclasses.asdict(hold) for pattern, hold in (prepared.holds or {}).items()},
        "written": not closed and not arguments.dry_run and edit.after != edit.before,
        "problems": [vars(one) for one in closed],
        **plan_document.document(prepared.plan),
    }
