"""Alarms: one row a subject, rung once."""

import asyncio

from storage import alarm
from storage.database import Database
from storage.turn import Turn


async def put(database: Database, *moments: tuple[str, int | None]) -> None:
    async def work(turn: Turn) -> None:
        for subject, at in moments:
            alarm.set(turn, subject, at)

    await database.turn(work)


async def due(database: Database, now: int, limit: int = 10) -> list[tuple[str, int]]:
    async with database.reading() as queries:
        return [(row["subject"], row["at"]) for row in await alarm.due(queries, now, limit)]


async def test_what_is_due_comes_in_order_of_time(database: Database) -> None:
    await put(database, ("case:2", 20), ("case:1", 10), ("draft:1", 30))
    assert await due(database, 9) == []
    assert await due(database, 20) == [("case:1", 10), ("case:2", 20)]
    assert await due(database, 99, limit=1) == [("case:1", 10)]


async def test_a_subject_has_one_alarm_and_the_last_word_of_a_turn_counts(database: Database) -> None:
    await put(database, ("case:1", 10), ("case:1", None), ("case:1", 30))
    assert await due(database, 99) == [("case:1", 30)]
    await put(database, ("case:1", 5), ("case:1", None))
    assert await due(database, 99) == []
    async with database.reading() as queries:
        assert await alarm.at(queries, "case:1") is None
        assert await alarm.next_at(queries) is None


async def test_the_next_moment_of_all(database: Database) -> None:
    await put(database, ("case:1", None), ("case:2", 20), ("case:3", 15))
    async with database.reading() as queries:
        assert await alarm.next_at(queries) == 15
        assert await alarm.at(queries, "case:2") == 20
        assert await alarm.at(queries, "nothing") is None


async def test_an_alarm_rings_once_though_two_clocks_tick(database: Database) -> None:
    await put(database, ("case:1", 10))
    rung = await asyncio.gather(*[database.turn(lambda turn: alarm.rung(turn, "case:1", 10)) for _ in range(4)])
    assert sorted(rung) == [False, False, False, True]
    assert await due(database, 99) == []


async def test_an_alarm_that_was_moved_meanwhile_does_not_ring(database: Database) -> None:
    await put(database, ("case:1", 10))
    await put(database, ("case:1", 40))
    assert await database.turn(lambda turn: alarm.rung(turn, "case:1", 10)) is False
    assert await due(database, 99) == [("case:1", 40)]


async def test_subjects_at_rest_are_dropped(database: Database) -> None:
    await put(database, ("case:1", None), ("case:2", 20))
    assert await database.turn(alarm.purge) == 1
    assert await due(database, 99) == [("case:2", 20)]
