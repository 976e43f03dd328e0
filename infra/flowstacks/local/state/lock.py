"""Locks that a killed `pulumi` left in the local state."""

import datetime
import socket
from pathlib import Path

import pydantic

from flowstacks.local.places import Places
from flowstacks.local.servers import identity

PROJECT = "flowstacks"


class Holder(pydantic.BaseModel):
    """A lock file's content (pulumi 3.258.0, `backend/diy/lock.go`); the vendor may add keys."""

    pid: int
    """Of the `pulumi` that took the lock."""

    username: str
    """Who ran it."""

    hostname: str
    """The machine on which `pid` has its meaning."""

    timestamp: datetime.datetime
    """When the lock was taken."""


def holders(places: Places, stack: str) -> list[Holder]:
    """As `of`, in the embedded default's state."""
    return of(places.state, PROJECT, stack)


def of(state: Path, project: str, stack: str) -> list[Holder]:
    """Who holds the stack in the file backend at `state`; more than one where two were killed."""
    folder = state / ".pulumi" / "locks" / "organization" / project / stack
    return [Holder.model_validate_json(text) for text in map(_content, sorted(folder.glob("*.json"))) if text]


def _content(path: Path) -> str | None:
    """None where the lock was given up just now."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def is_dead(holder: Holder) -> bool:
    """Whether that `pulumi` certainly runs no more: its PID is free, or some other program has it now."""
    if holder.hostname != socket.gethostname():
        return False
    running = identity.of(holder.pid)
    return running is None or Path(running.command.split(" ")[0]).name != "pulumi"


def described(holder: Holder) -> str:
    """For messages."""
    return f"PID {holder.pid} of {holder.username}@{holder.hostname}, since {holder.timestamp:%Y-%m-%d %H:%M:%S %Z}"
