"""Opening: what is refused, and in which words."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from storage.database import file_of, open_database
from storage.turn import StorageFailed, StorageRefused

SAVE = "insert into setting (name, value) values ('a', '1')"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/jieyou.db", Path("data/jieyou.db")),
        ("sqlite:////var/jieyou.db", Path("/var/jieyou.db")),
        ("sqlite:///%E8%A7%A3%E5%BF%A7.db", Path("解忧.db")),
        ("postgresql://someone@host/name", None),
    ],
)
def test_a_url_names_a_file_or_a_server(url: str, path: Path | None) -> None:
    assert file_of(url) == path


@pytest.mark.parametrize("url", ["", "jieyou.db", "sqlite://", "sqlite:///", "mysql://someone:secret@host/name"])
async def test_other_urls_are_refused_with_what_would_do(url: str) -> None:
    with pytest.raises(StorageRefused, match="sqlite:///FILE") as refused:
        await open_database(url)
    assert "secret" not in refused.value.reason


async def test_a_new_file_is_made_in_a_new_folder(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/new/folder/解忧 100%.db")
    await database.turn(lambda turn: turn.do(SAVE))
    await database.close()
    assert (tmp_path / "new/folder/解忧 100%.db").exists()


async def test_it_is_durable_and_found_again(url: str) -> None:
    for expected in (0, 1):
        database = await open_database(url)
        async with database.reading() as queries:
            assert len(await queries.all("select name from setting")) == expected
        if not expected:
            await database.turn(lambda turn: turn.do(SAVE))
        await database.close()


async def test_every_commit_is_synced_and_readers_do_not_stop_the_writer(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)

    async def habits(turn: object) -> list[object]:
        asked = [await turn.one(f"pragma {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]  # type: ignore[attr-defined]
        return [row[0] for row in asked]

    assert await database.turn(habits) == ["wal", 2, 1]
    await database.close()


async def test_a_second_run_is_refused_and_other_commands_are_not(sqlite_url: str) -> None:
    first = await open_database(sqlite_url)
    first.claim()
    second = await open_database(sqlite_url)
    with pytest.raises(StorageRefused, match="another `jieyou run`"):
        second.claim()
    assert await second.turn(lambda turn: turn.do(SAVE)) == 1
    await first.close()
    second.claim()
    await second.close()


async def test_a_run_that_was_killed_frees_the_file(sqlite_url: str, script: Callable[[str], list[str]]) -> None:
    database = await open_database(sqlite_url)
    with running(script(CLAIMED.format(url=sqlite_url))) as said:
        assert said.readline() == "claimed\n"
        with pytest.raises(StorageRefused):
            database.claim()
    database.claim()
    await database.close()


@contextmanager
def running(command: list[str]) -> Iterator[IO[str]]:
    """Another process, killed (-9) at the end; what it says."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            process.kill()


CLAIMED = """
import asyncio, time
from storage.database import open_database

async def main():
    database = await open_database("{url}")
    database.claim()
    print("claimed", flush=True)
    time.sleep(60)

asyncio.run(main())
"""


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("what we talked about\n" * 100)
    with pytest.raises(StorageRefused, match="not a database"):
        await open_database(f"sqlite:///{path}")
    assert path.read_text().startswith("what we talked about"), "and it is left alone"


def damage(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes(len(whole) - 100))


async def test_a_damaged_file_is_refused(sqlite_url: str) -> None:
    damage(Path(sqlite_url.removeprefix("sqlite:///")))
    with pytest.raises(StorageRefused, match="damaged: restore a backup"):
        await open_database(sqlite_url)


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bookmarks.db"
    connection = sqlite3.connect(path)
    connection.execute("create table bookmark (url text)")
    connection.close()
    with pytest.raises(StorageRefused, match="another program"):
        await open_database(f"sqlite:///{path}")


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageRefused, match="folder"):
        await open_database(f"sqlite:///{tmp_path}/file/jieyou.db")


async def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jieyou.db").mkdir()
    with pytest.raises(StorageRefused, match="cannot be opened"):
        await open_database(f"sqlite:///{tmp_path}/jieyou.db")


async def test_a_file_kept_by_another_program_is_refused(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.writer.PATIENCE_S", 0.01)
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("pragma locking_mode = exclusive")
    connection.execute("begin exclusive")
    with pytest.raises(StorageRefused, match="to itself"):
        await open_database(sqlite_url)
    connection.close()


async def test_a_command_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StorageRefused, match="start `jieyou run` once"):
        await open_database(f"sqlite:///{tmp_path}/jieyou.db", migrate=False)
    assert os.listdir(tmp_path) == []


async def test_what_is_being_read_ends_before_the_file_is_let_go_of(sqlite_url: str) -> None:
    """A page's open stream asked while the program stopped: its question failed on a closed file."""
    database = await open_database(sqlite_url)
    async with database.reading() as queries:
        closing = asyncio.create_task(database.close())
        for _ in range(20):
            await queries.one("select 1 as yes")
        assert not closing.done()
    await closing
    with pytest.raises(StorageFailed, match="closed"):
        async with database.reading():
            raise AssertionError("a closed database was opened")
