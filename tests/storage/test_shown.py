"""Where cards stand."""

from storage import shown
from storage.database import Database
from storage.turn import Turn


async def test_a_card_stands_in_one_message_of_each_chat(database: Database) -> None:
    async def show(turn: Turn) -> None:
        shown.save(turn, "card:case:1", "a", "11", "sha", "d1")
        shown.save(turn, "card:case:1", "b", "12", "", "d1")
        shown.save(turn, "card:case:1", "a", "13", "", "d2")

    await database.turn(show)
    async with database.reading() as queries:
        row = await shown.get(queries, "card:case:1", "a")
        assert row is not None
        assert (row["message"], row["picture"], row["digest"]) == ("13", "", "d2")
        assert [row["chat"] for row in await shown.chats_of(queries, "card:case:1")] == ["a", "b"]
        found = await shown.card_of(queries, "b", "12")
        assert found is not None
        assert found["card"] == "card:case:1"
        assert await shown.card_of(queries, "a", "11") is None, "it stands in another message now"


async def test_a_card_whose_message_is_gone_stands_nowhere(database: Database) -> None:
    async def show(turn: Turn) -> None:
        for card in ("x", "y"):
            shown.save(turn, card, "a", f"message of {card}", "", "")
        shown.save(turn, "x", "b", "m", "", "")

    await database.turn(show)
    await database.turn(lambda turn: shown.drop(turn, "x", "a"))
    async with database.reading() as queries:
        assert await shown.get(queries, "x", "a") is None
        assert await shown.get(queries, "y", "a") is not None
    await database.turn(lambda turn: shown.forget(turn, "a"))
    async with database.reading() as queries:
        assert await shown.get(queries, "y", "a") is None
        assert await shown.get(queries, "x", "b") is not None
