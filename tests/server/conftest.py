"""Real Prefect servers, once per test run: on SQLite, and on PostgreSQL where the machine has it."""

import os
from collections.abc import Iterator

import pytest

from infra.local.servers import prefect
from infra.provider.client import Client
from infra.provider.session import Session
from infra.provider.settings import Settings
from infra.provider.transport import Patience
from tests.support import fault_proxy, postgres
from tests.support.fault_proxy import FaultProxy

QUICK = Patience(total_s=20.0, first_wait_s=0.02, longest_wait_s=0.5, answer_s=20.0)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
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


def new_session(url: str, *, start_over: bool = False, key: str | None = None) -> Session:
    """As a process of its own would have it: nothing remembered."""
    settings = Settings.model_validate({"api_url": url, "api_key": key})
    return Session(Client(settings, QUICK), start_over=start_over)
