"""What the program remembers about itself."""

from storage import setting
from storage.database import Database


async def test_the_last_value_is_remembered(database: Database) -> None:
    async with database.reading() as queries:
        assert await setting.get(queries, "telegram.name") is None
    for value in ("old_bot", "jieyou_bot"):
        await database.turn(lambda turn, value=value: setting.save(turn, "telegram.name", value))  # type: ignore[misc]
    async with database.reading() as queries:
        assert await setting.get(queries, "telegram.name") == "jieyou_bot"
