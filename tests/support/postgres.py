"""A PostgreSQL cluster to throw away, from the machine's own binaries, on loopback only."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from flowstacks.local.servers import port

_START_TIMEOUT_S = 60.0
_NEEDED = ("initdb", "postgres", "pg_isready")


def binaries() -> Path | None:
    """The folder with `initdb`; Debian keeps it off PATH. None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    whole = [folder for folder in folders if all((folder / name).exists() for name in _NEEDED)]
    return whole[-1] if whole else None


@contextlib.contextmanager
def running(folder: Path) -> Generator[str, None, None]:
    """Yields a database URL for Prefect. `folder` is the `binaries` folder."""
    # PostgreSQL refuses to run as root, and its user can't reach into pytest's own folders.
    home = Path(tempfile.mkdtemp(prefix="flowstacks-postgres-"))
    user = _user()
    if user:
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
    number = port.free()
    try:
        _run([folder / "initdb", "-D", home / "data", "-U", "prefect", "-A", "trust", "--no-sync"], user)
        with _server(folder, home, number, user):
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{number}/postgres"
    finally:
        shutil.rmtree(home)


@contextlib.contextmanager
def _server(folder: Path, home: Path, number: int, user: str | None) -> Generator[None, None, None]:
    options = [f"listen_addresses={port.HOST}", f"unix_socket_directories={home}", "fsync=off", "max_connections=200"]
    command = [folder / "postgres", "-D", home / "data", "-p", str(number)]
    for option in options:
        command += ["-c", option]
    with (home / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, user=user) as server:
        try:
            _wait([folder / "pg_isready", "-h", port.HOST, "-p", str(number), "-q"], home / "log")
            yield
        finally:
            server.terminate()
            server.wait()


def _wait(question: list[str | Path], log: Path) -> None:
    started = time.monotonic()
    while subprocess.run(question, check=False).returncode:
        assert time.monotonic() - started < _START_TIMEOUT_S, log.read_text()[-2000:]
        time.sleep(0.1)


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, user=user)
    assert done.returncode == 0, done.stderr


def _user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None
