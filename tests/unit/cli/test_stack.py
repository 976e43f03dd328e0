from pathlib import Path

import pytest

from flowstacks.cli import stack
from flowstacks.core.errors import FlowstacksError


def test_the_project_is_called_as_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: ours\n", encoding="utf-8")
    assert stack.project(tmp_path) == "ours"


@pytest.mark.parametrize(
    ("text", "told"),
    [(None, "has no Pulumi.yaml"), ("runtime: python\n", "has no name"), ("name: [\n", "Pulumi.yaml:2")],
)
def test_a_project_file_that_does_not_tell_is_named(tmp_path: Path, text: str | None, told: str) -> None:
    if text is not None:
        (tmp_path / "Pulumi.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FlowstacksError, match=told):
        stack.project(tmp_path)
