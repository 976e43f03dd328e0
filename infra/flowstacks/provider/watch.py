"""End with the engine: a provider whose engine was killed must not send a late request after the next run has begun.

`kill -9` of `pulumi` leaves its plugins running (measured for 110 s, pulumi 3.258.0). The plugin is started through the
shell script `pulumi-resource-pulumi-python`, which does not exec: our parent is that shell, and it outlives the
engine too. So every ancestor up to the first that is no launcher is watched, and none above: the engine itself may
well outlive whoever started it.
"""

import os
import pathlib
import subprocess
import threading
import time

INTERVAL_S = 0.25
_LAUNCHER = "pulumi-resource"
"""Linux names a process of a script after the script, cut to 15 characters; `ps` elsewhere names the shell."""

_SHELLS = frozenset({"sh", "dash", "bash", "zsh", "ash", "busybox"})
_ORPHANED = 1


def start() -> None:
    """Watch from a daemon thread, and leave by `os._exit`: no clean-up may send anything."""
    threading.Thread(target=_watch, args=(lineage(os.getpid()),), name="watch-parent", daemon=True).start()


def lineage(pid: int) -> list[tuple[int, int]]:
    """Pairs (process, its parent) from `pid` up to the first parent that is no launcher."""
    links: list[tuple[int, int]] = []
    while pid > _ORPHANED:
        parent, _ = _look(pid)
        links.append((pid, parent))
        if parent <= _ORPHANED or not _launches(_look(parent)[1]):
            break
        pid = parent
    return links


def is_whole(links: list[tuple[int, int]]) -> bool:
    """Whether every process of the lineage still has the parent it had."""
    return all(_look(pid)[0] == parent for pid, parent in links)


def _launches(command: str) -> bool:
    return command in _SHELLS or command.startswith(_LAUNCHER)


def _watch(links: list[tuple[int, int]]) -> None:
    while is_whole(links):
        time.sleep(INTERVAL_S)
    os._exit(1)


def _look(pid: int) -> tuple[int, str]:
    """Parent and command name; (0, "") for a process that is no more."""
    if pid == os.getpid():
        # No file, no subprocess: the common case, four times a second.
        return os.getppid(), "python"
    proc = pathlib.Path("/proc")
    if (proc / "self" / "stat").exists():
        return _look_in(proc / str(pid) / "stat")
    line = subprocess.run(
        ["ps", "-o", "ppid=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    parent, _, command = line.strip().partition(" ")
    return (int(parent), pathlib.PurePath(command.strip()).name) if parent else (0, "")


def _look_in(stat: pathlib.Path) -> tuple[int, str]:
    try:
        text = stat.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0, ""
    # The command is in brackets and may itself hold brackets and blanks (proc_pid_stat(5)).
    command, _, fields = text.partition("(")[2].rpartition(")")
    return int(fields.split()[1]), command
