"""Frozen dataclasses as rows: one column a field, moments as milliseconds, tuples and mappings as JSON text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
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


_SHORT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_read = json.JSONDecoder().decode


def text(value: Any) -> str:
    """JSON as short as it can be written."""
    return _SHORT.encode(value)


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
    if origin is tuple:  # most are empty
        return lambda value: text(value) if value else "[]", lambda value: () if value == "[]" else tuple(_read(value))
    if origin is Mapping:
        return lambda value: text(dict(value)) if value else "{}", _read
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
        codes = [(place, column, *_codes(hints[name])) for place, (name, column) in enumerate(self.columns.items())]
        self._fields = attrgetter(*self.columns)
        self._write = tuple((column, write) for _, column, write, _ in codes if write)
        self._read = tuple((place, read) for place, _, _, read in codes if read)
        self._cells: dict[tuple[str, ...], itemgetter[Any]] = {}

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
        values = dict(zip(self.columns.values(), self._fields(thing), strict=True))
        for column, code in self._write:
            values[column] = code(values[column])
        return values

    def thing(self, row: Row) -> T:
        """The thing of a row."""
        names = tuple(row.keys())
        cells = list((self._cells.get(names) or self._found(names))(row))
        for place, code in self._read:
            cells[place] = code(cells[place])
        return self.kind(*cells)

    def _found(self, names: tuple[str, ...]) -> "itemgetter[Any]":
        """Where the columns stand in rows of these: SQLite's rows look a name up from the first one on."""
        self._cells[names] = itemgetter(*(names.index(column) for column in self.columns.values()))
        return self._cells[names]
