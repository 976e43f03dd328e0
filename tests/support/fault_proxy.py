"""A proxy on loopback that breaks chosen requests to a real server, and counts all of them."""

import contextlib
import dataclasses
import http.server
import socket
import threading
import time
from collections.abc import Generator, Mapping
from typing import Literal

import httpx

from flowstacks.local.servers import port

_PASSED = ("content-type", "docker-content-digest", "location")
How = Literal["answer", "lose request", "lose answer", "slow"]


@dataclasses.dataclass
class Fault:
    """Hits requests of `method` whose path has `part`, `times` times.

    `answer`: this status instead of the server's. `lose request`: the server never gets it. `lose answer`: the server
    carries it out, the client never learns.
    """

    how: How
    method: str
    part: str
    times: int = 1
    status: int = 503
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    seconds: float = 0.0


class FaultProxy:
    """`url` stands for `upstream`; `seen` are all requests, as `METHOD path`."""

    def __init__(self, upstream: str, url: str) -> None:
        self.upstream = upstream
        self.url = url
        self.seen: list[str] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def plan(self, *faults: Fault) -> None:
        with self._lock:
            self._faults = [dataclasses.replace(fault) for fault in faults]

    def left(self) -> int:
        """Planned faults that have not happened."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            self.seen.append(f"{method} {path}")
            for fault in self._faults:
                if fault.times and fault.method == method and fault.part in path:
                    fault.times -= 1
                    return fault
        return None


@contextlib.contextmanager
def running(upstream: str) -> Generator[FaultProxy, None, None]:
    """`upstream`: an API's URL. Closes with the block."""
    server = http.server.ThreadingHTTPServer((port.HOST, 0), http.server.BaseHTTPRequestHandler)
    base = httpx.URL(upstream)
    proxy = FaultProxy(upstream, f"http://{port.HOST}:{server.server_address[1]}{base.path}")
    with httpx.Client(base_url=f"{base.scheme}://{base.netloc.decode()}", timeout=60) as onwards:
        server.RequestHandlerClass = _handler(proxy, onwards)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(proxy: FaultProxy, onwards: httpx.Client) -> type[http.server.BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"proxy": proxy, "onwards": onwards})


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy
    onwards: httpx.Client

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.proxy.take(self.command, self.path)
        how = fault.how if fault else None
        if fault and how == "answer":
            self._answer(fault.status, b'{"detail":"planned"}', fault.headers)
        elif how == "lose request":
            self._hang_up()
        else:
            if fault and how == "slow":
                time.sleep(fault.seconds)
            self._pass_on(body, answers=how != "lose answer")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the base class's names

    def _pass_on(self, body: bytes, *, answers: bool) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        headers["X-Forwarded-Host"] = self.headers["Host"]  # or a registry would send uploads past the proxy
        answer = self.onwards.request(self.command, self.path, content=body, headers=headers)
        if answers:
            self._answer(answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k in _PASSED})
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        has_body = status != http.HTTPStatus.NO_CONTENT
        if has_body:
            if "content-type" not in headers:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Silent."""
