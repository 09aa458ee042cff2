"""The district as the rules know it: the city folder with its indexes, its calendar and its words, built once."""

from dataclasses import dataclass
from datetime import datetime

from domain.calendar import Calendar
from domain.case import Case, Terms
from domain.category import Category, Head
from domain.city import City, Point
from domain.grid import GridIndex
from domain.place import Gazetteer
from domain.triage import Triage
from domain.wording import Wording


@dataclass(frozen=True, slots=True)
class District:
    """Everything a handler may ask about the city. Never changes while the program runs."""

    city: City
    grids: GridIndex
    places: Gazetteer
    triage: Triage
    calendar: Calendar
    wording: Wording

    def say(self, key: str, lang: str = "zh", /, **values: object) -> str:
        """The words of a key. Raises NoSuchWords."""
        return self.wording.say(key, lang, **values)

    def terms(self, category: str) -> Terms:
        """What a category's limits are computed from. Raises KeyError for an unknown code."""
        return Terms(self.calendar, self.city.limits, self.city.categories[category])

    def head_of(self, category: Category) -> Head:
        return next(head for head in self.city.heads if head.code == category.head)

    def thing(self, category: str, lang: str = "zh") -> str:
        """What a case is about, in a word: 遮雨棚; rain canopy."""
        found = self.city.categories[category]
        return found.en if lang == "en" else found.short

    def office_name(self, code: str) -> str:
        """The name of a grid, community, station, department or the district; the code itself where it is none."""
        city = self.city
        for table in (city.grids, city.departments, city.stations, city.communities):
            if code in table:
                return str(table[code].name)
        return city.name if code == city.prefix else code

    def kind_of(self, code: str) -> str:
        """grid, department, station, community, district, or empty for a code that the city does not know."""
        city = self.city
        tables = {
            "grid": city.grids,
            "department": city.departments,
            "station": city.stations,
            "community": city.communities,
        }
        found = next((kind for kind, table in tables.items() if code in table), "")
        return found or ("district" if code == city.prefix else "")

    def holder_name(self, case: Case) -> str:
        """Who has the case, as people call it: the one who accepted, else the grid's leader or the office's name."""
        if case.assignee_name or case.holder_name:
            return case.assignee_name or case.holder_name
        grid = self.city.grids.get(case.holder)
        return (grid.leader or self.say("who.leader")) if grid else self.office_name(case.holder)

    def station_phone(self, station: str = "") -> str:
        """A station's telephone; the first station's where none is named."""
        stations = self.city.stations
        chosen = stations.get(station) or next(iter(stations.values()))
        return chosen.telephone

    def nearest_place(self, point: Point) -> str:
        """The landmark or booth at a point in words, else the grid's name there, else empty."""
        near = self.places.label_near(point)
        if near:
            return near
        found = self.grids.find(point.lon, point.lat)
        return str(getattr(getattr(found, "grid", None), "name", ""))

    def today(self, now: datetime) -> str:
        """The local date of a moment as a case number writes it: `20261124`."""
        return f"{self.calendar.local(now):%Y%m%d}"
