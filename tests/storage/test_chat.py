"""Whose group a chat is, and groups that get a new id."""

from typing import Any

from storage import chat, dialogue, outbox, prompt, shown
from storage.database import Database
from storage.turn import Turn

OLD, NEW = "telegram|group|-1001|", "telegram|group|-1002003|"
TALK: dict[str, Any] = {
    "form": "resolve",
    "subject": "XF-1",
    "filled": "{}",
    "asked": None,
    "prompt": None,
    "version": 1,
    "expires": 0,
}


async def test_a_chat_is_one_offices_group_and_an_office_may_have_several(database: Database) -> None:
    for where, code, now in (("a", "G01", 1), ("b", "C1", 2), ("c", "C1", 1), ("a", "G02", 3)):
        await database.turn(lambda turn, where=where, code=code, now=now: chat.bind(turn, where, code, "p", now))  # type: ignore[misc]
    async with database.reading() as queries:
        assert [await chat.code_of(queries, where) for where in "abcd"] == ["G02", "C1", "C1", None]
        found = await chat.of_codes(queries, ["G01", "G02", "C1"])
        assert [(row["chat"], row["code"]) for row in found] == [("a", "G02"), ("c", "C1"), ("b", "C1")]
    assert await database.turn(lambda turn: chat.unbind(turn, "a")) is True
    assert await database.turn(lambda turn: chat.unbind(turn, "a")) is False


async def fill(turn: Turn, where: str, mark: str) -> None:
    await chat.bind(turn, where, mark, "p", 1)
    await dialogue.save(turn, where, "p", **{**TALK, "subject": mark})
    shown.save(turn, "card:1", where, mark, "", "")
    prompt.save(turn, where, mark, 1)
    outbox.put(turn, outbox.OutboxRow(f"{where}:{mark}", where, "{}", 1))


async def marks(database: Database, where: str) -> list[Any]:
    async with database.reading() as queries:
        talk = await dialogue.get(queries, where, "p")
        card = await shown.get(queries, "card:1", where)
        listed = await prompt.get(queries, where)
        return [
            await chat.code_of(queries, where),
            talk and talk["subject"],
            card and card["message"],
            listed and listed["source"],
        ]


async def test_a_group_that_got_a_new_id_keeps_everything_its_threads_too(database: Database) -> None:
    similar = "telegram|group|-10011|"

    async def before(turn: Turn) -> None:
        await fill(turn, OLD, "main")
        await fill(turn, f"{OLD}7", "thread")
        await fill(turn, similar, "similar")

    await database.turn(before)
    await database.turn(lambda turn: chat.move(turn, OLD, NEW))
    assert await marks(database, NEW) == ["main"] * 4
    assert await marks(database, f"{NEW}7") == ["thread"] * 4
    assert await marks(database, similar) == ["similar"] * 4
    assert await marks(database, OLD) == [None] * 4
    async with database.reading() as queries:
        chats = [row["chat"] for row in await outbox.left(queries, 10)]
    assert chats == [NEW, f"{NEW}7", similar]


async def test_what_the_chat_has_under_its_new_id_wins(database: Database) -> None:
    async def before(turn: Turn) -> None:
        await fill(turn, OLD, "old")
        await fill(turn, NEW, "new")

    await database.turn(before)
    await database.turn(lambda turn: chat.move(turn, OLD, NEW))
    assert await marks(database, NEW) == ["new"] * 4
    assert await marks(database, OLD) == [None] * 4
