"""State, logs and databases of the embedded default are the user's alone: they hold secrets."""

import stat
from pathlib import Path

from flowstacks.local.places import Places

UMASK = 0o077
"""Of the engine and of every server: what they make is for the user alone."""


def restrict(places: Places) -> None:
    """Take away what an earlier run let others do. Raises `OSError` where a file is somebody else's."""
    for folder in (places.state, places.prefect_home, places.aws, places.logs, places.stacks, places.truncated):
        for path in (folder, *folder.rglob("*")):
            _restrict(path)


def _restrict(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        if mode & UMASK and (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            path.chmod(stat.S_IMODE(mode) & ~UMASK)
    except FileNotFoundError:
        return  # a folder still to come, or a file that a running server has removed, such as a database's journal
