"""`flowstacks version-check`: projects that changed have a greater version than at another commit."""

import argparse
import json
from pathlib import Path

from flowstacks.core import naming, problem
from flowstacks.discovery.projects import project_changes, version_bump


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--against`, `--rev`, `--json`."""
    parser.add_argument(
        "--against", required=True, metavar="REF", help="compared with its merge base, e.g. origin/main"
    )
    parser.add_argument("--rev", default="HEAD", help="what is checked: a commit or worktree (default: HEAD)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def execute(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a version is not raised or can't be read."""
    root = Path.cwd()
    base = project_changes.merge_base(root, arguments.against, arguments.rev)
    changes, unreadable = project_changes.between(root, base, arguments.rev)
    problems = problem.in_reading_order([*version_bump.check(changes, arguments.against), *problem.errors(unreadable)])
    changed = [change for change in changes if change.has_moved]
    if arguments.json:
        projects = [
            {
                "name": change.name,
                "before": change.before.version if change.before else None,
                "after": change.after.version if change.after else None,
            }
            for change in changed
        ]
        document = {"base": base, "projects": projects, "problems": [vars(finding) for finding in problems]}
        print(json.dumps(document, indent=2))
    else:
        print(
            "\n".join(
                [
                    *map(str, problems),
                    f"{len(changed)} projects changed since {naming.short_hash(base)}, {len(problems)} to mend",
                ]
            )
        )
    return 1 if problems else 0
