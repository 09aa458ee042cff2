"""Every test that takes `database` or `url` runs on SQLite and on PostgreSQL, each time on tables that hold nothing."""

import shutil
import sys
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from storage.database import Database, open_database
from storage.migration.upgrade import upgrade_postgres
from storage.sqlite import prepare

numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL of the session's own. What it writes need not outlive it.

    Not in pytest's folder: pytest shuts that to all but its own user, and PostgreSQL never runs as root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it keeps its lock
        from pgserver.postgres_server import get_server

        server = get_server(mkdtemp(prefix="postgres-"), cleanup_mode="delete")
    server.psql("alter system set fsync = off")
    server.psql("alter system set deadlock_timeout = '50ms'")
    server.psql("select pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(server: Any) -> str:
    """A database with all tables, to be copied."""
    server.psql("create database tables")
    upgrade_postgres(server.get_uri("tables"))
    return "tables"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "tables.db"
    prepare(path, migrate=True)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An SQLite file of the test's own, all tables empty."""
    path = tmp_path / "jieyou.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(server: Any, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, all tables empty."""
    name = f"test_{next(numbers)}"
    server.psql(f"create database {name} template {postgres_template}")
    yield server.get_uri(name)
    server.psql(f"drop database {name} with (force)")


@pytest.fixture
def empty_postgres(server: Any) -> Iterator[str]:
    """A PostgreSQL database without tables."""
    name = f"empty_{next(numbers)}"
    server.psql(f"create database {name}")
    yield server.get_uri(name)
    server.psql(f"drop database {name} with (force)")


BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """Where a database with empty tables is, for tests that open it themselves."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A database with empty tables, open."""
    database = await open_database(url)
    yield database
    await database.close()


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """A command line for another process of this program, which runs the text."""

    def written(text: str) -> list[str]:
        path = tmp_path / f"script_{next(numbers)}.py"
        path.write_text(f"import sys\nsys.path[:0] = {sys.path!r}\n{text}")
        return [sys.executable, str(path)]

    return written
