from pathlib import Path

import pytest

from flowstacks.local.state import attributes


@pytest.mark.parametrize("left", ["", '{"user.cache_control":"","md5":"dixa', "\x00\x00"])
def test_what_a_kill_left_is_removed_and_the_rest_stays(tmp_path: Path, left: str) -> None:
    stacks = tmp_path / ".pulumi" / "stacks" / "flowstacks"
    stacks.mkdir(parents=True)
    whole, broken, checkpoint = (stacks / name for name in ("main.json.attrs", "dev.json.attrs", "dev.json"))
    whole.write_text('{"md5": "aa=="}', encoding="utf-8")
    broken.write_text(left, encoding="utf-8")
    checkpoint.write_text("{}", encoding="utf-8")
    assert attributes.mend(tmp_path) == [broken]
    assert sorted(stacks.iterdir()) == [checkpoint, whole]


def test_a_backend_that_is_not_there_yet_has_none(tmp_path: Path) -> None:
    assert attributes.mend(tmp_path) == []
