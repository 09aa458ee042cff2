"""The lines of progress: what has been done in each case, where it stands, what is still to come."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw

from bot.picture import theme
from bot.picture.canvas import Pen, jpeg, rounded
from bot.picture.theme import INK, LARGE, PALE_INK, QUIET_INK, SMALL, TEXT, WHITE, WIDTH, Colour
from bot.picture.view import Row

EDGE = 36  # around the picture
_INDENT = 44  # within a card
_ROW, _NOTE, _BETWEEN = 236, 52, 28
_DOT = 20


def draw(rows: Sequence[Row], font: Path | None = None) -> bytes:
    """A card for each row, below each other, 1000 pixels wide. A JPEG.

    Raises `CannotDraw` where the font cannot be read, ValueError without rows or steps.
    """
    if not rows or not all(row.steps for row in rows):
        raise ValueError("progress needs at least one row, and each row a step")
    heights = [_ROW + (_NOTE if row.note else 0) for row in rows]
    height = 2 * EDGE + sum(heights) + _BETWEEN * (len(rows) - 1)
    pen = Pen(Image.new("RGB", (WIDTH, height), theme.GROUND), font)
    top = EDGE
    for row, high in zip(rows, heights, strict=True):
        _card(pen, row, top, high)
        top += high + _BETWEEN
    return jpeg(pen.image)


def _card(pen: Pen, row: Row, top: int, height: int) -> None:
    width = WIDTH - 2 * EDGE
    pen.image.paste(theme.LINE, (EDGE, top + 3), rounded(width, height, 28))
    pen.image.paste(WHITE, (EDGE, top), rounded(width, height, 28))
    left, room = EDGE + _INDENT, width - 2 * _INDENT
    pen.write((left, top + 54), pen.fit(row.title, LARGE, room), LARGE, INK, bold=True)
    _line(pen, row, top + 128)
    if row.note:
        colour = theme.LATE if row.late else QUIET_INK
        pen.write((left, top + height - 46), pen.fit(row.note, TEXT, room), TEXT, colour)


def _line(pen: Pen, row: Row, y: int) -> None:
    """The dots, spread evenly, the stretches between them, and the words below."""
    now = theme.LATE if row.late else theme.NOW
    room = (WIDTH - 2 * EDGE - 24) / len(row.steps)
    xs = [round(EDGE + 12 + room * (index + 0.5)) for index in range(len(row.steps))]
    draw = ImageDraw.Draw(pen.image)
    for index, (x, following) in enumerate(pairwise(xs)):
        colour = theme.DONE if index + 1 <= row.current else theme.TO_COME
        draw.rectangle((x, y - 3, following, y + 3), fill=colour)
    for index, (x, words) in enumerate(zip(xs, row.steps, strict=True)):
        ink, bold = _dot(pen, x, y, index - row.current, now)
        pen.write((x, y + 58), pen.fit(words, SMALL, round(room) - 8), SMALL, ink, anchor="mm", bold=bold)


def _dot(pen: Pen, x: int, y: int, distance: int, now: Colour) -> tuple[Colour, bool]:
    """A tick where it is done, a spot in a pale ring where it stands, a hollow ring where it is to come."""
    if distance < 0:
        pen.disc((x, y), _DOT, theme.DONE, ring=WHITE)
        tick = [(x - 9, y), (x - 2, y + 7), (x + 10, y - 7)]
        pen.stroke(tick, WHITE, 5)
        return INK, False
    if distance == 0:
        pen.disc((x, y), _DOT + 6, WHITE, ring=WHITE)
        pen.pill((x - _DOT - 10, y - _DOT - 10, x + _DOT + 10, y + _DOT + 10), now, opacity=50)
        pen.disc((x, y), _DOT - 2, now)
        return now, True
    pen.disc((x, y), _DOT - 3, theme.TO_COME, ring=WHITE)
    pen.disc((x, y), _DOT - 8, WHITE)
    return PALE_INK, False
