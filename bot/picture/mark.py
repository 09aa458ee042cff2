"""The marks on a map: pins, the blue spot where somebody stands, sights, the scale and north."""

import math
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from bot.picture.canvas import FINE, Pen, digit
from bot.picture.label import Box
from bot.picture.projection import round_metres
from bot.picture.theme import HERE, INK, PINS, QUIET_INK, SIGHT, SMALL, TEXT, WHITE, WIDTH, Colour, Role

HEAD = 32  # radius of a pin's head
RISE = 66  # from the tip up to the middle of the head
_EDGE = 5  # the white border
_MARGIN = 16


def pin_box(x: float, y: float) -> Box:
    """What a pin with its tip at this pixel covers."""
    half = HEAD + _EDGE
    return Box(x - half, y - RISE - half, x + half, y + 8)


def pin(pen: Pen, x: float, y: float, label: str, role: Role) -> None:
    """A pin whose tip is exactly at the pixel; its white core holds the number, if there is one."""
    colour = PINS[role]
    sprite = _pin(colour, bool(label))
    pen.image.paste(sprite, (round(x) - sprite.width // 2, round(y) - RISE - HEAD - _EDGE - _MARGIN), sprite)
    if label:
        pen.write((round(x), round(y) - RISE), digit(label), TEXT, colour, anchor="mm", bold=True)


@lru_cache(maxsize=16)
def _pin(colour: Colour, numbered: bool) -> Image.Image:
    """The pin with its shadow, drawn large and shrunk."""
    half, top = HEAD + _EDGE + _MARGIN, RISE + HEAD + _EDGE + _MARGIN
    size = (2 * half * FINE, (top + _MARGIN) * FINE)
    tip = (half, top)

    shadow = Image.new("L", size)
    ImageDraw.Draw(shadow).ellipse(_scaled(tip[0] - 24, tip[1] - 8, tip[0] + 24, tip[1] + 9), fill=110)
    shadow = shadow.reduce(FINE).filter(ImageFilter.GaussianBlur(4))

    shape = Image.new("RGBA", size, (*WHITE, 0))
    draw = ImageDraw.Draw(shape)
    for radius, end, fill in ((HEAD + _EDGE, 6, WHITE), (HEAD, 0, colour)):
        _drop(draw, tip, radius, end, fill)
    core = 21 if numbered else 12
    draw.ellipse(_scaled(tip[0] - core, tip[1] - RISE - core, tip[0] + core, tip[1] - RISE + core), fill=WHITE)
    shape = shape.reduce(FINE)

    whole = Image.new("RGBA", shape.size, (*INK, 0))
    whole.putalpha(shadow)
    whole.alpha_composite(shape)
    return whole


def _drop(draw: ImageDraw.ImageDraw, tip: tuple[int, int], radius: int, end: int, fill: Colour) -> None:
    """A circle and the two tangents that meet `end` pixels below the tip."""
    x, y = tip[0], tip[1] - RISE
    draw.ellipse(_scaled(x - radius, y - radius, x + radius, y + radius), fill=fill)
    lean = math.acos(radius / (RISE + end))
    touch = [(x + side * radius * math.sin(lean), y + radius * math.cos(lean)) for side in (-1, 1)]
    corners = [(x, tip[1] + end), *touch]
    draw.polygon([(px * FINE, py * FINE) for px, py in corners], fill=fill)


def _scaled(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * FINE, top * FINE, right * FINE, bottom * FINE


def here(pen: Pen, x: float, y: float) -> None:
    """Where the person stands: a blue spot in a pale ring."""
    pen.pill((x - 40, y - 40, x + 40, y + 40), HERE, opacity=44)
    pen.disc((x, y), 15, HERE, ring=WHITE)


def sight(pen: Pen, x: float, y: float) -> None:
    """A landmark's spot."""
    pen.disc((x, y), 8, SIGHT, ring=WHITE)


def scale_box(pen: Pen, scale: float, bottom: float) -> Box:
    """What the scale covers, in the lower left corner; `scale` is pixels a metre."""
    metres, text = _scale(scale)
    width = 26 + metres * scale + 16 + pen.width(text, SMALL) + 26
    return Box(24, bottom - 24 - 52, 24 + width, bottom - 24)


def scale_bar(pen: Pen, scale: float, bottom: float) -> None:
    """A round number of metres, on a white plate."""
    metres, text = _scale(scale)
    box = scale_box(pen, scale, bottom)
    pen.pill((box.left, box.top, box.right, box.bottom), WHITE, opacity=235, shadow=True)
    draw = ImageDraw.Draw(pen.image)
    left, right, y = box.left + 26, box.left + 26 + metres * scale, round(box.middle[1]) + 6
    draw.line([(left, y - 12), (left, y), (right, y), (right, y - 12)], fill=INK, width=4)
    pen.write((right + 16, box.middle[1]), text, SMALL, INK)


def _scale(scale: float) -> tuple[int, str]:
    metres = round_metres(240 / scale)
    return metres, f"{metres} m" if metres < 1000 else f"{metres // 1000} km"


NORTH = Box(WIDTH - 24 - 68, 24, WIDTH - 24, 92)


def north(pen: Pen) -> None:
    """An arrow up and an N, in the upper right corner."""
    pen.pill((NORTH.left, NORTH.top, NORTH.right, NORTH.bottom), WHITE, opacity=235, shadow=True)
    x, y = NORTH.middle
    mark = _arrow()
    pen.image.paste(QUIET_INK, (round(x) - mark.width // 2, round(NORTH.top) + 8), mark)
    pen.write((x, y + 14), "N", SMALL, INK, anchor="mm", bold=True)


@lru_cache(maxsize=1)
def _arrow() -> Image.Image:
    mask = Image.new("L", (26 * FINE, 20 * FINE))
    corners = [(13, 0), (24, 18), (13, 13), (2, 18)]
    ImageDraw.Draw(mask).polygon([(x * FINE, y * FINE) for x, y in corners], fill=255)
    return mask.reduce(FINE)
