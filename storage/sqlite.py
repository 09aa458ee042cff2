"""The database of one machine: SQLite, one writer and a few readers."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType

import aiosqlite

from storage.migration.revision import behind
from storage.turn import Queries, Row, StorageFailed, StorageRefused, T, Value, Work, again
from storage.writer import FAULTS, Writer, connect, primary_code

READERS = 3
CHUNK = 64
"""How many rows a stream fetches at a time."""
VERSION = "select version_num from alembic_version"
TABLES = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
REASONS = {
    sqlite3.SQLITE_NOTADB: "{path} is not a database",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged: restore a backup",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened: is its folder there, and may this program write in it?",
    sqlite3.SQLITE_READONLY: "{path} cannot be written: may this program write in its folder?",
    sqlite3.SQLITE_PERM: "{path} cannot be opened: this program has no right to it",
    sqlite3.SQLITE_BUSY: "another program keeps {path} to itself",
    sqlite3.SQLITE_FULL: "there is no room left on the disk of {path}",
}


def refusal(path: Path, error: sqlite3.Error) -> StorageRefused:
    """The operator's sentence for an error at opening."""
    sentence = REASONS.get(primary_code(error) or 0, "{path} cannot be opened: {error}")
    return StorageRefused(sentence.format(path=path, error=error))


class Faults:
    """Tells a fault of the database from one of the statement."""

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, sqlite3.Error) and primary_code(error) in FAULTS:
            raise StorageFailed(f"the database could not be read: {error}") from error


class SqliteReader:
    """Questions outside of turns. What is read within one `reading()` is of one moment."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def one(self, sql: str, **values: Value) -> Row | None:
        rows = await self.all(sql, **values)
        return rows[0] if rows else None

    async def all(self, sql: str, **values: Value) -> list[Row]:
        with Faults():
            return list(await self._connection.execute_fetchall(sql, values))


class SqliteDatabase:
    """A file. Other processes may read it and write it (the operator's commands); only one may `claim` it."""

    shared = False

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path = path
        self._writer = writer
        self._seats = asyncio.Semaphore(READERS)
        self._closed = False
        self._idle: list[aiosqlite.Connection] = []
        self._readers: list[aiosqlite.Connection] = []
        self._claim: sqlite3.Connection | None = None

    async def turn(self, work: Work[T], lane: str = "") -> T:
        """Runs the work in one transaction; returns when it is durable. With one writer every lane is in order."""
        return await again(lambda: self._writer.ask(work))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Queries]:
        """Questions outside of turns, all answered as of one moment."""
        async with self._reader() as connection:
            yield SqliteReader(connection)

    async def stream(self, sql: str, **values: Value) -> AsyncIterator[Row]:
        """Rows one after another, without holding all of them; as of one moment."""
        async with self._reader() as connection:
            with Faults():
                cursor = await connection.execute(sql, values)
            async with cursor:
                async for row in cursor:
                    yield row

    def claim(self) -> None:
        """Makes this process the only one that serves the file, until it ends or closes. Raises StorageRefused."""
        self._claim = lock(self._path)

    async def close(self) -> None:
        """Ends what is queued and what is being read, then lets go of the file."""
        self._closed = True
        self._writer.stop()
        await asyncio.to_thread(self._writer.join)
        for _ in range(READERS):
            await self._seats.acquire()
        for connection in self._readers:
            await connection.close()
        self._readers.clear()
        self._idle.clear()
        for _ in range(READERS):  # who waited for a seat is told
            self._seats.release()
        if self._claim is not None:
            self._claim.close()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._seats:
            if self._closed:
                raise StorageFailed("the database is closed")
            connection = self._idle.pop() if self._idle else await self._another()
            with Faults():
                await connection.execute("begin")
            try:
                yield connection
            finally:
                await connection.execute("rollback")
                self._idle.append(connection)

    async def _another(self) -> aiosqlite.Connection:
        with Faults():
            connection = await aiosqlite.Connection(lambda: connect(self._path, reads_only=True), CHUNK)
        self._readers.append(connection)
        return connection


def lock(path: Path) -> sqlite3.Connection:
    """Locks a database for one `run` or one restore, until what is returned is closed. Raises StorageRefused.

    The lock is a transaction on a file beside it: the system frees it with the process, however that ends."""
    beside = Path(f"{path}.lock")
    held = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        held.execute("begin exclusive")
    except sqlite3.Error as error:
        held.close()
        if primary_code(error) == sqlite3.SQLITE_BUSY:
            raise StorageRefused(f"another `jieyou run` is using {path}") from error
        raise refusal(beside, error) from error
    return held


def prepare(path: Path, *, migrate: bool) -> None:
    """Brings a file to this program's tables. Raises StorageRefused with what the operator can do about it."""
    if not migrate and not path.exists():
        raise StorageRefused(f"there is no database at {path} yet: start `jieyou run` once")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageRefused(f"the folder {path.parent} cannot be made: {error.strerror}") from error
    try:
        connection = connect(path)
        try:
            found = _version(path, connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise refusal(path, error) from error
    if behind(found, str(path), migrate=migrate):
        from storage.migration.upgrade import upgrade_sqlite

        upgrade_sqlite(path)


def _version(path: Path, connection: sqlite3.Connection) -> str | None:
    tables = {row["name"] for row in connection.execute(TABLES)}
    if "alembic_version" in tables:
        row = connection.execute(VERSION).fetchone()
        return None if row is None else str(row["version_num"])
    if tables:
        raise StorageRefused(f"{path} is a database of another program")
    return None


async def open_sqlite(path: Path, *, migrate: bool) -> SqliteDatabase:
    """Opens or makes the file. Raises StorageRefused."""
    await asyncio.to_thread(prepare, path, migrate=migrate)
    writer = Writer(path)
    writer.start()
    try:
        await asyncio.wrap_future(writer.opened)
    except sqlite3.Error as error:
        raise refusal(path, error) from error
    return SqliteDatabase(path, writer)
