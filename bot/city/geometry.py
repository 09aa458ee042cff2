"""What only geometry shows: broken outlines, overlaps, gaps between grids, places outside all of them.

Everything is measured in metres on the ground. Needs shapely, which is imported with this module: only the
checker does so.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bot.city.district import Placed
from bot.city.finding import Spot, Survey
from domain.city import Grid, Point
from domain.grid import metres_per_degree

Shapes = NDArray[Any]

# Narrower than this two outlines differ by rounding (six decimals of a degree are 0.1 m), not by intention.
ROUNDING_METRES = 0.5
# A slit between two grids that is open at its end is looked for up to twice this width.
SLIT_METRES = 5.0
# A grid so far from the middle of all is probably a slip in its coordinates.
FAR_METRES = 150_000.0


class Ground:
    """The outlines of the grids in metres, with an index over them."""

    def __init__(self, grids: Sequence[Placed[Grid]]) -> None:
        self.grids = grids
        middle = float(np.median([grid.value.polygons[0][0][0][1] for grid in grids]))
        self._scale = np.array(metres_per_degree(middle))
        self.shapes: Shapes = np.array([self._shape(grid.value) for grid in grids], dtype=object)
        self.valid = shapely.is_valid(self.shapes) & (shapely.area(self.shapes) >= 1.0)
        self.tree = shapely.STRtree(self.shapes)

    def _shape(self, grid: Grid) -> Any:
        parts = [
            shapely.Polygon(outer * self._scale, [hole * self._scale for hole in holes])
            for outer, *holes in ([np.array(ring) for ring in rings] for rings in grid.polygons)
        ]
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)

    def degrees(self, shape: Any) -> str:
        """A point of a shape as one would look it up on a map: lat, lon."""
        lon, lat = shapely.get_coordinates(shapely.point_on_surface(shape))[0] / self._scale
        return f"{lat:.5f}, {lon:.5f}"

    def holders(self, points: Sequence[Point], within_metres: float) -> list[set[int]]:
        """For each point the numbers of the grids that hold it or are as near as that."""
        spots = shapely.points(np.array([(each.lon, each.lat) for each in points]) * self._scale)
        found: list[set[int]] = [set() for _ in points]
        for number, grid in self.tree.query(spots, predicate="dwithin", distance=within_metres).T.tolist():
            found[number].add(grid)
        return found


def check_outlines(ground: Ground, survey: Survey) -> None:
    """Each grid by itself, then the grids against each other."""
    _check_each(ground, survey)
    _check_far(ground, survey)
    _check_overlaps(ground, survey)


def _check_each(ground: Ground, survey: Survey) -> None:
    for number in np.flatnonzero(~ground.valid).tolist():
        shape, spot = ground.shapes[number], ground.grids[number].spot
        if shapely.is_valid(shape):
            survey.error(spot, f"its outline covers {shape.area:.2f} m².", "Draw the area that it stands for.")
        else:
            reason = shapely.is_valid_reason(shape).split("[")[0].lower()
            near = ground.degrees(shape)
            survey.error(spot, f"its outline is broken near {near}: {reason}.", "Draw it without crossing lines.")


def _check_far(ground: Ground, survey: Survey) -> None:
    middles = shapely.get_coordinates(shapely.centroid(ground.shapes))
    distances = np.hypot(*(middles - np.median(middles, axis=0)).T)
    for number in np.flatnonzero(distances > FAR_METRES).tolist():
        survey.warn(
            ground.grids[number].spot,
            f"it lies {distances[number] / 1000:.0f} km from the middle of the district.",
            "Look at its coordinates: longitude comes first.",
        )


def _check_overlaps(ground: Ground, survey: Survey) -> None:
    numbers = np.flatnonzero(ground.valid)
    shapes = ground.shapes[numbers]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(shapes[first], shapes[second])
    for pair in np.flatnonzero(_wide(common)).tolist():
        one, other = (ground.grids[numbers[side[pair]]] for side in (first, second))
        survey.error(
            other.spot,
            f"it overlaps grid {one.value.code} (line {one.spot.line}) "
            f"by {common[pair].area:.0f} m² near {ground.degrees(common[pair])}.",
            "Give the shared ground to one of them.",
        )


def _wide(shapes: Shapes) -> NDArray[np.bool_]:
    """Whether a shape is somewhere wider than rounding explains."""
    wide = shapely.area(shapes) > ROUNDING_METRES**2
    wide[wide] = ~shapely.is_empty(shapely.buffer(shapes[wide], -ROUNDING_METRES / 2))
    return np.asarray(wide, dtype=np.bool_)


def check_gaps(ground: Ground, survey: Survey) -> None:
    """Ground that the grids enclose, and slits between two of them, which belong to nobody."""
    whole = shapely.union_all(shapely.make_valid(ground.shapes))
    bodies = [body for body in shapely.get_parts(whole) if body.geom_type == "Polygon"]
    filled = shapely.union_all([shapely.Polygon(body.exterior) for body in bodies])
    holes = shapely.get_parts(shapely.difference(filled, whole))
    closed = filled.buffer(SLIT_METRES, join_style="mitre").buffer(-SLIT_METRES, join_style="mitre")
    slits = [each for each in shapely.get_parts(shapely.difference(closed, filled)) if _is_slit(each)]
    gaps = np.array([*holes, *slits], dtype=object)
    for gap in gaps[_wide(gaps)] if len(gaps) else ():
        beside = ground.tree.query(gap, predicate="dwithin", distance=ROUNDING_METRES).tolist()
        grids = sorted((ground.grids[number] for number in beside), key=lambda grid: grid.spot.line)
        if len(grids) < 2 and not any(gap is each for each in holes):
            continue
        survey.warn(
            grids[0].spot if grids else Spot("grids.geojson", 1, "file"),
            f"{gap.area:.0f} m² near {ground.degrees(gap)} belong to no grid, "
            f"between {', '.join(grid.value.code for grid in grids[:6])}.",
            "Let the outlines meet, or leave it if it is nobody's ground.",
        )


def _is_slit(shape: Any) -> bool:
    """Long and narrow; what is filled in an outer corner of the district is not."""
    return bool(shape.area > 0 and (shape.length / 2) ** 2 / shape.area >= 10)
