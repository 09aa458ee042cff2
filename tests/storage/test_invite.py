"""One-time codes."""

import asyncio
import re

from storage import invite
from storage.database import Database
from storage.turn import Row


async def create(database: Database, expires: int = 100) -> str:
    return await database.turn(lambda turn: invite.create(turn, "leader", "G01", "王师傅", expires))


async def take(database: Database, code: str, now: int = 1, person: str = "p") -> Row | None:
    return await database.turn(lambda turn: invite.take(turn, code, person, now))


async def test_a_code_gives_its_role_once(database: Database) -> None:
    code = await create(database)
    row = await take(database, code)
    assert row is not None
    assert (row["role"], row["scope"], row["name"]) == ("leader", "G01", "王师傅")
    assert await take(database, code) is None


async def test_of_many_who_open_it_at_once_one_gets_the_role(database: Database) -> None:
    code = await create(database)
    taken = await asyncio.gather(*[take(database, code, person=f"p{number}") for number in range(8)])
    assert len([row for row in taken if row is not None]) == 1


async def test_a_code_ends(database: Database) -> None:
    code = await create(database, expires=100)
    assert await take(database, code, now=100) is None
    assert await take(database, code, now=99) is not None
    assert await database.turn(lambda turn: invite.purge(turn, 101)) == 1


async def test_a_wrong_code_gives_nothing(database: Database) -> None:
    code = await create(database)
    for wrong in ("", code[:-1], code.swapcase(), invite.digest(code)):
        assert await take(database, wrong) is None


async def test_a_code_fits_into_a_deep_link_and_is_not_kept(database: Database) -> None:
    codes = {await create(database) for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", code) for code in codes)
    async with database.reading() as queries:
        kept = str([[row[name] for name in row.keys()] for row in await queries.all("select * from invite")])  # noqa: SIM118
    assert not any(code in kept for code in codes)
