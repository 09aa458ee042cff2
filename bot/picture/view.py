"""What pictures show, as plain data: making it needs no drawing library."""

from dataclasses import dataclass

from bot.picture.theme import Role

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class GridShape:
    """A grid's outline: all its rings, holes too (lon, lat). `name` is written on it, may be empty.

    `label` (`①`) stands before the name of one of several highlighted grids, on a plate near the pin. `tint` chooses
    among the quiet colours; neighbours look best with different ones.
    """

    name: str
    rings: tuple[tuple[Place, ...], ...]
    label: str = ""
    highlighted: bool = False
    tint: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """A pin: `label` is empty or `①`, `②`, ...; `name` is written beside it, may be empty."""

    lon: float
    lat: float
    label: str = ""
    role: Role = "problem"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """A landmark with the name that people call it by."""

    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class MapView:
    """All that a map shows. `here` (lon, lat) is where the person stands. At least a pin, `here` or a
    highlighted grid must be there, for the map is drawn around them."""

    grids: tuple[GridShape, ...] = ()
    pins: tuple[Pin, ...] = ()
    places: tuple[Sight, ...] = ()
    here: Place | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One case: `title` and `note` are written above and below its line.

    `steps` are the words under the dots, `current` counts the steps that are done: the dot of that index is where the
    case stands now; `len(steps)` means that all is done. `late` colours where it stands; the words must say so too.
    """

    title: str
    steps: tuple[str, ...]
    current: int
    note: str = ""
    late: bool = False
