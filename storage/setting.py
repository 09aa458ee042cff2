"""What the program remembers about itself, such as the bot's name on a platform."""

from storage.turn import Queries, Turn

GET = "select value from setting where name = :name"
SAVE = """
insert into setting (name, value) values (:name, :value) on conflict (name) do update set value = excluded.value
"""


async def get(queries: Queries, name: str) -> str | None:
    """What is remembered under a name."""
    row = await queries.one(GET, name=name)
    return None if row is None else row["value"]


async def save(turn: Turn, name: str, value: str) -> None:
    """Remembers it."""
    await turn.do(SAVE, name=name, value=value)
