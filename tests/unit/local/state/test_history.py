from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowstacks.local.state import history

FIRST = 1796087880892070429


def _fill(state: Path, times: set[int]) -> None:
    for time in times:
        for name in (
            f"history/flowstacks/dev/dev-{time}.history.json",
            f"history/flowstacks/dev/dev-{time}.checkpoint.json",
            f"backups/flowstacks/dev/dev.{time}.json",
        ):
            path = state / ".pulumi" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            path.with_name(f"{path.name}.attrs").touch()


def _times(folder: Path) -> set[int]:
    return {int(path.name.replace("-", ".").split(".")[1]) for path in folder.iterdir()}


@settings(max_examples=25, deadline=None)  # each example writes files
@given(times=st.sets(st.integers(FIRST, FIRST * 5), max_size=60))
def test_the_newest_updates_stay_whole_and_no_other(tmp_path_factory: pytest.TempPathFactory, times: set[int]) -> None:
    state = tmp_path_factory.mktemp("state")
    _fill(state, times)
    obsolete = max(0, len(times) - history.KEPT)
    assert history.prune(state, "flowstacks", "dev") == 6 * obsolete
    for name in ("history", "backups") if times else ():
        folder = state / ".pulumi" / name / "flowstacks" / "dev"
        assert _times(folder) == set(sorted(times)[obsolete:])
        assert len(list(folder.iterdir())) == len(times - set(sorted(times)[:obsolete])) * (
            4 if name == "history" else 2
        )


def test_other_stacks_and_files_of_other_names_stay(tmp_path: Path) -> None:
    _fill(tmp_path, set(range(FIRST, FIRST + 30)))
    note = tmp_path / ".pulumi/history/flowstacks/dev/notes.json"
    note.touch()
    assert history.prune(tmp_path, "flowstacks", "staging") == 0
    assert history.prune(tmp_path, "flowstacks", "dev") == 60
    assert note.exists()
