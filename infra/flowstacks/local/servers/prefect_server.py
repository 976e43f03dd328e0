"""The process of the embedded Prefect server: `prefect server start`, with transactions that wait on SQLite.

SQLite can't make a writer of a transaction that has read, once another one wrote in between: it fails at once with
"database is locked" and never waits for `busy_timeout` (https://www.sqlite.org/lang_transaction.html). Prefect begins
most transactions as readers (prefect 3.9.1, `server/database/configurations.py`), so the API's requests, the worker's
and the server's own services fail each other with answers of 503. `BEGIN IMMEDIATE` takes the lock at the beginning
and waits for it up to Prefect's `busy_timeout` of 60 s. Reads outside of transactions wait for nobody, as before.
"""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database import dependencies
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.utilities.database import get_dialect
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from typing_extensions import override


class ImmediateSqliteConfiguration(AioSqliteConfiguration):
    """Prefect's own for SQLite; every transaction begins as a writer."""

    @override
    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        # Prefect's own spelling of BEGIN IMMEDIATE.
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def install() -> None:
    """Let the server of this process use it where its database is SQLite; PostgreSQL needs no such thing."""
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if url and get_dialect(url).name == "sqlite":
        dependencies.MODELS_DEPENDENCIES["database_config"] = ImmediateSqliteConfiguration(connection_url=url)


def main(arguments: list[str]) -> None:
    """`arguments` as for `prefect server start`."""
    from prefect.cli import app  # noqa: PLC0415 the whole command line, which only this process wants

    install()
    sys.argv = ["prefect", "server", "start", *arguments]  # `app()` takes no arguments of a caller's (prefect 3.9.1)
    app()


if __name__ == "__main__":
    main(sys.argv[1:])
