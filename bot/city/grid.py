"""`grids.geojson`: the unit grids, WGS-84. Altitudes are dropped, open rings closed, numbers in quotes read."""

from collections.abc import Sequence
from math import nan

from bot.city.district import Placed
from bot.city.entry import Entry, misplaced
from bot.city.finding import Spot, Survey
from bot.city.source import Table, json_tree
from domain.city import Grid, Ring

FILE = "grids.geojson"

# CRS84 is WGS-84 as lon, lat; CGCS2000 (EPSG:4490) agrees with it within a metre.
_DATUMS = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")

Polygons = tuple[tuple[Ring, ...], ...]


class _Bad(Exception):
    """A geometry that cannot be read: what is wrong, and the remedy."""


def read_grids(
    features: Sequence[tuple[int, object]], members: dict[str, object], survey: Survey
) -> list[Placed[Grid]]:
    """The sound grids of the file, each with the line on which its feature begins."""
    _check_datum(members.get("crs"), survey)
    if not features:
        survey.error(Spot(FILE, 1, "file"), "there is no grid.", "Draw at least one polygon.")
    found = []
    for count, (line, feature) in enumerate(features, 1):
        grid = _grid(feature, Spot(FILE, line, f"feature {count}"), survey)
        if grid is not None:
            found.append(grid)
    return found


def _check_datum(crs: object, survey: Survey) -> None:
    """Old exporters name their coordinate system in `crs`."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name", "")) if isinstance(properties, dict) else ""
    if name and not name.upper().endswith(_DATUMS):
        spot = Spot(FILE, 1, "crs")
        survey.error(spot, f"the coordinates are {name}.", "Export them in WGS-84 degrees (EPSG:4326).")


def _grid(feature: object, spot: Spot, survey: Survey) -> Placed[Grid] | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    table = json_tree(properties, spot.line)
    if not isinstance(table, Table) or not isinstance(feature, dict):
        survey.error(spot, "this has no properties.", "Give it code, name, community and station.")
        return None
    entry = Entry(table, FILE, spot.where, survey)
    code = entry.code("grid")
    entry.where = f"{spot.where}, grid {code or 'without a code'}"
    name, leader, side = entry.text("name"), entry.text("leader", ""), entry.text("side", "")
    community = entry.reference("community", "community")
    station = entry.reference("station", "station")
    entry.close(strict=False)
    try:
        polygons = _polygons(feature.get("geometry"))
    except _Bad as bad:
        entry.wrong("geometry", *bad.args)
        return None
    if not entry.sound:
        return None
    return Placed(Grid(code, name, community, station, leader, polygons, side), entry.spot())


def _polygons(geometry: object) -> Polygons:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    shapes = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "Polygon":
        shapes = [shapes]
    elif kind != "MultiPolygon":
        raise _Bad(f"is {kind or 'missing'}.", "Draw it as a Polygon or MultiPolygon.")
    if not isinstance(shapes, list) or not shapes:
        raise _Bad("is empty.", "Draw its outline.")
    return tuple(_rings(shape) for shape in shapes)


def _rings(shape: object) -> tuple[Ring, ...]:
    if not isinstance(shape, list) or not shape:
        raise _Bad("has a polygon without a ring.", "Draw its outline.")
    return tuple(_ring(ring) for ring in shape)


def _ring(ring: object) -> Ring:
    if not isinstance(ring, list):
        raise _Bad("has a ring that is no list of positions.", "Export it once more as GeoJSON (RFC 7946).")
    points = [_position(position) for position in ring]
    if points and points[0] != points[-1]:
        points.append(points[0])
    if len(set(points)) < 3:
        raise _Bad(f"has a ring of {len(set(points))} different points.", "A ring needs at least three.")
    return tuple(points)


def _position(position: object) -> tuple[float, float]:
    if not isinstance(position, list) or len(position) < 2:
        raise _Bad(f"has the position {position!r}.", "A position is [longitude, latitude].")
    lon, lat = _degrees(position[0]), _degrees(position[1])
    if fault := misplaced(lon, lat):
        what, remedy = fault
        raise _Bad(f"has a position that {what}", remedy)
    return lon, lat


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return nan
