"""Copies: made while the bot runs, put back while it does not."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import backup, restore
from storage.database import Database, open_database
from storage.turn import StorageRefused, Turn

SAVE = "insert into setting (name, value) values (:name, :value)"


async def save(database: Database, *names: str) -> None:
    async def work(turn: Turn) -> None:
        for name in names:
            turn.put(SAVE, name=name, value="x" * 500)

    await database.turn(work)


def damage(url: str) -> None:
    Path(url.removeprefix("sqlite:///")).write_bytes(b"\0" * 5000)


async def names(url: str) -> list[str]:
    database = await open_database(url, migrate=False)
    async with database.reading() as queries:
        rows = await queries.all("select name from setting order by name")
    await database.close()
    return [row["name"] for row in rows]


async def test_a_copy_is_made_while_turns_go_on_and_is_of_one_moment(sqlite_url: str, tmp_path: Path) -> None:
    database = await open_database(sqlite_url)
    database.claim()
    copy = tmp_path / "copy.db"
    running = True

    async def pairs() -> None:
        number = 0
        while running:
            await save(database, f"{number:05d} left", f"{number:05d} right")
            number += 1

    writing = asyncio.ensure_future(pairs())
    for _ in range(5):
        await backup(sqlite_url, copy)
    running = False
    await writing
    await database.close()
    found = await names(f"sqlite:///{copy}")
    assert 0 < len(found) < len(await names(sqlite_url))
    assert {name.split()[0] for name in found if "left" in name} == {
        name.split()[0] for name in found if "right" in name
    }


async def test_a_copy_stands_alone(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    database = await open_database(sqlite_url)
    await save(database, "a")
    await backup(sqlite_url, tmp_path / "copies" / "copy.db")
    await database.close()
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["copy.db"]
    with closing(sqlite3.connect(tmp_path / "copies" / "copy.db")) as copy:
        assert copy.execute("select name from setting").fetchall() == [("a",)]


async def test_a_copy_is_put_back_with_nothing_of_what_came_after(sqlite_url: str, tmp_path: Path) -> None:
    database = await open_database(sqlite_url)
    await save(database, "before")
    await backup(sqlite_url, tmp_path / "copy.db")
    await save(database, "after")
    await database.close()
    await restore(sqlite_url, tmp_path / "copy.db")
    assert await names(sqlite_url) == ["before"]


async def test_what_a_killed_run_left_in_its_log_is_not_played_into_the_copy(sqlite_url: str, tmp_path: Path) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = await open_database(sqlite_url)
    await save(database, "before")
    await backup(sqlite_url, tmp_path / "copy.db")
    await save(database, *[f"after {number}" for number in range(100)])
    for ending in ("", "-wal", "-shm"):
        shutil.copy(f"{path}{ending}", tmp_path / f"killed.db{ending}")
    await database.close()
    await restore(f"sqlite:///{tmp_path}/killed.db", tmp_path / "copy.db")
    assert await names(f"sqlite:///{tmp_path}/killed.db") == ["before"]


async def test_a_copy_is_put_in_the_place_of_a_damaged_file(sqlite_url: str, tmp_path: Path) -> None:
    database = await open_database(sqlite_url)
    await save(database, "a")
    await backup(sqlite_url, tmp_path / "copy.db")
    await database.close()
    damage(sqlite_url)
    await restore(sqlite_url, tmp_path / "copy.db")
    assert await names(sqlite_url) == ["a"]


async def test_a_copy_brings_up_a_new_machine(sqlite_url: str, tmp_path: Path) -> None:
    await backup(sqlite_url, tmp_path / "copy.db")
    await restore(f"sqlite:///{tmp_path}/new/jieyou.db", tmp_path / "copy.db")
    assert await names(f"sqlite:///{tmp_path}/new/jieyou.db") == []


async def test_nothing_is_put_back_under_a_running_bot(sqlite_url: str, tmp_path: Path) -> None:
    await backup(sqlite_url, tmp_path / "copy.db")
    database = await open_database(sqlite_url)
    database.claim()
    await save(database, "a")
    with pytest.raises(StorageRefused, match="another `jieyou run`"):
        await restore(sqlite_url, tmp_path / "copy.db")
    await database.close()
    assert await names(sqlite_url) == ["a"]


async def test_a_damaged_or_foreign_copy_is_not_put_back(sqlite_url: str, tmp_path: Path) -> None:
    database = await open_database(sqlite_url)
    await save(database, *[str(number) for number in range(200)])
    await backup(sqlite_url, tmp_path / "whole.db")
    await database.close()
    whole = (tmp_path / "whole.db").read_bytes()
    half = len(whole) // 8192 * 4096
    (tmp_path / "damaged.db").write_bytes(whole[:half] + b"\x55" * 4096 * 3 + whole[half + 4096 * 3 :])
    (tmp_path / "words.db").write_text("words")
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("create table bookmark (url text)")
    shutil.copy(tmp_path / "whole.db", tmp_path / "newer.db")
    with closing(sqlite3.connect(tmp_path / "newer.db", isolation_level=None)) as newer:
        newer.execute("update alembic_version set version_num = '9999'")
    for name in ("damaged.db", "words.db", "foreign.db", "newer.db", "missing.db"):
        with pytest.raises(StorageRefused, match=name):
            await restore(sqlite_url, tmp_path / name)
    assert len(await names(sqlite_url)) == 200


async def test_a_copy_that_cannot_be_written_leaves_the_older_one(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageRefused, match="could not be written"):
        await backup(sqlite_url, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(StorageRefused, match="itself"):
        await backup(sqlite_url, Path(sqlite_url.removeprefix("sqlite:///")))
    with pytest.raises(StorageRefused, match="no database"):
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy.db")


async def test_postgres_has_its_own_tools(tmp_path: Path) -> None:
    for work in (backup, restore):
        with pytest.raises(StorageRefused, match="pg_dump"):
            await work("postgresql://someone:secret@host/name", tmp_path / "copy.db")
