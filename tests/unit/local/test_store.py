import concurrent.futures
import threading
from pathlib import Path

import pytest

from flowstacks.local.engine import store, tools


def _make(draft: Path) -> None:
    for name in tools.ALL:
        (draft / name).write_text("built")


def test_what_is_complete_is_not_made_again(tmp_path: Path) -> None:
    folder = store.obtain(tmp_path / "engine" / "key", _make)
    (folder / tools.CLI).write_text("kept")
    assert store.obtain(folder, _make) == folder
    assert (folder / tools.CLI).read_text() == "kept"


def test_a_failed_make_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        (draft / tools.CLI).write_text("half")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        store.obtain(tmp_path / "engine" / "key", fail)
    assert [path.name for path in (tmp_path / "engine").iterdir()] == ["lock"]


def test_an_incomplete_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / tools.CLI).write_text("half")
    assert (store.obtain(tmp_path / "key", _make) / tools.CLI).read_text() == "built"


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    made: list[Path] = []
    first_is_at_it = threading.Event()
    both_have_asked = threading.Event()

    def make(draft: Path) -> None:
        made.append(draft)
        first_is_at_it.set()
        both_have_asked.wait(30)
        _make(draft)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        first = pool.submit(store.obtain, tmp_path / "key", make)
        assert first_is_at_it.wait(30)
        second = pool.submit(store.obtain, tmp_path / "key", make)
        both_have_asked.set()
        assert first.result(30) == second.result(30) == tmp_path / "key"
    assert len(made) == 1


def test_the_key_follows_every_source(tmp_path: Path) -> None:
    source = tmp_path / "go.mod"
    source.write_text("a")
    before = store.key([source])
    assert store.key([source]) == before
    source.write_text("b")
    assert store.key([source]) != before
