"""`city.yaml`: the district's times, limits, offices, booths, duty and places."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import time
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from bot.city.entry import Entry
from bot.city.finding import Spot
from domain.city import Booth, Community, Department, Duty, Hours, Landmark, Limits, Quiet, Station

FILE = "city.yaml"
KINDS = frozenset({"station", "community", "department", "booth", "telephone"})
# AMap's marker address takes WGS-84 where it is told so.
MAP_LINK = "https://uri.amap.com/marker?position={lon},{lat}&coordinate=wgs84&name={name}"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A thing and where it is described."""

    value: T
    spot: Spot


@dataclass(frozen=True, slots=True)
class District:
    """What `city.yaml` says; a thing with a fault is left out, and its fault stands in the survey."""

    name: str
    prefix: str
    time_zone: str
    hours: Hours
    quiet: Quiet
    limits: Limits
    border_metres: float
    sliver_metres: float
    map_link: str
    telephones: dict[str, str]
    stations: list[Placed[Station]]
    communities: list[Placed[Community]]
    departments: list[Placed[Department]]
    booths: list[Placed[Booth]]
    duty: list[Placed[Duty]]
    landmarks: list[Placed[Landmark]]


def read_district(top: Entry) -> District:
    """Read the whole of `city.yaml`."""
    coordinates = top.text("coordinates", "WGS-84")
    if coordinates.upper().replace("-", "") != "WGS84":
        top.wrong("coordinates", f"is {coordinates}.", "Convert the places to WGS-84 first.")
    district = District(
        name=top.text("name"),
        prefix=top.code("district", "prefix"),
        time_zone=_time_zone(top),
        hours=_hours(top.entry("hours")),
        quiet=_quiet(top.entry("quiet")),
        limits=_limits(top.entry("limits")),
        border_metres=top.number("border_metres", 15.0),
        sliver_metres=top.number("sliver_metres", 30.0),
        map_link=_map_link(top),
        telephones=_telephones(top.entry("telephones")),
        stations=list(_placed(top, "stations", _station)),
        communities=list(_placed(top, "communities", _community)),
        departments=list(_placed(top, "departments", _department)),
        booths=list(_placed(top, "booths", _booth)),
        duty=list(_placed(top, "duty", _duty)),
        landmarks=list(_placed(top, "landmarks", _landmark)),
    )
    for name in ("stations", "communities", "departments"):
        if not top.has(name):
            top.wrong(name, "is missing.", "Describe at least one.")
    top.close()
    return district


def _placed(top: Entry, name: str, read: Callable[[Entry], T]) -> Iterator[Placed[T]]:
    for entry in top.entries(name):
        value = read(entry)
        entry.close()
        if entry.sound:
            yield Placed(value, entry.spot())


def _time_zone(top: Entry) -> str:
    name = top.text("time_zone")
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # unknown; a path; the name of a folder of zones
        top.wrong("time_zone", f"{name!r} is not known.", "Write a name of the tz database: Asia/Shanghai.")
    return name


def _map_link(top: Entry) -> str:
    link = top.text("map_link", MAP_LINK)
    try:
        filled = link.format(lon="108.76", lat="34.44", name="place")
    except (KeyError, IndexError, ValueError):
        top.wrong("map_link", "holds an unknown {name}.", "Only {lon}, {lat} and {name} are filled in.")
        return link
    if not filled.startswith(("http://", "https://")) or "108.76" not in filled or "34.44" not in filled:
        top.wrong("map_link", "is no address with {lon} and {lat}.", f'Write it like "{MAP_LINK}".')
    return link


def _hours(entry: Entry | None) -> Hours:
    usual = Hours()
    if entry is None:
        return usual
    hours = Hours(
        days=entry.wholes("days", usual.days, least=1, most=7),
        opens=entry.clock("opens", usual.opens),
        closes=entry.clock("closes", usual.closes),
        holidays=entry.dates("holidays"),
        workdays=entry.dates("workdays"),
    )
    if not hours.days:
        entry.wrong("days", "is empty: nobody would ever work.", "Write days: [1, 2, 3, 4, 5].")
    _in_order(entry, hours.opens, hours.closes)
    for day in sorted(hours.holidays & hours.workdays):
        entry.wrong("workdays", f"and holidays both hold {day}.", "Keep one of them.")
    entry.close()
    return hours


def _in_order(entry: Entry, opens: time, closes: time) -> None:
    """A day's span must end after it begins; a time that could not be read was noted already."""
    if entry.sound and closes <= opens:
        entry.wrong("closes", f"at {closes:%H:%M}, not after opens ({opens:%H:%M}).", "Write a later time.")


def _quiet(entry: Entry | None) -> Quiet:
    usual = Quiet()
    if entry is None:
        return usual
    quiet = Quiet(**{each.name: entry.clock(each.name, getattr(usual, each.name)) for each in fields(Quiet)})
    entry.close()
    return quiet


def _limits(entry: Entry | None) -> Limits:
    usual = Limits()
    if entry is None:
        return usual
    limits = Limits(**{each.name: entry.whole(each.name, getattr(usual, each.name)) for each in fields(Limits)})
    entry.close()
    return limits


def _telephones(entry: Entry | None) -> dict[str, str]:
    if entry is None:
        return {}
    telephones = entry.pairs()
    for name in telephones:
        entry.claim("telephone", name)
    return telephones


def _station(entry: Entry) -> Station:
    return Station(
        code=entry.code("station"),
        name=entry.text("name"),
        place=entry.point("place"),
        address=entry.text("address"),
        telephone=entry.text("telephone"),
        departments=entry.references("departments", "department"),
    )


def _community(entry: Entry) -> Community:
    return Community(
        code=entry.code("community"),
        name=entry.text("name"),
        station=entry.reference("station", "station"),
    )


def _department(entry: Entry) -> Department:
    return Department(
        code=entry.code("department"),
        name=entry.text("name"),
        telephone=entry.text("telephone"),
        matters=entry.text("matters", ""),
    )


def _booth(entry: Entry) -> Booth:
    return Booth(
        code=entry.code("booth"),
        name=entry.text("name"),
        place=entry.point("place"),
        address=entry.text("address", ""),
        amenities=entry.texts("amenities"),
    )


def _duty(entry: Entry) -> Duty:
    duty = Duty(
        place=entry.reference("place", "station", "booth"),
        day=entry.whole("day", least=1, most=7),
        opens=entry.clock("opens"),
        closes=entry.clock("closes"),
    )
    _in_order(entry, duty.opens, duty.closes)
    return duty


def _landmark(entry: Entry) -> Landmark:
    landmark = Landmark(
        name=entry.text("name"),
        place=entry.point("place"),
        aliases=entry.texts("aliases"),
        kind=entry.text("kind", ""),
    )
    entry.where = f"landmark {landmark.name}"
    return landmark
