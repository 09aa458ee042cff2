"""Roles."""

from storage import member
from storage.database import Database


async def roles(database: Database, person: str) -> list[tuple[str, str, str, int]]:
    async with database.reading() as queries:
        found = await member.roles_of(queries, person)
    return [(row["role"], row["scope"], row["name"], row["since"]) for row in found]


async def test_a_role_is_given_and_taken_away(database: Database) -> None:
    await database.turn(lambda turn: member.add(turn, "p", "leader", "G01", "王师傅", 1))
    await database.turn(lambda turn: member.add(turn, "p", "officer", "S1", "", 2))
    assert await roles(database, "p") == [("leader", "G01", "王师傅", 1), ("officer", "S1", "", 2)]
    assert await database.turn(lambda turn: member.end(turn, "p", "leader", "G01", 3)) is True
    assert await database.turn(lambda turn: member.end(turn, "p", "leader", "G01", 4)) is False
    assert await roles(database, "p") == [("officer", "S1", "", 2)]


async def test_a_role_given_again_keeps_its_date_unless_it_had_ended(database: Database) -> None:
    await database.turn(lambda turn: member.add(turn, "p", "leader", "G01", "王", 1))
    await database.turn(lambda turn: member.add(turn, "p", "leader", "G01", "王师傅", 2))
    assert await roles(database, "p") == [("leader", "G01", "王师傅", 1)]
    await database.turn(lambda turn: member.end(turn, "p", "leader", "G01", 3))
    await database.turn(lambda turn: member.add(turn, "p", "leader", "G01", "王师傅", 4))
    assert await roles(database, "p") == [("leader", "G01", "王师傅", 4)]


async def test_the_members_of_scopes_come_in_the_scopes_order(database: Database) -> None:
    for person, role, scope, now in (
        ("late", "leader", "G01", 9),
        ("first", "leader", "G01", 1),
        ("wide", "leader", "C1", 2),
        ("other", "officer", "G01", 3),
    ):
        await database.turn(
            lambda turn, person=person, role=role, scope=scope, now=now: member.add(turn, person, role, scope, "", now)  # type: ignore[misc]
        )
    async with database.reading() as queries:
        found = await member.by_scope(queries, "leader", ["C1", "G01", "nowhere"])
        assert [row["person"] for row in found] == ["wide", "first", "late"]
        assert len(await member.everyone(queries)) == 4


async def test_forgetting_a_person_ends_the_roles_and_erases_the_name(database: Database) -> None:
    await database.turn(lambda turn: member.add(turn, "p", "leader", "G01", "王师傅", 1))
    await database.turn(lambda turn: member.forget(turn, "p", 5))
    assert await roles(database, "p") == []
    async with database.reading() as queries:
        assert [row["name"] for row in await queries.all("select name from member")] == [""]
