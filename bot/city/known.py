"""The district whole: the folder read, its places indexed, its calendar and words ready."""

from pathlib import Path
from zoneinfo import ZoneInfo

from bot.city.finding import CityBroken, Finding
from bot.city.folder import load
from bot.city.words import load_words
from domain.calendar import Calendar, weekdays
from domain.city import City
from domain.district import District
from domain.grid import GridIndex
from domain.place import Gazetteer
from domain.triage import Triage
from domain.wording import NoSuchWords


def open_district(folder: Path) -> District:
    """Reads a city folder into what the handlers ask. Raises CityBroken."""
    return district_of(load(folder))


def district_of(city: City) -> District:
    """The district of a city that was read. Raises CityBroken where its own wording does not fit."""
    try:
        wording = load_words().over(city.words)
    except NoSuchWords as unknown:
        what = f"unknown wording: {unknown.args[0]}"
        remedy = "use a key and arguments of domain/words"
        raise CityBroken([Finding("error", "words.yaml", 0, "", what, remedy)]) from None
    return District(
        city=city,
        grids=GridIndex(city.grids.values(), city.sliver_metres, city.border_metres),
        places=Gazetteer(city.landmarks),
        triage=Triage(city.categories.values(), city.heads),
        calendar=Calendar(city.hours, ZoneInfo(city.time_zone), weekdays(city.hours)),
        wording=wording,
    )
