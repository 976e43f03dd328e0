from pathlib import Path

import pytest

from flowstacks.local.engine import path_search, tools, version

HELPERS = [name for name in tools.ALL if name != tools.CLI]


def _executable(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def _engine(folder: Path, printed: str, helpers: list[str] = HELPERS) -> Path:
    for name in helpers:
        _executable(folder / name, "exit 0")
    return _executable(folder / tools.CLI, f"echo '{printed}'")


def _found(*folders: Path) -> Path | None:
    found = path_search.on_path({"PATH": ":".join(map(str, folders))})
    return found[tools.CLI] if found else None


def test_a_fitting_engine_with_its_helpers_is_used(tmp_path: Path) -> None:
    cli = _engine(tmp_path, "v3.200.1")
    found = path_search.on_path({"PATH": str(tmp_path)})
    assert found == {name: tmp_path / name for name in tools.ALL}
    assert _found(tmp_path / "none", tmp_path) == cli


def test_one_that_is_too_old_or_broken_is_passed_over(tmp_path: Path) -> None:
    _engine(tmp_path / "old", "v3.149.0")
    _engine(tmp_path / "next", "v4.0.0")
    _executable(tmp_path / "broken" / tools.CLI, "exit 1")
    good = _engine(tmp_path / "good", "v3.258.0")
    folders = [tmp_path / name for name in ("old", "next", "broken")]
    assert _found(*folders) is None
    assert _found(*folders, tmp_path / "good") == good


def test_helpers_may_stand_elsewhere_on_path_or_beside_a_links_target(tmp_path: Path) -> None:
    _engine(tmp_path / "a", "v3.258.0", helpers=[])
    assert _found(tmp_path / "a") is None
    for name in HELPERS:
        _executable(tmp_path / "b" / name, "exit 0")
    assert _found(tmp_path / "a", tmp_path / "b") == tmp_path / "a" / tools.CLI
    _engine(tmp_path / "real", "v3.258.0")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / tools.CLI).symlink_to(tmp_path / "real" / tools.CLI)
    assert _found(tmp_path / "links") == tmp_path / "real" / tools.CLI


def test_our_own_command_is_no_engine(tmp_path: Path) -> None:
    _engine(tmp_path, "v3.258.0")
    (tmp_path / tools.CLI).write_text(f"#!/bin/sh\n# {path_search.WRAPPER_MARK}\necho v3.258.0\n")
    assert _found(tmp_path) is None


@pytest.mark.parametrize(
    ("printed", "fits"),
    [("v3.150.0", True), ("3.258.0\n", True), ("v3.149.9", False), ("v2.200.0", False), ("v4.0.0", False), ("", False)],
)
def test_the_range_is_decided_by_number(printed: str, fits: bool) -> None:
    assert version.fits(printed) is fits


def test_both_tool_modules_pin_a_version() -> None:
    pins = [version.pinned((tools.MODULES / name / "go.mod").read_text()) for name in ("cli", "language-python")]
    assert pins == ["v3.258.0", "v3.79.0"]
