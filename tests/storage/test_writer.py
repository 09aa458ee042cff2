"""SQLite's writer: turns share a commit, and each stands or falls alone."""

import asyncio
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database, open_database
from storage.turn import StorageFailed, Turn
from storage.writer import TOGETHER

SAVE = "insert into setting (name, value) values (:name, :value)"


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    database = await open_database(f"sqlite:///{path}")
    yield database
    await database.close()


class Gate:
    """Holds the writer's thread in a turn, so that those who come meanwhile share the next commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._open = threading.Event()
        self._task: asyncio.Future[None] | None = None

    async def __aenter__(self) -> None:
        inside = asyncio.Event()
        loop = asyncio.get_running_loop()

        async def work(turn: Turn) -> None:
            loop.call_soon_threadsafe(inside.set)
            self._open.wait(10)

        self._task = asyncio.ensure_future(self._database.turn(work))
        await inside.wait()

    async def __aexit__(self, *raised: object) -> None:
        self._open.set()
        assert self._task is not None
        await self._task


async def names(database: Database) -> set[str]:
    async with database.reading() as queries:
        return {row["name"] for row in await queries.all("select name from setting")}


def saving(number: int, *, wrong: bool = False) -> Any:
    async def work(turn: Turn) -> int:
        await turn.do(SAVE, name=f"done {number}", value="1")
        turn.put(SAVE, name=f"put {number}", value="1")
        if wrong:
            raise ValueError(number)
        return number

    return work


async def queued(database: Database, *works: Any) -> list["asyncio.Task[Any]"]:
    tasks = [asyncio.ensure_future(database.turn(work)) for work in works]
    await asyncio.sleep(0)
    return tasks


async def test_one_of_32_that_raises_is_rolled_back_alone(database: Database) -> None:
    async with Gate(database):
        tasks = await queued(database, *[saving(number, wrong=number == 17) for number in range(TOGETHER)])
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(end, ValueError) for end in ended] == [number == 17 for number in range(TOGETHER)]
    kept = {number for number in range(TOGETHER) if number != 17}
    assert await names(database) == {f"{how} {number}" for how in ("done", "put") for number in kept}


async def test_turns_that_wait_share_a_commit(database: Database, path: Path) -> None:
    """A commit ends with one frame of the write-ahead log that tells the size of the database."""
    await database.turn(saving(0))
    before = commits(path)
    async with Gate(database):
        tasks = await queued(database, *[saving(number) for number in range(1, TOGETHER + 1)])
    await asyncio.gather(*tasks)
    assert commits(path) - before == 1


def commits(path: Path) -> int:
    """How many commits stand in the write-ahead log (file format of SQLite, section 4: 32 bytes, then frames)."""
    log = path.with_name(path.name + "-wal").read_bytes()
    page = int.from_bytes(log[8:12], "big")
    return sum(log[at + 4 : at + 8] != bytes(4) for at in range(32, len(log), page + 24))


async def test_answers_are_released_after_the_commit(database: Database, path: Path) -> None:
    async with Gate(database):
        tasks = await queued(database, *[saving(number) for number in range(TOGETHER)])
    other = sqlite3.connect(path)
    for task in tasks:
        number = await task
        assert other.execute("select 1 from setting where name = ?", (f"put {number}",)).fetchone()
    other.close()


async def test_a_statement_that_is_refused_undoes_its_own_turn_only(database: Database) -> None:
    async with Gate(database):
        tasks = await queued(database, saving(1), saving(1), saving(2))
    first, second, third = await asyncio.gather(*tasks, return_exceptions=True)
    assert (first, third) == (1, 2)
    assert isinstance(second, sqlite3.IntegrityError)
    assert await names(database) == {"done 1", "put 1", "done 2", "put 2"}


async def test_a_commit_that_fails_fails_every_turn_and_the_writer_lives_on(database: Database, path: Path) -> None:
    """The disk takes nothing more, as when it is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = path.with_name(path.name + "-wal")
    await database.turn(saving(0))
    async with Gate(database):
        tasks = await queued(database, *[saving(number) for number in range(1, 9)])
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, before[1]))
    try:
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [type(end) for end in ended] == [StorageFailed] * 8
    assert await database.turn(saving(9)) == 9
    assert await names(database) == {"done 0", "put 0", "done 9", "put 9"}


async def test_a_full_database_is_no_fault_of_the_handler(database: Database) -> None:
    async def crowd(turn: Turn) -> None:
        await turn.one("pragma max_page_count = 1")
        await turn.do(SAVE, name="big", value="x" * 1_000_000)

    async def room(turn: Turn) -> None:
        await turn.one("pragma max_page_count = 1000000")

    with pytest.raises(StorageFailed, match="full"):
        await database.turn(crowd)
    await database.turn(room)
    assert await database.turn(saving(1)) == 1


async def test_a_handler_that_shrugs_at_a_full_disk_keeps_nothing(database: Database) -> None:
    async def shrug(turn: Turn) -> None:
        await turn.one("pragma max_page_count = 1")
        with suppress(sqlite3.OperationalError):
            await turn.do(SAVE, name="big", value="x" * 1_000_000)
        with suppress(sqlite3.OperationalError):
            await turn.do(SAVE, name="small", value="x")

    async def room(turn: Turn) -> None:
        await turn.one("pragma max_page_count = 1000000")

    with pytest.raises(StorageFailed):
        await database.turn(shrug)
    await database.turn(room)
    assert await names(database) == set()


async def test_a_turn_taken_back_before_its_batch_is_not_run(database: Database) -> None:
    async with Gate(database):
        tasks = await queued(database, saving(1), saving(2))
        tasks[0].cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert await tasks[1] == 2
    assert await names(database) == {"done 2", "put 2"}


async def test_what_is_queued_when_the_database_closes_is_still_done(path: Path) -> None:
    database = await open_database(f"sqlite:///{path}")
    tasks = await queued(database, *[saving(number) for number in range(TOGETHER * 3)])
    await database.close()
    assert await asyncio.gather(*tasks) == list(range(TOGETHER * 3))
    with pytest.raises(StorageFailed, match="closed"):
        await database.turn(saving(999))


async def test_an_operators_command_writes_beside_the_writer(database: Database, path: Path) -> None:
    command = await open_database(f"sqlite:///{path}", migrate=False)
    await asyncio.gather(*[which.turn(saving(number)) for number, which in enumerate([database, command] * 10)])
    assert len(await names(database)) == 40
    await command.close()


async def test_a_turn_cannot_be_used_after_its_end(database: Database) -> None:
    kept: list[Turn] = []

    async def work(turn: Turn) -> None:
        kept.append(turn)

    await database.turn(work)
    with pytest.raises(sqlite3.Error):
        await kept[0].do("delete from setting")
