"""Which unit grid a point lies in.

Coordinates are WGS-84 degrees as `lon, lat`; distances are metres. The polygons are cut by a net of cells, so
that a look-up tests a handful of outlines in plain Python; shapely's STRtree answers what is far or coarse.
A district must not straddle the 180th meridian.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, inf, pi, radians, sin, sqrt
from typing import TYPE_CHECKING

from domain.city import Grid, Point, Ring

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Closer than this to a border a point lies on it: no receiver knows better, and rounding must not decide.
EDGE_METRES = 0.001
_RADIUS, _ECCENTRICITY = 6_378_137.0, 0.006_694_379_990_14  # WGS-84: metres; first eccentricity, squared


class BadGrid(ValueError):
    """A grid that cannot be used; `flaws` names each as code and reason."""

    def __init__(self, flaws: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"grid {code}: {reason}" for code, reason in flaws))
        self.flaws = tuple(flaws)


@dataclass(frozen=True, slots=True)
class Found:
    """The grid of a point; `near` are the others whose border is so close that it may be theirs, nearest first."""

    grid: Grid
    near: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """The point lies in no grid: the nearest point that does, the geodesic metres to it, and its grid."""

    nearest: Point
    metres: float
    grid: Grid


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude, on the WGS-84 ellipsoid at `lat`."""
    angle = radians(lat)
    w = 1 - _ECCENTRICITY * sin(angle) ** 2
    east = _RADIUS / sqrt(w) * cos(angle)
    north = _RADIUS * (1 - _ECCENTRICITY) / (w * sqrt(w))
    return east * pi / 180, north * pi / 180


def flaw(grid: Grid) -> str | None:
    """Why this grid's polygons cannot be used (`Self-intersection[108.97 34.23]`), or None."""
    import shapely

    if reason := _drawing_flaw(grid):
        return reason
    shape = _shapes([grid])[0]
    return None if shapely.is_valid(shape) else str(shapely.is_valid_reason(shape))


_Outline = tuple[float, float, float, float, int, tuple[Ring, ...]]  # west, south, east, north, number, rings


