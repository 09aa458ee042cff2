"""Known words found in a text, and what each tells: whole ones, ones with a gap, ones that only sound alike, pieces.

A word counts by its length and by how few owners (categories) it has; one inside a longer one does not count.
A word may have one gap, written `…`: 搭…棚 is found in 搭了个铁皮棚.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from domain.reading import Phrases, Reading, read, sounds

GAP = "…"
WIDEST_GAP = 5
SOUND = 0.8  # a word that only sounds like a known one, against a known one
PIECE = 0.5  # a pair of signs out of known words, against a sign of a whole one
SIGN = 0.4  # a single sign, against a pair
COMMON = 0.45  # pieces rarer than this (1: one owner, 0: all) tell something
LONGEST = 6.0  # signs that count in one word


@dataclass(frozen=True, slots=True)
class Hit:
    """A known word in a plain text: where, whose it is, and how much it tells."""

    start: int
    end: int
    owners: tuple[int, ...]
    weight: float


class Lexicon:
    """The words of owners 0, 1, 2 ..., in any spelling that `read` brings together."""

    def __init__(self, words: Sequence[Iterable[str]]) -> None:
        owners: dict[str, list[int]] = {}
        for i, own in enumerate(words):
            for word in dict.fromkeys(map(_plain, own)):
                if word.strip(GAP):
                    owners.setdefault(word, []).append(i)
        self._told = {word: (tuple(of), _weight(word) / len(of)) for word, of in owners.items()}
        self._whole = Phrases(word for word in owners if GAP not in word)
        self._gapped: dict[str, list[tuple[str, str]]] = {}
        for word in owners:
            if GAP in word:
                first, _, second = word.partition(GAP)
                self._gapped.setdefault(first, []).append((second, word))
        self._firsts = Phrases(self._gapped)
        self._pieces = _telling_pieces({word: of for word, (of, _) in self._told.items()}, len(words))
        self._sounds: _Sounds | None = None

    def hits(self, reading: Reading, words: str, denied: Sequence[tuple[int, int]] = ()) -> list[Hit]:
        """Known words but those within `denied` spans; by sound where none stands as it is written."""
        text = reading.text
        found: list[Hit] = []
        reached = 0
        for start, end in self._whole.all(text):
            if end > reached and not _within(start, end, denied) and _whole_word(reading, words, start, end):
                reached = end
                found.append(Hit(start, end, *self._told[text[start:end]]))
        found += [hit for hit in self._gaps(text) if not _within(hit.start, hit.end, denied)]
        if not found and not denied and not text.isascii():
            found = self._heard(text)
        return found

    def add_pieces(self, text: str, scores: list[float]) -> None:
        """Adds to each owner's score what the signs and pairs of signs of the text tell."""
        for piece in _pieces(text):
            for i, weight in self._pieces.get(piece, ()):
                scores[i] += weight

    def _gaps(self, text: str) -> Iterator[Hit]:
        for start, end in self._firsts.all(text):
            for second, word in self._gapped[text[start:end]]:
                at = text.find(second, end, end + WIDEST_GAP + len(second))
                if at >= 0 and not set("。!?;\n") & set(text[end:at]):
                    yield Hit(start, at + len(second), *self._told[word])

    def _heard(self, text: str) -> list[Hit]:
        if self._sounds is None:
            self._sounds = _Sounds(self._told)
        found = []
        for start, end, word in self._sounds.find(text):
            owners, weight = self._told[word]
            found.append(Hit(start, end, owners, weight * SOUND))
        return found


class _Sounds:
    """Known words of three signs or more by how they sound: one private sign for each syllable."""

    def __init__(self, words: Iterable[str]) -> None:
        self._syllables: dict[str, str] = {}
        self._words: dict[str, str] = {}
        for word in words:
            if len(word) >= 3 and GAP not in word and not word.isascii():
                self._words.setdefault(self._spelt(word), word)
        self._phrases = Phrases(self._words)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and the known word, without those inside longer ones."""
        spelt, reached = self._spelt(text), 0
        for start, end in self._phrases.all(spelt):
            if end > reached:
                reached = end
                yield start, end, self._words[spelt[start:end]]

    def _spelt(self, text: str) -> str:
        table = self._syllables
        return "".join(table.setdefault(sound, chr(0xF0000 + len(table))) for sound in sounds(text))


def _plain(word: str) -> str:
    return GAP.join(read(part).text for part in word.split(GAP, 1))


def _weight(word: str) -> float:
    """What a word tells by its length in signs; a letter is a third of one."""
    letters = sum(sign.isascii() for sign in word)
    signs = len(word.replace(GAP, "")) - letters + letters / 3
    return max(0.5, min(signs, LONGEST) - 0.5)


def _pieces(text: str) -> set[str]:
    """The signs and pairs of signs of a text, without letters and marks."""
    pairs = {a + b for a, b in pairwise(text) if a > "\u2fff" and b > "\u2fff"}
    return pairs | {sign for sign in text if sign > "\u2fff"}


def _telling_pieces(owners: Mapping[str, Sequence[int]], size: int) -> dict[str, tuple[tuple[int, float], ...]]:
    """For each piece of a known word the owners it points to, and how much it tells; common ones tell nothing."""
    holders: dict[str, set[int]] = {}
    for word, of in owners.items():
        for piece in _pieces(word):
            holders.setdefault(piece, set()).update(of)
    pieces = {}
    for piece, held in holders.items():
        rare = log(size / len(held)) / log(size) if size > 1 else 1.0
        if rare > COMMON:
            weight = PIECE * rare * (1.0 if len(piece) > 1 else SIGN)
            pieces[piece] = tuple((i, weight) for i in sorted(held))
    return pieces


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in spans)


def _whole_word(reading: Reading, words: str, start: int, end: int) -> bool:
    """Whether Latin letters begin and end a word there: `bin` in `the bins`, not in `cabinet`."""
    if not (reading.text[start].isascii() or reading.text[end - 1].isascii()):
        return True
    a, b = reading.span(start, end)
    before, after = words[a - 1 : a] if a else "", words[b : b + 2]
    if _letters(words[a : a + 1]) and _letters(before):
        return False
    if _letters(words[b - 1 : b]) and _letters(after[:1]):
        return after[:1] in "sS" and not _letters(after[1:])
    return True


def _letters(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()
