from pathlib import Path

import pytest

from flowstacks.local import places
from flowstacks.local.engine import setup, tools


def _engine(folder: Path) -> None:
    folder.mkdir()
    for name in tools.ALL:
        (folder / name).write_text("#!/bin/sh\necho v3.258.0\n")
        (folder / name).chmod(0o755)


def test_a_shell_whose_path_holds_our_links_does_not_link_them_to_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = places.at(tmp_path / "checkout")
    _engine(tmp_path / "real")
    monkeypatch.setenv("PATH", f"{here.engine}:{tmp_path / 'real'}:/usr/bin:/bin")
    for _ in range(2):  # the second time the links are on PATH, first
        setup.ensure(here)
        assert {name: (here.engine / name).readlink() for name in tools.ALL} == {
            name: tmp_path / "real" / name for name in tools.ALL
        }