class GridIndex:
    """Finds the grid of a point.

    A point in no grid goes to the nearest within `sliver_metres`. Raises BadGrid where there is no grid, a
    code stands twice, or outlines are broken: a point must never fall silently through a bad polygon.
    """

    def __init__(self, grids: Iterable[Grid], sliver_metres: float = 30.0, border_metres: float = 15.0) -> None:
        import shapely

        self._grids = sorted(grids, key=lambda grid: grid.code)  # by code: the lower wins a tie
        self.border_metres = border_metres
        self.sliver_metres = sliver_metres
        shapes = _sound(self._grids)
        bounds = shapely.bounds(shapes)
        self._outlines: list[_Outline] = [
            (*box, i, _rings(grid)) for i, (box, grid) in enumerate(zip(bounds.tolist(), self._grids, strict=True))
        ]
        self._reach = max(border_metres, sliver_metres)
        self._cells = _Cells(self._outlines, bounds, self._reach)
        # The tree measures distances, so its degrees of longitude are shrunk to the length of those of latitude.
        east, north = metres_per_degree(float(bounds[:, 1].min() + bounds[:, 3].max()) / 2)
        self._squeeze = east / north
        self._shapes = shapely.transform(shapes, lambda xy: xy * (self._squeeze, 1.0))
        self._tree = shapely.STRtree(self._shapes)

    def find(self, lon: float, lat: float, accuracy_m: float = 0.0) -> Found | Outside:
        """The grid of a point, and the neighbours within `border_metres` or, if that is more, `accuracy_m`.

        On a shared border the lowest code wins. Raises ValueError for what is not WGS-84 degrees.
        """
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError("not WGS-84 degrees as lon, lat")
        reach = max(self.border_metres, accuracy_m)
        close = self._close(lon, lat, reach)
        if len(close) == 1 and not close[0][0]:
            return Found(self._grids[close[0][1]])
        home = next((i for metres, i in close if metres <= EDGE_METRES), None)
        if home is None:
            gap, home = min(self._close(lon, lat, self.sliver_metres), default=(None, 0))
            if gap is None:
                return self._outside(lon, lat)
        near = sorted((metres, i) for metres, i in close if i != home)
        return Found(self._grids[home], tuple(self._grids[i] for _, i in near))

    def neighbours(self, grid: Grid) -> tuple[Grid, ...]:
        """The grids that border on this one (a sliver between them apart), those whose middle is nearest first.

        Raises KeyError for a grid that is not of this index.
        """
        import shapely

        own = next((i for i, other in enumerate(self._grids) if other.code == grid.code), None)
        if own is None:
            raise KeyError(grid.code)
        shape = self._shapes[own]
        _, north = metres_per_degree(shape.centroid.y)
        numbers = self._tree.query(shape, predicate="dwithin", distance=self.sliver_metres / north)
        middle = {int(i): float(shapely.distance(shape.centroid, self._shapes[i].centroid)) for i in numbers}
        return tuple(self._grids[i] for i in sorted(middle, key=lambda i: (middle[i], i)) if i != own)

    def _close(self, lon: float, lat: float, limit: float) -> list[tuple[float, int]]:
        """Metres and number of each grid at most `limit` metres away, in order of code; 0 metres is inside."""
        per_lon, per_lat = metres_per_degree(lat)
        dx, dy = limit / per_lon, limit / per_lat
        left, right, low, high = lon - dx, lon + dx, lat - dy, lat + dy
        scale = (dx, dy, per_lon, per_lat)
        close = []
        for outline in self._cells.at(lon, lat) if limit <= self._reach else self._wide(lon, lat, dy):
            west, south, east, north, i, rings = outline
            if right < west or left > east or high < south or low > north:
                continue
            if west <= lon <= east and south <= lat <= north and _contains(rings, lon, lat):
                close.append((0.0, i))
            elif (metres := _gap(rings, lon, lat, scale)) <= limit:
                close.append((metres, i))
        return close

    def _wide(self, lon: float, lat: float, degrees: float) -> "list[_Outline]":
        """The outlines that a coarse position may mean, in order (a few too many: `_close` measures)."""
        import shapely

        point = shapely.Point(lon * self._squeeze, lat)
        numbers = self._tree.query(point, predicate="dwithin", distance=degrees * 1.05)
        return [self._outlines[i] for i in sorted(numbers)]

    def _outside(self, lon: float, lat: float) -> Outside:
        import shapely
        from geopy.distance import geodesic

        point = shapely.Point(lon * self._squeeze, lat)
        i = int(self._tree.query_nearest(point).min())
        x, y = shapely.shortest_line(self._shapes[i], point).coords[0]
        nearest = Point(x / self._squeeze, y)
        metres = float(geodesic((lat, lon), (nearest.lat, nearest.lon)).meters)
        return Outside(nearest, metres, self._grids[i])


