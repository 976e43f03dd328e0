from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flowstacks.local.engine import request

CASES = Path(__file__).parents[2] / "cases" / "local" / "pulumi_commands.yaml"


def _cases() -> list[Any]:
    return YAML(typ="safe").load(CASES)


@pytest.mark.parametrize(("line", "touches", "stack", "placed"), _cases())
def test_a_command_line_is_understood(line: str, touches: str, stack: str | None, placed: str | None) -> None:
    words = line.split()
    asked = request.understood(words)
    assert (asked.touches.name, asked.stack) == (touches, stack)
    if placed:
        assert [*words[: asked.command_end], "^", *words[asked.command_end :]] == placed.split()


@pytest.mark.parametrize(
    ("line", "config_file"),
    [
        ("up -s dev", None),
        ("up --config-file mine.yaml -s dev", "mine.yaml"),
        ("preview --config-file=a/b.yaml", "a/b.yaml"),
    ],
)
def test_a_file_that_is_named_is_known(line: str, config_file: str | None) -> None:
    assert request.understood(line.split()).config_file == config_file
