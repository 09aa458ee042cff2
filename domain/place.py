"""The places that residents name: found in their words, and named back near a point."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, inf

from domain.address import after, cut, joined, plain, shown_tail, spaced, tail_after, tails, without_side
from domain.city import Landmark, Point
from domain.grid import metres_per_degree
from domain.reading import Phrases, Reading, sounds

NEAR_METRES, DOOR_METRES = 40.0, 15.0
MANY = 9  # a short form (3号楼) that more landmarks share names no place
FULL, SHORT, COARSE = 1.0, 0.8, 0.7
SLIP = 0.8  # so much of a name must be right

_ROAD = ".*?[路街巷道线]"
_CORNER = "(?:交叉路口|交叉口|十字路口|丁字路口|交汇处|路口|十字|口)"
_MEETS = "和与跟同到交/"
_CROSSING = re.compile(f"({_ROAD})[{_MEETS}]?({_ROAD}){_CORNER}")
_CORNERED = re.compile(_CORNER)
# A short form must not be the end of a name that we do not know (康乐苑3号楼).
_OPENING = re.compile("(?:^|[在到是和跟与从住的了 \n。!?,;:]|(?:^|[我们咱这个本])(?:小区|院子?|家|这|那)?)$")
_TELLING = frozenset("东南西北中大小上下前后新老0123456789")  # signs that make another place


@dataclass(frozen=True, slots=True)
class Match:
    """A landmark found in words: where they name it, how to show it, and how sure it is.

    `span` covers the name with building, unit and room, and the side (门口, 对面); `score` is 1 for a full name,
    0.8 for a short form (3号楼), at least that for a slip of the pen, 0.7 for an unknown number in a known compound.
    """

    landmark: Landmark
    span: tuple[int, int]
    shown: str
    score: float


@dataclass(frozen=True, slots=True)
class _Name:
    """A name found in a text: where, which landmarks bear it, and the number after it that none bears."""

    start: int
    end: int
    bearers: Sequence[int]
    score: float
    tail: str = ""


class Gazetteer:
    """The landmarks of a district, by name and by place."""

    def __init__(self, landmarks: Iterable[Landmark]) -> None:
        self._landmarks = sorted(landmarks, key=lambda mark: (mark.name, mark.place.lon, mark.place.lat))
        self._names: dict[str, list[int]] = {}
        shorts: dict[str, set[int]] = {}
        self._crossings: dict[frozenset[str], list[int]] = {}
        self._stems: set[str] = set()
        for i, mark in enumerate(self._landmarks):
            for name in _forms(mark):
                self._names.setdefault(name, []).append(i)
                stem, tail = cut(name)
                if stem and tail:
                    shorts.setdefault(tail, set()).add(i)
                    self._stems.add(stem)
                if crossing := _CROSSING.fullmatch(name):
                    bearers = self._crossings.setdefault(frozenset(crossing.groups()), [])
                    bearers += [i] if i not in bearers else []
        self._shorts = {tail: sorted(bearers) for tail, bearers in shorts.items() if len(bearers) <= MANY}
        self._phrases = Phrases({*self._names, *self._shorts, *self._stems})
        self._roads = Phrases({road for roads in self._crossings for road in roads})
        self._slips = _Slips(self._names)
        self._around = _Around(self._landmarks)

    def find(self, words: str) -> tuple[Match, ...]:
        """The landmarks that the words name: none, one, or all that bear the same name.

        Full names go before short forms, longer before shorter, earlier before later. A slip of the pen is
        forgiven where nothing else was found, or only the compound within it (幸福里农贸市厂).
        """
        reading = plain(words)
        best = max([*self._exact(reading, words), *self._corners(reading.text)], key=_rank, default=None)
        if best is None or (best.score == FULL and not cut(reading.text[best.start : best.end])[1]):
            slips = [slip for slip in self._slips.find(reading.text) if best is None or _covers(slip, best)]
            best = max(slips, key=_rank, default=best)
        if best is None:
            return ()
        end, more = after(reading.text, best.end)
        if best.tail:
            more = f" {joined(shown_tail(best.tail), more)}"
        span = reading.span(best.start, end)
        marks = [self._landmarks[i] for i in best.bearers]
        return tuple(Match(mark, span, joined(spaced(mark.name), more), best.score) for mark in marks)

    def label_near(self, point: Point) -> str | None:
        """The nearest landmark within 40 m as words: 幸福里 12 号铺附近, and at its door 幸福里 12 号铺门前."""
        mark, metres = self._around.nearest(point)
        if mark is None or metres > NEAR_METRES:
            return None
        return joined(spaced(mark.name), _door(mark) if metres < DOOR_METRES else "附近")

    def _exact(self, reading: Reading, words: str) -> Iterator[_Name]:
        text = reading.text
        for start, end in self._phrases.all(text):
            key = text[start:end]
            if _cuts_number(text, start, end):
                continue
            tail, tail_end = tail_after(text, end) if not cut(key)[1] else ("", end)
            if tail and (bearers := self._names.get(key + tail)):
                yield _Name(start, tail_end, bearers, FULL)
            elif bearers := self._names.get(key):
                yield _Name(start, tail_end, bearers, COARSE if tail else FULL, tail)
            elif (bearers := self._shorts.get(key)) and _opens(reading, words, start):
                yield _Name(start, end, bearers, SHORT)

    def _corners(self, text: str) -> Iterator[_Name]:
        """Two roads that cross, in either order: 同心街跟和顺街十字."""
        roads = [*self._roads.all(text)]
        for a, b in roads:
            for c, d in roads:
                if c != b and not (c == b + 1 and text[b] in _MEETS):
                    continue
                bearers = self._crossings.get(frozenset((text[a:b], text[c:d])))
                corner = _CORNERED.match(text, d)
                if bearers and (corner or text[b] == "交"):
                    yield _Name(a, corner.end() if corner else d, bearers, FULL)


class _Slips:
    """Finds names with a slip of the pen: a sign that sounds alike, one left out or one too many."""

    def __init__(self, names: Mapping[str, Sequence[int]]) -> None:
        self._names = names
        bases = {cut(name)[0] for name in names}
        self._bases = sorted(base for base in bases if len(base) >= 3)
        self._holders: dict[str, list[int]] = {}
        for i, base in enumerate(self._bases):
            for gram in _grams(base, len(base)):
                self._holders.setdefault(gram, []).append(i)

    def find(self, text: str) -> Iterator[_Name]:
        """Names that the text nearly says; a numbered one (幸福里3栋) only where the number is right."""
        grams = _grams(text, 3) | _grams(text, 5)
        shared = Counter(i for gram in grams for i in self._holders.get(gram, ()))
        numbers = tails(text)
        for i, count in shared.items():
            base = self._bases[i]
            if count < len(base) - (1 if len(base) < 5 else 3):
                continue
            for start, end in numbers:
                yield from self._name(text, base, start, end)
            if len(base) >= 5 and base in self._names:
                for at in range(len(base) - 1, len(text) + 1):
                    yield from self._name(text, base, at, at)

    def _name(self, text: str, base: str, at: int, end: int) -> Iterator[_Name]:
        """The name base + text[at:end], where what stands before `at` is nearly the base."""
        bearers = self._names.get(base + text[at:end])
        for size in (len(base), len(base) - 1, len(base) + 1) if bearers else ():
            score = _alike(base, text[at - size : at], end - at) if size <= at else 0.0
            if bearers and score >= SLIP:
                yield _Name(at - size, end, bearers, score)
                return


def _grams(text: str, size: int) -> set[str]:
    """What a name of so many signs shares with a text: short ones single signs, longer ones pairs."""
    return set(text) if size < 5 else {text[i : i + 2] for i in range(len(text) - 1)}


def _alike(base: str, said: str, more: int) -> float:
    """How much of a name with `more` further signs is right, 0 where it is another name."""
    from rapidfuzz.distance import Levenshtein

    if sounds(base[0] + base[-1]) != sounds(said[0] + said[-1]):
        return 0.0
    edits = Levenshtein.editops(base, said)
    for edit in edits:
        right, wrong = base[edit.src_pos : edit.src_pos + 1], said[edit.dest_pos : edit.dest_pos + 1]
        if edit.tag == "replace" and sounds(right) != sounds(wrong):
            return 0.0
        if edit.tag != "replace" and (right if edit.tag == "delete" else wrong) in _TELLING:
            return 0.0
    return 1 - len(edits) / (len(base) + more)


class _Around:
    """The landmark nearest to a point, by a net of cells as wide as NEAR_METRES or more."""

    def __init__(self, landmarks: Sequence[Landmark]) -> None:
        widest = max((abs(mark.place.lat) for mark in landmarks), default=0.0)
        east, north = metres_per_degree(widest)
        self._per_lon, self._per_lat = east / NEAR_METRES / 1.01, north / NEAR_METRES / 1.01
        self._cells: dict[tuple[int, int], list[Landmark]] = {}
        for mark in landmarks:
            self._cells.setdefault(self._cell(mark.place), []).append(mark)

    def nearest(self, point: Point) -> tuple[Landmark | None, float]:
        """The nearest landmark, if one lies within NEAR_METRES, and the metres to it."""
        east, north = metres_per_degree(point.lat)
        column, row = self._cell(point)
        best: tuple[Landmark | None, float] = (None, inf)
        for cell in [(column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]:
            for mark in self._cells.get(cell, ()):
                metres = hypot((mark.place.lon - point.lon) * east, (mark.place.lat - point.lat) * north)
                if metres < best[1]:
                    best = (mark, metres)
        return best

    def _cell(self, point: Point) -> tuple[int, int]:
        return int(point.lon * self._per_lon // 1), int(point.lat * self._per_lat // 1)


def _forms(mark: Landmark) -> list[str]:
    """The plain forms of a landmark's names; 幸福里小学门口 adds nothing to 幸福里小学."""
    forms = {plain(name).text: None for name in (mark.name, *mark.aliases)}
    return [form for form in forms if form and (without_side(form) == form or without_side(form) not in forms)]


def _rank(name: _Name) -> tuple[bool, int, int]:
    return name.score == FULL, name.end - name.start, -name.start


def _covers(slip: _Name, found: _Name) -> bool:
    return slip.start <= found.start and found.end < slip.end


def _cuts_number(text: str, start: int, end: int) -> bool:
    """Whether a piece of text begins or ends inside a number: 1栋 in 11栋."""
    before = start > 0 and text[start - 1].isdigit() and text[start].isdigit()
    return before or (end < len(text) and text[end - 1].isdigit() and text[end].isdigit())


def _opens(reading: Reading, words: str, start: int) -> bool:
    """Whether a short form stands by itself: at the beginning, after a mark, or after 在, 我们小区 and the like."""
    at = reading.starts[start]
    return not words[at - 1 : at].isalnum() or bool(_OPENING.search(reading.text[:start]))


def _door(mark: Landmark) -> str:
    """What one stands at, close to a landmark: a shop's door, the foot of a building, or simply there."""
    unit = cut(plain(mark.name).text)[1][-1:]
    if mark.kind == "shop" or unit == "铺":
        return "门前"
    return "楼下" if mark.kind == "building" or unit == "栋" else ""
