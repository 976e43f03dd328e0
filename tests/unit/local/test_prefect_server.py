import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from prefect.server.database import dependencies
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, temporary_settings
from sqlalchemy.exc import OperationalError

from flowstacks.local.servers import prefect_server
from flowstacks.local.servers.prefect_server import ImmediateSqliteConfiguration

COUNT = "SELECT n FROM counter"
INCREMENT = "UPDATE counter SET n = n + 1"
WRITERS = 8


async def _increment(configuration: AioSqliteConfiguration) -> None:
    """Read, let others go on, then write."""
    session = await configuration.session(await configuration.engine())
    async with session, configuration.begin_transaction(session):
        await session.execute(sqlalchemy.text(COUNT))
        await asyncio.sleep(0.05)
        await session.execute(sqlalchemy.text(INCREMENT))


async def _outcome(configuration: AioSqliteConfiguration) -> tuple[list[BaseException | None], Any]:
    engine = await configuration.engine()
    try:
        async with engine.begin() as connection:
            await connection.execute(sqlalchemy.text("CREATE TABLE counter (n INTEGER)"))
            await connection.execute(sqlalchemy.text("INSERT INTO counter VALUES (0)"))
        results = await asyncio.gather(*[_increment(configuration) for _ in range(WRITERS)], return_exceptions=True)
        async with engine.connect() as connection:
            return results, (await connection.execute(sqlalchemy.text(COUNT))).scalar_one()
    finally:
        await engine.dispose()


def test_transactions_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    assert asyncio.run(_outcome(ImmediateSqliteConfiguration(url))) == ([None] * WRITERS, WRITERS)


def test_under_prefects_own_configuration_they_fail_at_once(tmp_path: Path) -> None:
    """When this fails, Prefect has mended it and `prefect_server.py` can go."""
    results, count = asyncio.run(_outcome(AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")))
    failures = [result for result in results if isinstance(result, OperationalError)]
    assert failures
    assert "database is locked" in str(failures[0])
    assert count == WRITERS - len(failures)


@pytest.mark.parametrize(
    ("url", "is_immediate"), [("sqlite+aiosqlite:////tmp/a.db", True), ("postgresql+asyncpg://u@127.0.0.1/a", False)]
)
def test_it_is_for_sqlite_only(url: str, is_immediate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dependencies.MODELS_DEPENDENCIES, "database_config", None)
    with temporary_settings({PREFECT_API_DATABASE_CONNECTION_URL: url}):
        prefect_server.install()
        configuration = dependencies.provide_database_interface().database_config
    assert isinstance(configuration, ImmediateSqliteConfiguration) is is_immediate
