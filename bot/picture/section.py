"""The section of a city that a map shows: of a whole district, the grids and landmarks around the pins."""

from collections.abc import Iterable, Mapping

from bot.picture.projection import Extent
from bot.picture.view import GridShape, MapView, Pin, Place, Sight
from domain.city import City, Grid

AROUND = 900.0  # metres beyond the outermost pin: more than the map ever shows around it


def section(
    city: City, pins: Iterable[Pin], chosen: Mapping[str, str], here: Place | None = None, *, named: bool = False
) -> MapView:
    """What `map.draw` needs for these pins.

    `chosen` are the codes of the grids to be outlined, each with its label: empty, or `①` and `②` at a border, where
    what one sees on that side (`Grid.side`) is written beside it. `named` writes the grids' names, for staff.
    """
    pins = tuple(pins)
    marks = [(pin.lon, pin.lat) for pin in pins] + ([here] if here else [])
    marks = marks or [place for code in chosen for place in _places(city.grids[code])]
    near = Extent.around(marks).grown(AROUND)
    grids = [grid for grid in city.grids.values() if grid.code in chosen or _reaches(grid, near)]
    return MapView(
        grids=tuple(_shape(grid, chosen.get(grid.code), named) for grid in _in_order(grids, chosen)),
        pins=pins,
        places=tuple(
            Sight(mark.name, mark.place.lon, mark.place.lat)
            for mark in city.landmarks
            if near.holds(mark.place.lon, mark.place.lat)
        ),
        here=here,
    )


def _shape(grid: Grid, label: str | None, named: bool) -> GridShape:
    rings = tuple(ring for polygon in grid.polygons for ring in polygon)
    name = grid.side if label else grid.name if named else ""
    return GridShape(name, rings, label or "", highlighted=label is not None, tint=sum(grid.code.encode()))


def _in_order(grids: list[Grid], chosen: Mapping[str, str]) -> list[Grid]:
    """Those chosen first and in their order, so that ① has the first colour."""
    order = list(chosen)
    return sorted(grids, key=lambda grid: order.index(grid.code) if grid.code in chosen else len(order))


def _places(grid: Grid) -> list[Place]:
    return [place for polygon in grid.polygons for ring in polygon for place in ring]


def _reaches(grid: Grid, near: Extent) -> bool:
    places = _places(grid)
    return bool(places) and Extent.around(places).meets(near)
