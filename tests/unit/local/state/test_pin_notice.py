import subprocess
from pathlib import Path

import pytest

from flowstacks.local.state import pin_notice


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    _git(tmp_path, "init", "-q")
    for number in range(3):
        _git(tmp_path, "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", str(number))
    return tmp_path


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_pin_behind_head_is_counted(repository: Path) -> None:
    behind = pin_notice.notice(repository, _git(repository, "rev-parse", "HEAD~2"), is_editable=True)
    assert behind is not None
    assert "2 commits behind HEAD" in behind
    assert "COMMIT=worktree" in behind
    one = pin_notice.notice(repository, _git(repository, "rev-parse", "HEAD~1"), is_editable=False)
    assert one is not None
    assert one.endswith("1 commit behind HEAD")


def test_head_itself_and_moving_pins_are_silent(repository: Path) -> None:
    assert pin_notice.notice(repository, _git(repository, "rev-parse", "HEAD"), is_editable=True) is None
    assert [pin_notice.notice(repository, moving, is_editable=True) for moving in ("HEAD", "worktree", None)] == [
        None,
        None,
        None,
    ]


def test_a_pin_that_the_clone_lacks_is_said_with_the_fetch(repository: Path) -> None:
    assert "git fetch origin" in (pin_notice.notice(repository, "0" * 40, is_editable=True) or "")
