"""What the Makefile calls: `python -m flowstacks.local up|down|clean|engine|run`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flowstacks.core.errors import FlowstacksError
from flowstacks.local import places, progress, shutdown, startup, variables
from flowstacks.local.engine import setup
from flowstacks.local.places import Places


def main(arguments: Sequence[str]) -> int:
    """0 done, 1 a problem (one that names its remedy), 130 on ^C."""
    options = _parser().parse_args(arguments)
    try:
        return _do(places.at(Path(__file__).parents[3]), options)
    except FlowstacksError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped. `make up` goes on from here, `make down` stops the servers", file=sys.stderr)
        return 130


def _do(checkout: Places, options: argparse.Namespace) -> int:
    match options.verb:
        case "up":
            startup.bring_up(checkout, startup.StartRequest(stack=options.stack, commit=options.commit))
        case "down":
            shutdown.stop_all(checkout)
        case "clean":
            shutdown.clean(checkout)
        case "engine":
            progress.announce(f"engine: {setup.ensure(checkout)}")
        case _:
            _become(checkout, options.command)
    return 0


def _become(checkout: Places, command: list[str]) -> None:
    """Run a command with our folders first on PATH and nothing inherited that leads beyond this machine."""
    environment = variables.applied(checkout, os.environ, {"VIRTUAL_ENV": str(checkout.venv), **variables.QUIET})
    os.execvpe(command[0], command, environment)  # noqa: S606 - an argument list, no shell


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flowstacks.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("up", help="bring a stack up on this machine")
    start.add_argument("--stack", default="dev")
    start.add_argument("--commit", default="")
    verbs.add_parser("down", help="stop the servers, keep the state")
    verbs.add_parser("clean", help="stop the servers, remove the state")
    verbs.add_parser("engine", help="find, install or build the engine")
    verbs.add_parser("run", help="run a command").add_argument("command", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
