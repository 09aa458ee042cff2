"""The steps make exactly the tables that the schema describes, on both databases."""

import asyncio
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.database import open_database
from storage.migration.revision import FOLDER, known
from storage.schema_case import cases
from storage.turn import StorageRefused

metadata = cases.metadata
NEWER = "update alembic_version set version_num = '9999'"


def differences(connection: Connection) -> list[Any]:
    """In Alembic's own words. It overlooks conditions of indexes, checks and defaults: catalogues are compared too."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def made(path: Path) -> dict[str, str]:
    """The text of every table and index, without the spaces that are only looks, columns and constraints in order."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "select name, sql from sqlite_master where sql is not null and type <> 'trigger'"
        ).fetchall()
    return {name: re.sub(r"\s+", "", sql) for name, sql in rows if not name.startswith(("alembic", "sqlite"))}


def test_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{sqlite_template}", poolclass=NullPool)
    with engine.connect() as connection:
        assert differences(connection) == []
    described = tmp_path / "described.db"
    engine = create_engine(f"sqlite:///{described}", poolclass=NullPool)
    metadata.create_all(engine)
    assert made(sqlite_template) == made(described)


COLUMNS = """
select table_name, column_name, ordinal_position, data_type, is_nullable, column_default
from information_schema.columns where table_schema = 'public'
"""
INDEXES = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'"
CONSTRAINTS = """
select conrelid::regclass::text as tablename, conname, pg_get_constraintdef(oid) as definition
from pg_constraint where connamespace = 'public'::regnamespace
"""


async def catalogue(url: str) -> set[tuple[Any, ...]]:
    connection = await asyncpg.connect(url)
    rows = [tuple(row) for sql in (COLUMNS, INDEXES, CONSTRAINTS) for row in await connection.fetch(sql)]
    await connection.close()
    return {row for row in rows if row[0] != "alembic_version"}


@pytest.mark.postgres
async def test_on_postgres(postgres_url: str, empty_postgres: str) -> None:
    def engine(url: str) -> Any:
        return create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
        )

    async with engine(postgres_url).connect() as connection:
        assert await connection.run_sync(differences) == []
    async with engine(empty_postgres).begin() as connection:
        await connection.run_sync(metadata.create_all)
    assert await catalogue(postgres_url) == await catalogue(empty_postgres)


def test_the_program_knows_alembics_steps_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert known() == sorted(script.revision for script in scripts.walk_revisions())
    assert known()[-1] == scripts.get_current_head()


async def test_a_newer_database_is_refused_and_left_alone(url: str) -> None:
    database = await open_database(url)
    await database.turn(lambda turn: turn.do(NEWER))
    await database.close()
    for migrate in (True, False):
        with pytest.raises(StorageRefused, match="newer version of this program"):
            await open_database(url, migrate=migrate)


@pytest.mark.postgres
async def test_an_empty_server_is_set_up_by_run_and_not_by_a_command(empty_postgres: str) -> None:
    with pytest.raises(StorageRefused, match="start `jieyou run` once"):
        await open_database(empty_postgres, migrate=False)
    database = await open_database(empty_postgres)
    async with database.reading() as queries:
        assert [row["version_num"] for row in await queries.all("select * from alembic_version")] == [known()[-1]]
    await database.close()


@pytest.mark.postgres
async def test_processes_that_start_at_once_on_an_empty_server_all_find_it_set_up(
    empty_postgres: str, script: Callable[[str], list[str]]
) -> None:
    command = script(OPENS.format(url=empty_postgres))
    ended = await asyncio.gather(*[asyncio.to_thread(outcome, command) for _ in range(3)])
    assert ended == [(0, "")] * 3


def outcome(command: list[str]) -> tuple[int, str]:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stderr[-500:]


OPENS = """
import asyncio
from storage.database import open_database

async def main():
    database = await open_database("{url}")
    await database.turn(lambda turn: turn.all("select * from setting"))
    await database.close()

asyncio.run(main())
"""


async def test_two_new_databases_are_set_up_in_one_process_at_once(tmp_path: Path) -> None:
    opened = await asyncio.gather(*[open_database(f"sqlite:///{tmp_path}/{name}.db") for name in "abcd"])
    for database in opened:
        assert await database.turn(lambda turn: turn.all("select * from setting")) == []
        await database.close()


async def test_two_that_open_a_new_file_at_once_both_find_it_set_up(tmp_path: Path) -> None:
    opened = await asyncio.gather(*[open_database(f"sqlite:///{tmp_path}/jieyou.db") for _ in range(2)])
    for database in opened:
        assert await database.turn(lambda turn: turn.all("select * from setting")) == []
        await database.close()


async def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*ignored: object, **also: object) -> None:
        raise RuntimeError("the step fails")

    path = tmp_path / "jieyou.db"
    monkeypatch.setattr("alembic.operations.Operations.create_index", fails)
    monkeypatch.setattr("alembic.op.create_index", fails)
    with pytest.raises(RuntimeError, match="the step fails"):
        await open_database(f"sqlite:///{path}")
    monkeypatch.undo()
    assert made(path) == {}
    database = await open_database(f"sqlite:///{path}")
    await database.close()


def test_opening_what_is_up_to_date_loads_no_sqlalchemy(sqlite_url: str, script: Callable[[str], list[str]]) -> None:
    subprocess.run(script(LIGHT.format(url=sqlite_url)), check=True, timeout=60)


LIGHT = """
import asyncio, sys
from storage.database import open_database

async def main():
    database = await open_database("{url}")
    async with database.reading() as queries:
        await queries.all("select * from setting")
    await database.close()

asyncio.run(main())
heavy = {{"alembic", "sqlalchemy", "asyncpg"}} & set(sys.modules)
assert not heavy, heavy
"""
