"""People."""

from storage import person
from storage.database import Database
from storage.turn import Row


async def seen(database: Database, chat: str = "c", language: str = "zh", now: int = 1) -> Row:
    return await database.turn(lambda turn: person.seen(turn, "p", chat, language, now))


async def test_the_first_meeting_is_remembered(database: Database) -> None:
    async with database.reading() as queries:
        assert await person.get(queries, "p") is None
    row = await seen(database, now=7)
    assert {name: row[name] for name in ("key", "chat", "language", "agreed", "first_seen", "held_reports")} == {
        "key": "p",
        "chat": "c",
        "language": "zh",
        "agreed": None,
        "first_seen": 7,
        "held_reports": 0,
    }


async def test_a_chosen_language_outlives_the_platforms(database: Database) -> None:
    await seen(database)
    await database.turn(lambda turn: person.speaks(turn, "p", "en"))
    assert (await seen(database, language="zh", now=2))["language"] == "en"


async def test_the_first_consent_counts(database: Database) -> None:
    await seen(database)
    for now in (5, 9):
        await database.turn(lambda turn, now=now: person.agree(turn, "p", now))  # type: ignore[misc]
    assert (await seen(database))["agreed"] == 5


async def test_a_word_in_private_makes_reachable_again_and_one_in_a_group_does_not(database: Database) -> None:
    await seen(database)
    for now in (5, 9):
        await database.turn(lambda turn, now=now: person.unreachable(turn, "p", now))  # type: ignore[misc]
    assert (await seen(database, chat=""))["unreachable"] == 5
    assert (await seen(database))["unreachable"] is None


async def test_somebody_first_met_in_a_group_gets_a_private_chat_later(database: Database) -> None:
    assert (await seen(database, chat=""))["chat"] == ""
    assert (await seen(database, chat="c"))["chat"] == "c"
    assert (await seen(database, chat=""))["chat"] == "c"
    async with database.reading() as queries:
        row = await person.of_chat(queries, "c")
    assert row is not None
    assert row["key"] == "p"


async def test_reports_that_held_are_counted(database: Database) -> None:
    await seen(database)
    for _ in range(2):
        await database.turn(lambda turn: person.held(turn, "p"))
    assert (await seen(database))["held_reports"] == 2


async def test_a_forgotten_person_is_met_anew(database: Database) -> None:
    await seen(database, now=1)
    await database.turn(lambda turn: person.agree(turn, "p", 2))
    await database.turn(lambda turn: person.forget(turn, "p"))
    row = await seen(database, now=3)
    assert (row["first_seen"], row["agreed"]) == (3, None)
