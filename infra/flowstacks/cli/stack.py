"""Which stack a verb is about."""

import argparse
from pathlib import Path

from flowstacks.core.errors import FlowstacksError
from flowstacks.stack import stack_file
from flowstacks.stack.stack_file import PROJECT_FILE


def add_argument(parser: argparse.ArgumentParser) -> None:
    """`-s`, as Pulumi has it; the default is `dev`."""
    parser.add_argument("-s", "--stack", default="dev", help="the environment (default: dev)")


def project(root: Path) -> str:
    """The Pulumi project's name. Raises `FlowstacksError` where `root` holds none, or one that can't be read."""
    file = root / PROJECT_FILE
    if not file.exists():
        raise FlowstacksError(f"{root} has no {PROJECT_FILE}. Run this in the repository's root")
    name = stack_file.read(file).get("name")
    if not name:
        raise FlowstacksError(f"{PROJECT_FILE}: it has no name. Write `name: flowstacks`")
    return str(name)
