"""`flowstacks check`: everything that would stop an `up`, and what is worth knowing."""

import argparse
import json
from pathlib import Path

from infra import problem
from infra.cli import orphans, stack
from infra.errors import RejectedError
from infra.preflight import online, preflight
from infra.problem import Place
from infra.provider.orphans import Orphan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack, `--online`, `--orphans`, `--json`."""
    stack.add_argument(parser)
    parser.add_argument("--online", action="store_true", help="ask the Prefect server too, read-only")
    parser.add_argument("--orphans", action="store_true", help="list what a killed `up` left on the server")
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is an error."""
    root = Path.cwd()
    try:
        verdict = preflight.run(root, stack.project(root), arguments.stack)
        asked = online.check(verdict, root).problems if arguments.online else ()
        lost = (
            list(map(_orphan, orphans.find(verdict.config, verdict.desired.owner, root))) if arguments.orphans else []
        )
        found, count = [*verdict.problems, *asked, *lost], len(verdict.desired.deployments)
    except RejectedError as rejected:
        found, count = rejected.problems, None
    if arguments.json:
        print(json.dumps({"stack": arguments.stack, "problems": [vars(one) for one in found]}, indent=2))
    else:
        print(_text(arguments.stack, found, count))
    return 1 if problem.errors(found) else 0


def _orphan(orphan: Orphan) -> problem.Problem:
    return problem.error(
        "orphan", Place("the Prefect server", 0), f"{orphan.kind} {orphan.name} ({orphan.id}) is ours, but in no state",
        "Run `pulumi up` if this commit wants it, else `flowstacks remove --orphans`",
    )  # fmt: skip


def _text(name: str, found: list[problem.Problem], count: int | None) -> str:
    errors = len(problem.errors(found))
    verdict = (
        f"{name}: {errors} to mend" if errors or count is None else f"{name}: {count} deployments, nothing to mend"
    )
    return "\n".join([*map(str, found), verdict])
