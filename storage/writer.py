"""SQLite's one writer: a thread that owns the connection, in which waiting turns share a commit."""

import asyncio
import sqlite3
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Literal

from storage.turn import Row, StorageFailed, T, Turn, Value, Work, refuse

TOGETHER = 32
"""How many turns share a commit at most."""
PATIENCE_S = 5.0
"""How long a write waits for another process (an operator's command) to end its own."""
FAULTS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
"""Result codes that tell of the disk and of other processes, not of the statement."""

LOST = "the transaction is over"


def connect(path: Path, *, reads_only: bool = False) -> sqlite3.Connection:
    """A connection with this house's habits. Raises sqlite3.Error."""
    address = f"{path.resolve().as_uri()}?mode={'ro' if reads_only else 'rwc'}"
    connection = sqlite3.connect(address, timeout=PATIENCE_S, isolation_level=None, cached_statements=512, uri=True)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("pragma foreign_keys = on")
        if not reads_only:
            _log_ahead(connection)
            connection.execute("pragma synchronous = full")
            connection.execute("pragma journal_size_limit = 67108864")
            connection.execute("pragma temp_store = memory")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Sets the write-ahead log: readers and the writer do not wait for each other.

    For a new file this takes the file for itself, and alone of all statements it does not wait by itself."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if primary_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def primary_code(error: BaseException | None) -> int | None:
    """SQLite's result code of an error, without its extension."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


class SqliteTurn(Turn):
    """A turn in the writer's thread; it never really waits."""

    __slots__ = ("_connection",)
    shared = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    async def one(self, sql: str, **values: Value) -> Row | None:
        row: Row | None = self._ask(sql, values).fetchone()
        return row

    async def all(self, sql: str, **values: Value) -> list[Row]:
        return self._ask(sql, values).fetchall()

    async def do(self, sql: str, **values: Value) -> int:
        return self._ask(sql, values).rowcount

    def finish(self) -> None:
        """Writes what was put."""
        for sql, rows in self._later.items():
            self._connection.executemany(sql, rows)

    def _ask(self, sql: str, values: dict[str, Value]) -> sqlite3.Cursor:
        # A full disk ends the whole transaction; what a handler that goes on writes must not be kept by itself.
        if not self._connection.in_transaction:
            raise sqlite3.OperationalError(LOST)
        return self._connection.execute(sql, values)


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine that waits for nothing but its turn. Raises RuntimeError where it waits for anything else."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    refuse(work)


class Waiting:
    """A turn that somebody waits for: what is to be done, and how it ended."""

    __slots__ = ("answer", "error", "value", "work")

    def __init__(self, work: Work[Any], answer: "asyncio.Future[Any]") -> None:
        self.work = work
        self.answer = answer
        self.value: Any = None
        self.error: BaseException | None = None

    def fail(self, reason: str, cause: BaseException | None = None) -> None:
        """Ends it as a fault of the database."""
        self.error = StorageFailed(reason)
        self.error.__cause__ = cause

    def release(self) -> None:
        """Tells the one who waits, in the event loop."""
        if self.answer.done():
            return
        if self.error is None:
            self.answer.set_result(self.value)
        else:
            self.answer.set_exception(self.error)


class Alone:
    """A savepoint: a turn that raises is rolled back without the others, and its error goes to the one who waits."""

    __slots__ = ("_connection", "_waiting")

    def __init__(self, connection: sqlite3.Connection, waiting: Waiting) -> None:
        self._connection = connection
        self._waiting = waiting

    def __enter__(self) -> None:
        self._connection.execute("savepoint turn")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[True]:
        if not self._connection.in_transaction:
            raise error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(LOST) from error
        if error is not None:
            self._waiting.error = error
            if isinstance(error, sqlite3.Error) and primary_code(error) in FAULTS:
                self._waiting.fail(f"the database could not work: {error}", error)
            self._connection.execute("rollback to turn")
        self._connection.execute("release turn")
        return True


class Writer(Thread):
    """Owns the one connection that writes. `opened` is done when it can, or tells why it cannot."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="storage-writer", daemon=True)
        self.opened: Future[None] = Future()
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._ended = False

    def ask(self, work: Work[T]) -> "asyncio.Future[T]":
        """Queues a turn. Cancelling what is returned takes it back, unless its batch has begun.

        Raises StorageFailed where the database was closed."""
        if self._ended:
            raise StorageFailed("the database is closed")
        answer: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(Waiting(work, answer))
        return answer

    def stop(self) -> None:
        """Lets the thread end after what is queued."""
        self._ended = True
        self._queue.put(None)

    def run(self) -> None:
        """The thread: batch after batch, until told to stop."""
        try:
            connection = connect(self._path)
        except sqlite3.Error as error:
            self.opened.set_exception(error)
            return
        self.opened.set_result(None)
        try:
            while batch := self._next():
                self._write(connection, batch)
                self._tell(batch)
        finally:
            self._ended = True
            connection.close()
            self._give_up()

    def _next(self) -> list[Waiting]:
        """What waits now, at least one; nothing when the thread is to end."""
        batch: list[Waiting] = []
        while (waiting := self._queue.get()) is not None:
            if not waiting.answer.cancelled():
                batch.append(waiting)
            if len(batch) == TOGETHER or (batch and self._queue.empty()):
                return batch
        if batch:
            self._queue.put(None)
        return batch

    def _write(self, connection: sqlite3.Connection, batch: Sequence[Waiting]) -> None:
        """One transaction, a savepoint for each turn. Where it cannot be kept, every turn of it fails."""
        try:
            connection.execute("begin immediate")
            for waiting in batch:
                with Alone(connection, waiting):
                    turn = SqliteTurn(connection)
                    waiting.value = run_to_end(waiting.work(turn))
                    turn.finish()
            connection.execute("commit")
        except sqlite3.Error as error:
            for waiting in batch:
                waiting.fail(f"the database could not keep what was done: {error}", error)
            # A rollback that fails too is repeated by the next batch: its `begin` is refused, which leads here again.
            with suppress(sqlite3.Error):
                connection.execute("rollback")

    def _tell(self, batch: Sequence[Waiting]) -> None:
        """Releases the answers with one call. Where the loop was closed nobody waits any more."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_release, batch)

    def _give_up(self) -> None:
        """Nobody waits for ever, not even where the thread ended by a fault of its own."""
        left: list[Waiting] = []
        with suppress(Empty):
            while True:
                if waiting := self._queue.get_nowait():
                    waiting.fail("the database is closed")
                    left.append(waiting)
        self._tell(left)


def _release(batch: Sequence[Waiting]) -> None:
    for waiting in batch:
        waiting.release()
