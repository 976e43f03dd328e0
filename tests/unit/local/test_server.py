"""The started-server mechanism, with Python's own HTTP server in the place of ours."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from flowstacks.local.errors import LocalError
from flowstacks.local.servers import health, identity, port, process, record, server
from flowstacks.local.servers.server import LocalServer

WHOSE = "whose.txt"


def _url(number: int) -> str:
    return f"http://{port.HOST}:{number}"


def _serve(number: int) -> list[str]:
    return [sys.executable, "-m", "http.server", str(number), "--bind", port.HOST]


def _server(folder: Path, command: Callable[[int], Sequence[str]] = _serve) -> LocalServer:
    folder.mkdir(exist_ok=True)
    (folder / WHOSE).write_text(str(folder))
    return LocalServer(
        name="page", title="page", usual_port=port.free(), start_timeout_s=60, folder=folder, log=folder / "log",
        command=command, environment=lambda _: os.environ, url=_url,
        answers=lambda number: health.body(f"{_url(number)}/{WHOSE}") == str(folder),
    )  # fmt: skip


@pytest.fixture
def page(tmp_path: Path) -> Iterator[LocalServer]:
    wanted = _server(tmp_path / "page")
    yield wanted
    known = record.load(_records(wanted), wanted.name)
    if known:
        process.stop(known, wanted.folder)


def _records(wanted: LocalServer) -> Path:
    return wanted.folder / "run"


def _killed(wanted: LocalServer) -> None:
    known = record.load(_records(wanted), wanted.name)
    assert known
    os.kill(known.pid, signal.SIGKILL)
    while process.members(known, wanted.folder):
        time.sleep(0.01)


def test_it_is_started_once(page: LocalServer) -> None:
    assert server.ensure(page, _records(page)) == (_url(page.usual_port), True)
    assert server.ensure(page, _records(page)) == (_url(page.usual_port), False)


def test_a_killed_one_comes_back_to_its_port_even_where_that_is_not_the_usual(page: LocalServer) -> None:
    with socket.create_server((port.HOST, page.usual_port)):
        first, _ = server.ensure(page, _records(page))
    assert first != _url(page.usual_port)
    _killed(page)
    assert server.ensure(page, _records(page)) == (first, True)


def test_a_port_that_somebody_took_meanwhile_is_left_to_them(page: LocalServer, tmp_path: Path) -> None:
    first, _ = server.ensure(page, _records(page))
    _killed(page)
    stranger = _server(tmp_path / "stranger", lambda _: _serve(page.usual_port))
    theirs = process.start(server._launch(stranger, page.usual_port))
    try:
        assert process.wait_until(lambda: stranger.answers(page.usual_port), theirs, server._launch(stranger, 0), 60)
        second, started = server.ensure(page, _records(page))
        assert started
        assert second != first
    finally:
        process.stop(theirs, stranger.folder)


def test_for_the_length_of_a_block_it_leaves_the_usual_port_alone(page: LocalServer) -> None:
    with server.running(page) as url:
        assert url != _url(page.usual_port)
        assert health.body(f"{url}/{WHOSE}") == str(page.folder)
    assert health.body(f"{url}/{WHOSE}") is None


def test_one_that_ends_by_itself_is_told_with_its_last_lines(tmp_path: Path) -> None:
    broken = _server(tmp_path / "broken", lambda _: [sys.executable, "-c", "import time; time.sleep(.3); 1 / 0"])
    with pytest.raises(LocalError, match="ZeroDivisionError"):
        server.ensure(broken, _records(broken))
    known = record.load(_records(broken), broken.name)
    assert known
    assert not identity.lives(known.identity)
