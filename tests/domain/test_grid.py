"""Which grid a point lies in: found inside, on borders, in slivers; told how far it is outside."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.city import Grid, Point, Ring
from domain.grid import BadGrid, Found, GridIndex, Outside, flaw, metres_per_degree

LON, LAT = 108.97, 34.23
PER_LON, PER_LAT = metres_per_degree(LAT)


def at(east: float, north: float) -> tuple[float, float]:
    """A place, in metres from the corner of the district."""
    return LON + east / PER_LON, LAT + north / PER_LAT


def ring(*corners: tuple[float, float]) -> Ring:
    return tuple(at(*corner) for corner in (*corners, corners[0]))


def box(west: float, south: float, east: float, north: float) -> Ring:
    return ring((west, south), (east, south), (east, north), (west, north))


def grid(code: str, *polygons: tuple[Ring, ...]) -> Grid:
    return Grid(code, f"{code}网格", "幸福里", "Z1", "李网格长", polygons)


def code(found: Found | Outside) -> str:
    assert isinstance(found, Found)
    return found.grid.code


SHOPS = grid("03", (box(0, 0, 200, 100),))
BUSES = grid("04", (box(200, 0, 400, 100),))
SCHOOL = grid("05", (box(420, 0, 600, 100),))  # a sliver of 20 m that nobody drew
STREET = [SHOPS, BUSES, SCHOOL]


def test_a_point_in_the_middle_of_a_grid_has_no_neighbour() -> None:
    assert GridIndex(STREET).find(*at(100, 50)) == Found(SHOPS)


def test_near_a_border_the_neighbour_is_named() -> None:
    index = GridIndex(STREET, border_metres=15)
    assert index.find(*at(190, 50)) == Found(SHOPS, (BUSES,))
    assert index.find(*at(184, 50)) == Found(SHOPS)


def test_a_coarse_position_names_all_it_may_mean_nearest_first() -> None:
    index = GridIndex(STREET)
    assert index.find(*at(350, 50), 200) == Found(BUSES, (SCHOOL, SHOPS))
    assert index.find(*at(350, 50), 100) == Found(BUSES, (SCHOOL,))


@pytest.mark.parametrize("accuracy", [float("nan"), -5.0, 0.0])
def test_a_senseless_accuracy_counts_as_none(accuracy: float) -> None:
    assert GridIndex(STREET).find(*at(190, 50), accuracy) == Found(SHOPS, (BUSES,))


def test_a_point_on_a_shared_border_goes_to_the_lowest_code_whatever_the_order() -> None:
    for order in ([SHOPS, BUSES], [BUSES, SHOPS]):
        assert GridIndex(order).find(*at(200, 50)) == Found(SHOPS, (BUSES,))


def test_a_sliver_goes_to_the_nearest_grid() -> None:
    index = GridIndex(STREET, sliver_metres=30, border_metres=15)
    assert index.find(*at(407, 50)) == Found(BUSES, (SCHOOL,))
    assert code(index.find(*at(413, 50))) == "05"


def test_beyond_the_tolerance_a_point_is_outside_and_told_how_far() -> None:
    found = GridIndex(STREET, sliver_metres=30).find(*at(100, -800))
    assert isinstance(found, Outside)
    assert found.grid == SHOPS
    assert found.metres == pytest.approx(800, abs=0.5)
    assert (found.nearest.lon, found.nearest.lat) == pytest.approx(at(100, 0), abs=1e-9)


def test_far_outside_east_and_north_count_alike_in_metres() -> None:
    tower = grid("07", (box(0, 1000, 100, 1100),))
    yard = grid("08", (box(1000, 0, 1100, 100),))
    found = GridIndex([tower, yard]).find(*at(100, 90))  # 900 m east is nearer than 910 m north
    assert isinstance(found, Outside)
    assert (found.grid.code, round(found.metres)) == ("08", 900)


def test_a_hole_belongs_to_the_grid_in_it() -> None:
    park = grid("01", (box(0, 0, 500, 500), box(200, 200, 300, 300)))
    pond = grid("02", (box(200, 200, 300, 300),))
    assert GridIndex([park, pond]).find(*at(250, 250)) == Found(pond)
    assert isinstance(GridIndex([park], sliver_metres=30).find(*at(250, 250)), Outside)


def test_a_grid_of_two_parts_is_found_in_both() -> None:
    parts = grid("09", (box(0, 0, 100, 100),), (box(900, 0, 1000, 100),))
    index = GridIndex([parts])
    assert index.find(*at(50, 50)) == index.find(*at(950, 50)) == Found(parts)
    assert isinstance(index.find(*at(500, 50)), Outside)


def test_overlapping_grids_give_the_lowest_code_and_name_the_other() -> None:
    old = grid("02", (box(0, 0, 300, 100),))
    new = grid("10", (box(200, 0, 500, 100),))
    assert GridIndex([new, old]).find(*at(250, 50)) == Found(old, (new,))


def test_a_ring_that_was_not_closed_is_closed() -> None:
    open_ring = SHOPS.polygons[0][0][:-1]
    index = GridIndex([grid("03", (open_ring,))])
    assert code(index.find(*at(1, 50))) == "03"
    assert code(index.find(*at(-20, 50))) == "03"


def test_the_neighbours_of_a_grid_are_those_beside_it_nearest_first() -> None:
    far = grid("06", (box(640, 0, 700, 100),))
    yard = grid("07", (box(200, 100, 230, 130),))
    index = GridIndex([far, *STREET, yard], sliver_metres=30)
    assert index.neighbours(BUSES) == (yard, SHOPS, SCHOOL)
    assert index.neighbours(far) == ()
    with pytest.raises(KeyError):
        index.neighbours(grid("99", (box(0, 0, 1, 1),)))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (grid("66", (ring((0, 0), (100, 100), (100, 0), (0, 100)),)), "Self-intersection"),
        (grid("66", (ring((0, 0), (100, 100)),)), "fewer than three"),
        (grid("66"), "no polygon"),
        (grid("66", ()), "no polygon"),
        (grid("66", (((34.2, 108.9), (34.3, 108.9), (34.2, 108.8)),)), "not WGS-84"),
        (grid("66", (((108.9, float("nan")), (108.8, 34.1), (108.7, 34.2)),)), "not WGS-84"),
    ],
)
def test_a_broken_outline_is_refused_by_code_and_reason(bad: Grid, reason: str) -> None:
    with pytest.raises(BadGrid, match=reason) as refused:
        GridIndex([SHOPS, bad])
    assert [of for of, _ in refused.value.flaws] == ["66"]
    assert reason in (flaw(bad) or "")
    assert flaw(SHOPS) is None


def test_a_district_without_grids_and_a_code_that_stands_twice_are_refused() -> None:
    with pytest.raises(BadGrid, match="at least one grid"):
        GridIndex([])
    with pytest.raises(BadGrid, match="twice"):
        GridIndex([SHOPS, BUSES, SHOPS])


@pytest.mark.parametrize("place", [(float("nan"), 34.2), (108.9, float("inf")), (34.2, 108.9), (181.0, 0.0)])
def test_what_is_no_place_on_earth_is_an_error(place: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="WGS-84"):
        GridIndex(STREET).find(*place)


def town(seed: int, columns: int, rows: int) -> list[Grid]:
    """A town of crooked blocks about 100 m wide that share their corners."""
    dice = random.Random(seed)
    corners = {
        (i, j): (100 * i + dice.uniform(-30, 30), 100 * j + dice.uniform(-30, 30))
        for i in range(columns + 1)
        for j in range(rows + 1)
    }
    return [
        grid(f"{i:02}{j:02}", (ring(corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]),))
        for i in range(columns)
        for j in range(rows)
    ]


def peer(grids: Sequence[Grid], place: Point) -> list[str]:
    """The same question, asked of shapely one grid after the other."""
    import shapely

    point = shapely.Point(place.lon, place.lat)
    return [g.code for g in grids if shapely.Polygon(g.polygons[0][0]).intersects(point)]


towns = st.builds(town, st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 6))
metres = st.floats(-150, 750)


@given(grids=towns, east=metres, north=metres)
@settings(deadline=None)
def test_every_point_is_found_where_shapely_finds_it(grids: list[Grid], east: float, north: float) -> None:
    place = Point(*at(east, north))
    found = GridIndex(grids).find(place.lon, place.lat)
    inside = peer(grids, place)
    if inside and isinstance(found, Found):
        assert found.grid.code in inside or inside[0] in {g.code for g in found.near}  # within a millimetre
    else:
        assert not inside
        if isinstance(found, Outside):
            assert found.metres > 29.9
            assert isinstance(GridIndex(grids).find(found.nearest.lon, found.nearest.lat), Found)


@given(grids=towns, east=metres, north=metres, accuracy=st.floats(0, 300), dice=st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_file_changes_nothing(
    grids: list[Grid], east: float, north: float, accuracy: float, dice: random.Random
) -> None:
    shuffled = dice.sample(grids, len(grids))
    assert GridIndex(shuffled).find(*at(east, north), accuracy) == GridIndex(grids).find(*at(east, north), accuracy)


@given(grids=towns, east=st.floats(0, 600), north=st.floats(0, 600), reach=st.floats(15, 120))
@settings(deadline=None)
def test_neighbours_are_those_that_shapely_measures(grids: list[Grid], east: float, north: float, reach: float) -> None:
    import shapely

    found = GridIndex(grids).find(*at(east, north), reach)
    if not isinstance(found, Found):
        return
    here = shapely.Point(east, north)
    for g in grids:
        corners = [((lon - LON) * PER_LON, (lat - LAT) * PER_LAT) for lon, lat in g.polygons[0][0]]
        gap = shapely.Polygon(corners).distance(here)
        if g != found.grid and abs(gap - reach) > 0.1:  # the test's plane is flat, the earth is not quite
            assert (g in found.near) == (gap < reach)
