"""features.toml names tests that exist."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS: dict[str, list[str]] = tomllib.loads((ROOT / "tests" / "features.toml").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_tests_that_exist(row: str) -> None:
    assert ROWS[row]
    for named in ROWS[row]:
        path, _, function = named.partition("::")
        assert (ROOT / path).exists(), named
        if function:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, named
