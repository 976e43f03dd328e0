"""actionlint, built once from its Go modules and kept in the cache that all checkouts share."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from flowstacks.local import places
from flowstacks.local.engine import store

MODULE = Path(__file__).parent / "actionlint_module"
_PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"


def binary() -> Path:
    """Two at once both build; the later one replaces the other's, which is the same."""
    key = store.key([MODULE / "go.mod", MODULE / "go.sum"])
    made = places.cache(os.environ) / "actionlint" / key / "actionlint"
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent) as name:
            # `go` may write go.sum; the committed one must stay as it is.
            folder = Path(shutil.copytree(MODULE, Path(name) / "module"))
            _build(folder, Path(name) / "actionlint")
            (Path(name) / "actionlint").replace(made)
    return made


def _build(folder: Path, target: Path) -> None:
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", str(target), _PACKAGE]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "GOWORK": "off"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"actionlint can't be built: {done.stderr[-2000:]}"
