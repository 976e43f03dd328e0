"""`flowstacks new PROJECT/FLOW`: the smallest flow that deploys, and its project where there is none."""

import argparse
import keyword
import re
from pathlib import Path

from flowstacks.core.errors import FlowstacksError

_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

_PYPROJECT = """\
[project]
name = "{project}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []
"""

_FLOW = '''\
"""{title}."""

from prefect import flow, get_run_logger


@flow
def {function}(name: str = "world") -> str:
    """{title}."""
    greeting = f"Hello, {{name}}"
    get_run_logger().info(greeting)
    return greeting
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One argument, `project/flow`."""
    parser.add_argument("name", metavar="PROJECT/FLOW", help="for example `sales/daily_load`")


def execute(arguments: argparse.Namespace) -> int:
    """Write the files; nothing that exists is touched."""
    project, function = _parts(arguments.name)
    folder = Path.cwd() / "flows" / project
    file = folder / f"{function}.py"
    if file.exists():
        raise FlowstacksError(f"{file.relative_to(Path.cwd())} exists. Choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "pyproject.toml"
    if not settings.exists():
        settings.write_text(_PYPROJECT.format(project=project), encoding="utf-8")
    title = function.replace("_", " ").capitalize()
    file.write_text(_FLOW.format(function=function, title=title), encoding="utf-8")
    print(f"{file.relative_to(Path.cwd())} written. Try it: make up COMMIT=worktree")
    return 0


def _parts(name: str) -> tuple[str, str]:
    project, _, flow = name.partition("/")
    function = flow.replace("-", "_")
    if not _PROJECT.fullmatch(project) or not function.isidentifier() or keyword.iskeyword(function):
        raise FlowstacksError(f"{name!r} is no PROJECT/FLOW. Write for example sales/daily_load")
    return project, function
