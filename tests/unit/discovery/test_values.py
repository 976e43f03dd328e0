import ast
import datetime
import math
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowstacks.discovery.flows import values
from flowstacks.discovery.flows.values import Located
from tests.support import parsing


def value_of(text: str, expression: str) -> object:
    code = parsing.codebase({"flows/etl/a.py": text})
    node = ast.parse(expression, mode="eval").body
    return values.evaluate(code, Located(code.modules["flows/etl/a.py"], node))


LITERALS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(LITERALS)
def test_any_literal_has_its_value_in_python(value: object) -> None:
    assert value_of("", repr(value)) == value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[*A, 3]", [1, 2, 3]),
        ("(*A,)", (1, 2)),
        ("{*A}", {1, 2}),
        ("{**D, 'y': 2}", {"x": 1, "y": 2}),
        ("D | {'x': 3}", {"x": 3}),
        ("dict(D2, y=1)", None),
        ("dict(x=1, **D2)", {"x": 1, "z": [1]}),
        ("D['x'] + 1", 2),
        ("A[-1]", 2),
        ("60 * 60 / 2 - 1", 1799.0),
        ("7 // 2", 3),
        ("'a' + 'b'", "ab"),
        ("(1,) + (2,)", (1, 2)),
        ("'a' + 1", None),
        ("1 / 0", None),
        ("'a' * 3", None),
        ("2 ** 3", None),
        ("f'{3.14159:.2f}{\"x\"!r}'", "3.14'x'"),
        ("f'{A:d}'", None),
        ("{[]: 1}", None),
        ("{[]}", None),
        ("A[9]", None),
        ("A['x']", None),
        ("datetime.timedelta(days=2)", datetime.timedelta(days=2)),
        ("datetime.date(2024, 13, 1)", None),
        ("datetime.date.today()", None),
        ("open('x')", None),
        ("lambda: 1", None),
        ("[x for x in A]", None),
        ("A if A else D", None),
        ("function", None),
        ("Class", None),
        ("-math.pi", None),
    ],
)
def test_expressions(expression: str, expected: object) -> None:
    text = "import datetime, math\nA = [1, 2]\nD = {'x': 1}\nD2 = {'z': [1]}\ndef function(): ...\nclass Class: ...\n"
    if expected is None:
        with pytest.raises(values.UnresolvedError):
            value_of(text, expression)
    else:
        assert value_of(text, expression) == expected


@pytest.mark.parametrize(
    "spoiled",
    [
        "A = [2]",
        "A += [2]",
        "A.append(2)",
        "A[0] = 2",
        "for A in range(3): ...",
        "for x in range(3):\n    A.append(x)",
        "while x():\n    A = []",
        "with open('x') as A: ...",
        "A, B = f()",
        "def A(): ...",
        "class A: ...",
        "if x:\n    A = [2]",
        "import A",
    ],
)
def test_a_name_that_is_changed_has_no_value(spoiled: str) -> None:
    assert value_of("A = [1]\n", "A") == [1]
    with pytest.raises(values.UnresolvedError):
        value_of(f"A = [1]\n{spoiled}\n", "A")


def test_each_evaluation_is_a_value_of_its_own() -> None:
    code = parsing.codebase({"flows/etl/a.py": "A = {'x': []}\n"})
    located = Located(code.modules["flows/etl/a.py"], ast.parse("[A, A]", mode="eval").body)
    first, second = cast("list[dict[str, list[int]]]", values.evaluate(code, located))
    first["x"].append(1)
    assert second == {"x": []}


def test_a_small_text_with_a_huge_value_is_given_up() -> None:
    lines = ["A0 = [1]", *(f"A{i} = [*A{i - 1}, *A{i - 1}, *A{i - 1}]" for i in range(1, 60))]
    with pytest.raises(values.UnresolvedError):
        value_of("\n".join(lines), "A59")


def test_a_long_sum_is_given_up_without_a_crash() -> None:
    with pytest.raises(values.UnresolvedError):
        value_of("A = " + " + ".join(["'x'"] * 900) + "\nB = A + B\n", "B")


def test_infinity_does_not_matter() -> None:
    assert value_of("", "1e999") == math.inf
