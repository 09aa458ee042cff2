"""The inbox: seen once, done in order, kept whole where it cannot be handled."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from storage import inbox
from storage.database import Database
from storage.turn import Row, Turn

AT = datetime(2026, 11, 24, 1, 0, 0, 250_000, tzinfo=UTC)
NOW = 1_795_482_000_000
DAY = 86_400_000


@dataclass(frozen=True)
class Raw:
    key: str
    lane: str = "telegram|private|1||"
    channel: str = "telegram"
    at: datetime = AT
    body: str = '{"text": "楼下垃圾满了"}'
    album: str = ""


async def came(database: Database, *raws: Raw, now: int = NOW) -> list[int]:
    return [id for id, _ in await database.turn(lambda turn: inbox.add(turn, raws, now))]


async def row(database: Database, id: int) -> Row:
    async with database.reading() as queries:
        found = await inbox.find(queries, id)
    assert found is not None
    return found


async def test_what_came_is_kept_in_order_with_all_its_parts(database: Database) -> None:
    raws = [Raw("1", album="a"), Raw("2")]
    added = await database.turn(lambda turn: inbox.add(turn, raws, NOW))
    assert [raw for _, raw in added] == raws
    first = await row(database, added[0][0])
    assert (first["channel"], first["key"], first["lane"], first["body"], first["album"], first["at"]) == (
        "telegram",
        "1",
        "telegram|private|1||",
        raws[0].body,
        "a",
        round(AT.timestamp() * 1000),
    )
    assert (first["received"], first["state"], first["attempts"], first["fetched"]) == (NOW, "new", 0, None)


async def test_what_was_seen_is_left_out_when_it_comes_again(database: Database) -> None:
    await came(database, Raw("1"), Raw("2"))
    added = await database.turn(lambda turn: inbox.add(turn, [Raw("2"), Raw("3"), Raw("3"), Raw("1")], NOW))
    assert [raw.key for _, raw in added] == ["3"]
    assert len(await came(database, Raw("1", channel="wechat"))) == 1, "keys are a channel's own"


async def test_a_lane_is_read_in_order_and_lanes_do_not_mix(database: Database) -> None:
    first, second, third = await came(database, Raw("1"), Raw("2", lane="other"), Raw("3"))

    async def step(turn: Turn, lane: str) -> int | None:
        found = await inbox.oldest(turn, lane)
        if found is None:
            return None
        inbox.done(turn, [found["id"]], NOW)
        return int(found["id"])

    lane = Raw("1").lane
    assert [await database.turn(lambda turn: step(turn, lane)) for _ in range(3)] == [first, third, None]
    assert await database.turn(lambda turn: step(turn, "other")) == second


async def test_what_is_done_is_erased_and_its_key_stays_for_14_days(database: Database) -> None:
    ids = await came(database, Raw("1"), Raw("2"))
    await database.turn(lambda turn: inbox.keep_fetched(turn, ids[0], '{"ref": "sha"}'))
    assert (await row(database, ids[0]))["fetched"] == '{"ref": "sha"}'

    async def done(turn: Turn) -> None:
        inbox.done(turn, ids, NOW)

    await database.turn(done)
    ended = await row(database, ids[0])
    assert (ended["state"], ended["body"], ended["fetched"]) == ("done", None, None)
    assert await database.turn(lambda turn: inbox.purge(turn, NOW)) == 0
    assert await came(database, Raw("1")) == []
    assert await database.turn(lambda turn: inbox.purge(turn, NOW + 1)) == 2
    assert len(await came(database, Raw("1"))) == 1


async def test_a_dead_letter_is_kept_whole_with_its_trace(database: Database) -> None:
    [id] = await came(database, Raw("1"))
    await database.turn(lambda turn: inbox.dead(turn, id, "Traceback ...", NOW + 5, 3))
    async with database.reading() as queries:
        [letter] = await inbox.dead_letters(queries)
        assert await inbox.oldest(queries, Raw("1").lane) is None, "the stream goes on"
    assert (letter["id"], letter["body"], letter["trace"], letter["attempts"], letter["ended"]) == (
        id,
        Raw("1").body,
        "Traceback ...",
        3,
        NOW + 5,
    )
    await database.turn(lambda turn: inbox.purge(turn, NOW + 100 * DAY))
    await database.turn(lambda turn: inbox.forget(turn, Raw("1").lane))
    assert ((await row(database, id))["state"], (await row(database, id))["body"]) == ("dead", None)


async def test_what_was_left_is_found_by_age_and_page(database: Database) -> None:
    old = await came(database, Raw("1"), Raw("2"), Raw("3"))
    await came(database, Raw("4"), now=NOW + 1)
    await database.turn(lambda turn: inbox.dead(turn, old[1], "", NOW, 1))
    async with database.reading() as queries:
        assert [found["id"] for found in await inbox.left(queries, NOW + 1, 10)] == [old[0], old[2]]
        assert [found["id"] for found in await inbox.left(queries, NOW + 1, 1, after=old[0])] == [old[2]]
        assert await inbox.left(queries, NOW, 10) == []


async def test_an_end_is_an_end(database: Database) -> None:
    """A row that another ended is not ended anew."""
    [id] = await came(database, Raw("1"))

    async def done(turn: Turn) -> None:
        inbox.done(turn, [id], NOW)

    await database.turn(done)
    await database.turn(lambda turn: inbox.dead(turn, id, "late", NOW, 1))
    assert (await row(database, id))["state"] == "done"


@pytest.mark.parametrize("state", ["lost", ""])
async def test_no_other_state_gets_in(database: Database, state: str) -> None:
    await came(database, Raw("1"))
    with pytest.raises(Exception, match="inbox_state"):
        await database.turn(lambda turn: turn.do("update inbox set state = :state", state=state))
