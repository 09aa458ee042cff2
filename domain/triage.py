"""The first guess at a matter from a resident's words: which category, how sure, how urgent, or only talk.

What people say for each category stands in `city/categories.yaml`; what tells danger, questions and talk in
`domain.cue`. Longer and rarer words count more, a longer word swallows the shorter ones in it, and pieces of known
words break ties where none is found whole. Nothing is learnt from what residents send.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from domain import cue
from domain.category import Category, Head
from domain.cue import Kind
from domain.reading import Phrases, Reading, read, sounds

OTHER = "other"  # the head of what another office looks after
SURE_SCORE, SURE_MARGIN = 3.0, 1.5
PIECE = 0.5  # weight of a piece of a known word against a sign of a whole one
SOUND = 0.8  # and of a word that only sounds like a known one
YIELD = 0.7  # what another office looks after gives way to what the station does
DANGER = 4.0
FAINT = 1.0  # less is no matter at all, where nothing is said to be wrong
SECOND, SECOND_TOLD = 2.5, 1.5  # evidence that makes a second problem; where 还有 or the like announces it
LONGEST = 300  # signs read; who writes more has said it by then


@dataclass(frozen=True, slots=True)
class Guess:
    """What some words seem to be about.

    `ranked` are categories with the evidence for each, best first, none where nothing is known. `sure` means that
    asking would be tiresome: the first is right in at least 95 of 100 (docs/triage.md). `kind` is report where a
    case should be made; `second` is another problem in the same words.
    """

    ranked: tuple[tuple[Category, float], ...]
    sure: bool
    urgent: bool
    kind: Kind
    second: Category | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    """A known word in a text: where, for which categories, and how much it tells."""

    start: int
    end: int
    of: Sequence[int]
    weight: float


class Triage:
    """Guesses at matters, from the categories' own words. `heads` in the order in which people choose."""

    def __init__(self, categories: Iterable[Category], heads: Iterable[Head]) -> None:
        self._categories = tuple(categories)
        self._heads = tuple(heads)
        said: dict[str, list[int]] = {}
        for i, category in enumerate(self._categories):
            for phrase in _phrases(category):
                said.setdefault(phrase, []).append(i)
        self._said = said
        self._weights = {phrase: _weight(phrase) / len(of) for phrase, of in said.items()}
        self._phrases = Phrases(said)
        self._pieces = _pieces_of(said, len(self._categories))
        self._sounds: _Sounds | None = None

    def guess(self, words: str) -> Guess:
        """The best guess at `words`; any text will do."""
        reading = read(words[:LONGEST])
        text = reading.text
        hits = self._hits(reading, words)
        scores = self._scores(text, hits)
        told = bool(hits)
        urgent = self._danger(text, hits, scores)
        order = sorted(scores, key=lambda i: (-scores[i], i))
        ranked = tuple((self._categories[i], round(scores[i], 3)) for i in order[:8])
        kind = "report" if urgent else self._kind(text, ranked, told)
        second = self._second(reading, words, hits, order) if kind == "report" else None
        return Guess(ranked, kind == "report" and told and self._sure(ranked), urgent, kind, second)

    def correction(self, words: str) -> Category | None:
        """The category that the words put in place of another (不是垃圾,是井盖), None where they correct nothing."""
        reading = read(words[:LONGEST])
        if not cue.CORRECTION.search(reading.text):
            return None
        hits = self._hits(reading, words)
        scores = self._scores(reading.text, hits) if hits else {}
        return self._categories[min(scores, key=lambda i: (-scores[i], i))] if scores else None

    def _hits(self, reading: Reading, words: str) -> list[_Hit]:
        """Known words, without those inside longer ones and those ruled out; by sound where none stands so."""
        text = reading.text
        denied = [match.span(match.lastindex or 0) for match in cue.DENIED.finditer(text)]
        hits: list[_Hit] = []
        reached = 0
        for start, end in self._phrases.all(text):
            if end <= reached or any(a <= start and end <= b for a, b in denied):
                continue
            if not _whole_word(reading, words, start, end):
                continue
            reached = end
            phrase = text[start:end]
            hits.append(_Hit(start, end, self._said[phrase], self._weights[phrase]))
        if not hits and not denied and any("\u4e00" <= sign <= "\u9fff" for sign in text):
            if self._sounds is None:
                self._sounds = _Sounds(self._said)
            hits = [_Hit(a, b, self._said[p], self._weights[p] * SOUND) for a, b, p in self._sounds.find(text)]
        return hits

    def _scores(self, text: str, hits: Sequence[_Hit]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for of, weight in {text[hit.start : hit.end]: (hit.of, hit.weight) for hit in hits}.values():
            for i in of:
                scores[i] = scores.get(i, 0.0) + weight
        denied = [match.span(match.lastindex or 0) for match in cue.DENIED.finditer(text)]
        for a, b in reversed(denied):
            text = f"{text[:a]} {text[b:]}"
        for piece in _pieces(text):
            for i, weight in self._pieces.get(piece, ()):
                scores[i] = scores.get(i, 0.0) + weight
        ours = {i for hit in hits for i in hit.of if self._categories[i].head != OTHER}
        for i in scores if ours else ():
            if self._categories[i].head == OTHER:
                scores[i] *= YIELD
        return scores

    def _danger(self, text: str, hits: Sequence[_Hit], scores: dict[int, float]) -> bool:
        """Whether someone may be hurt soon; lifts the urgent category that fits best."""
        if cue.RESOLVED.search(text):
            return False
        real = [hit for hit in hits if not cue.TAKEN_BACK.search(text[: hit.start])]
        grave = {i for hit in real for i in hit.of if self._categories[i].urgent}
        if not grave and not hazard(text):
            return False
        fitting = grave or {i for i in scores if self._categories[i].urgent}
        if fitting:
            best = max(fitting, key=lambda i: (scores[i], -i))
            scores[best] += DANGER
        return True

    def _kind(self, text: str, ranked: Sequence[tuple[Category, float]], told: bool) -> Kind:
        if not told and cue.TALK.fullmatch(text):
            return next(kind for kind, said in cue.TALKS if said.search(text))
        if cue.THANKS.search(text) and (cue.RESOLVED.search(text) or not told):
            return "thanks"
        fault = cue.FAULT.search(text)
        best = ranked[0][0].head if told and ranked else ""
        if cue.ANGER.search(text) and (best in ("", OTHER) or not fault):
            return "anger"
        if cue.QUERY.search(text) and not fault:
            return "query"
        if not told and not fault and (not ranked or ranked[0][1] < FAINT):
            return "chat"
        return "offtopic" if best == OTHER else "report"

    def _sure(self, ranked: Sequence[tuple[Category, float]]) -> bool:
        """Enough evidence, and well ahead of the best category of any other head."""
        best, score = ranked[0]
        rival = next((other for category, other in ranked[1:] if category.head != best.head), 0.0)
        return score >= SURE_SCORE and score - rival >= SURE_MARGIN

    def _second(self, reading: Reading, words: str, hits: Sequence[_Hit], order: Sequence[int]) -> Category | None:
        """Another problem: enough words for another head, before or after the first one's and parted from them."""
        first = order[0] if order else -1
        own = [hit for hit in hits if first in hit.of]
        if not own:
            return None
        left, right = own[0].start, own[-1].end
        apart: dict[int, float] = {}
        for hit in hits:
            a, b = (right, hit.start) if hit.start >= right else (hit.end, left)
            if hit in own or a > b:
                continue
            told = cue.ANOTHER.search(reading.text, a, b)
            if told or (a < b and cue.COMMA.search(words, reading.starts[a - 1], reading.ends[b])):
                for i in hit.of:
                    apart[i] = apart.get(i, 0.0) + hit.weight * (SECOND / SECOND_TOLD if told else 1.0)
        others = [i for i in apart if self._categories[i].head not in (self._categories[first].head, OTHER)]
        best = max(others, key=lambda i: (apart[i], -i), default=None)
        return self._categories[best] if best is not None and apart[best] >= SECOND else None


def hazard(text: str) -> str | None:
    """The danger that a plain text tells of (`gas`, `fire` ...), unless it is taken back or only feared."""
    for name, said, unsaid in cue.HAZARDS:
        for match in said.finditer(text):
            if not unsaid.search(text[: match.start()]):
                return name
    return None


class _Sounds:
    """Known words of three signs or more by how they sound: one private sign for each syllable."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._syllables: dict[str, str] = {}
        self._said: dict[str, str] = {}
        for phrase in phrases:
            if len(phrase) >= 3 and not phrase.isascii():
                self._said.setdefault(self._heard(phrase), phrase)
        self._phrases = Phrases(self._said)

    def find(self, text: str) -> list[tuple[int, int, str]]:
        heard, found, reached = self._heard(text), [], 0
        for start, end in self._phrases.all(heard):
            if end > reached:
                reached = end
                found.append((start, end, self._said[heard[start:end]]))
        return found

    def _heard(self, text: str) -> str:
        return "".join(self._syllables.setdefault(sound, chr(0xF0000 + len(self._syllables))) for sound in sounds(text))


def _phrases(category: Category) -> set[str]:
    """All that names a category, in plain form."""
    own = (category.zh, category.short, category.matter, category.en, category.en_matter)
    return {text for said in (*category.synonyms, *own) if len(text := read(said).text) >= 1}


def _weight(phrase: str) -> float:
    """What a word tells by its length in signs; a letter is a third of one."""
    letters = sum(sign.isascii() for sign in phrase)
    return max(0.5, min(len(phrase) - letters + letters / 3, 6.0) - 0.5)


def _pieces(text: str) -> set[str]:
    """The signs and pairs of signs of a text, without letters and marks."""
    pairs = {a + b for a, b in pairwise(text) if a > "\u2fff" and b > "\u2fff"}
    return pairs | {sign for sign in text if sign > "\u2fff"}


def _pieces_of(said: Mapping[str, Sequence[int]], size: int) -> dict[str, tuple[tuple[int, float], ...]]:
    """For each piece the categories in whose words it stands, and how much it tells; common ones tell nothing."""
    holders: dict[str, set[int]] = {}
    for phrase, of in said.items():
        for piece in _pieces(phrase):
            holders.setdefault(piece, set()).update(of)
    pieces = {}
    for piece, users in holders.items():
        rare = log(size / len(users)) / log(size) if size > 1 else 1.0
        if rare > 0.3:
            weight = PIECE * rare * (1.0 if len(piece) > 1 else 0.4)
            pieces[piece] = tuple((i, weight) for i in sorted(users))
    return pieces


def _whole_word(reading: Reading, words: str, start: int, end: int) -> bool:
    """Whether Latin letters begin and end a word there: `bin` in `the bins`, not in `cabinet`."""
    a, b = reading.span(start, end)
    first, last = words[a : a + 1], words[b - 1 : b]
    before, after = words[a - 1 : a] if a else "", words[b : b + 2]
    if first.isascii() and first.isalpha() and before.isascii() and before.isalpha():
        return False
    if last.isascii() and last.isalpha() and after[:1].isascii() and after[:1].isalpha():
        return after[:1] in "sS" and not (after[1:].isascii() and after[1:].isalpha())
    return True
