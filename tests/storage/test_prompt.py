"""What a typed number means."""

from storage import prompt
from storage.database import Database
from storage.turn import Turn


async def test_the_last_list_of_a_chat_counts(database: Database) -> None:
    async def ask(turn: Turn) -> None:
        prompt.save(turn, "a", '[["提交","report:1:2"]]', 1)
        prompt.save(turn, "a", "card:case:1", 2)
        prompt.save(turn, "b", "[]", 3)

    await database.turn(ask)
    async with database.reading() as queries:
        row = await prompt.get(queries, "a")
        assert row is not None
        assert (row["source"], row["at"]) == ("card:case:1", 2)
    await database.turn(lambda turn: prompt.forget(turn, "a"))
    async with database.reading() as queries:
        assert await prompt.get(queries, "a") is None
        assert await prompt.get(queries, "b") is not None
