"""A resident's update read into findings: photos, words, the matter, the place; and what could not be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatch

from domain.city import Point
from domain.district import District
from domain.form import Filled, Finding
from domain.grid import Found, Outside
from domain.place import Match
from domain.report import WORDS_AT_MOST
from domain.update import Edited, File, Location, Other, Part, Photo, Text, Voice

ROUGH_METRES = 200.0
PLACE_AT_MOST = 40
_CORRECTS_PLACE = ("位置不对", "地方不对", "位置错", "地方错", "不是那", "不在那", "wrong place", "not there")
_BARE = 4  # signs beside the place's name that still make no matter of their own


@dataclass(slots=True)
class Understood:
    """What an update holds. `findings` fill the form; the rest is for the words of the answer.

    `candidates` are category codes to choose from, `places` the landmarks of an ambiguous name, `unknown_place` words
    meant as a place that no landmark bears, `outside` a point that lies in no grid."""

    findings: list[Finding] = field(default_factory=list)
    photos: int = 0
    problems: list[str] = field(default_factory=list)
    words: str = ""
    cut: bool = False
    kind: str = ""
    candidates: tuple[str, ...] = ()
    places: tuple[Match, ...] = ()
    unknown_place: str = ""
    outside: Outside | None = None
    outside_at: Point | None = None
    rough: bool = False
    voice: bool = False
    other: bool = False
    corrected: bool = False

    def has(self, kind: str) -> bool:
        return any(finding.kind == kind for finding in self.findings)

    @property
    def empty(self) -> bool:
        """Whether nothing at all was found that a report could use."""
        return not (self.findings or self.problems or self.places or self.unknown_place or self.outside or self.voice)


@dataclass(frozen=True, slots=True)
class Reader:
    """What parts are read with: the district, what was asked, what is known already."""

    district: District
    asked: str
    filled: Filled
    located: bool


def understand(
    parts: Iterable[Part], district: District, *, asked: str = "", filled: Filled | None = None
) -> Understood:
    """Reads the parts of an update. `asked` is the slot of the open question, `filled` what the form holds."""
    parts = tuple(parts)
    reader = Reader(district, asked, filled or {}, any(isinstance(part, Location) for part in parts))
    understood = Understood()
    for part in parts:
        _read(part, reader, understood)
    return understood


@singledispatch
def _read(part: object, reader: Reader, into: Understood) -> None:
    into.other = True


@_read.register
def _(part: Photo, reader: Reader, into: Understood) -> None:
    if part.problem:
        into.problems.append(part.problem)
    else:
        into.photos += 1
        into.findings.append(Finding("photo", part.sha))


@_read.register
def _(part: Voice, reader: Reader, into: Understood) -> None:
    into.voice = True


@_read.register
def _(part: File, reader: Reader, into: Understood) -> None:
    into.problems.append("kind")


@_read.register
def _(part: Other, reader: Reader, into: Understood) -> None:
    if part.kind == "video":
        into.problems.append("too_large")
    else:
        into.other = True


@_read.register
def _(part: Edited, reader: Reader, into: Understood) -> None:
    _read_words(part.text, reader, into)


@_read.register
def _(part: Text, reader: Reader, into: Understood) -> None:
    _read_words(part.text, reader, into)


@_read.register
def _(part: Location, reader: Reader, into: Understood) -> None:
    point = wgs84(part)
    into.rough = (part.accuracy_m or 0) > ROUGH_METRES
    value = place_value(reader.district, point, part.label, part.accuracy_m or 0.0)
    if isinstance(value, Outside):
        into.outside, into.outside_at = value, point
    else:
        into.findings.append(Finding("place", value))


def wgs84(location: Location) -> Point:
    """The point of a location in WGS-84, whatever datum it came in."""
    if location.datum == "wgs84":
        return Point(location.lon, location.lat)
    import prcoords

    convert = prcoords.gcj_wgs_bored if location.datum == "gcj02" else prcoords.bd_wgs_bored
    lat, lon = convert((location.lat, location.lon))
    return Point(lon, lat)


def place_value(district: District, point: Point, words: str, accuracy_m: float = 0.0) -> dict[str, object] | Outside:
    """A point as the place of a report: `lon`, `lat`, `words`, `grid`, and `border` where it may be the neighbour's.
    Outside: it lies in no grid."""
    found = district.grids.find(point.lon, point.lat, min(accuracy_m, ROUGH_METRES))
    if not isinstance(found, Found):
        return found
    shown = " ".join(words.split())[:PLACE_AT_MOST] or district.places.label_near(point) or found.grid.name
    value: dict[str, object] = {"lon": point.lon, "lat": point.lat, "words": shown, "grid": found.grid.code}
    if found.near and accuracy_m <= ROUGH_METRES:
        value["border"] = found.near[0].code
    return value


def _read_words(text: str, reader: Reader, into: Understood) -> None:
    words = text.strip()
    if not words:
        return
    if len(words) > WORDS_AT_MOST:
        words, into.cut = words[:WORDS_AT_MOST], True
    into.words = words
    matches = reader.district.places.find(words)
    if reader.asked == "place" and not matches and not _is_report(words, reader):
        into.unknown_place = words
        return
    into.findings += _place_of(matches, words, reader, into)
    if matches and into.has("place") and _only_place(words, matches, reader):
        return
    into.findings += _matter_of(words, reader, into)


_TALK = frozenset({"greeting", "thanks", "query", "anger"})


def _is_report(words: str, reader: Reader) -> bool:
    """Whether words that answer «where?» without a known place are about something else than a place."""
    guess = reader.district.triage.guess(words)
    return guess.kind in _TALK or guess.sure or reader.district.triage.correction(words) is not None


def _place_of(matches: tuple[Match, ...], words: str, reader: Reader, into: Understood) -> Iterator[Finding]:
    """The landmark that the words name, where a place is still wanted or is being corrected."""
    named = bool(matches and reader.filled.get("place") and _only_place(words, matches, reader))
    corrects = named or any(sign in words.lower() for sign in _CORRECTS_PLACE)
    if not matches or reader.located or (reader.filled.get("place") and reader.asked != "place" and not corrects):
        return
    best = [match for match in matches if match.score == matches[0].score]
    if len({match.landmark.place for match in best}) > 1:
        into.places = tuple(best[:3])
        return
    value = place_value(reader.district, best[0].landmark.place, best[0].shown)
    if isinstance(value, Outside):
        into.outside, into.outside_at = value, best[0].landmark.place
        return
    value.pop("border", None)
    into.corrected = into.corrected or corrects
    yield Finding("place", value)


def _only_place(words: str, matches: tuple[Match, ...], reader: Reader) -> bool:
    """Whether the words name a place and nothing else: what is left is short and no matter of its own."""
    start, end = matches[0].span
    left = words[:start] + words[end:]
    if len(left) > _BARE:
        return False
    guess = reader.district.triage.guess(left)
    return not (guess.urgent or (guess.kind == "report" and guess.sure))


def _matter_of(words: str, reader: Reader, into: Understood) -> Iterator[Finding]:
    """The words, and the category that they speak of."""
    triage, known = reader.district.triage, reader.filled.get("category")
    corrected = triage.correction(words) if known else None
    guess = triage.guess(words)
    into.kind = guess.kind
    if corrected and corrected.code != known:
        into.corrected, into.kind = True, "report"
        yield Finding("category", corrected.code)
    elif guess.kind != "report" and not into.photos:
        return
    elif not known and guess.ranked and (guess.sure or guess.urgent):
        yield Finding("category", guess.ranked[0][0].code)
    elif not known:
        into.candidates = tuple(category.code for category, _ in guess.ranked[:3])
    if guess.urgent:
        yield Finding("urgent", "yes")
    yield Finding("words", words)
