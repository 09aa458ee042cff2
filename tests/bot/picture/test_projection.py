"""From degrees to pixels and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.picture.projection import Extent, Projection, round_metres

lons, lats = st.floats(-179, 179), st.floats(-80, 80)
projections = st.builds(Projection, lons, lats, st.floats(0, 1000), st.floats(0, 750), st.floats(0.01, 20))


@given(projections, st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_there_and_back_is_the_same_pixel(projection: Projection, x: float, y: float) -> None:
    assert projection.pixel(*projection.degrees(x, y)) == pytest.approx((x, y), abs=0.01)


@given(projections)
def test_its_centre_stands_where_it_was_put(projection: Projection) -> None:
    assert projection.pixel(projection.lon, projection.lat) == (projection.x, projection.y)


@given(lons, lats, st.floats(-1500, 1500), st.floats(-1500, 1500))
def test_a_metre_is_a_metre_in_every_direction(lon: float, lat: float, east: float, north: float) -> None:
    flat = Projection(lon, lat, 0, 0, 1)
    there = flat.degrees(east, -north)
    assert great_circle((lon, lat), there) == pytest.approx(math.hypot(east, north), rel=2e-3, abs=0.5)


def great_circle(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The haversine distance in metres, on the same sphere."""
    (a, b), (c, d) = (tuple(map(math.radians, place)) for place in (one, other))
    half = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def test_north_is_up_and_east_is_right() -> None:
    flat = Projection(108.97, 34.23, 500, 375, 2)
    assert flat.pixel(108.97, 34.24)[1] < 375
    assert flat.pixel(108.98, 34.23)[0] > 500


@pytest.mark.parametrize(
    ("longest", "metres"), [(0.3, 1), (1, 1), (7, 5), (19.9, 10), (120, 100), (240, 200), (999, 500), (64000, 50000)]
)
def test_the_scale_is_a_round_number(longest: float, metres: int) -> None:
    assert round_metres(longest) == metres


def test_an_extent_grows_by_metres() -> None:
    box = Extent.around([(108.97, 34.23)]).grown(100)
    assert box.metres == pytest.approx((200, 200), rel=1e-3)
    assert box.holds(108.971, 34.2305)
    assert not box.holds(108.972, 34.23)
    assert box.meets(Extent.around([(108.9705, 34.2305), (109.0, 34.3)]))
    assert not box.meets(Extent.around([(108.98, 34.2305), (109.0, 34.3)]))
