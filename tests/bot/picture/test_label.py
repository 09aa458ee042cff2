"""Words on a map: none over another, none out of the picture, none outside its area."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.picture.label import Box, beside, crossed, inside, settle, spans, upon

FRAME = Box(0, 0, 1000, 750)
SQUARE = [[(100.0, 100.0), (500.0, 100.0), (500.0, 500.0), (100.0, 500.0)]]
RING = [*SQUARE, [(200.0, 200.0), (400.0, 200.0), (400.0, 400.0), (200.0, 400.0)]]

boxes = st.builds(Box.at, st.floats(-50, 1050), st.floats(-50, 800), st.floats(1, 300), st.floats(1, 80))
wishes = st.lists(st.lists(boxes, max_size=6), max_size=25)
corners = st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 750)), min_size=3, max_size=9)


@given(wishes, st.lists(boxes, max_size=4))
def test_no_two_labels_overlap_and_none_covers_what_is_taken(wanted: list[list[Box]], taken: list[Box]) -> None:
    stood = [box for box in settle(wanted, FRAME, taken) if box]
    assert not any(one.meets(other) for one, other in combinations(stood, 2))
    assert not any(box.meets(other) for box in stood for other in taken)
    assert all(FRAME.holds(box) for box in stood)


@given(wishes)
def test_who_comes_first_gets_the_first_wish_that_fits(wanted: list[list[Box]]) -> None:
    settled = settle(wanted, FRAME, [])
    assert len(settled) == len(wanted)
    if wanted and any(map(FRAME.holds, wanted[0])):
        assert settled[0] == next(filter(FRAME.holds, wanted[0]))


@given(corners, st.floats(20, 300), st.floats(10, 60))
def test_a_name_inside_an_area_is_inside_at_every_of_its_heights(
    ring: list[tuple[float, float]], width: float, height: float
) -> None:
    for box in inside([ring], FRAME, width, height, FRAME.middle):
        assert FRAME.grown(0.001).holds(box)
        for y in (box.top, box.middle[1], box.bottom):
            assert any(left <= box.left + 0.01 and box.right - 0.01 <= right for left, right in spans([ring], y))


def test_a_hole_is_outside() -> None:
    assert spans(RING, 300) == [(100, 200), (400, 500)]
    for box in inside(RING, FRAME, 60, 30, (300, 300)):
        assert not box.meets(Box(200, 200, 400, 400))


def test_the_nearest_place_comes_first() -> None:
    first, *_, last = inside(SQUARE, FRAME, 100, 40, (480, 480))
    assert first.middle[0] > 400 < first.middle[1]
    assert last.middle == (150, 120)


def test_a_name_that_is_wider_than_its_area_still_has_its_middle_inside() -> None:
    assert inside(SQUARE, FRAME, 450, 40, (300, 300)) == []
    assert all(100 <= box.middle[0] <= 500 for box in upon(SQUARE, FRAME, 450, 40, (300, 300)))
    assert upon(SQUARE, FRAME, 450, 40, (300, 300)) != []


@given(st.floats(0, 1000), st.floats(0, 700), st.floats(10, 300), st.floats(10, 60))
def test_what_stands_beside_a_mark_leaves_it_free(x: float, y: float, width: float, height: float) -> None:
    around = list(beside(x, y, width, height, 16))
    assert len(around) == 8
    assert not any(box.meets(Box.at(x, y, 4, 4)) for box in around)


def test_an_outline_that_runs_through_a_box_is_seen() -> None:
    assert crossed(SQUARE, Box(90, 200, 150, 240))
    assert crossed(SQUARE, Box(0, 0, 1000, 750))
    assert not crossed(SQUARE, Box(200, 200, 260, 240))
    assert not crossed(SQUARE, Box(0, 0, 90, 90))
