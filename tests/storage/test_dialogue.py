"""The open dialogues."""

from typing import Any

from storage import dialogue
from storage.database import Database

OPEN: dict[str, Any] = {
    "form": "report",
    "subject": None,
    "filled": '{"words": "垃圾"}',
    "asked": "place",
    "prompt": "ask:1",
    "version": 1,
    "expires": 100,
}


async def save(database: Database, chat: str, person: str, **changed: Any) -> None:
    await database.turn(lambda turn: dialogue.save(turn, chat, person, **{**OPEN, **changed}))


async def get(database: Database, chat: str, person: str) -> dict[str, Any] | None:
    async with database.reading() as queries:
        row = await dialogue.get(queries, chat, person)
    return None if row is None else {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row gives its values


async def test_a_dialogue_goes_on_where_it_was(database: Database) -> None:
    await save(database, "c", "p")
    assert await get(database, "c", "p") == {"chat": "c", "person": "p", **OPEN}
    changed = {"form": "resolve", "subject": "XF-1", "filled": "{}", "asked": None, "prompt": None, "version": 2}
    await save(database, "c", "p", **changed, expires=200)
    assert await get(database, "c", "p") == {"chat": "c", "person": "p", **changed, "expires": 200}


async def test_each_person_in_a_group_has_a_dialogue(database: Database) -> None:
    await save(database, "group", "p", version=1)
    await save(database, "group", "q", version=7)
    await database.turn(lambda turn: dialogue.close(turn, "group", "p"))
    assert await get(database, "group", "p") is None
    other = await get(database, "group", "q")
    assert other is not None
    assert other["version"] == 7


async def test_what_nobody_went_on_with_is_found(database: Database) -> None:
    for number, expires in enumerate((300, 100, 200)):
        await save(database, f"c{number}", "p", expires=expires)
    async with database.reading() as queries:
        assert [row["chat"] for row in await dialogue.expired(queries, 200, 10)] == ["c1", "c2"]
        assert [row["chat"] for row in await dialogue.expired(queries, 999, 1)] == ["c1"]


async def test_forgetting_a_person_ends_the_dialogues_everywhere(database: Database) -> None:
    await save(database, "c", "p")
    await save(database, "group", "p")
    await save(database, "group", "q")
    async with database.reading() as queries:
        assert [row["chat"] for row in await dialogue.of_person(queries, "p")] == ["c", "group"]
    await database.turn(lambda turn: dialogue.forget(turn, "p"))
    async with database.reading() as queries:
        assert await dialogue.of_person(queries, "p") == []
        assert len(await dialogue.of_person(queries, "q")) == 1
