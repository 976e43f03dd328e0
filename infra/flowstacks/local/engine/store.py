"""Engines kept outside the checkout, so that a second clone neither downloads nor builds."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable
from pathlib import Path

from flowstacks.local import progress
from flowstacks.local.engine import tools

_DIGITS = 16


def key(sources: Iterable[Path]) -> str:
    """A hash of the files that say what the engine is made of, and of the machine it runs on."""
    digest = hashlib.sha256(f"{os.uname().sysname}/{os.uname().machine}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def obtain(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make(draft)` unless it is complete already; all of it or nothing.

    Two at once: the second waits and uses what the first made.
    """
    if tools.complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent / "lock"):
        if not tools.complete(folder):
            _fill(folder, make)
    return folder


def _fill(folder: Path, make: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="draft-") as name:
        draft = Path(name) / "engine"
        draft.mkdir()
        make(draft)
        shutil.rmtree(folder, ignore_errors=True)  # incomplete, or we would not be here
        draft.rename(folder)


@contextlib.contextmanager
def _alone(lock: Path) -> Generator[None, None, None]:
    with lock.open("w") as file:
        with progress.shown("another engine build is under way"):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
