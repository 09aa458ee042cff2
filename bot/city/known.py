"""The district whole: the folder read, its places indexed, its calendar and words ready."""

from pathlib import Path
from zoneinfo import ZoneInfo

from bot.city.finding import CityBroken
from bot.city.folder import load
from bot.city.words import check_words, own_words
from domain.calendar import Calendar, weekdays
from domain.city import City
from domain.district import District
from domain.grid import GridIndex
from domain.place import Gazetteer
from domain.triage import Triage


def open_district(folder: Path) -> District:
    """Reads a city folder into what the handlers ask. Raises CityBroken."""
    return district_of(load(folder))


def district_of(city: City) -> District:
    """The district of a city that was read. Raises CityBroken where its own wording does not fit."""
    if wrong := check_words(city):
        raise CityBroken(wrong)
    return District(
        city=city,
        grids=GridIndex(city.grids.values(), city.sliver_metres, city.border_metres),
        places=Gazetteer(city.landmarks),
        triage=Triage(city.categories.values(), city.heads),
        calendar=Calendar(city.hours, ZoneInfo(city.time_zone), weekdays(city.hours)),
        wording=own_words(city),
    )
