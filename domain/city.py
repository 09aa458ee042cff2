"""What the city folder says: the district with its stations, grids, departments, places and limits.

All coordinates are WGS-84 degrees as `lon, lat`. A `City` is read once by `bot.city` and never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from domain.category import Category, Head

Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, WGS-84 degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A unit grid (单元网格): a polygon with a code and a leader.

    `polygons` is a MultiPolygon: each polygon is its outer ring followed by its holes.
    `side` is what one sees on its side of a border (`铺面这边`), may be empty.
    """

    code: str
    name: str
    community: str
    station: str
    leader: str
    polygons: tuple[tuple[Ring, ...], ...]
    side: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    """A community (社区): the grids below it share a leaders' group; `station` is its station's code."""

    code: str
    name: str
    station: str


@dataclass(frozen=True, slots=True)
class Station:
    """A city-management station (城市管理服务工作站), owner of the ledger of its communities."""

    code: str
    name: str
    place: Point
    address: str
    telephone: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """An office that a case can be transferred to; `matters` says in residents' words what it looks after."""

    code: str
    name: str
    telephone: str
    matters: str = ""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that people call by name: a compound, a building, a shop, a crossing.

    `name` is how it is shown (`幸福里 3 号楼`); `aliases` are other ways to say it.
    """

    name: str
    place: Point
    aliases: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Booth:
    """A street booth (执法岗亭)."""

    code: str
    name: str
    place: Point
    address: str = ""
    amenities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours, local time. `days` are ISO weekdays (Monday is 1). `holidays` and `workdays` are the
    city's own list, above any calendar's."""

    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    opens: time = time(9)
    closes: time = time(17)
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Duty:
    """A weekly time (定人定时定点) at a station or booth: `place` is its code, `day` an ISO weekday, local time."""

    place: str
    day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Article:
    """A text for residents from `articles/`: `code` is the file's stem, `text` stands under the title."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local times between which nothing but urgent news is pushed."""

    groups_from: time = time(20)
    residents_from: time = time(21)
    until: time = time(8)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each step may take. `accept_minutes`, `verify_hours` and `accept_now_hours` are working time
    (clock time in urgent categories); the `days` are calendar days."""

    accept_minutes: int = 30
    accept_now_hours: int = 2
    verify_hours: int = 8
    callback_reminder_days: int = 2
    callback_days: int = 5
    reply_days: int = 5
    archive_days: int = 7
    reopen_days: int = 7
    addition_minutes: int = 30
    draft_days: int = 7
    gather_minutes: int = 15


@dataclass(frozen=True, slots=True)
class City:
    """Everything of the city folder but its polygons' index (`domain.grid`)."""

    name: str
    prefix: str
    time_zone: str
    hours: Hours
    quiet: Quiet
    limits: Limits
    communities: Mapping[str, Community]
    stations: Mapping[str, Station]
    departments: Mapping[str, Department]
    grids: Mapping[str, Grid]
    heads: tuple[Head, ...]
    categories: Mapping[str, Category]
    landmarks: tuple[Landmark, ...]
    booths: tuple[Booth, ...]
    telephones: Mapping[str, str]
    map_link: str
    border_metres: float = 15.0
    sliver_metres: float = 30.0
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    articles: tuple[Article, ...] = ()
    duty: tuple[Duty, ...] = ()
