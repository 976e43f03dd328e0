"""Entry of the `flowstacks` command. Exit codes: 0 done or nothing to do, 1 problem, 2 usage."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from flowstacks.cli import shell
from flowstacks.core.errors import FlowstacksError

VERBS = {
    "build": "build and push the images of a commit, and print the release that pins them",
    "check": "say what is wrong with an environment, offline; `--online` asks the Prefect server too",
    "comment": "say what a pull request changes, as one markdown comment",
    "diff": "say what a promotion from one environment into another would move",
    "discover": "list projects, flows and deployments at a commit",
    "history": "list what an environment ran, since when, and who moved it",
    "images": "list the images of a stack's commit and whether they are in its repository",
    "new": "write a new flow that deploys with its defaults",
    "pin": "pin a commit in an environment, and say what moves",
    "promote": "pin in one environment what another one runs, and say what moves",
    "remove": "delete what a killed `up` left behind on the server",
    "rollback": "put an environment's earlier pins back, and say what moves",
    "run": "start a deployment by its address",
    "status": "list the stacks and what they pin; with `--changed-since`, those that the edits can change",
    "version-check": "see that every project that changed has a greater version",
}
"""Each verb is the module of that name in `verbs`, with `add_arguments(parser)` and `execute(arguments) -> int`.

Modules are imported when their verb is used: Prefect's client alone takes seconds to import.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, call, print."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    name = _verb(arguments)
    module = _module(name)
    parser = argparse.ArgumentParser(prog=f"flowstacks {name}", description=f"flowstacks {name}: {VERBS[name]}.")
    module.add_arguments(parser)
    options = _parsed(parser, arguments[1:])
    try:
        shell.enter(Path.cwd())
        return module.execute(options)
    except FlowstacksError as problem:
        print(problem, file=sys.stderr)
        return 1


def _verb(arguments: Sequence[str]) -> str:
    """The first argument; for any other than a verb argparse prints help or an error, and exits."""
    parser = argparse.ArgumentParser(prog="flowstacks", description="Prefect flows as infrastructure as code.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, summary in VERBS.items():
        verbs.add_parser(name, help=summary)
    return parser.parse_args(arguments[:1]).verb


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Options and positional arguments in any order; after `--` no option."""
    if "--" in arguments:
        # argparse forgets the dashes between its two passes over mixed arguments (`parse_known_intermixed_args`, 3.11).
        end = arguments.index("--")
        options, names = arguments[:end], arguments[end + 1 :]
        for name in names:
            if name.startswith("-"):
                parser.error(f"{name} is no name: no stack, address, image or commit begins with a dash")
        arguments = [*options, *names]
    return parser.parse_intermixed_args(arguments)


def _module(verb: str):  # noqa: ANN202 - a module has no type that says what is in it
    return importlib.import_module(f"flowstacks.cli.verbs.{verb.replace('-', '_')}")
