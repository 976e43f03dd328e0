"""The tree says what the architecture is: import directions, sizes, and the frozen files."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
FILES = sorted(INFRA.rglob("*.py"))
_LONGEST_FILE, _LONGEST_FUNCTION = 400, 60

# Who may not import what. Prefixes of module names.
FORBIDDEN = {
    "flowstacks.discovery": ("pulumi", "prefect", "flowstacks.provider", "flowstacks.stack.config", "flowstacks.desired.desired_state", "flowstacks.cli"),
    "flowstacks.provider": (
        "prefect", "flowstacks.discovery", "flowstacks.stack.config", "flowstacks.desired.desired_state", "flowstacks.core.naming", "flowstacks.cli", "flowstacks.local",
        "flowstacks.core.problem", "flowstacks.core.errors", "flowstacks.core.model", "flowstacks.stack.settings", "flowstacks.checks", "flowstacks.runtimes",
    ),
    "flowstacks.desired.desired_state": ("pulumi", "prefect", "flowstacks.cli", "flowstacks.local", "flowstacks.checks"),
    "flowstacks.runtimes": ("pulumi", "prefect", "flowstacks.cli", "flowstacks.local"),
    "flowstacks.checks": ("pulumi", "flowstacks.cli", "flowstacks.local", "flowstacks.environment"),
    "flowstacks.promotion": ("pulumi", "prefect", "flowstacks.cli", "flowstacks.local", "flowstacks.environment"),
    "flowstacks.program": ("flowstacks.cli", "flowstacks.local"),
    "flowstacks.environment": ("flowstacks.cli", "flowstacks.local", "flowstacks.discovery"),
    "flowstacks.report": ("pulumi", "prefect", "flowstacks.cli", "flowstacks.local"),
    "flowstacks.local": ("pulumi", "prefect", "flowstacks.cli", "flowstacks.provider", "flowstacks.desired.desired_state"),
}  # fmt: skip

# The stand-in for the AWS plugin is a process of its own, and speaks Pulumi's provider protocol.
ALLOWED = {"flowstacks.aws_plugin": ("pulumi",)}


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return found


def _is_under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


@pytest.mark.parametrize("file", FILES, ids=_module)
def test_imports_go_one_way(file: Path) -> None:
    module = _module(file)
    forbidden = [bad for prefix, all_bad in FORBIDDEN.items() if _is_under(module, prefix) for bad in all_bad]
    allowed = {good for prefix, all_good in ALLOWED.items() if _is_under(module, prefix) for good in all_good}
    forbidden = [bad for bad in forbidden if bad not in allowed]
    assert [(name, bad) for name in sorted(_imports(file)) for bad in forbidden if _is_under(name, bad)] == []


def test_only_one_module_speaks_http() -> None:
    speakers = {_module(file) for file in FILES if _imports(file) & {"httpx", "requests", "aiohttp", "urllib3"}}
    # `run` speaks through Prefect's own client and catches that client's errors, which are httpx's.
    speakers -= {"flowstacks.cli.verbs.run"}
    assert {name for name in speakers if not _is_under(name, "flowstacks.local")} == {"flowstacks.provider.transport"}


@pytest.mark.parametrize("file", FILES, ids=_module)
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= _LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno < _LONGEST_FUNCTION, node.name
