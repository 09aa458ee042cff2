"""Before and after, and several photos in one picture."""

import pytest

from bot.picture import pair
from bot.picture.failure import CannotDraw
from tests.bot.picture.scene import bare, colour, near, opened, photo

LEFT, RIGHT = (170, 60, 60), (60, 60, 170)
WHITE = (255, 255, 255)


@pytest.mark.parametrize(
    ("before", "after", "height"),
    [
        ((800, 600), (1600, 1200), 477),
        ((600, 800), (900, 1200), 848),
        ((800, 600), (600, 800), 636),
        ((3000, 500), (800, 600), 477),
    ],
)
def test_both_stand_side_by_side_at_one_height(before: tuple[int, int], after: tuple[int, int], height: int) -> None:
    data = pair.draw(photo(*before, LEFT), photo(*after, RIGHT), "办前", "办后")
    image = opened(data)
    assert image.size == (1280, height)
    assert bare(data)
    assert near(colour(image, 318, height / 2), WHITE)  # the middle of each is still in the middle
    assert near(colour(image, 962, height / 2), WHITE)
    assert near(colour(image, 640, height / 2), WHITE, 5)  # the gap


def test_left_is_before_and_right_is_after() -> None:
    image = opened(pair.draw(photo(800, 600, LEFT), photo(800, 600, RIGHT), "", ""))
    assert near(colour(image, 30, 30), LEFT)
    assert near(colour(image, 1250, 30), RIGHT)


def test_the_words_stand_on_a_dark_plate() -> None:
    image = opened(pair.draw(photo(800, 600, WHITE), photo(800, 600, WHITE), "办前", "办后"))
    for x in (40, 684):
        assert max(colour(image, x, 59)) < 130


def test_a_very_wide_photo_is_shown_whole_on_a_darker_ground() -> None:
    image = opened(pair.draw(photo(3000, 500, LEFT), photo(800, 600, RIGHT), "", ""))
    assert near(colour(image, 6, 238), LEFT)  # its left edge is there
    top = colour(image, 318, 20)
    assert max(top) < max(LEFT)


def test_a_word_too_long_is_cut_and_stays_in_its_half() -> None:
    image = opened(pair.draw(photo(800, 600, WHITE), photo(800, 600, WHITE), "很长" * 40, ""))
    assert near(colour(image, 620, 59), WHITE)


@pytest.mark.parametrize("number", range(1, 8))
def test_up_to_four_photos_are_joined(number: int) -> None:
    data = pair.collage([photo(800, 600, (40 * n % 250, 100, 90)) for n in range(number)])
    assert opened(data).width == 1280
    assert bare(data)


def test_each_photo_has_its_place() -> None:
    colours = [(200, 60, 60), (60, 200, 60), (60, 60, 200), (200, 200, 60)]
    image = opened(pair.collage([photo(800, 600, shade) for shade in colours]))
    for (x, y), shade in zip(((20, 20), (1260, 20), (20, 940), (1260, 940)), colours, strict=True):
        assert near(colour(image, x, y), shade)


def test_numbers_stand_in_the_corner_of_each_photo() -> None:
    photos = [photo(800, 600)] * 3
    plain, numbered = opened(pair.collage(photos)), opened(pair.collage(photos, numbered=True))
    for x, y in ((68, 68), (68, 720 + 4 + 68), (640 + 4 + 68, 720 + 4 + 68)):
        assert near(colour(plain, x - 34, y), (120, 130, 140))
        assert near(colour(numbered, x - 34, y), (226, 50, 48))


def test_more_than_four_say_how_many_are_left_out() -> None:
    photos = [photo(800, 600)] * 6
    corner = (1150, 860, 1270, 950)
    assert (
        opened(pair.collage(photos)).crop(corner).tobytes() != opened(pair.collage(photos[:4])).crop(corner).tobytes()
    )


def test_a_photo_that_cannot_be_opened_is_said_so() -> None:
    good = photo(800, 600)
    for bad in (b"", b"text", good[:400]):
        with pytest.raises(CannotDraw):
            pair.draw(good, bad, "办前", "办后")
        with pytest.raises(CannotDraw):
            pair.collage([good, bad])


def test_no_photo_is_no_collage() -> None:
    with pytest.raises(ValueError, match="at least one"):
        pair.collage([])


def test_the_same_photos_give_the_same_bytes() -> None:
    one, two = photo(800, 600), photo(600, 800)
    assert pair.draw(one, two, "办前", "办后") == pair.draw(one, two, "办前", "办后")
    assert pair.collage([one, two]) == pair.collage([one, two])
