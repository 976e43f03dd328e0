from pathlib import Path

import pytest

from flowstacks.local.engine import source_build as compiled
from flowstacks.local.errors import LocalError


def _go(folder: Path, text: str) -> None:
    (folder / "go").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "go").chmod(0o755)


def test_missing_and_old_go_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalError, match="go is missing"):
        compiled.into(tmp_path / "engine")
    _go(tmp_path, "echo go version go1.19.8 linux/amd64")
    with pytest.raises(LocalError, match=r"go1\.19\.8 .* is too old\. Install Go 1\.21"):
        compiled.into(tmp_path / "engine")


def test_a_failed_build_shows_its_last_lines_and_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _go(tmp_path, 'if [ "$1" = version ]; then echo go version go1.26.8 x; else echo no such module >&2; exit 1; fi')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(LocalError) as failed:
        compiled.into(tmp_path)
    assert "no such module" in str(failed.value)
    assert "Install pulumi 3.150 or newer" in str(failed.value)


def test_the_sources_are_the_pinned_modules() -> None:
    assert [path.name for path in compiled.sources()] == ["go.mod", "go.sum"] * 2
    assert all(path.exists() for path in compiled.sources())
