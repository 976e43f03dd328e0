"""Hostile stack files: each is one clear problem at once, and what is accepted arrives as it is written."""

import time
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies

from flowstacks.core import problem
from flowstacks.core.errors import RejectedError
from flowstacks.stack import config
from flowstacks.stack.stack_file import StackFile

_BOMB = "config:\n  flowstacks:a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  flowstacks:{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)
_CHAIN = "config:\n  flowstacks:k0: &a0 []\n" + "".join(
    f"  flowstacks:k{level}: &a{level} [*a{level - 1}]\n" for level in range(1, 2000)
)
_RUNTIME = "config:\n  flowstacks:runtime: process\n"

HOSTILE = {
    "number as a key": ("config:\n  flowstacks:runtime: process\n  1: x\n", 3, "the key 1 is no text"),
    "null as a key": ("config:\n  ~: x\n", 2, "the key ~ is no text"),
    "nothing as a key": ("config:\n  : x\n", 2, "the key null is no text"),
    "boolean as a key": ("config: {true: x}\n", 1, "the key true is no text"),
    "list as a key": ("config:\n  ? [a, b]\n  : x\n", 2, "a key is text here"),
    "mapping as a key": ("config:\n  ? {a: b}\n  : x\n", 2, "a key is text here"),
    "alias as a key": ("config:\n  a: &a x\n  *a : y\n", 3, "the alias *a is used as a key"),
    "number as a key further in": (_RUNTIME + "  flowstacks:defaults: {env: {1: x}}\n", 3, "the key 1 is no text"),
    "flow lists": (_RUNTIME + f"  flowstacks:x: {'[' * 2000}{']' * 2000}\n", 3, "nested deeper than 100"),
    "lists that are not closed": (_RUNTIME + f"  flowstacks:x: {'[' * 2000}\n", 3, "nested deeper than 100"),
    "block mappings": (
        "config:\n" + "".join(f"{' ' * level}a:\n" for level in range(1, 1000)), 101, "nested deeper than 100",
    ),
    "alias bomb": (_BOMB, 6, "more than 50000 nodes"),
    "alias chain": (_CHAIN, 100, "nested deeper than 100"),
    "alias circle": ("config:\n  flowstacks:a: &a [*a]\n", 2, "inside of what it refers to"),
    "merge circle": ("config:\n  flowstacks:a: &a {<<: *a}\n", 2, "inside of what it refers to"),
    "JSON": (_RUNTIME + f"  flowstacks:defaults: '{'[' * 100_000}'\n", 3, "nested deeper than 100"),
    "JSON objects": (
        _RUNTIME + "  flowstacks:defaults: '" + '{"a":' * 20_000 + "1" + "}" * 20_000 + "'\n", 3, "nested deeper",
    ),
    "surrogate": (_RUNTIME + '  flowstacks:defaults: {description: "\\ud800"}\n', 3, "half a surrogate pair"),
    "surrogate in a key": (_RUNTIME + '  flowstacks:defaults: {env: {"\\udfff": x}}\n', 3, "half a surrogate pair"),
    "surrogate in JSON": (
        _RUNTIME + "  flowstacks:defaults: '{\"description\": \"\\ud800\"}'\n", 3, "half a surrogate pair",
    ),
    "pool name": (_RUNTIME + f"  flowstacks:defaults: {{work_pool_name: {'x' * 20_000}}}\n", 3, "at most 255"),
    "pool template": (_RUNTIME + f"  flowstacks:naming: {{work_pool: {'x' * 20_000}}}\n", 3, "255 at most"),
    "key twice": ('config:\n  "a\\e[31m": one-secret\n  "a\\e[31m": other\n', 3, "written twice, first in line 2"),
    "tag": (_RUNTIME + "  flowstacks:x: !!python/name:os.system x\n", 3, "is not read"),
    "timestamp that is none": (_RUNTIME + "  flowstacks:x: 2020-99-99\n", 3, "is a date"),
    "another version of YAML": ("%YAML 1.1\n---\n" + _RUNTIME, 2, "Remove the line"),
    "size": (_RUNTIME + f"  flowstacks:x: {'x' * 1_000_000}\n", 0, "more than 1,000,000 bytes"),
}  # fmt: skip


def _load(folder: Path, text: str) -> None:
    (folder / "Pulumi.dev.yaml").write_text(text)
    file = StackFile(folder, "dev")
    config.load("dev", file.values(), file.place)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_stack_file_is_a_clear_problem_at_once(tmp_path: Path, name: str) -> None:
    text, line, expected = HOSTILE[name]
    start = time.monotonic()
    with pytest.raises(RejectedError) as rejected:
        _load(tmp_path, text)
    assert time.monotonic() - start < 2
    message = str(rejected.value)
    assert f"Pulumi.dev.yaml:{line}: error" in message or line == 0
    assert expected in message
    assert len(message) < 2000
    assert all(letter.isprintable() or letter == "\n" for letter in message)
    assert "one-secret" not in message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("010", "starts with a zero"),
        ("-010", "starts with a zero"),
        ("012345678901", "starts with a zero"),
        ("089", "starts with a zero"),
        ("12345678901234567890", "more digits than a number can carry"),
        ("-9223372036854775809", "more digits than a number can carry"),
        ("1e400", "a number that JSON does not have"),
        (".nan", "a number that JSON does not have"),
        ("-.Inf", "a number that JSON does not have"),
        ("0B1", "read as a number by Pulumi"),
        ("0X10", "read as a number by Pulumi"),
        ("1e5_0", "read as a number by Pulumi"),
        ("2020-01-01", "is a date"),
        ("2001-12-14t21:59:43.10-05:00", "is a date"),
    ],
)
def test_a_number_of_two_meanings_is_refused_at_its_line_and_accepted_in_quotes(
    tmp_path: Path, value: str, expected: str
) -> None:
    text = _RUNTIME + "  flowstacks:defaults:\n    parameters:\n      days: {}\n"
    with pytest.raises(RejectedError) as rejected:
        _load(tmp_path, text.format(value))
    assert "Pulumi.dev.yaml:5: error" in str(rejected.value)
    assert expected in str(rejected.value)
    _load(tmp_path, text.format(f'"{value}"'))


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("0o10", 8), ("0x10", 16), ("0b10", 2), ("1_000", 1000), ("yes", "yes"), ("off", "off"), ("1:30", "1:30"),
        ("9223372036854775807", 2**63 - 1), ("9007199254740993", 2**53 + 1), ("0", 0), ("1e3", 1000), ("7.0", 7),
        ("-0.0", 0), ("1.5", 1.5), ("1.2345678901234568e20", 123456789012345680000), ("1e22", 1e22), ("TRUE", True),
    ],
)  # fmt: skip
def test_what_both_read_alike_is_accepted(tmp_path: Path, value: str, meant: object) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n  flowstacks:defaults: {{v: {value}}}\n")
    read = StackFile(tmp_path, "dev").values()["flowstacks:defaults"]["v"]
    assert (type(meant)(read), isinstance(read, float)) == (meant, isinstance(meant, float))


@hypothesis.given(strategies.text())
def test_what_is_printed_can_be_printed(text: str) -> None:
    shown = problem.printable(text)
    assert shown.isprintable()
    assert shown.isascii() or not text.isascii()
    assert problem.printable(shown) == shown
