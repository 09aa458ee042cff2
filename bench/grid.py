"""A point's grid in a large district: ours beside the ways that come to mind first, in the same run.

`python -m bench.grid` draws 100,000 blocks of five points and asks for random places. All contenders get the same
points, one after the other; what they answer is compared. The loop over all boxes is asked less often: it is slow.
"""

import gc
import random
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter, perf_counter_ns

import shapely

from bench.table import Measure, Target, table, verdicts, wide_console
from domain.city import Grid
from domain.grid import Found, GridIndex

SIDE = 316  # blocks in a row: 316 x 316 is about 100,000
LON, LAT, STEP_LON, STEP_LAT = 108.9, 34.2, 0.0011, 0.0009  # the corner, and about 100 m
ROUNDS, ASKED, SLOWLY_ASKED = 5, 10_000, 20
PROMISED_MICROSECONDS, PROMISED_LOAD_SECONDS = 15.0, 3.0

MEDIAN = Measure("median µs", 1)
WORST = Measure("99 of 100, µs", 1)
LOAD = Measure("load, s", 2, ratio=False)

Place = tuple[float, float]
Answer = Callable[[float, float], str]


def district(seed: int = 1) -> list[Grid]:
    """Crooked blocks that share their corners."""
    dice = random.Random(seed)
    corner = {
        (i, j): (LON + (i + dice.uniform(-0.2, 0.2)) * STEP_LON, LAT + (j + dice.uniform(-0.2, 0.2)) * STEP_LAT)
        for i in range(SIDE + 1)
        for j in range(SIDE + 1)
    }
    rings = {
        f"{i:03}{j:03}": (corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1], corner[i, j])
        for i in range(SIDE)
        for j in range(SIDE)
    }
    return [Grid(code, code, "", "", "", ((ring,),)) for code, ring in rings.items()]


def ours(grids: Sequence[Grid]) -> Answer:
    """`domain.grid`, neighbours across the border included, which the others do not look for."""
    index = GridIndex(grids)

    def answer(lon: float, lat: float) -> str:
        found = index.find(lon, lat)
        return found.grid.code if isinstance(found, Found) else ""

    return answer


def tree_predicate(grids: Sequence[Grid]) -> Answer:
    """shapely's STRtree, asked which polygons intersect the point."""
    tree = shapely.STRtree([shapely.Polygon(grid.polygons[0][0]) for grid in grids])

    def answer(lon: float, lat: float) -> str:
        found = tree.query(shapely.Point(lon, lat), predicate="intersects")
        return grids[int(found.min())].code if len(found) else ""

    return answer


def tree_then_contains(grids: Sequence[Grid]) -> Answer:
    """shapely's STRtree for the boxes, then `contains` one by one."""
    shapes = [shapely.Polygon(grid.polygons[0][0]) for grid in grids]
    tree = shapely.STRtree(shapes)

    def answer(lon: float, lat: float) -> str:
        point = shapely.Point(lon, lat)
        return next((grids[i].code for i in sorted(tree.query(point)) if shapes[i].contains(point)), "")

    return answer


def boxes_then_contains(grids: Sequence[Grid]) -> Answer:
    """A plain loop over all bounding boxes, then `contains`."""
    shapes = [shapely.Polygon(grid.polygons[0][0]) for grid in grids]
    boxes = [(*shape.bounds, i) for i, shape in enumerate(shapes)]

    def answer(lon: float, lat: float) -> str:
        point = shapely.Point(lon, lat)
        inside = (i for west, south, east, north, i in boxes if west <= lon <= east and south <= lat <= north)
        return next((grids[i].code for i in inside if shapes[i].contains(point)), "")

    return answer


CONTENDERS: Mapping[str, tuple[Callable[[Sequence[Grid]], Answer], int]] = {
    "GridIndex": (ours, ASKED),
    "STRtree, predicate": (tree_predicate, ASKED),
    "STRtree, then contains": (tree_then_contains, ASKED),
    "all boxes, then contains": (boxes_then_contains, SLOWLY_ASKED),
}


def measured(answer: Answer, places: Sequence[Place]) -> tuple[list[str], list[float]]:
    """What was answered, and the microseconds of each answer."""
    answers, times = [], []
    for lon, lat in places:
        begun = perf_counter_ns()
        answers.append(answer(lon, lat))
        times.append((perf_counter_ns() - begun) / 1000)
    return answers, times


def loaded(grids: Sequence[Grid]) -> tuple[dict[str, Answer], dict[str, float]]:
    """Every contender, ready, and the seconds it took."""
    answers, seconds = {}, {}
    for name, (make, _) in CONTENDERS.items():
        begun = perf_counter()
        answers[name] = make(grids)
        seconds[name] = perf_counter() - begun
    gc.collect()
    gc.freeze()  # what lives as long as the program is not walked through again and again
    return answers, seconds


def main() -> None:
    """Prints the table. Raises AssertionError where two contenders disagree."""
    grids = district()
    dice = random.Random(2)
    contenders, seconds = loaded(grids)
    rows: dict[str, dict[Measure, list[float]]] = {
        name: {MEDIAN: [], WORST: [], LOAD: [seconds[name]]} for name in contenders
    }
    for _ in range(ROUNDS):
        places = [
            (LON + dice.uniform(0, SIDE) * STEP_LON, LAT + dice.uniform(0, SIDE) * STEP_LAT) for _ in range(ASKED)
        ]
        expected: list[str] = []
        for name, answer in contenders.items():
            asked = CONTENDERS[name][1]
            answers, times = measured(answer, places[:asked])
            expected = expected or answers
            unlike = sum(a != b for a, b in zip(answers, expected, strict=False) if a)
            assert unlike <= asked // 1000, f"{name} finds {unlike} places elsewhere"  # a millimetre from a border
            rows[name][MEDIAN].append(median(times))
            rows[name][WORST].append(sorted(times)[int(asked * 0.99)])
    console = wide_console()
    console.print(table(f"One place among {len(grids):,} grids", "way", (MEDIAN, WORST, LOAD), rows))
    best = rows["GridIndex"]
    console.print(
        verdicts(
            [
                Target("microseconds a place", median(best[MEDIAN]), PROMISED_MICROSECONDS, at_most=True),
                Target("seconds to load", best[LOAD][0], PROMISED_LOAD_SECONDS, at_most=True),
            ]
        )
    )


if __name__ == "__main__":
    main()
