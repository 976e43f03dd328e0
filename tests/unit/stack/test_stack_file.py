from pathlib import Path

import pytest

from flowstacks.core.errors import RejectedError
from flowstacks.core.problem import Place
from flowstacks.stack.stack_file import StackFile

_STACK = """\
# production
config:
  flowstacks:runtime: ecs
  flowstacks:overrides:
    "etl/**": {env: {WAREHOUSE: staging}}
    "etl/daily":
      schedules:
        - {slug: nightly, cron: "0 4 * * *"}
        - slug: hourly
          cron: nonsense
  flowstacks:prefect:
    api_key:
      secure: abc
"""
_SHARED = """\
name: flowstacks
config:
  flowstacks:schedule_policy:
    value: none
  flowstacks:runtime: process
"""


@pytest.fixture
def stack_file(tmp_path: Path) -> StackFile:
    (tmp_path / "Pulumi.main.yaml").write_text(_STACK)
    (tmp_path / "Pulumi.yaml").write_text(_SHARED)
    return StackFile(tmp_path, "main")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (["flowstacks:runtime"], Place("Pulumi.main.yaml", 3)),
        (["flowstacks:overrides", "etl/**", "env", "WAREHOUSE"], Place("Pulumi.main.yaml", 5)),
        (["flowstacks:overrides", "etl/daily", "schedules", 1, "cron"], Place("Pulumi.main.yaml", 10)),
        (["flowstacks:overrides", "etl/daily", "tags"], Place("Pulumi.main.yaml", 6)),
        (["flowstacks:schedule_policy"], Place("Pulumi.yaml", 3)),
        (["flowstacks:release", "commit"], Place("Pulumi.main.yaml", 0)),
    ],
)
def test_place(stack_file: StackFile, path: list[str | int], place: Place) -> None:
    assert stack_file.place(path) == place


def test_the_stack_file_wins_over_the_shared_one(stack_file: StackFile) -> None:
    values = stack_file.values()
    assert values["flowstacks:runtime"] == "ecs"
    assert values["flowstacks:schedule_policy"] == "none"


def test_a_missing_stack_file_is_an_empty_one(tmp_path: Path) -> None:
    assert StackFile(tmp_path, "dev").values() == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("config:\n  a: [1\n  b: 2\n", 3),
        ("- a\n", 1),
        ("config:\n\tx: 1\n", 2),
        ("# list\nconfig: [a]\n", 2),
        ("config:\n  a: 1\n  a: 2\n", 3),
    ],
)
def test_a_broken_stack_file_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(RejectedError) as rejected:
        StackFile(tmp_path, "dev")
    assert f"Pulumi.dev.yaml:{line}: error" in str(rejected.value)


@pytest.mark.parametrize("content", [b"config:\n  a: \xe6\n", b"config:\n  a: \x00\n"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_bytes(content)
    with pytest.raises(RejectedError, match=r"Pulumi\.dev\.yaml: error: not YAML"):
        StackFile(tmp_path, "dev")
