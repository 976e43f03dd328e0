"""The script that runs before any Python of ours, with PATHs that lack one thing each."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
TOOLS = ("sh", "dirname", "sed", "mkdir", "ln", "rm", "sleep", "git")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "check out"
    (folder / "infra/flowstacks/local").mkdir(parents=True)
    shutil.copy(REPOSITORY / "infra/flowstacks/local/bootstrap.sh", folder / "infra/flowstacks/local")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def _run(checkout: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "infra/flowstacks/local/bootstrap.sh"],
        cwd=checkout,
        env={"PATH": str(path), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
    )


def _one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_missing_git_is_one_line(checkout: Path, path: Path) -> None:
    (path / "git").unlink()
    assert "git is missing. Install it" in _one_line(_run(checkout, path))


def test_a_python_that_is_too_old_is_one_line(checkout: Path, path: Path) -> None:
    _script(path / "python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    told = _one_line(_run(checkout, path))
    assert "python3 here: Python 3.9.2" in told
    assert "Install Python 3.11" in told


def test_a_newer_numbered_python_is_used_where_python3_is_too_old(checkout: Path, path: Path) -> None:
    _script(path / "python3", "exit 1")
    (path / "python3.12").symlink_to(sys.executable)
    _script(path / "uv", 'if [ "$1" = --version ]; then echo uv 0.13.9; else echo "$@" >> uv.log; fi')
    done = _run(checkout, path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"--python {path / 'python3.12'}" in (checkout / "uv.log").read_text()
    assert (checkout / ".local/bin/uv").readlink() == path / "uv"


def test_a_missing_venv_module_is_one_line(checkout: Path, path: Path) -> None:
    _script(path / "python3", 'case "$2" in *venv*) exit 1;; esac; exit 0')
    assert "has no venv module" in _one_line(_run(checkout, path))


def test_a_uv_that_is_too_old_is_not_used(checkout: Path, path: Path) -> None:
    _script(path / "uv", "echo uv 0.8.22")
    _script(path / "python3", 'case "$2" in *venv*) exit 1;; esac; exit 0')
    assert "has no venv module" in _one_line(_run(checkout, path))
