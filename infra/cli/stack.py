"""Which stack a verb is about."""

import argparse
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from infra.errors import FlowstacksError
from infra.stack_file import PROJECT_FILE


def add_argument(parser: argparse.ArgumentParser) -> None:
    """`-s`, as Pulumi has it; the default is `dev`."""
    parser.add_argument("-s", "--stack", default="dev", help="the environment (default: dev)")


def project(root: Path) -> str:
    """The Pulumi project's name. Raises `FlowstacksError` where `root` holds no Pulumi project."""
    file = root / PROJECT_FILE
    if not file.exists():
        raise FlowstacksError(f"{root} has no {PROJECT_FILE}. Run this in the repository's root")
    loader: Any = YAML(typ="safe")  # ruamel's load() is untyped
    return loader.load(file)["name"]
