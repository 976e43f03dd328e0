"""Which process a number means: a PID alone can be recycled, PID with start time and command line can't."""

import dataclasses
import os
import subprocess
from pathlib import Path

_PROC = Path("/proc")
_AFTER_NAME = 3  # proc(5): the fields of /proc/PID/stat that follow the name start at number 3
_STATE = 3 - _AFTER_NAME
_START = 22 - _AFTER_NAME


@dataclasses.dataclass(frozen=True)
class Identity:
    """`started` is comparable only with itself: clock ticks since a named boot, or what `ps` prints."""

    pid: int
    started: str
    command: str


def of(pid: int) -> Identity | None:
    """The process that has this number now; None where there is none, or only its unreaped rest."""
    return _from_proc(pid) if _PROC.joinpath("self/stat").exists() else _from_ps(pid)


def lives(identity: Identity) -> bool:
    """Whether that very process still runs."""
    return of(identity.pid) == identity


def marked(variable: str) -> list[int]:
    """PIDs of this user's processes whose environment holds `NAME=value`, our own process aside.

    Empty without /proc (macOS): there a server is found by its record alone.
    """
    assignment = os.fsencode(variable)
    return [
        int(entry.name)
        for entry in (_PROC.iterdir() if _PROC.is_dir() else ())
        if entry.name.isdigit() and int(entry.name) != os.getpid() and assignment in _environment(entry)
    ]


def _from_proc(pid: int) -> Identity | None:
    folder = _PROC / str(pid)
    try:
        # The name in parentheses may hold spaces and parentheses itself; what follows the last one may not.
        fields = folder.joinpath("stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        command = folder.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        boot = _PROC.joinpath("sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if fields[_STATE] in "ZX":
        return None
    return Identity(pid, f"{fields[_START]}@{boot}", command)


def _from_ps(pid: int) -> Identity | None:
    completed = subprocess.run(
        ["ps", "-o", "stat=", "-o", "lstart=", "-o", "command=", "-p", str(pid)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    fields = completed.stdout.split()
    if completed.returncode or not fields or fields[0].startswith("Z"):
        return None
    # ps(1) on macOS: lstart is five words ("Sat Nov 21 14:35:17 2026").
    return Identity(pid, " ".join(fields[1:6]), " ".join(fields[6:]))


def _environment(entry: Path) -> list[bytes]:
    try:
        return entry.joinpath("environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
