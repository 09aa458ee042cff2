"""One turn, on both databases: all of it or nothing of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from storage.database import Database
from storage.turn import ATTEMPTS, Conflict, StorageFailed, Turn

SAVE = "insert into setting (name, value) values (:name, :value)"
CHANGE = "update setting set value = :value where name = :name"
ALL = "select name, value from setting order by name"
ONE = "select value from setting where name = :name"


async def settings(database: Database) -> dict[str, str]:
    async with database.reading() as queries:
        return {row["name"]: row["value"] for row in await queries.all(ALL)}


async def test_what_a_turn_wrote_is_there_when_it_returns(database: Database) -> None:
    async def work(turn: Turn) -> str:
        await turn.do(SAVE, name="a", value="1")
        return "done"

    assert await database.turn(work) == "done"
    assert await settings(database) == {"a": "1"}


async def test_a_turn_that_raises_keeps_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def work(turn: Turn) -> None:
        await turn.do(SAVE, name="a", value="1")
        turn.put(SAVE, name="b", value="1")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.turn(work)
    assert await settings(database) == {}
    assert caplog.records == [], "nothing was left for the pool to clean up"


async def test_a_turn_reads_what_it_wrote_but_not_what_it_put(database: Database) -> None:
    async def work(turn: Turn) -> tuple[list[str], int, int]:
        await turn.do(SAVE, name="a", value="1")
        turn.put(SAVE, name="b", value="1")
        seen = [row["name"] for row in await turn.all(ALL)]
        return seen, await turn.do(CHANGE, name="a", value="2"), await turn.do(CHANGE, name="b", value="2")

    assert await database.turn(work) == (["a"], 1, 0)
    assert await settings(database) == {"a": "2", "b": "1"}


async def test_what_was_put_is_written_by_text_in_order_of_first_use(database: Database) -> None:
    async def work(turn: Turn) -> None:
        turn.put(SAVE, name="a", value="1")
        turn.put(CHANGE, name="b", value="changed")
        turn.put(SAVE, name="b", value="1")

    await database.turn(work)
    assert await settings(database) == {"a": "1", "b": "changed"}


async def test_a_put_that_is_refused_undoes_the_whole_turn(database: Database) -> None:
    async def work(turn: Turn) -> None:
        await turn.do(SAVE, name="a", value="1")
        turn.put(SAVE, name="a", value="2")

    with pytest.raises(Exception, match=r"(?i)unique"):
        await database.turn(work)
    assert await settings(database) == {}


async def test_rows_answer_by_name_and_an_empty_answer_is_none(database: Database) -> None:
    async def work(turn: Turn) -> None:
        await turn.do(SAVE, name="a", value="它好")
        row = await turn.one(ONE, name="a")
        assert row is not None
        assert (row["value"], list(row.keys())) == ("它好", ["value"])
        assert await turn.one(ONE, name="nobody") is None

    await database.turn(work)


async def test_what_is_handed_on_arrives_after_the_commit(database: Database) -> None:
    async def work(turn: Turn) -> list[object]:
        turn.put(SAVE, name="a", value="1")
        turn.handed.append("a letter")
        return turn.handed

    assert await database.turn(work) == ["a letter"]


async def test_a_conflict_runs_the_turn_again_from_nothing(database: Database) -> None:
    runs = 0

    async def work(turn: Turn) -> int:
        nonlocal runs
        runs += 1
        await turn.do(SAVE, name="a", value=str(runs))
        if runs < ATTEMPTS:
            raise Conflict
        return runs

    assert await database.turn(work) == ATTEMPTS
    assert await settings(database) == {"a": str(ATTEMPTS)}


async def test_a_conflict_without_end_is_told(database: Database) -> None:
    runs = 0

    async def work(turn: Turn) -> None:
        nonlocal runs
        runs += 1
        raise Conflict

    with pytest.raises(Conflict):
        await database.turn(work)
    assert runs == ATTEMPTS


async def nap(turn: Turn) -> None:
    await asyncio.sleep(0)


async def stubborn(turn: Turn) -> None:
    try:
        await asyncio.sleep(0)
    except RuntimeError:
        await turn.do(SAVE, name="stubborn", value="1")


async def very_stubborn(turn: Turn) -> None:
    for _ in range(3):
        try:
            await asyncio.sleep(0)
        except RuntimeError:
            continue


@pytest.mark.parametrize("wait", [nap, stubborn, very_stubborn])
async def test_a_handler_that_waits_for_something_else_is_refused(
    database: Database, wait: Callable[[Turn], Awaitable[None]]
) -> None:
    async def work(turn: Turn) -> None:
        await turn.do(SAVE, name="a", value="1")
        await wait(turn)

    with pytest.raises(RuntimeError):
        await database.turn(work)
    assert await settings(database) == {}
    assert await database.turn(lambda turn: turn.do(SAVE, name="next", value="1")) == 1


async def test_a_handler_cannot_wait_for_what_happens_elsewhere(database: Database) -> None:
    elsewhere = asyncio.get_running_loop().create_future()

    async def work(turn: Turn) -> None:
        await elsewhere

    with pytest.raises(RuntimeError, match="waited for something that is not its turn"):
        await database.turn(work)


async def test_the_refusal_points_at_the_line_that_waited(database: Database) -> None:
    with pytest.raises(RuntimeError, match="waited for something that is not its turn") as refused:
        await database.turn(nap)
    assert "nap" in [entry.name for entry in refused.traceback]


async def test_turns_of_one_lane_never_lose_a_change(database: Database) -> None:
    await database.turn(lambda turn: turn.do(SAVE, name="count", value="0"))

    async def work(turn: Turn) -> None:
        row = await turn.one(ONE, name="count")
        assert row is not None
        await turn.do(CHANGE, name="count", value=str(int(row["value"]) + 1))

    await asyncio.gather(*[database.turn(work, lane="one") for _ in range(40)])
    assert await settings(database) == {"count": "40"}


async def test_reading_is_of_one_moment(database: Database) -> None:
    async with database.reading() as queries:
        before = await queries.all(ALL)
        await database.turn(lambda turn: turn.do(SAVE, name="a", value="1"))
        assert await queries.all(ALL) == before == []
    assert await settings(database) == {"a": "1"}


async def test_more_readers_than_seats_wait_for_theirs(database: Database) -> None:
    assert await asyncio.gather(*[settings(database) for _ in range(20)]) == [{}] * 20


async def test_a_reader_writes_nothing(database: Database) -> None:
    async with database.reading() as queries:
        with pytest.raises(Exception, match=r"(?i)read.?only"):
            await queries.all(SAVE, name="a", value="1")
    assert await settings(database) == {}


async def test_a_stream_gives_every_row_once_and_in_order(database: Database) -> None:
    async def work(turn: Turn) -> None:
        for number in range(500):
            turn.put(SAVE, name=f"{number:04d}", value="x")

    await database.turn(work)
    names = [row["name"] async for row in database.stream(ALL)]
    assert names == [f"{number:04d}" for number in range(500)]


async def test_a_cancelled_turn_keeps_nothing_and_the_next_one_runs(database: Database) -> None:
    async def work(turn: Turn) -> None:
        await turn.do(SAVE, name="a", value="1")

    task = asyncio.ensure_future(database.turn(work))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await database.turn(lambda turn: turn.do(SAVE, name="b", value="1"))
    assert await settings(database) == {"b": "1"}


async def test_a_closed_database_says_so(url: str) -> None:
    from storage.database import open_database

    database = await open_database(url)
    await database.close()
    with pytest.raises(StorageFailed):
        await database.turn(lambda turn: turn.one(ALL))
