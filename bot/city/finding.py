"""What is wrong with a city folder, said so that whoever keeps it can mend it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning"]

# Whatever can be a scope, an office or a check-in's place is bound by its code alone (`/bind CODE`).
_BOUND = frozenset({"district", "station", "department", "community", "grid", "booth"})

# Per cent of likeness (rapidfuzz's ratio) from which one word is taken for a slip of another.
_ALIKE = 65.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the folder: `file` relative to it, `line` from 1 (0: the file as a whole), `where` the thing."""

    file: str
    line: int
    where: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. An error keeps the city from being used; a warning says that something is probably not meant."""

    level: Level
    file: str
    line: int
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}" if self.line else self.file
        return f"{at}: {self.level}: {self.where}: {self.what} {self.remedy}"


class CityBroken(Exception):
    """The folder cannot be used; `findings` are its errors, each with file, line and remedy."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(each) for each in self.findings))


@dataclass(slots=True)
class Survey:
    """Gathers the findings of one reading, and the codes that were given and used on the way."""

    findings: list[Finding] = field(default_factory=list)
    _claims: list[tuple[str, str, Spot]] = field(default_factory=list)
    _wants: list[tuple[tuple[str, ...], str, Spot]] = field(default_factory=list)

    def error(self, spot: Spot, what: str, remedy: str) -> None:
        self.findings.append(Finding("error", spot.file, spot.line, spot.where, what, remedy))

    def warn(self, spot: Spot, what: str, remedy: str) -> None:
        self.findings.append(Finding("warning", spot.file, spot.line, spot.where, what, remedy))

    def claim(self, kind: str, code: str, spot: Spot) -> None:
        """A thing of this kind gives itself this code."""
        self._claims.append((kind, code, spot))

    def want(self, kinds: tuple[str, ...], code: str, spot: Spot) -> None:
        """Somebody refers to a thing of one of these kinds by its code."""
        self._wants.append((kinds, code, spot))

    def settle(self, unread: frozenset[str] = frozenset()) -> None:
        """Note codes that were given twice, and references to what is not there.

        `unread` are kinds whose file could not be read: that is noted already, and nothing of theirs is missed.
        """
        first: dict[tuple[str, str], Spot] = {}
        for kind, code, spot in self._claims:
            key = ("bound" if kind in _BOUND else kind, code.casefold())
            if (taken := first.setdefault(key, spot)) is not spot:
                self.error(
                    spot,
                    f"the code {code} is taken already by {taken.where} ({taken.file}:{taken.line}).",
                    "Give it a code of its own.",
                )
        given: dict[str, set[str]] = defaultdict(set)
        for kind, code, _ in self._claims:
            given[kind].add(code)
        for kinds, code, spot in self._wants:
            known = set[str]().union(*(given[kind] for kind in kinds))
            if code not in known and not unread.intersection(kinds):
                self.error(spot, f"there is no {' or '.join(kinds)} {code}.", suggest(code, known))


def suggest(word: str, known: Iterable[str]) -> str:
    """The remedy for a word that is not known: the nearest one that is, else the list."""
    from rapidfuzz import fuzz, process  # only where something is wrong: start-up stays light

    names = sorted(known)
    near = process.extractOne(word, names, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_ALIKE)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known are: {', '.join(names[:30])}." if names else "None is described yet: describe it first."
