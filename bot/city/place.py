"""Stations, booths and landmarks against the grids: outside, or shifted by a map's own coordinate system."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.city.district import District
from bot.city.finding import Spot, Survey
from bot.city.geometry import Ground
from domain.city import Point

# So many places are needed to tell a shift from a few slips, so many of them must fit after it,
# and so many more than before.
_ENOUGH, _FITTING, _GAIN = 5, 0.8, 0.3

Shift = Callable[[Point], Point]


@dataclass(frozen=True, slots=True)
class _Place:
    """A point of `city.yaml`, with the station whose grids it must lie in (empty: any grid will do)."""

    point: Point
    spot: Spot
    station: str = ""


def check_places(district: District, ground: Ground, survey: Survey) -> None:
    """Note places outside the grids one by one, unless all of them are shifted: then only that."""
    stations = [_Place(each.value.place, each.spot, each.value.code) for each in district.stations]
    others = [_Place(each.value.place, each.spot) for each in district.booths]
    others += [_Place(each.value.place, each.spot) for each in district.landmarks]
    for places in (stations, others):
        misfits = [place for place, fits in zip(places, _fits(places, ground, district), strict=True) if not fits]
        if shift := _shift(places, ground, district, len(misfits)):
            what, remedy = shift
            survey.error(misfits[0].spot, f"{what} ({len(misfits)} of {len(places)} lie wrong).", remedy)
            continue
        for place in misfits:
            where = "every grid of its own" if place.station else "every grid"
            survey.warn(place.spot, f"it lies outside {where}.", "Look at place: [longitude, latitude], WGS-84.")


def _fits(places: Sequence[_Place], ground: Ground, district: District, shift: Shift | None = None) -> list[bool]:
    if not places:
        return []
    points = [shift(place.point) if shift else place.point for place in places]
    stations = [grid.value.station for grid in ground.grids]
    return [
        any(place.station in ("", stations[number]) for number in numbers)
        for place, numbers in zip(places, ground.holders(points, district.sliver_metres), strict=True)
    ]


def _shift(places: Sequence[_Place], ground: Ground, district: District, misfits: int) -> tuple[str, str] | None:
    """The known shift after which the places fit the grids, in words, with its remedy."""
    if len(places) < _ENOUGH or misfits < _GAIN * len(places):
        return None
    share, words = max((sum(_fits(places, ground, district, shift)) / len(places), words) for words, shift in _shifts())
    gained = share - (1 - misfits / len(places))
    return words if share >= _FITTING and gained >= _GAIN else None


def _shifts() -> Iterator[tuple[tuple[str, str], Shift]]:
    """What to say, and how the places move: back from the shifted system, or into it where the grids are."""
    from prcoords import bd_wgs, gcj_wgs, wgs_gcj

    def moved(convert: Callable[[tuple[float, float], bool], tuple[float, float]]) -> Shift:
        def move(point: Point) -> Point:
            lat, lon = convert((point.lat, point.lon), False)  # outside China nothing will fit: no need to warn
            return Point(lon, lat)

        return move

    remedy = "Convert them to WGS-84: a map's own coordinates are shifted by some hundred metres."
    yield ("the places look like GCJ-02 (高德, 腾讯)", remedy), moved(gcj_wgs)
    yield ("the places look like BD-09 (百度)", remedy), moved(bd_wgs)
    yield ("the places fit only if grids.geojson is GCJ-02", f"{remedy} This time the grids."), moved(wgs_gcj)
