"""The names on a map: what each looks like and where it would like to stand."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.picture import mark
from bot.picture.canvas import Pen
from bot.picture.label import Box, Ring, beside, crossed, inside, upon
from bot.picture.theme import INK, LARGE, PALE_INK, QUIET_INK, SMALL, TEXT, WHITE, Colour

_BADGE = 24  # radius of a number on a plate
_AIR = 5  # around a plate


@dataclass(frozen=True, slots=True)
class Name:
    """A name: the boxes it would stand in, best first, and how it is written into one of them."""

    boxes: list[Box]
    write: Callable[[Pen, Box], None]


def area(pen: Pen, text: str, rings: list[Ring], frame: Box) -> Name:
    """A quiet name in the middle of what can be seen of an area."""
    width, height = pen.width(text, SMALL) + 40, SMALL * 2
    return Name(
        inside(rings, frame, width, height, _visible_middle(rings, frame)),
        lambda pen, box: pen.write(box.middle, text, SMALL, PALE_INK, anchor="mm", halo=WHITE),
    )


def chosen_area(pen: Pen, text: str, rings: list[Ring], frame: Box, colour: Colour) -> Name:
    """The name of the case's grid, strong, in its outline's colour."""
    width, height = pen.width(text, LARGE) + 16, LARGE * 1.5
    return Name(
        upon(rings, frame, width, height, _visible_middle(rings, frame)),
        lambda pen, box: pen.write(box.middle, text, LARGE, colour, anchor="mm", bold=True, halo=WHITE),
    )


def plate(
    pen: Pen, label: str, text: str, rings: list[Ring], frame: Box, colour: Colour, near: tuple[float, float]
) -> Name:
    """`① 铺面这边`: a white plate on its side of the border, near the pin."""
    text = pen.fit(text, TEXT, 340)
    width = 2 * _BADGE + 24 + (pen.width(text, TEXT) + 26 if text else 0)

    def write(pen: Pen, box: Box) -> None:
        box, y = box.grown(-_AIR), box.middle[1]
        pen.pill((box.left, box.top, box.right, box.bottom), WHITE, shadow=True)
        pen.number((box.left + 12 + _BADGE, y), label, _BADGE, colour)
        pen.write((box.left + 2 * _BADGE + 24, y), text, TEXT, INK, bold=True)

    return Name(upon(rings, frame, width + 2 * _AIR, 2 * _BADGE + 24 + 2 * _AIR, near), write)


def of_pin(pen: Pen, text: str, x: float, y: float, colour: Colour) -> Name:
    """A pin's name on a white plate, beside its head."""
    text = pen.fit(text, TEXT, 420)
    boxes = beside(x, y - mark.RISE, pen.width(text, TEXT) + 44, 60, mark.HEAD + 12)

    def write(pen: Pen, box: Box) -> None:
        pen.pill((box.left, box.top, box.right, box.bottom), WHITE, opacity=240, shadow=True)
        pen.write(box.middle, text, TEXT, colour, anchor="mm", bold=True)

    return Name(list(boxes), write)


def sight(pen: Pen, text: str, x: float, y: float, outlines: list[Ring]) -> Name:
    """A landmark's name beside its spot, if possible not over an outline; without room the spot goes too."""
    text = pen.fit(text, SMALL, 330)
    spot = Box.at(x, y, 20, 20)
    around = beside(x, y, pen.width(text, SMALL) + 8, SMALL * 1.45, 16)
    names = sorted(around, key=lambda name: crossed(outlines, name))
    middles = {_around(spot, name): name.middle for name in names}

    def write(pen: Pen, box: Box) -> None:
        mark.sight(pen, x, y)
        pen.write(middles[box], text, SMALL, QUIET_INK, anchor="mm", halo=WHITE)

    return Name(list(middles), write)


def _around(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )


def _visible_middle(rings: list[Ring], frame: Box) -> tuple[float, float]:
    xs = [min(max(x, frame.left), frame.right) for ring in rings for x, _ in ring]
    ys = [min(max(y, frame.top), frame.bottom) for ring in rings for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
