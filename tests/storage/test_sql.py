"""Every SQL text of the package is understood by both databases."""

import ast
import importlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

import storage
from storage.postgres import numbered

FOLDER = Path(storage.__file__).parent
OWN = {"__init__", "backup", "database", "postgres", "schema", "schema_case", "sqlite", "turn", "writer"}
"""These ask no questions, or ask their own database only."""
MODULES = sorted({path.stem for path in FOLDER.glob("*.py")} - OWN)
ASKS = {"one", "all", "do", "put", "stream"}
KINDS = ("select ", "insert ", "update ", "delete ", "with ")


def is_sql(value: object) -> bool:
    return isinstance(value, str) and value.lstrip().lower().startswith(KINDS)


def constants(module: str) -> Iterator[tuple[str, str]]:
    """The SQL that a module keeps under names in capitals, in tuples and mappings too."""
    for name, value in vars(importlib.import_module(f"storage.{module}")).items():
        if not name.isupper():
            continue
        held = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else [value]
        yield from ((name, text) for text in held if is_sql(text))


def asked(module: str) -> Iterator[tuple[str, ast.expr]]:
    """What a module asks the database: the first argument of every `one`, `all`, `do`, `put` and `stream`."""
    for node in ast.walk(ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS and node.args:
            yield f"line {node.lineno}", node.args[0]


def statements(module: str) -> list[tuple[str, str]]:
    """Every SQL text of a module, with where it stands."""
    literals = [
        (place, text.value)
        for place, text in asked(module)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and is_sql(text.value)
    ]
    return [*constants(module), *literals]


def test_the_texts_are_found() -> None:
    assert {name for name, _ in statements("outbox")} >= {"PUT", "CLAIM", "CLAIM_SHARED", "CHATS", "SENT"}
    assert len([name for name, _ in statements("chat") if name == "MOVE"]) == 9


@pytest.mark.parametrize("module", MODULES)
def test_no_sql_is_put_together_where_it_is_asked(module: str) -> None:
    made = [place for place, text in asked(module) if isinstance(text, (ast.JoinedStr, ast.BinOp))]
    assert made == []


@pytest.mark.parametrize("module", MODULES)
def test_sqlite_understands_every_statement(module: str, sqlite_url: str) -> None:
    wrong = []
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        for name, sql in statements(module):
            if name.endswith("_SHARED"):
                continue
            try:
                connection.execute(f"explain {sql}", dict.fromkeys(numbered(sql)[1]))
            except sqlite3.Error as error:
                wrong.append(f"storage/{module}.py {name}: {error}")
    assert wrong == []


@pytest.mark.postgres
@pytest.mark.parametrize("module", MODULES)
async def test_postgres_understands_every_statement(module: str, postgres_url: str) -> None:
    wrong = []
    connection = await asyncpg.connect(postgres_url)
    known = dict(statements(module))
    for name, sql in known.items():
        if f"{name}_SHARED" in known:  # this one is only asked of SQLite
            continue
        try:
            await connection.prepare(numbered(sql)[0])
        except asyncpg.PostgresError as error:
            wrong.append(f"storage/{module}.py {name}: {error}")
    await connection.close()
    assert wrong == []