class _Cells:
    """A net of about as many cells as there are grids, each with the outlines that reach into it."""

    def __init__(self, outlines: Sequence[_Outline], bounds: "NDArray[np.float64]", reach: float) -> None:
        import numpy as np

        # A degree is shortest where the latitude is greatest: taken there, `reach` covers the whole district.
        east, north = metres_per_degree(float(np.abs(bounds[:, (1, 3)]).max()))
        spread = bounds + np.array([-reach / east, -reach / north, reach / east, reach / north]) * 1.01
        self._west, self._south = (float(v) for v in spread[:, :2].min(axis=0))
        width, height = (float(v) for v in spread[:, 2:].max(axis=0) - (self._west, self._south))
        self._columns = max(1, round(sqrt(len(bounds) * width * east / (height * north))))
        self._rows = max(1, -(-len(bounds) // self._columns))
        self._per_lon, self._per_lat = self._columns / width, self._rows / height
        origin = (self._west, self._south) * 2
        places = ((spread - origin) * ((self._per_lon, self._per_lat) * 2)).astype(np.int64)
        places = np.minimum(places, (self._columns - 1, self._rows - 1) * 2)
        across, down = places[:, 2] - places[:, 0] + 1, places[:, 3] - places[:, 1] + 1
        grid = np.repeat(np.arange(len(bounds)), across * down)
        step = np.arange(len(grid)) - np.repeat(np.cumsum(across * down) - across * down, across * down)
        column = places[grid, 0] + step % across[grid]
        row = places[grid, 1] + step // across[grid]
        cell = row * self._columns + column
        order = np.argsort(cell, kind="stable")
        ends = np.searchsorted(cell[order], np.arange(self._columns * self._rows + 1)).tolist()
        members = [outlines[i] for i in grid[order].tolist()]
        self._outlines = [tuple(members[start:end]) for start, end in pairwise(ends)]

    def at(self, lon: float, lat: float) -> Sequence[_Outline]:
        """The outlines that may lie within reach of a point, in order; none far outside."""
        x, y = (lon - self._west) * self._per_lon, (lat - self._south) * self._per_lat
        if 0 <= x < self._columns and 0 <= y < self._rows:
            return self._outlines[int(y) * self._columns + int(x)]
        return ()


def _contains(rings: tuple[Ring, ...], lon: float, lat: float) -> bool:
    """Even-odd rule over all rings, so that a hole is outside."""
    inside = False
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
            x1, y1 = x2, y2
    return inside


def _gap(rings: tuple[Ring, ...], lon: float, lat: float, scale: tuple[float, float, float, float]) -> float:
    """Metres from a point to the nearest border, on the plane that touches the earth there; inf for what is far.

    `scale` is how far to look, in degrees of longitude and latitude, and the metres of such a degree.
    """
    dx, dy, per_lon, per_lat = scale
    left, right, low, high = lon - dx, lon + dx, lat - dy, lat + dy
    best = inf
    for ring in rings:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if not (
                (x1 < left and x2 < left)
                or (x1 > right and x2 > right)
                or (y1 < low and y2 < low)
                or (y1 > high and y2 > high)
            ):
                near = _square((x1 - lon) * per_lon, (y1 - lat) * per_lat, (x2 - lon) * per_lon, (y2 - lat) * per_lat)
                best = min(best, near)
            x1, y1 = x2, y2
    return sqrt(best)


def _square(x1: float, y1: float, x2: float, y2: float) -> float:
    """Square of the distance from the origin to a line between two points."""
    dx, dy = x2 - x1, y2 - y1
    length, along = dx * dx + dy * dy, -(x1 * dx + y1 * dy)
    if 0 < along < length:
        return (x1 * dy - y1 * dx) ** 2 / length
    return min(x1 * x1 + y1 * y1, x2 * x2 + y2 * y2)


def _rings(grid: Grid) -> tuple[Ring, ...]:
    return tuple([ring for polygon in grid.polygons for ring in polygon])


def _shapes(grids: Sequence[Grid]) -> "NDArray[np.object_]":
    """One MultiPolygon a grid, all made at once."""
    import numpy as np
    import shapely

    polygons = [(i, polygon) for i, grid in enumerate(grids) for polygon in grid.polygons]
    rings = [(i, ring) for i, (_, polygon) in enumerate(polygons) for ring in polygon]
    points = np.array([point for _, ring in rings for point in ring], dtype=np.float64)
    lines = shapely.linearrings(points, indices=np.repeat(np.arange(len(rings)), [len(r) for _, r in rings]))
    faces = shapely.polygons(np.asarray(lines), indices=np.array([i for i, _ in rings]))
    return np.asarray(shapely.multipolygons(np.asarray(faces), indices=np.array([i for i, _ in polygons])))


def _sound(grids: Sequence[Grid]) -> "NDArray[np.object_]":
    """The shapes of the grids. Raises BadGrid that names every flaw."""
    import shapely

    if not grids:
        raise BadGrid([("-", "a district needs at least one grid")])
    flaws = [(a.code, "the code stands twice") for a, b in pairwise(grids) if a.code == b.code]
    flaws += [(grid.code, reason) for grid in grids if (reason := _drawing_flaw(grid))]
    if not flaws:
        shapes = _shapes(grids)
        if shapely.is_valid(shapes).all():
            return shapes
        flaws = [(grid.code, reason) for grid in grids if (reason := flaw(grid))]
    raise BadGrid(flaws)


def _drawing_flaw(grid: Grid) -> str | None:
    """What keeps a grid's rings from being a shape at all."""
    if not grid.polygons or not all(grid.polygons):
        return "no polygon"
    for ring in _rings(grid):
        if len(set(ring)) < 3:
            return "a ring of fewer than three points"
        for lon, lat in ring:
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                return f"a point that is not WGS-84 degrees as lon, lat: {lon}, {lat}"
    return None
