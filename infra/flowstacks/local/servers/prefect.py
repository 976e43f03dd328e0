"""A real Prefect server on loopback: for `make up` at its usual port, for tests at any."""

import contextlib
import os
import sys
from pathlib import Path

import pydantic

from flowstacks.local import variables
from flowstacks.local.servers import health, port, server
from flowstacks.local.servers.server import LocalServer

NAME = "prefect"
_START_TIMEOUT_S = 180.0  # the first start migrates the database: 16 s on two idle cores, more on a busy machine


class _Settings(pydantic.BaseModel):
    """The one of the server's settings that tells it from others; there are many more."""

    home: Path


def api_url(number: int) -> str:
    """Where clients find the API."""
    return f"http://{port.HOST}:{number}/api"


def running(home: Path, *, database_url: str | None = None) -> contextlib.AbstractContextManager[str]:
    """A server for the length of a block that yields the API's URL; `home` and `database_url` as for `described`.

    Raises `LocalError` where it does not start.
    """
    return server.running(described(home, home / "server.log", database_url=database_url))


def described(home: Path, log: Path, *, database_url: str | None = None) -> LocalServer:
    """`home` is `PREFECT_HOME`, a directory of its own; `database_url` `postgresql+asyncpg://…`, else SQLite in it."""
    own = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url} if database_url else {}
    inherited = {**variables.without_inherited(os.environ), **variables.prefect(home, os.environ), **own}
    # `-P`: a `prefect.py` in the working directory must not shadow the package.
    command = [sys.executable, "-P", "-m", "flowstacks.local.servers.prefect_server", "--host", port.HOST, "--port"]
    return LocalServer(
        name=NAME,
        title="Prefect server",
        usual_port=4200,
        start_timeout_s=_START_TIMEOUT_S,
        folder=home,
        log=log,
        command=lambda number: [*command, str(number)],
        environment=lambda number: {**inherited, "PREFECT_API_URL": api_url(number)},
        url=api_url,
        answers=lambda number: _is_ours(number, home),
    )


def _is_ours(number: int, home: Path) -> bool:
    """`GET /admin/settings` answers with the server's `PREFECT_HOME` (prefect 3.9.1, `server/api/admin.py`).

    Another server may listen there: it takes seconds from choosing a port to listening, and two checkouts may choose
    the same one.
    """
    answer = health.body(f"{api_url(number)}/admin/settings")
    try:
        return answer is not None and _Settings.model_validate_json(answer).home.resolve() == home.resolve()
    except pydantic.ValidationError:
        return False
