"""Frozen dataclasses as rows: one column a field, moments as milliseconds, tuples and mappings as JSON text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, get_type_hints

from storage.turn import Row, Value

T = TypeVar("T")
Code = Callable[[Any], Any]


def ms(moment: datetime) -> int:
    """A moment as milliseconds UTC."""
    return round(moment.timestamp() * 1000)


def moment(value: int) -> datetime:
    """Milliseconds UTC as a moment."""
    return datetime.fromtimestamp(value / 1000, UTC)


def text(value: Any) -> str:
    """JSON as short as it can be written."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _maybe(code: Code) -> Code:
    return lambda value: None if value is None else code(value)


def _codes(hint: Any) -> tuple[Code | None, Code | None]:
    """How a field of a type is written and read; None: as it is."""
    if hint is datetime:
        return ms, moment
    if hint == datetime | None:
        return _maybe(ms), _maybe(moment)
    if hint is bool:
        return int, bool
    origin = getattr(hint, "__origin__", None)
    if origin is tuple:
        return text, lambda value: tuple(json.loads(value))
    if origin is Mapping:
        return lambda value: text(dict(value)), json.loads
    if isinstance(hint, type) and issubclass(hint, str) and hint is not str:
        return str, hint
    return None, None


class Shape(Generic[T]):
    """The columns of a frozen dataclass, and the way there and back. `names` gives another column's name to a field."""

    def __init__(self, kind: type[T], names: Mapping[str, str] | None = None) -> None:
        hints = get_type_hints(kind)
        own = names or {}
        self.kind = kind
        self.columns: dict[str, str] = {f.name: own.get(f.name, f.name) for f in fields(kind)}  # type: ignore[arg-type]
        codes = {name: _codes(hints[name]) for name in self.columns}
        self._write = tuple((name, column, codes[name][0]) for name, column in self.columns.items())
        self._read = tuple((name, column, codes[name][1]) for name, column in self.columns.items())

    def insert(self, table: str) -> str:
        """The SQL that adds a row."""
        names = ", ".join(self.columns.values())
        values = ", ".join(f":{column}" for column in self.columns.values())
        return f"insert into {table} ({names}) values ({values})"

    def update(self, table: str, where: str, *, but: frozenset[str]) -> str:
        """The SQL that rewrites a row, but for the columns named."""
        sets = ", ".join(f"{column} = :{column}" for column in self.columns.values() if column not in but)
        return f"update {table} set {sets} where {where}"

    def values(self, thing: T) -> dict[str, Value]:
        """The thing as a row's values."""
        return {
            column: code(getattr(thing, name)) if code else getattr(thing, name) for name, column, code in self._write
        }

    def thing(self, row: Row) -> T:
        """The thing of a row."""
        return self.kind(**{name: code(row[column]) if code else row[column] for name, column, code in self._read})
