"""The database of several machines: PostgreSQL, a pool of connections, one transaction a turn."""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from hashlib import blake2b
from types import TracebackType
from typing import Any, Generic

import asyncpg

from storage.migration.revision import behind
from storage.turn import Conflict, Queries, Row, StorageFailed, StorageRefused, T, Turn, Value, Work, again, refuse

STATEMENTS = 1000
"""How many prepared statements a connection keeps; more than this program has."""
CHUNK = 64
"""How many rows a stream fetches at a time."""
VERSION = "select version_num from alembic_version"
NAME = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|::|:([a-z_][a-z0-9_]*)", re.DOTALL)
"""A parameter, or what only looks like one: a string, a quoted name, a comment, a cast."""
FAULTS = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
)
"""What tells of the server and the way to it, not of the statement."""
FIRST = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""Another transaction was first."""


@cache
def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text with `$1` for its first `:name` and so on, and the names in that order; one number a name."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return found[0] if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return NAME.sub(number, sql), tuple(names)


def lock_of(lane: str) -> int:
    """A lane as the number that PostgreSQL's advisory locks take."""
    return int.from_bytes(blake2b(lane.encode(), digest_size=8).digest(), "big", signed=True)


class Asking:
    """While a statement is on its way. Tells the server's faults, and others that were first, from the statement's."""

    __slots__ = ("busy", "over")

    def __init__(self) -> None:
        self.busy = False
        self.over = False

    def __enter__(self) -> None:
        if self.over:
            raise RuntimeError("this turn is over")
        self.busy = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.busy = False
        if isinstance(error, FIRST):
            raise Conflict(str(error)) from error
        if isinstance(error, FAULTS) and not isinstance(error, asyncpg.DataError):
            raise StorageFailed(f"the database could not work: {error}") from error


class PostgresTurn(Turn):
    """A turn on one connection of the pool. Also the reader of `reading()`, where it writes nothing."""

    __slots__ = ("_connection", "asking")
    shared = True

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
        super().__init__()
        self._connection = connection
        self.asking = Asking()

    async def one(self, sql: str, **values: Value) -> Row | None:
        text, names = numbered(sql)
        with self.asking:
            row: Row | None = await self._connection.fetchrow(text, *[values[name] for name in names])
        return row

    async def all(self, sql: str, **values: Value) -> list[Row]:
        text, names = numbered(sql)
        with self.asking:
            return list(await self._connection.fetch(text, *[values[name] for name in names]))

    async def do(self, sql: str, **values: Value) -> int:
        text, names = numbered(sql)
        with self.asking:
            status: str = await self._connection.execute(text, *[values[name] for name in names])
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def begin(self, lane: str) -> None:
        """Opens the transaction and waits for the lane, in one round trip."""
        with self.asking:
            lock = f"; select pg_advisory_xact_lock({lock_of(lane)})" if lane else ""
            await self._connection.execute(f"begin{lock}")

    async def finish(self) -> None:
        """Writes what was put, and commits."""
        with self.asking:
            for sql, rows in self._later.items():
                text, names = numbered(sql)
                await self._connection.executemany(text, [[row[name] for name in names] for row in rows])
            await self._connection.execute("commit")

    async def undo(self) -> None:
        """Rolls back. Where the connection is gone, so is its transaction."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await self._connection.execute("rollback")


class Watched(Generic[T]):
    """A handler that may wait for its turn only: the same rule as in SQLite's thread, on the spot."""

    __slots__ = ("_asking", "_work")

    def __init__(self, work: Coroutine[Any, Any, T], asking: Asking) -> None:
        self._work = work
        self._asking = asking

    def __await__(self) -> Generator[Any, Any, T]:
        return self  # type: ignore[return-value]

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        return self._allowed(self._work.send(value))

    def throw(self, *error: Any) -> Any:
        return self._allowed(self._work.throw(*error))

    def close(self) -> None:
        self._work.close()

    def _allowed(self, waited: Any) -> Any:
        if not self._asking.busy:
            self._asking.over = True
            refuse(self._work)
        return waited


class PostgresDatabase:
    """A pool of connections. Any number of processes may use the database at once."""

    shared = True

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def turn(self, work: Work[T], lane: str = "") -> T:
        """Runs the work in one transaction; returns when it is durable. Turns of one lane run one after another."""
        return await again(lambda: self._once(work, lane))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Queries]:
        """Questions outside of turns, all answered as of one moment."""
        async with self._snapshot() as connection:
            yield PostgresTurn(connection)

    async def stream(self, sql: str, **values: Value) -> AsyncIterator[Row]:
        """Rows one after another, without holding all of them; as of one moment."""
        text, names = numbered(sql)
        async with self._snapshot() as connection:
            async for row in connection.cursor(text, *[values[name] for name in names], prefetch=CHUNK):
                yield row

    def claim(self) -> None:
        """Nothing to claim: several processes are welcome."""

    async def close(self) -> None:
        """Lets go of the connections, after what is running."""
        await self._pool.close()

    async def _once(self, work: Work[T], lane: str) -> T:
        async with self._connection() as connection:
            turn = PostgresTurn(connection)
            kept = False
            try:
                await turn.begin(lane)
                value = await Watched(work(turn), turn.asking)
                await turn.finish()
                kept = True
            finally:
                turn.asking.over = True
                if not kept:
                    await turn.undo()
            return value

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        with Asking():
            connection = await self._pool.acquire()
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Any]:
        async with self._connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection


async def _leave(connection: Any) -> None:
    """Between two turns a connection is left as it is: a turn ends its transaction and sets nothing else.

    The pool's own habit would be one more round trip for every turn."""


async def open_postgres(url: str, *, migrate: bool, connections: int) -> PostgresDatabase:
    """Connects, and brings the tables up to date. Raises StorageRefused."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=connections,
            statement_cache_size=STATEMENTS,
            max_cached_statement_lifetime=0,
            reset=_leave,
        )
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StorageRefused(f"PostgreSQL cannot be reached at {_place(url)}: {_why(error)}") from error
    try:
        if behind(await _version(pool), f"the database at {_place(url)}", migrate=migrate):
            from storage.migration.upgrade import upgrade_postgres

            await asyncio.to_thread(upgrade_postgres, url)
    except BaseException:
        await pool.close()
        raise
    return PostgresDatabase(pool)


async def _version(pool: "asyncpg.Pool[Any]") -> str | None:
    try:
        found: str | None = await pool.fetchval(VERSION)
    except asyncpg.UndefinedTableError:
        return None
    return found


def _place(url: str) -> str:
    """Where a URL leads, without user and password."""
    return url.partition("://")[2].rpartition("@")[2].partition("?")[0] or "its address"


def _why(error: Exception) -> str:
    """The server's or the system's own words; they hold no password."""
    return f"{error}" or type(error).__name__
