"""Of a whole city, the map takes what is around the pins."""

from dataclasses import replace

import pytest

from bot.picture.section import section
from bot.picture.view import Pin
from domain.city import City, Grid, Hours, Landmark, Limits, Point, Quiet
from tests.bot.picture.scene import at, block


def grid(code: str, west: float, south: float) -> Grid:
    """A grid of 200 by 200 metres."""
    return Grid(code, f"{code}网格", "C", "S", "网格长", (block("", west, south).rings,), side=f"{code}这边")


def landmark(name: str, east: float, north: float) -> Landmark:
    return Landmark(name, Point(*at(east, north)))


CITY = City(
    name="示范区",
    prefix="XF",
    time_zone="Asia/Shanghai",
    hours=Hours(),
    quiet=Quiet(),
    limits=Limits(),
    communities={},
    stations={},
    departments={},
    grids={each.code: each for each in (grid("G1", 0, 0), grid("G2", 200, 0), grid("G9", 5000, 5000))},
    heads=(),
    categories={},
    landmarks=(landmark("南门", 100, 10), landmark("远处", 5100, 5100)),
    booths=(),
    telephones={},
    map_link="",
)


def test_only_what_is_near_the_pins_is_taken() -> None:
    view = section(CITY, [Pin(*at(100, 100))], {"G1": ""})
    assert [shape.highlighted for shape in view.grids] == [True, False]
    assert [sight.name for sight in view.places] == ["南门"]


def test_residents_see_no_grid_names_and_staff_do() -> None:
    pins = [Pin(*at(100, 100))]
    assert {shape.name for shape in section(CITY, pins, {"G1": ""}).grids} == {""}
    assert {shape.name for shape in section(CITY, pins, {"G1": ""}, named=True).grids} == {"G1网格", "G2网格"}


def test_on_a_border_each_side_says_what_one_sees_there_in_the_order_asked() -> None:
    view = section(CITY, [Pin(*at(200, 100))], {"G2": "①", "G1": "②"})
    assert [(shape.label, shape.name) for shape in view.grids] == [("①", "G2这边"), ("②", "G1这边")]


def test_without_a_pin_the_chosen_grid_is_the_middle() -> None:
    view = section(CITY, [], {"G9": ""}, named=True)
    assert [shape.name for shape in view.grids] == ["G9网格"]


def test_where_the_person_stands_counts_as_a_place() -> None:
    view = section(CITY, [], {}, here=at(5100, 5100))
    assert len(view.grids) == 1
    assert view.here == at(5100, 5100)


def test_a_hole_comes_along() -> None:
    ring = block("", 0, 0).rings[0]
    hole = tuple(at(x, y) for x, y in ((50, 50), (90, 50), (90, 90)))
    city = replace(CITY, grids={"G1": replace(CITY.grids["G1"], polygons=((ring, hole),))})
    assert section(city, [Pin(*at(10, 10))], {"G1": ""}).grids[0].rings == (ring, hole)


def test_nothing_at_all_is_no_section() -> None:
    with pytest.raises(ValueError, match="nothing"):
        section(CITY, [], {})
