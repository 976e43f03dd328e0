"""`flowstacks check`: everything that would stop an `up`, and what is worth knowing."""

import argparse
import dataclasses
import json
from pathlib import Path

from flowstacks.cli import orphans, stack
from flowstacks.core import problem
from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.evaluation import evaluation, servers
from flowstacks.pins import pins
from flowstacks.provider.kind import Orphan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Stack or `--all`, `--online`, `--orphans`, `--json`."""
    stack.add_argument(parser)
    parser.add_argument("--all", action="store_true", help="every stack that has a file, instead of one")
    parser.add_argument("--online", action="store_true", help="ask the Prefect server too, read-only")
    parser.add_argument("--orphans", action="store_true", help="list what a killed `up` left on the server")
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where there is an error."""
    root = Path.cwd()
    names = pins.stacks(root) if arguments.all else [arguments.stack]
    checked = [_checked(root, name, online_too=arguments.online, orphans_too=arguments.orphans) for name in names]
    if arguments.json:
        documents = [
            {"stack": result.stack, "problems": [vars(finding) for finding in result.problems]} for result in checked
        ]
        print(json.dumps(documents if arguments.all else documents[0], indent=2))
    else:
        print("\n".join(map(_text, checked)))
    return 1 if any(problem.errors(result.problems) for result in checked) else 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Checked:
    """`count`: how many deployments it is to have, None where that can't be said."""

    stack: str
    problems: list[problem.Problem]
    count: int | None


def _checked(root: Path, name: str, *, online_too: bool, orphans_too: bool) -> _Checked:
    try:
        verdict = evaluation.run(root, stack.project(root), name)
        server_problems = servers.check(verdict, root).problems if online_too else ()
        orphan_problems = (
            list(map(_orphan, orphans.find(verdict.config, verdict.desired.owner, root))) if orphans_too else []
        )
    except RejectedError as rejected:
        return _Checked(stack=name, problems=rejected.problems, count=None)
    return _Checked(
        stack=name,
        problems=[*verdict.problems, *server_problems, *orphan_problems],
        count=len(verdict.desired.deployments),
    )


def _orphan(orphan: Orphan) -> problem.Problem:
    return problem.error(
        "orphan", Place("the Prefect server", 0), f"{orphan.kind} {orphan.name} ({orphan.id}) is ours, but in no state",
        "Run `pulumi up` if this commit wants it, else `flowstacks remove --orphans`",
    )  # fmt: skip


def _text(result: _Checked) -> str:
    errors = len(problem.errors(result.problems))
    fine = f"{result.count} deployments, nothing to mend"
    verdict = f"{result.stack}: {f'{errors} to mend' if errors or result.count is None else fine}"
    return "\n".join([*map(str, result.problems), verdict])
