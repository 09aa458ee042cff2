"""Copies of the SQLite file: made while the bot runs, put back while it does not."""

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from storage.database import file_of
from storage.migration.revision import known
from storage.turn import StorageRefused

ELSEWHERE = "this database is PostgreSQL: use pg_dump and pg_restore"
VERSION = "select version_num from alembic_version"


async def backup(url: str, file: Path) -> None:
    """Copies the database into one file, as of one moment, while others go on writing. An older copy is replaced.

    Raises StorageRefused: for PostgreSQL, where there is no database, where the copy cannot be written or is not sound.
    """
    path = _file(url)
    await asyncio.to_thread(_backup, path, file)


async def restore(url: str, file: Path) -> None:
    """Puts a copy in the database's place. Whatever is missing since then is brought in at the next opening.

    Raises StorageRefused: for PostgreSQL, while `jieyou run` has the file, where the copy is damaged, is none of this
    program's, or comes from a newer version."""
    from storage.sqlite import lock

    path = _file(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(lock(path)):
        await asyncio.to_thread(_restore, file, path)


def _file(url: str) -> Path:
    path = file_of(url)
    if path is None:
        raise StorageRefused(ELSEWHERE)
    return path


def _backup(path: Path, file: Path) -> None:
    if not path.exists():
        raise StorageRefused(f"there is no database at {path}")
    if file.exists() and file.samefile(path):
        raise StorageRefused("the copy cannot be the database itself")
    _copy(path, file)


def _restore(file: Path, path: Path) -> None:
    if not file.exists():
        raise StorageRefused(f"there is no file {file}")
    _check(file)
    _copy(file, path)


def _copy(source: Path, target: Path) -> None:
    """Copies beside the target, checks the copy, and only then puts it in its place."""
    beside = target.with_name(f"{target.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with closing(_open(source)) as read, closing(sqlite3.connect(beside, isolation_level=None)) as written:
            read.backup(written)
            # A file that stands alone: without this it would bring a -wal file with it wherever it is opened.
            written.execute("pragma journal_mode = delete")
        _check(beside)
        _replace(beside, target)
    except (sqlite3.Error, OSError) as error:
        raise StorageRefused(f"{target} could not be written: {error}") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _replace(beside: Path, target: Path) -> None:
    """Durable before it is in place; an old write-ahead log must not be played into the new file."""
    with beside.open("rb") as copied:
        os.fsync(copied.fileno())
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    beside.replace(target)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", isolation_level=None, uri=True)


def _check(file: Path) -> None:
    """Raises StorageRefused where a file is damaged or not this program's."""
    try:
        with closing(_open(file)) as copy:
            sound = [row[0] for row in copy.execute("pragma integrity_check")]
            versions = [row[0] for row in copy.execute(VERSION)] if sound == ["ok"] else []
    except sqlite3.Error as error:
        raise StorageRefused(f"{file} is not a backup of this program, or it is damaged: {error}") from error
    if sound != ["ok"]:
        raise StorageRefused(f"{file} is damaged: {sound[0]}")
    if versions and versions[0] not in known():
        raise StorageRefused(f"{file} was written by a newer version of this program: update the program")
