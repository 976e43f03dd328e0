"""The distribution of the checkout, built and installed."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.workspace import ROOT

_TIMEOUT_S = 120


def build(folder: Path) -> Path:
    """The wheel of the checkout, built into `folder`."""
    _uv("build", "--wheel", "--out-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, venv: Path) -> None:
    """A new virtual environment with the wheel; its dependencies are the ones of the running interpreter.

    A `.pth` file adds their folder behind the environment's own. Python reads no `.pth` file of a folder added so
    (https://docs.python.org/3/library/site.html), thus the checkout's editable `flowstacks` stays out of sight.
    """
    _uv("venv", "--python", sys.executable, str(venv))
    python = venv / "bin" / "python"
    _uv("pip", "install", "--offline", "--no-deps", "--python", str(python), str(wheel))
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")


def _uv(*arguments: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    subprocess.run(["uv", *arguments], check=True, capture_output=True, env=environment, timeout=_TIMEOUT_S)
