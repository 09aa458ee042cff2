"""One mapping of a file, handing out typed fields: what is wrong with one is noted, and reading goes on."""

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from math import isfinite
from typing import TypeVar
from unicodedata import normalize

from bot.city.finding import Spot, Survey, suggest
from bot.city.source import Listing, Node, Scalar, Table
from domain.city import Point

T = TypeVar("T")

# Codes stand in deep links (letters, digits, hyphen, underscore) and in button tokens, which are short.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NOTHING = Scalar("", 0)


class Entry:
    """A mapping with its place in the folder.

    Every reader takes the field's name and, where the field may be missing, a default. After a fault it returns
    a harmless value and `sound` is false: the thing is then left out, and its faults stand in the survey.
    """

    def __init__(self, table: Table, file: str, where: str, survey: Survey) -> None:
        self.file, self.where, self.line, self.sound = file, where, table.line, True
        self._table, self._survey, self._asked = table, survey, set[str]()

    def spot(self, name: str = "") -> Spot:
        """Where a field stands; the mapping itself where it is missing."""
        return Spot(self.file, self._table.lines.get(name, self.line), self.where)

    def wrong(self, name: str, what: str, remedy: str) -> None:
        self._survey.error(self.spot(name), f"{name} {what}", remedy)
        self.sound = False

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty."""
        value = self._table.values.get(name, _NOTHING)
        return value != Listing((), value.line) and (not isinstance(value, Scalar) or bool(value.text))

    def text(self, name: str, default: str | None = None) -> str:
        """One line or more of text; a number is taken as it was written."""
        value = self._scalar(name, required=default is None)
        return value or default or ""

    def code(self, kind: str, name: str = "code") -> str:
        """The thing's own code, claimed for it; from here on the thing is called by it."""
        value = self.text(name)
        if value:
            self.where = f"{kind} {value}"
            if not _CODE.fullmatch(value):
                self.wrong(name, f"is {value!r}.", "Write up to 32 letters, digits and hyphens.")
            self._survey.claim(kind, value, self.spot(name))
        return value

    def claim(self, kind: str, name: str) -> None:
        """Take the field's name itself as the code of a thing."""
        self._survey.claim(kind, name, self.spot(name))

    def reference(self, name: str, *kinds: str, default: str | None = None) -> str:
        """The code of another thing of one of these kinds."""
        value = self.text(name, default)
        if value:
            self._survey.want(kinds, value, self.spot(name))
        return value

    def references(self, name: str, kind: str) -> tuple[str, ...]:
        found = self.texts(name)
        for value in found:
            self._survey.want((kind,), value, self.spot(name))
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        found = []
        for each in self._items(name):
            if isinstance(each, Scalar):
                found += [each.text] if each.text else []
            else:
                self.wrong(name, "holds something else than texts.", f"Write it as {name}: [one, another].")
        return tuple(found)

    def number(self, name: str, default: float | None = None, *, least: float = 0.0) -> float:
        return self._parsed(name, default, 0.0, lambda text: _number(text, least), f"a number from {least:g}")

    def whole(self, name: str, default: int | None = None, *, least: int = 1, most: int = 100_000) -> int:
        kind = f"a whole number from {least}" + (f" to {most}" if most < 100_000 else "")
        return self._parsed(name, default, least, lambda text: _whole(text, least, most), kind)

    def clock(self, name: str, default: time | None = None) -> time:
        """A time of the day, local."""
        return self._parsed(name, default, time(0), _clock, 'a time like "09:00"')

    def flag(self, name: str, default: bool = False) -> bool:
        return self._parsed(name, default, default, _flag, "true or false")

    def wholes(self, name: str, default: Iterable[int], *, least: int, most: int) -> frozenset[int]:
        if name not in self._table.values:
            self._asked.add(name)
            return frozenset(default)
        kind = f"whole numbers from {least} to {most}"
        return frozenset(self._each(name, lambda text: _whole(text, least, most), kind))

    def dates(self, name: str) -> frozenset[date]:
        return frozenset(self._each(name, date.fromisoformat, "dates like 2026-10-01"))

    def point(self, name: str) -> Point:
        """A place written `[lon, lat]`, WGS-84 degrees; an altitude is dropped."""
        remedy = f"Write it as {name}: [longitude, latitude]."
        if not self.has(name):
            self._asked.add(name)
            self.wrong(name, "is missing.", remedy)
            return Point(0.0, 0.0)
        words = self.texts(name)
        if not words:  # no list, or nothing but lists in it: noted already
            return Point(0.0, 0.0)
        try:
            lon, lat, *_ = (float(normalize("NFKC", word)) for word in words)
        except ValueError:
            self.wrong(name, f"is [{', '.join(words)}].", remedy)
            return Point(0.0, 0.0)
        if fault := misplaced(lon, lat):
            self.wrong(name, *fault)
        return Point(lon, lat)

    def entry(self, name: str) -> "Entry | None":
        """A mapping inside; None where it is missing."""
        self._asked.add(name)
        if not self.has(name):
            return None
        value = self._table.values[name]
        if not isinstance(value, Table):
            self.wrong(name, "is not a list of `name: value` lines.", "Look at the blanks before its lines.")
            return None
        return self._inner(value, name)

    def entries(self, name: str) -> list["Entry"]:
        """The mappings of a list; empty where there is none."""
        found = []
        for count, each in enumerate(self._items(name), 1):
            if isinstance(each, Table):
                found.append(self._inner(each, f"{name}, entry {count}"))
            else:
                spot = Spot(self.file, each.line, f"{name}, entry {count}")
                self._survey.error(spot, "this is not a list of `name: value` pairs.", "Write - {code: ...}.")
        return found

    def pairs(self) -> dict[str, str]:
        """All of the mapping as texts, for names that the city chooses itself."""
        return {name: self.text(name) for name in self._table.values}

    def inner(self) -> dict[str, "Entry"]:
        """All of the mapping as mappings, for names that the city chooses itself."""
        return {name: each for name in self._table.values if (each := self.entry(name)) is not None}

    def close(self, *, strict: bool = True) -> None:
        """Note the names that nobody asked for; unless `strict`, only those that look like a slip of the pen."""
        for name in self._table.values:
            if name in self._asked:
                continue
            remedy = suggest(name, self._asked)
            if strict:
                self._survey.error(self.spot(name), f"{name} is not known here.", remedy)
            elif remedy.startswith("Did you"):
                self._survey.warn(self.spot(name), f"{name} is not known here.", remedy)

    def _inner(self, table: Table, where: str) -> "Entry":
        return Entry(table, self.file, where, self._survey)

    def _scalar(self, name: str, *, required: bool) -> str:
        self._asked.add(name)
        value = self._table.values.get(name, _NOTHING)
        if not isinstance(value, Scalar):
            self.wrong(name, "is a list or a group.", "Write one value, in quotes where it holds `: ` or `[`.")
        elif not value.text and required:
            self.wrong(name, "is missing.", f"Add {name}: ...")
        else:
            return value.text
        return ""

    def _items(self, name: str) -> tuple[Node, ...]:
        self._asked.add(name)
        value = self._table.values.get(name, _NOTHING)
        if isinstance(value, Listing):
            return value.items
        if not isinstance(value, Scalar) or value.text:
            self.wrong(name, "is not a list.", f"Write it as {name}: [one, another].")
        return ()

    def _parsed(self, name: str, default: T | None, fault: T, parse: Callable[[str], T], kind: str) -> T:
        text = self._scalar(name, required=default is None)
        if not text:
            return fault if default is None else default
        try:
            return parse(normalize("NFKC", text))
        except ValueError:
            self.wrong(name, f"is {text!r}.", f"Write {kind}.")
            return fault

    def _each(self, name: str, parse: Callable[[str], T], kind: str) -> list[T]:
        found = []
        for text in self.texts(name):
            try:
                found.append(parse(normalize("NFKC", text)))
            except ValueError:
                self.wrong(name, f"holds {text!r}.", f"Write {kind}.")
        return found


def misplaced(lon: float, lat: float) -> tuple[str, str] | None:
    """What is wrong with a coordinate pair that cannot be longitude and latitude, and the remedy."""
    if not (isfinite(lon) and isfinite(lat)):
        return "is not a number.", "Write longitude and latitude in degrees."
    if abs(lat) <= 90 and abs(lon) <= 180:
        return None
    if abs(lon) <= 90 and abs(lat) <= 180:
        return f"is [{lon:g}, {lat:g}]: longitude and latitude are swapped.", "Write longitude first."
    return f"is [{lon:g}, {lat:g}]: these are no degrees.", "Export it in WGS-84 degrees (EPSG:4326)."


def _number(text: str, least: float) -> float:
    value = float(text)
    if not isfinite(value) or value < least:
        raise ValueError(text)
    return value


def _whole(text: str, least: int, most: int) -> int:
    value = int(text)
    if not least <= value <= most:
        raise ValueError(text)
    return value


def _clock(text: str) -> time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))


def _flag(text: str) -> bool:
    flags = {"true": True, "yes": True, "false": False, "no": False}
    if text.casefold() not in flags:
        raise ValueError(text)
    return flags[text.casefold()]
