"""The first guess at a matter from a resident's words: which category, how sure, how urgent, or only talk.

What people say for each category stands in `city/categories.yaml`; what tells danger in `domain.hazard`, questions
and talk in `domain.cue`. Longer and rarer words count more, a longer word swallows the shorter ones in it, and pieces
of known words break ties where none is found whole. Nothing is learnt from what residents send.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain import cue
from domain.category import Category, Head
from domain.cue import Kind
from domain.hazard import TAKEN_BACK, danger
from domain.lexicon import Hit, Lexicon
from domain.reading import Reading, read

OTHER = "other"  # the head of what another office looks after
SURE_SCORE, SURE_MARGIN, SURE_WITHIN = 3.0, 2.0, 0.5  # evidence; lead over other heads, and within the head
YIELD = 0.7  # what another office looks after gives way to what the station does
DANGER = 4.0  # evidence that a danger adds to the urgent category that fits best
FAINT, FEW = 1.0, 10  # so few signs with so little evidence are talk, where nothing is said to be wrong
SECOND, SECOND_ALONE = 1.5, 3.0  # evidence of a second problem, where it is said to be wrong and where not
LONGEST = 300  # signs read: who writes more has said it by then
RANKED, CHOICE, TELLING = 8, 3, 0.15  # how many at most; at least, if there are any; of the best's evidence


@dataclass(frozen=True, slots=True)
class Guess:
    """What some words seem to be about.

    `ranked` are categories with the evidence for each, best first, none where nothing is known; to make a choice of
    three, kin of the best stand at the end with 0. `sure` means that
    asking would be tiresome: the first is right in at least 95 of 100 (docs/triage.md). `kind` is report where a
    case should be made; `second` is another problem in the same words.
    """

    ranked: tuple[tuple[Category, float], ...]
    sure: bool
    urgent: bool
    kind: Kind
    second: Category | None = None


class Triage:
    """Guesses at matters, from the categories' own words; `heads` in the order in which people choose."""

    def __init__(self, categories: Iterable[Category], heads: Iterable[Head]) -> None:
        self._categories = tuple(categories)
        self._heads = {head.code: head for head in heads}
        self._lexicon = Lexicon([(*each.synonyms, *_own_names(each)) for each in self._categories])
        self._others = [i for i, each in enumerate(self._categories) if each.head == OTHER]
        self._urgent = {i for i, each in enumerate(self._categories) if each.urgent}

    def guess(self, words: str) -> Guess:
        """The best guess at `words`; any text will do."""
        reading = read(words[:LONGEST])
        text = reading.text
        hits, scores = self._evidence(reading, words)
        urgent = self._danger(text, hits, scores)
        order = self._order(scores)
        ranked = tuple([(self._categories[i], round(scores[i], 3)) for i in order])
        kind = "report" if urgent else self._kind(text, ranked, bool(hits))
        if kind != "report":
            return Guess(ranked, False, urgent, kind)
        second = self._second(reading, words, hits, order)
        sure = bool(hits) and _sure(ranked, second) and not cue.QUERY.search(text)
        return Guess(ranked, sure, urgent, kind, second)

    def heads(self, guess: Guess) -> tuple[Head, ...]:
        """All heads for people to choose from: those of the guess first, then the others in their order."""
        codes = dict.fromkeys([category.head for category, _ in guess.ranked] + list(self._heads))
        return tuple(self._heads[code] for code in codes if code in self._heads)

    def correction(self, words: str) -> Category | None:
        """The category that the words put in place of another (不是垃圾,是井盖), None where they correct nothing."""
        reading = read(words[:LONGEST])
        if not cue.CORRECTION.search(reading.text):
            return None
        hits, scores = self._evidence(reading, words)
        return self._categories[max(range(len(scores)), key=scores.__getitem__)] if hits else None

    def _evidence(self, reading: Reading, words: str) -> tuple[list[Hit], list[float]]:
        """The known words, and for each category what they and their pieces tell."""
        text = reading.text
        denied = [match.span(match.lastindex or 0) for match in cue.DENIED.finditer(text)]
        hits = self._lexicon.hits(reading, words, denied)
        scores = [0.0] * len(self._categories)
        for owners, weight in {text[hit.start : hit.end]: (hit.owners, hit.weight) for hit in hits}.values():
            for i in owners:
                scores[i] += weight
        for a, b in reversed(denied):
            text = f"{text[:a]} {text[b:]}"
        self._lexicon.add_pieces(text, scores)
        if any(self._categories[i].head != OTHER for hit in hits for i in hit.owners):
            for i in self._others:
                scores[i] *= YIELD
        return hits, scores

    def _order(self, scores: Sequence[float]) -> list[int]:
        """The categories with evidence, best first; fewer than a choice are filled up from the head of the best."""
        order = [i for _, i in sorted((-score, i) for i, score in enumerate(scores) if score > 0)[:RANKED]]
        if not order:
            return []
        telling = [i for i in order if scores[i] >= scores[order[0]] * TELLING]
        head = self._categories[order[0]].head
        kin = [
            i for i, each in enumerate(self._categories) if each.head == head and not each.urgent and i not in telling
        ]
        return telling + kin[: max(0, CHOICE - len(telling))]

    def _danger(self, text: str, hits: Sequence[Hit], scores: list[float]) -> bool:
        """Whether someone may be hurt soon; lifts the urgent category that fits best."""
        if cue.RESOLVED.search(text):
            return False
        told = [hit for hit in hits if not self._urgent.isdisjoint(hit.owners)]
        grave = [hit for hit in told if not TAKEN_BACK.search(text[: hit.start])]
        if not grave and not danger(text):
            return False
        fitting = self._urgent.intersection(i for hit in grave for i in hit.owners) or self._urgent
        best = max(sorted(fitting), key=scores.__getitem__, default=None)
        if best is not None and scores[best] > 0:
            scores[best] += DANGER
        return True

    def _kind(self, text: str, ranked: Sequence[tuple[Category, float]], told: bool) -> Kind:
        if not told and cue.TALK.fullmatch(text):
            return next(kind for kind, said in cue.TALKS if said.search(text))
        if cue.OWN_CASE.search(text):
            return "query"
        if cue.THANKS.search(text) and (cue.RESOLVED.search(text) or not told):
            return "thanks"
        fault = cue.FAULT.search(text)
        best = ranked[0][0].head if told and ranked else ""
        if cue.ANGER.search(text) and (best in ("", OTHER) or not fault):
            return "anger"
        if cue.QUERY.search(text) and not fault:
            return "query"
        if not told and not fault and len(text) <= FEW and (not ranked or ranked[0][1] < FAINT):
            return "chat"
        best = best or (ranked[0][0].head if ranked and not fault else "")
        return "offtopic" if best == OTHER else "report"

    def _second(self, reading: Reading, words: str, hits: Sequence[Hit], order: Sequence[int]) -> Category | None:
        """Another problem: a clause that says what is wrong with something that another head looks after."""
        if len(hits) < 2 or not order:
            return None
        first = self._categories[order[0]]
        for start, end in _clauses(reading, words):
            inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
            said = reading.text[start:end]
            if any(order[0] in hit.owners for hit in inside):
                continue
            told: dict[int, float] = {}
            for hit in inside:
                for i in hit.owners:
                    told[i] = told.get(i, 0.0) + hit.weight
            best = max(told, key=lambda i: (told[i], -i), default=None)
            if best is None or self._categories[best].head in (first.head, OTHER):
                continue
            wrong = cue.FAULT.search(said) and not cue.FOLLOWS.search(said)
            if told[best] >= (SECOND if wrong else SECOND_ALONE):
                return self._categories[best]
        return None


def _clauses(reading: Reading, words: str) -> list[tuple[int, int]]:
    """The clauses of the typed words, as spans of the plain text."""
    cuts = [bisect_left(reading.starts, match.end()) for match in cue.CLAUSE.finditer(words, 0, LONGEST)]
    return list(pairwise([0, *cuts, len(reading.text)]))


def _sure(ranked: Sequence[tuple[Category, float]], second: Category | None) -> bool:
    """Enough evidence, well ahead of every head but a second problem's, and a little ahead within its own."""
    best, score = ranked[0]
    known = (best.head, second.head if second else "")
    rival = next((other for category, other in ranked[1:] if category.head not in known), 0.0)
    within = next((other for category, other in ranked[1:] if category.head == best.head), 0.0)
    return score >= SURE_SCORE and score - rival >= SURE_MARGIN and score - within >= SURE_WITHIN


def _own_names(category: Category) -> tuple[str, ...]:
    return category.zh, category.short, category.matter, category.en, category.en_matter
