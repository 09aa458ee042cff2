"""The map: pins where they belong, everything in the picture, the same bytes for the same view."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.picture import map as picture
from bot.picture import theme
from bot.picture.failure import CannotDraw
from bot.picture.label import Box, settle
from bot.picture.mark import pin_box
from bot.picture.view import GridShape, MapView, Pin, Sight
from tests.bot.picture.scene import BLOCKS, SIGHTS, at, bare, block, colour, near, opened

RED = theme.PINS["problem"]
CASE = MapView(
    grids=tuple(replace(grid, highlighted=grid.name == "幸福里05网格") for grid in BLOCKS),
    pins=(Pin(*at(310, 280)),),
    places=SIGHTS,
)


def test_it_is_a_jpeg_of_1000_by_750_with_nothing_but_the_picture() -> None:
    data = picture.draw(CASE)
    image = opened(data)
    assert (image.format, image.size) == ("JPEG", (1000, 750))
    assert bare(data)
    assert len(data) < 400_000


def test_the_same_view_gives_the_same_bytes() -> None:
    assert picture.draw(CASE) == picture.draw(replace(CASE))


def test_the_pin_is_red_where_the_place_is() -> None:
    image = opened(picture.draw(CASE))
    x, y = picture.projected(CASE).pixel(CASE.pins[0].lon, CASE.pins[0].lat)
    assert near(colour(image, x, y - 10), RED)  # just above the tip
    assert near(colour(image, x, y - 66), theme.WHITE)  # the white core
    assert near(colour(image, x - 22, y - 66), RED)  # the head around it


@given(
    st.lists(st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000)), min_size=1, max_size=4),
    st.booleans(),
)
def test_no_pin_is_ever_cut_off(places: list[tuple[float, float]], outlined: bool) -> None:
    pins = tuple(Pin(*at(*place)) for place in places)
    view = MapView(grids=(block("远处", 900, 900, highlighted=True),) if outlined else (), pins=pins)
    projection = picture.projected(view)
    for pin in pins:
        assert picture.FRAME.holds(pin_box(*projection.pixel(pin.lon, pin.lat)))


@given(st.floats(0, 600), st.floats(0, 600))
def test_around_one_pin_it_shows_250_to_400_metres(east: float, north: float) -> None:
    projection = picture.projected(replace(CASE, pins=(Pin(*at(east, north)),)))
    assert 250 <= 500 / projection.scale <= 400


def test_the_case_s_grid_is_outlined_and_lightly_filled() -> None:
    image = opened(picture.draw(replace(CASE, places=())))
    projection = picture.projected(CASE)
    fill, outline = theme.CHOSEN[0]
    assert near(colour(image, *projection.pixel(*at(330, 380))), fill, 12)
    for place in ((200, 250), (400, 350), (330, 200), (350, 400)):
        assert near(colour(image, *projection.pixel(*at(*place))), outline)


def test_between_two_grids_there_is_a_street() -> None:
    image = opened(picture.draw(replace(CASE, places=(), grids=BLOCKS)))
    projection = picture.projected(replace(CASE, grids=BLOCKS))
    assert near(colour(image, *projection.pixel(*at(200, 350))), theme.STREET, 6)
    assert near(colour(image, *projection.pixel(*at(210, 250))), theme.AREAS[0], 12)


def test_on_a_border_both_sides_are_numbered_in_their_own_colours() -> None:
    sides = (block("铺面这边", 0, 0, "①", True), block("公交站那边", 200, 0, "②", True))
    image = opened(picture.draw(MapView(grids=sides, pins=(Pin(*at(200, 100)),))))
    seen = {colour(image, x, y) for x, y in product(range(0, 1000, 3), range(0, 750, 3))}
    for _, outline in theme.CHOSEN[:2]:
        assert any(near(pixel, outline, 8) for pixel in seen)


def test_a_number_stands_in_the_core_of_its_pin() -> None:
    plain = MapView(pins=(Pin(*at(0, 0)), Pin(*at(150, 100))))
    numbered = MapView(pins=(Pin(*at(0, 0), "①"), Pin(*at(150, 100), "②")))
    projection = picture.projected(plain)
    one, two = opened(picture.draw(plain)), opened(picture.draw(numbered))
    for pin in plain.pins:
        x, y = projection.pixel(pin.lon, pin.lat)
        core = (round(x) - 14, round(y) - 80, round(x) + 14, round(y) - 52)
        assert one.crop(core).tobytes() != two.crop(core).tobytes()


def test_a_hole_in_a_grid_stays_free() -> None:
    outer, hole = block("环", 0, 0).rings[0], tuple(at(x, y) for x, y in ((80, 60), (140, 60), (140, 120), (80, 120)))
    view = MapView(grids=(GridShape("环", (outer, hole), highlighted=True),), pins=(Pin(*at(30, 30)),))
    image, projection = opened(picture.draw(view)), picture.projected(view)
    assert near(colour(image, *projection.pixel(*at(110, 90))), theme.GROUND, 8)
    assert near(colour(image, *projection.pixel(*at(180, 90))), theme.CHOSEN[0][0], 12)


def test_where_the_person_stands_is_blue() -> None:
    view = MapView(pins=(Pin(*at(300, 100), role="booth", name="港兴二路岗亭"),), here=at(0, 0))
    image = opened(picture.draw(view))
    assert near(colour(image, *picture.projected(view).pixel(*at(0, 0))), theme.HERE)


def test_words_never_lie_over_each_other_on_a_crowded_map(monkeypatch: pytest.MonkeyPatch) -> None:
    stood: list[Box] = []

    def watched(*asked: object) -> list[Box | None]:
        boxes = settle(*asked)  # type: ignore[arg-type]
        stood.extend(box for box in boxes if box)
        return boxes

    monkeypatch.setattr(picture, "settle", watched)
    crowd = tuple(Sight(f"第 {n} 个路口", *at(300 + n * 7 % 190, 280 + n * 13 % 170)) for n in range(120))
    picture.draw(replace(CASE, places=crowd))
    assert len(stood) > 10
    assert not any(one.meets(other) for n, one in enumerate(stood) for other in stood[:n])


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "①", "九"]), st.floats(-3000, 3000))
def test_any_name_can_be_drawn(name: str, label: str, east: float) -> None:
    view = MapView(
        grids=(block(name, 0, 0, label, True),),
        pins=(Pin(*at(east, 90), label, name=name),),
        places=(Sight(name, *at(9, 9)),),
    )
    assert opened(picture.draw(view)).size == (1000, 750)


def test_without_any_place_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        picture.draw(MapView(grids=BLOCKS, places=SIGHTS))


def test_a_grid_alone_is_drawn_whole() -> None:
    view = MapView(grids=(block("幸福里01网格", 0, 0, highlighted=True),))
    projection = picture.projected(view)
    for corner in ((0, 0), (200, 200)):
        x, y = projection.pixel(*at(*corner))
        assert 0 < x < 1000
        assert 0 < y < 750


def test_a_font_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    for path in (broken, tmp_path / "missing.ttf"):
        with pytest.raises(CannotDraw, match=f"{path.name}.*JIEYOU_FONT"):
            picture.draw(CASE, path)
