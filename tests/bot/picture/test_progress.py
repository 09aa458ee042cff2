"""The lines of progress."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.picture import progress, theme
from bot.picture.view import Row
from tests.bot.picture.scene import bare, colour, near, opened

STEPS = ("提交", "接单", "办理", "核查", "回访")
ROW = Row("1 遮雨棚 · XF-20261124-0007", STEPS, 2, "正在办,最晚 12月1日(周二)下午 5 点前给您答复")
Y = 36 + 128


def dot(index: int) -> int:
    return round(36 + 12 + (1000 - 96) / 5 * (index + 0.5))


def test_done_is_green_now_is_blue_and_the_rest_is_hollow() -> None:
    data = progress.draw([ROW])
    image = opened(data)
    assert bare(data)
    assert image.width == 1000
    assert near(colour(image, dot(0) - 14, Y - 4), theme.DONE)
    assert near(colour(image, dot(1) - 14, Y - 4), theme.DONE)
    assert near(colour(image, dot(2), Y), theme.NOW)
    assert near(colour(image, dot(3), Y), theme.WHITE)
    assert near(colour(image, (dot(0) + dot(1)) / 2, Y), theme.DONE)
    assert near(colour(image, (dot(2) + dot(3)) / 2, Y), theme.TO_COME)


def test_late_is_orange_and_all_done_is_green() -> None:
    late = opened(progress.draw([Row("路灯", STEPS, 1, "超了 1 天", late=True)]))
    assert near(colour(late, dot(1), Y), theme.LATE)
    done = opened(progress.draw([Row("井盖", STEPS, 5)]))
    assert near(colour(done, dot(4) - 14, Y - 4), theme.DONE)


def test_each_case_has_its_card() -> None:
    one, two = opened(progress.draw([ROW])), opened(progress.draw([ROW, ROW]))
    assert two.height > 1.7 * one.height
    assert opened(progress.draw([Row("井盖", STEPS, 5)])).height < one.height


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=30), min_size=1, max_size=8), st.integers(0, 8), st.booleans())
def test_any_words_can_be_drawn(words: str, steps: list[str], current: int, late: bool) -> None:
    row = Row(words, tuple(steps), min(current, len(steps)), words, late)
    assert progress.draw([row]) == progress.draw([row])


@pytest.mark.parametrize("rows", [[], [Row("井盖", (), 0)]])
def test_nothing_is_not_drawn(rows: list[Row]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        progress.draw(rows)
