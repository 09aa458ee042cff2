"""What only PostgreSQL does: numbered parameters, lanes across processes, lost connections."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database, open_database
from storage.postgres import lock_of, numbered
from storage.turn import StorageFailed, StorageRefused, Turn


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("select 1", "select 1", ()),
        ("select :a, :b, :a", "select $1, $2, $1", ("a", "b")),
        ("select :a::bigint", "select $1::bigint", ("a",)),
        ("select cast(:a as text) || ':b'", "select cast($1 as text) || ':b'", ("a",)),
        ("select 'it''s :a', :b", "select 'it''s :a', $1", ("b",)),
        ('select ":a" from t -- :b\nwhere c = :c', 'select ":a" from t -- :b\nwhere c = $1', ("c",)),
        ("select /* :a */ :b", "select /* :a */ $1", ("b",)),
    ],
)
def test_names_become_numbers(sql: str, text: str, names: tuple[str, ...]) -> None:
    assert numbered(sql) == (text, names)


@given(st.lists(st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True), max_size=12))
def test_every_name_gets_one_number_in_order(names: list[str]) -> None:
    text, found = numbered("select " + ", ".join(f":{name}" for name in names))
    assert found == tuple(dict.fromkeys(names))
    assert text == "select " + ", ".join(f"${found.index(name) + 1}" for name in names)


@given(st.text())
def test_a_lane_is_a_number_of_64_bits(lane: str) -> None:
    assert -(2**63) <= lock_of(lane) < 2**63


@pytest.mark.postgres
class TestServer:
    """With a server."""

    @pytest.fixture
    async def database(self, postgres_url: str) -> AsyncIterator[Database]:
        database = await open_database(postgres_url)
        yield database
        await database.close()

    @pytest.fixture
    async def other(self, postgres_url: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(postgres_url)
        yield connection
        await connection.close()

    async def test_a_lost_connection_is_no_fault_of_the_handler(self, database: Database, other: Any) -> None:
        async def work(turn: Turn) -> None:
            await turn.do("insert into setting (name, value) values ('a', '1')")
            row = await turn.one("select pg_backend_pid() as pid")
            assert row is not None
            await turn.one("select pg_terminate_backend(:pid)", pid=row["pid"])

        with pytest.raises(StorageFailed):
            await database.turn(work)
        assert await other.fetchval("select count(*) from setting") == 0
        assert await database.turn(lambda turn: turn.do("insert into setting values ('b', '1')")) == 1

    async def test_two_turns_that_lock_each_other_both_end_well(self, database: Database) -> None:
        await database.turn(lambda turn: turn.do("insert into setting values ('a', '0'), ('b', '0')"))
        arrived = {"a": 0, "b": 0}

        def work(first: str, second: str) -> Callable[[Turn], Any]:
            async def change(turn: Turn) -> None:
                arrived[first] += 1
                await turn.do("update setting set value = value || 'x' where name = :name", name=first)
                await turn.one("select pg_sleep(0.05)")
                await turn.do("update setting set value = value || 'x' where name = :name", name=second)

            return change

        await asyncio.gather(database.turn(work("a", "b")), database.turn(work("b", "a")))
        async with database.reading() as queries:
            assert [row["value"] for row in await queries.all("select value from setting")] == ["0xx", "0xx"]
        assert sum(arrived.values()) == 3, "one of the two ran again"

    async def test_a_cancelled_turn_leaves_its_connection_fit_for_use(self, postgres_url: str) -> None:
        database = await open_database(postgres_url, connections=1)
        begun = asyncio.Event()

        async def work(turn: Turn) -> None:
            await turn.do("insert into setting values ('a', '1')")
            begun.set()
            await turn.one("select pg_sleep(30)")

        task = asyncio.ensure_future(database.turn(work))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with database.reading() as queries:
            assert await queries.all("select * from setting") == []
        await database.close()

    async def test_a_turn_that_is_over_asks_nothing_more(self, database: Database) -> None:
        kept: list[Turn] = []

        async def work(turn: Turn) -> None:
            kept.append(turn)

        await database.turn(work)
        with pytest.raises(RuntimeError, match="over"):
            await kept[0].do("delete from setting")

    async def test_several_processes_may_serve_one_database(self, database: Database, postgres_url: str) -> None:
        second = await open_database(postgres_url)
        database.claim()
        second.claim()
        await second.close()

    async def test_two_processes_keep_a_lane_in_order(
        self, database: Database, other: Any, postgres_url: str, script: Callable[[str], list[str]]
    ) -> None:
        async def fill(turn: Turn) -> None:
            for number in range(200):
                turn.put(
                    "insert into inbox (channel, key, lane, body, at, received) values ('t', :key, :lane, '', 0, 0)",
                    key=str(number),
                    lane=f"lane {number % 2}",
                )

        await database.turn(fill)
        command = script(DRAIN.format(url=postgres_url))
        ended = await asyncio.gather(*[asyncio.to_thread(output, command) for _ in range(2)])
        done = [int(text) for text in ended]
        assert sum(done) == 200
        assert min(done) > 0, "both took part"
        for lane in ("lane 0", "lane 1"):
            said = [
                row["body"] for row in await other.fetch("select body from outbox where chat = $1 order by id", lane)
            ]
            assert said == sorted(said, key=int)
            assert len(said) == 100


def output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


DRAIN = """
import asyncio
from storage import inbox, outbox
from storage.database import open_database

def answering(lane):
    async def work(turn):
        row = await inbox.oldest(turn, lane)
        if row is None:
            return 0
        outbox.put(turn, outbox.OutboxRow(f"said:{{row['id']}}", lane, str(row["id"]), 0))
        inbox.done(turn, [row["id"]], 0)
        return 1
    return work

async def main():
    database = await open_database("{url}")
    async def drain(lane):
        done = 0
        while await database.turn(answering(lane), lane=lane):
            done += 1
        return done
    print(sum(await asyncio.gather(*[drain(f"lane {{number % 2}}") for number in range(4)])))
    await database.close()

asyncio.run(main())
"""


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StorageRefused) as refused:
        await open_database("postgresql://someone:secret@127.0.0.1:1/jieyou")
    assert "127.0.0.1:1/jieyou" in refused.value.reason
    assert "secret" not in refused.value.reason


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_told(server: Any) -> None:
    with pytest.raises(StorageRefused, match="nowhere"):
        await open_database(server.get_uri("nowhere"))
