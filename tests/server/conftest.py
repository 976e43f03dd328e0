"""Real Prefect servers, once per test run: on SQLite, and on PostgreSQL where the machine has it."""

import os
from collections.abc import Iterator

import pytest

from flowstacks.local.servers import prefect
from tests.server import engine_like
from tests.server.objects import Server
from tests.support import fault_proxy, postgres
from tests.support.fault_proxy import FaultProxy

# One worker per database: each server is started once, and the two are tested side by side.
_DATABASES = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ("sqlite", "postgresql")]


@pytest.fixture(scope="session", params=_DATABASES)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prefect")
    if request.param == "sqlite":
        with prefect.running(home) as url:
            yield url
        return
    binaries = postgres.binaries()
    if binaries is None:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with postgres.running(binaries) as database_url, prefect.running(home, database_url=database_url) as url:
        yield url


@pytest.fixture
def proxy(api: str) -> Iterator[FaultProxy]:
    with fault_proxy.running(api) as running:
        yield running


@pytest.fixture
def server(api: str) -> Iterator[Server]:
    server = Server(api)
    yield server
    server.http.close()


@pytest.fixture(autouse=True)
def _sessions_closed() -> Iterator[None]:
    yield
    engine_like.close_sessions()
