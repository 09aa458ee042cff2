"""Before and after side by side, and several photos joined into one picture."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from bot.picture.canvas import Pen, jpeg, photo, shape
from bot.picture.theme import INK, PHOTO_WIDTH, PINS, TAG, WHITE

GAP = 8
_WIDEST, _TALLEST = 4 / 3, 3 / 4  # a panel's shape is between these
_NUMBERS = "①②③④⑤⑥⑦⑧⑨"
Cell = tuple[float, float, float, float]

# Where each photo stands: left, top, width, height in parts of the picture.
_SIDE_BY_SIDE: tuple[Cell, ...] = ((0, 0, 0.5, 1), (0.5, 0, 0.5, 1))
_TALL_AND_TWO: tuple[Cell, ...] = ((0, 0, 0.56, 1), (0.56, 0, 0.44, 0.5), (0.56, 0.5, 0.44, 0.5))
_WIDE_AND_TWO: tuple[Cell, ...] = ((0, 0, 1, 0.6), (0, 0.6, 0.5, 0.4), (0.5, 0.6, 0.5, 0.4))
_SQUARE: tuple[Cell, ...] = ((0, 0, 0.5, 0.5), (0.5, 0, 0.5, 0.5), (0, 0.5, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5))


def draw(before: bytes, after: bytes, left: str, right: str, font: Path | None = None) -> bytes:
    """Two photos at equal heights, with the words `left` and `right` on them (`办前`, `办后`). A JPEG.

    The panels take the shape between the two photos', from 3:4 to 4:3. Raises `CannotDraw`.
    """
    middle = (shape(before) * shape(after)) ** 0.5
    width = (PHOTO_WIDTH - GAP) // 2
    height = round(width / min(max(middle, _TALLEST), _WIDEST))
    pen = Pen(Image.new("RGB", (PHOTO_WIDTH, height), WHITE), font)
    for data, label, x in ((before, left, 0), (after, right, width + GAP)):
        pen.image.paste(photo(data, width, height), (x, 0))
        _tag(pen, label, x + 22, 22)
    return jpeg(pen.image)


def _tag(pen: Pen, text: str, x: int, y: int) -> None:
    """Words on a dark plate in the corner of a photo."""
    if not text:
        return
    text = pen.fit(text, TAG, PHOTO_WIDTH // 2 - 120)
    pen.pill((x, y, x + pen.width(text, TAG) + 56, y + 74), INK, opacity=190)
    pen.write((x + 28, y + 37), text, TAG, WHITE, bold=True)


def collage(photos: Sequence[bytes], font: Path | None = None, *, numbered: bool = False) -> bytes:
    """Up to four photos in one picture; of more, the first four and `+2`. A JPEG, 1280 pixels wide.

    `numbered` puts ①②③ on them, for choosing among like cases. Raises `CannotDraw`, and ValueError without photos.
    """
    if not photos:
        raise ValueError("a collage needs at least one photo")
    shown = photos[:4]
    layout, height = _layout([shape(data) for data in shown])
    pen = Pen(Image.new("RGB", (PHOTO_WIDTH, height), WHITE), font)
    for number, (data, cell) in enumerate(zip(shown, layout, strict=True)):
        left, top, right, bottom = _panel(cell, pen.image.size)
        pen.image.paste(photo(data, right - left, bottom - top), (left, top))
        if numbered:
            pen.number((left + 68, top + 68), _NUMBERS[number], 42, PINS["problem"])
    if len(photos) > len(shown):
        _tag_last(pen, f"+{len(photos) - len(shown)}")
    return jpeg(pen.image)


def _layout(shapes: list[float]) -> tuple[tuple[Cell, ...], int]:
    """The cells for one to four photos of these shapes, and the picture's height in pixels."""
    if len(shapes) == 1:
        return ((0, 0, 1, 1),), round(PHOTO_WIDTH / min(max(shapes[0], _TALLEST), 16 / 9))
    if len(shapes) == 2:
        return _SIDE_BY_SIDE, PHOTO_WIDTH // 2
    if len(shapes) == 3:
        return (_WIDE_AND_TWO, 1200) if shapes[0] >= 1 else (_TALL_AND_TWO, PHOTO_WIDTH * 3 // 4)
    return _SQUARE, PHOTO_WIDTH * 3 // 4


def _panel(cell: Cell, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A cell in pixels, with half a gap at each side that is not the picture's edge."""
    left, top, wide, high = cell
    half = GAP // 2
    return (
        round(left * size[0]) + (half if left else 0),
        round(top * size[1]) + (half if top else 0),
        round((left + wide) * size[0]) - (half if left + wide < 1 else 0),
        round((top + high) * size[1]) - (half if top + high < 1 else 0),
    )


def _tag_last(pen: Pen, text: str) -> None:
    wide, high = pen.image.size
    _tag(pen, text, wide - pen.width(text, TAG) - 56 - 22, high - 74 - 22)
