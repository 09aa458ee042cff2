"""Opening the database: one line of a setting decides which one it is."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from storage.turn import Queries, Row, StorageRefused, T, Value, Work

CONNECTIONS = 8
"""How many connections to PostgreSQL a process holds at most."""


class Database(Protocol):
    """What both databases promise. `shared`: other processes take part in the work, so rows must be claimed."""

    shared: bool

    async def turn(self, work: Work[T], lane: str = "") -> T:
        """Runs the work in one transaction and returns its value after the commit; turns of one lane run in order.

        Runs it again on Conflict, five times at most. Raises StorageFailed where nothing could be kept, and whatever
        the work raises, with nothing of it kept."""

    def reading(self) -> AbstractAsyncContextManager[Queries]:
        """Questions outside of turns, all answered as of one moment. Raises StorageFailed."""

    def stream(self, sql: str, **values: Value) -> AsyncIterator[Row]:
        """Rows one after another, without holding all of them."""

    def claim(self) -> None:
        """Makes this the only process that serves an SQLite file. Raises StorageRefused where another one does."""

    async def close(self) -> None:
        """Ends what is queued and lets go."""


def file_of(url: str) -> Path | None:
    """The file of an SQLite URL (`sqlite:///relative`, `sqlite:////absolute`); None for PostgreSQL.

    Raises StorageRefused for anything else."""
    kind, _, rest = url.partition("://")
    if kind == "sqlite" and len(rest) > 1 and rest.startswith("/"):
        return Path(unquote(rest[1:]))
    if kind in ("postgresql", "postgres"):
        return None
    raise StorageRefused("the database's URL must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


async def open_database(url: str, *, migrate: bool = True, connections: int = CONNECTIONS) -> Database:
    """Opens the database; with `migrate` it is made, or brought up to this program's tables.

    Raises StorageRefused with the sentence to show."""
    path = file_of(url)
    if path is not None:
        from storage.sqlite import open_sqlite

        return await open_sqlite(path, migrate=migrate)
    from storage.postgres import open_postgres

    return await open_postgres(url, migrate=migrate, connections=connections)
