"""Takes the missing steps, all in one transaction. It loads Alembic: imported only where there is a step to take."""

import asyncio
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage.migration.revision import FOLDER
from storage.writer import connect

ALONE = text("select pg_advisory_xact_lock(7233178011)")
"""Of several processes that start at once, one takes the steps and the others find them taken."""
ONE_AT_A_TIME = Lock()
"""Alembic keeps what it works on in one place for the whole process."""


def upgrade(connection: Connection) -> None:
    """Takes the missing steps within the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade_sqlite(path: Path) -> None:
    """Brings an SQLite file up to date. Raises sqlite3.Error."""
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)
    # The driver leaves transactions to us (`isolation_level=None`): then the tables are made all or not at all.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
    try:
        with ONE_AT_A_TIME, engine.begin() as connection:
            upgrade(connection)
    except DBAPIError as error:
        raise error.orig or error from error


def upgrade_postgres(url: str) -> None:
    """Brings a PostgreSQL database up to date; in a thread of its own, with a loop of its own."""
    import asyncpg

    async def steps() -> None:
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
        )
        async with engine.begin() as connection:
            await connection.execute(ALONE)
            await connection.run_sync(upgrade)

    with ONE_AT_A_TIME:
        asyncio.run(steps())
