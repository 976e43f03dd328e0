"""Every problem that can be printed is listed, with a line for the docs, and the docs are what the code says."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flowstacks.checks import other_codes, reference, registry
from flowstacks.checks.check import Check
from flowstacks.promotion import gates
from flowstacks.stack import schedule

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "infra" / "flowstacks"
CHECKS = [check for checks in registry.stages().values() for check in checks]
CODES = [code for section in other_codes.sections().values() for code in section]
LISTED = {check.id for check in CHECKS} | {code.id for code in CODES}
_REPORTS = ("problem", "findings", "self._findings")
_LEVELS = ("error", "warning", "info")
# What makes a problem of a code that it was given; their callers are looked at, or the test says why not.
_FORWARD = {
    "checks/check.py": "the id of a check",
    "core/problem.py": "the functions themselves",
    "discovery/findings.py": "the functions themselves",
}


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        name = str(file.relative_to(PACKAGE))
        if name not in _FORWARD:
            yield name, ast.parse(file.read_text(encoding="utf-8"))


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _arguments(tree: ast.Module) -> Iterator[ast.expr]:
    """What each problem that the file makes gets as its code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        receiver, _, name = ast.unparse(node.func).rpartition(".")
        if receiver in _REPORTS and name in _LEVELS:
            yield node.args[0]
        if name == "Problem":
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "code")


def _literals(tree: ast.Module, name: str) -> set[str]:
    """What a variable or parameter called `name` is: first arguments of calls, first items of returned tuples."""
    makers = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(argument.arg == name for argument in node.args.args)
    }
    called = [
        node.args[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers and node.args
    ]
    returned = [
        node.value.elts[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts
    ]
    values = [node.value for node in (*called, *returned) if isinstance(node, ast.Constant)]
    return {value for value in values if isinstance(value, str)}


def _codes(tree: ast.Module, constants: Mapping[str, str], node: ast.expr) -> set[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr) and ast.unparse(node) == "f'gate-{gate}'":
        return {f"gate-{gate}" for gate in gates.GATES}
    if ast.unparse(node) in {"fault.field", "doubt.field"}:
        return {*schedule.TIMINGS, *schedule.COMPANIONS}
    assert isinstance(node, ast.Name), ast.unparse(node)
    return {constants[node.id]} if node.id in constants else _literals(tree, node.id)


def _used() -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for name, tree in _trees():
        constants = _constants(tree)
        for node in _arguments(tree):
            found = _codes(tree, constants, node)
            assert found, f"{name}:{node.lineno}: no code can be told"
            used.setdefault(name, set()).update(found)
    return used


def test_every_code_in_the_package_is_listed() -> None:
    assert {name: found - LISTED for name, found in _used().items() if found - LISTED} == {}


def test_every_listed_code_is_one_that_something_prints() -> None:
    used = set[str]().union(*_used().values())
    assert {code.id for code in CODES} - used == {"not-checked"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.id}: {check.find.__name__}")
def test_a_check_says_what_it_means_and_what_to_do(check: Check[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.id)
    assert check.summary.endswith(".")
    assert check.remedy


def test_no_rule_is_registered_twice() -> None:
    assert len({check.find for check in CHECKS}) == len(CHECKS)


def test_an_id_has_one_severity() -> None:
    assert len({(check.id, check.severity) for check in CHECKS}) == len({check.id for check in CHECKS})


def test_the_docs_are_what_the_code_says() -> None:
    """If this fails: `python -m flowstacks.checks > docs/reference/checks.md`."""
    assert (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8") == reference.page()


def test_the_docs_list_every_code() -> None:
    page = reference.page()
    assert [identifier for identifier in LISTED if f"| `{identifier}` |" not in page] == []
