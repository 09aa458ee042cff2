"""Reads a city folder into a `City`. Nothing heavy is imported here: this runs at every start."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.city import category, district, grid
from bot.city.district import District, Placed
from bot.city.entry import Entry
from bot.city.finding import CityBroken, Spot, Survey
from bot.city.source import read_features, read_text, read_yaml
from domain.category import Category, Head
from domain.city import Article, City, Grid

WORDS = "words.yaml"
ARTICLES = "articles"


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


C = TypeVar("C", bound=_Coded)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that could be read, with the findings on the way; what has a fault is left out."""

    survey: Survey
    district: District | None
    grids: list[Placed[Grid]]
    heads: list[Placed[Head]]
    categories: list[Placed[Category]]
    articles: tuple[Article, ...]
    words: Mapping[str, Mapping[str, str]]


def load(folder: Path) -> City:
    """The city that the folder describes.

    Raises `CityBroken` with everything that keeps it from being used; what is merely doubtful, and what only
    geometry shows (overlaps, gaps), is for `bot.city.check`.
    """
    reading = read(folder)
    errors = [each for each in reading.survey.findings if each.level == "error"]
    if errors or reading.district is None:
        raise CityBroken(errors)
    return _city(reading, reading.district)


def read(folder: Path) -> Reading:
    """Read every file as far as it goes."""
    survey = Survey()
    table = read_yaml(folder, district.FILE, survey)
    own = district.read_district(Entry(table, district.FILE, "file", survey)) if table else None
    table = read_yaml(folder, category.FILE, survey)
    heads, categories = category.read_categories(Entry(table, category.FILE, "file", survey)) if table else ([], [])
    features = read_features(folder, grid.FILE, survey)
    grids = grid.read_grids(*features, survey) if features else []
    survey.settle(frozenset() if own else district.KINDS)
    return Reading(survey, own, grids, heads, categories, _articles(folder, survey), _words(folder, survey))


def _city(reading: Reading, own: District) -> City:
    return City(
        name=own.name,
        prefix=own.prefix,
        time_zone=own.time_zone,
        hours=own.hours,
        quiet=own.quiet,
        limits=own.limits,
        communities=_by_code(own.communities),
        stations=_by_code(own.stations),
        departments=_by_code(own.departments),
        grids=_by_code(reading.grids),
        heads=tuple(each.value for each in reading.heads),
        categories=_by_code(reading.categories),
        landmarks=tuple(each.value for each in own.landmarks),
        booths=tuple(each.value for each in own.booths),
        telephones=own.telephones,
        map_link=own.map_link,
        border_metres=own.border_metres,
        sliver_metres=own.sliver_metres,
        words=reading.words,
        articles=reading.articles,
        duty=tuple(each.value for each in own.duty),
    )


def _by_code(placed: Iterable[Placed[C]]) -> dict[str, C]:
    return {each.value.code: each.value for each in placed}


def _articles(folder: Path, survey: Survey) -> tuple[Article, ...]:
    """`articles/*.md`: a title line that begins with `# `, then the text."""
    found = []
    for path in sorted((folder / ARTICLES).glob("*.md")):
        file = f"{ARTICLES}/{path.name}"
        text = read_text(folder, file, survey)
        if text is None:
            continue
        title, _, body = text.strip().partition("\n")
        if not title.startswith("# ") or not body.strip():
            survey.error(Spot(file, 1, "article"), "title or text is missing.", "Begin with `# title`, then the text.")
            continue
        found.append(Article(path.stem, title[2:].strip(), body.strip()))
    return tuple(found)


def _words(folder: Path, survey: Survey) -> dict[str, dict[str, str]]:
    """The city's own wording, `key: {zh: ..., en: ...}`; the keys are checked where the catalogue is read."""
    table = read_yaml(folder, WORDS, survey, needed=False)
    if table is None:
        return {}
    return {key: entry.pairs() for key, entry in Entry(table, WORDS, "file", survey).inner().items()}
