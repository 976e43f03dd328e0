"""A text that can't be read by recursion is refused at its line, with the limits of a stack file."""

import time

import pytest

from flowstacks.core import yaml_limits
from flowstacks.pins import yaml_tree
from flowstacks.pins.yaml_tree import TextError


def _nested(depth: int) -> str:
    return f"a: {'[' * depth}{']' * depth}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (_nested(2_000), 1, "nested deeper than 100"),
        (_nested(yaml_limits.DEEPEST), 1, "nested deeper than 100"),
        ("".join(f"{' ' * level}a:\n" for level in range(1_000)), 101, "nested deeper than 100"),
        ("a: &a [*a]\n", 1, "inside of what it refers to"),
        ("a: 1\nb: *a\n", 2, "has no anchor"),
        (
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)),
            5,
            "more than 50000 nodes",
        ),
    ],
)
def test_a_text_beyond_a_limit_is_refused_at_once(text: str, line: int, message: str) -> None:
    start = time.monotonic()
    with pytest.raises(TextError, match=message) as refused:
        yaml_tree.parsed(text)
    assert refused.value.line == line
    assert time.monotonic() - start < 2


def test_the_deepest_text_that_is_accepted_is_read() -> None:
    data = yaml_tree.plain(yaml_tree.parsed(_nested(yaml_limits.DEEPEST - 1)))["a"]
    depth = 1
    while data:
        data, depth = data[0], depth + 1
    assert depth == yaml_limits.DEEPEST - 1


def test_only_the_limits_apply_so_that_older_commits_can_be_read() -> None:
    assert yaml_tree.plain(yaml_tree.parsed("days: 010\nwhen: !x 2020-01-01\n")) == {
        "days": "010",
        "when": "2020-01-01",
    }
