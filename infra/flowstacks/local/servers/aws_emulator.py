"""The emulator's own process: moto, and a journal of every request that changes something.

moto keeps all in memory. At start the journal is played back, so that objects are there again with the same IDs and
ARNs: requests are served one by one, and before each one moto's random numbers are seeded with its place in the
journal. moto's own recorder (`/moto-api/recorder`) does neither: it replays through HTTP what came concurrently, and
role IDs and the six letters at the end of a secret's ARN are others then (moto 5.2.5).

Times are not restored: what was created before a restart is as old as the restart. The journal holds the values of
secrets in the clear, as the emulator itself does; only its owner may read it.

Runs as `python -m flowstacks.local.servers.aws_emulator PORT JOURNAL`.
"""

import base64
import contextlib
import importlib
import io
import json
import re
import signal
import sys
import threading
import types
import urllib.parse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flowstacks.local.servers import port

READY = "/flowstacks/journal"
"""Answers with the journal's path as soon as everything is played back."""

_READING = re.compile(r"(Describe|Get|List|BatchGet|BatchCheck)[A-Z]")
_EC2 = "/ec2/aws4_request"
"""In the signature of a request to EC2: `Credential=<key>/<date>/<region>/ec2/aws4_request`."""

_PRIVATE = 0o600
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Journaled:
    """A WSGI application in front of moto's."""

    def __init__(self, app: Application, seed: Callable[[str], None], journal: Path) -> None:
        """Plays `journal` back; `seed` sets moto's random numbers."""
        self._app = app
        self._seed = seed
        self._path = journal
        self._lock = threading.Lock()
        self._count = 0
        self._replay()
        journal.touch(mode=_PRIVATE)
        self._file = journal.open("a", encoding="utf-8")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Write down, then serve: after a kill in between the request counts as done, as with AWS itself."""
        if environ.get("PATH_INFO") == READY:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(self._path).encode()]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self._lock:
            if is_change(environ, body):
                self._file.write(written(environ, body) + "\n")
                self._file.flush()
                self._next()
            return self._serve({**environ, "wsgi.input": io.BytesIO(body)}, start_response)

    def close(self) -> None:
        """Close the journal; nothing can be served after."""
        self._file.close()

    def _replay(self) -> None:
        for line in _whole_lines(self._path):
            self._next()
            self._serve(restored(line), _ignore)

    def _next(self) -> None:
        self._count += 1
        self._seed(f"request {self._count}")

    def _serve(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        answer = self._app(environ, start_response)
        try:
            return list(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()


def is_change(environ: Environ, body: bytes) -> bool:
    """Whether the request may change something: all but those whose operation says that it reads.

    Any question to EC2 does: the default VPC comes into being, with random IDs, when somebody first asks (moto 5.2.5).
    """
    if _EC2 in str(environ.get("HTTP_AUTHORIZATION", "")):
        return True
    return not _READING.match(operation(environ, body)) and environ["REQUEST_METHOD"] not in {"GET", "HEAD"}


def operation(environ: Environ, body: bytes) -> str:
    """`CreateRole`; "" where the request does not name it (REST services).

    AWS's JSON protocols name it in a header, the query protocol (IAM, STS) in the form.
    """
    target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    if target:
        return target.rpartition(".")[2]
    form = urllib.parse.parse_qs(body.decode(errors="replace"))
    return form.get("Action", [""])[0]


def written(environ: Environ, body: bytes) -> str:
    """One line of the journal."""
    texts = {key: value for key, value in environ.items() if isinstance(value, str)}
    return json.dumps({"environ": texts, "body": base64.b64encode(body).decode()})


def restored(line: str) -> Environ:
    """The request that a line of the journal tells of."""
    entry = json.loads(line)
    return {
        **entry["environ"],
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(base64.b64decode(entry["body"])),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _whole_lines(path: Path) -> list[str]:
    """Those of the journal; half a line that a kill left is cut off, for the next one must not be appended to it."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, encoding="utf-8")
    return whole.splitlines()


def _ignore(_status: str, _headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
    return lambda _body: None


def _end(_number: int, _frame: object) -> None:
    sys.exit(0)


def _run_fargate(ecs: Any) -> None:
    """Let RunTask take containers that say no memory, as those of Fargate tasks: the task says it.

    moto 5.2.5 adds up the containers' memory whatever the launch type, and fails on one without
    (`ecs/models.py`, `_calculate_task_resource_requirements`).
    """
    counted = ecs._calculate_task_resource_requirements  # noqa: SLF001 - moto has no other place for it

    def count(definition: Any) -> Any:
        containers = [{"memoryReservation": 0, **container} for container in definition.container_definitions]
        return counted(types.SimpleNamespace(container_definitions=containers))

    ecs._calculate_task_resource_requirements = staticmethod(count)  # noqa: SLF001 - as above


def main(number: int, journal: Path) -> None:
    """Serve until SIGTERM."""
    # moto is untyped at its seams, and no dependency of what is deployed: it is looked up by name.
    moto: Any = importlib.import_module("moto.moto_server.werkzeug_app")
    serving: Any = importlib.import_module("werkzeug.serving")
    random: Any = importlib.import_module("moto.moto_api._internal").mock_random
    _run_fargate(importlib.import_module("moto.ecs.models").EC2ContainerServiceBackend)
    app = Journaled(moto.DomainDispatcherApplication(moto.create_backend_app), random.seed, journal)
    server = serving.make_server(port.HOST, number, app, threaded=True, request_handler=moto.MotoRequestHandler)
    signal.signal(signal.SIGTERM, _end)
    with contextlib.closing(app):
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
