import ast
import importlib.util
import inspect
import pathlib
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from prefect.utilities.callables import parameter_schema

from flowstacks.discovery.flows import schema
from tests.support import parsing

CASES = pathlib.Path(__file__).parents[2] / "cases/discovery/signatures.py"


def load(path: pathlib.Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


SIGNATURES = load(CASES, "discovery_signatures")
FUNCTIONS = [
    member
    for _, member in inspect.getmembers(SIGNATURES, inspect.isfunction)
    if member.__module__ == SIGNATURES.__name__
]


def derived(text: str, function: str) -> schema.Schema:
    code = parsing.codebase({"flows/etl/a.py": text})
    module = code.modules["flows/etl/a.py"]
    node = next(
        node
        for node in module.parsed.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    )
    return schema.parameter_schema(code, module, node)


@pytest.mark.filterwarnings("ignore")  # pydantic warns about the odd defaults when Prefect asks it
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_it_is_prefects_own(function: Callable[..., object]) -> None:
    expected = parameter_schema(function).model_dump_for_openapi()
    assert derived(CASES.read_text(), function.__name__) == expected


def test_cases_are_not_lost() -> None:
    assert len(FUNCTIONS) > 25


@pytest.mark.parametrize(
    "annotation",
    [
        "Missing",
        "pandas.DataFrame",
        "int[str]",
        "x()",
        "'not python'",
        "'('",
        "Literal[f()]",
        "A",
        "[1]",
    ],
)
def test_unknown_annotations_accept_anything(annotation: str) -> None:
    text = f"import pandas\nfrom typing import Literal\nA = B\nB = A\ndef f(a: {annotation}): ...\n"
    assert derived(text, "f")["properties"] == {"a": {"title": "a", "position": 0}}


def test_an_unknown_default_makes_it_optional_without_a_value() -> None:
    derived_schema = derived("import os\ndef f(a: int = os.cpu_count()): ...\n", "f")
    assert derived_schema["properties"] == {"a": {"type": "integer", "title": "a", "position": 0}}
    assert "required" not in derived_schema


def test_a_set_has_one_order() -> None:
    derived_schema = derived("def f(a: set[str] = {'c', 'a', 'b'}): ...\n", "f")
    properties = derived_schema["properties"]
    assert isinstance(properties, dict)
    assert properties["a"]["default"] == ["a", "b", "c"]  # type: ignore[index, call-overload]


def test_flows_do_not_share_a_schema() -> None:
    text = "def f(a: dict = {'x': [1]}): ...\ndef g(a: dict = {'x': [1]}): ...\n"
    first = derived(text, "f")["properties"]["a"]["default"]  # type: ignore[index, call-overload]
    first["x"].append(2)  # type: ignore[union-attr, index, call-overload]
    assert derived(text, "g")["properties"]["a"]["default"] == {"x": [1]}  # type: ignore[index, call-overload]
