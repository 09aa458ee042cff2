"""The two photos of the story, drawn: the one shop of a row without a canopy, in the rain; and with it, in the sun."""

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

    from bot.picture.theme import Colour

WIDTH, HEIGHT = 1280, 960
GROUND = 770
"""Where the wall ends and the pavement begins, in pixels from the top."""
SHOPS = ((0, 300, "11 号铺"), (310, 970, "幸福里 12 号铺"), (980, 1280, "13 号铺"))
"""The row of shops: left and right edge of the front, what the sign says."""
OURS = (310, 970)


class Weather(NamedTuple):
    """The colours of a day; `lit` is what stands in a shop window."""

    sky: "Colour"
    wall: "Colour"
    sign: "Colour"
    door: "Colour"
    lit: "Colour"
    paving: "Colour"
    joint: "Colour"


RAIN = Weather(
    (134, 146, 158), (158, 146, 132), (122, 50, 46), (66, 74, 80), (206, 196, 160), (112, 116, 120), (94, 98, 102)
)
SUN = Weather(
    (158, 204, 238), (226, 208, 180), (186, 58, 48), (84, 98, 104), (250, 238, 196), (196, 188, 176), (172, 164, 152)
)


@lru_cache(maxsize=2)
def shop_front(*, canopy: bool) -> bytes:
    """A JPEG of 1280 by 960 pixels: our shop with the canopy on a fine day, or without it in the rain."""
    from PIL import Image, ImageDraw, ImageFilter

    weather = SUN if canopy else RAIN
    image = Image.new("RGB", (WIDTH, HEIGHT), weather.sky)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 90, WIDTH, GROUND), weather.wall)
    draw.rectangle((0, 78, WIDTH, 96), _darker(weather.wall, 0.8))
    for left, right, words in SHOPS:
        _front(draw, left, right, words, weather)
    _pavement(draw, weather)
    covered = [(left, right) for left, right, _ in SHOPS if canopy or (left, right) != OURS]
    if not canopy:
        _puddle(draw)
    for left, right in covered:
        image = _shaded(image, left, right)
    for left, right in covered:
        _awning(ImageDraw.Draw(image), left, right, 1.0 if canopy else 0.72)
    if not canopy:
        image = _rain(image)
    file = BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.7)).save(file, "JPEG", quality=88)
    return file.getvalue()


def _darker(colour: "Colour", by: float) -> "Colour":
    red, green, blue = (round(part * by) for part in colour)
    return red, green, blue


def _front(draw: "ImageDraw", left: int, right: int, words: str, weather: Weather) -> None:
    """One shop: its sign, its window with goods, its door with a step."""
    from bot.picture.font import font

    draw.rounded_rectangle((left + 24, 150, right - 24, 262), 8, weather.sign)
    middle = (left + right) // 2
    draw.text((middle, 206), words, (252, 240, 214), font(60 if right - left > 400 else 46), anchor="mm")
    door = left + (right - left) * 3 // 5
    draw.rectangle((left + 34, 400, door - 26, GROUND - 90), weather.door)
    draw.rectangle((left + 44, 410, door - 36, GROUND - 100), weather.lit)
    _goods(draw, left + 60, door - 56, weather)
    draw.rectangle((door, 384, right - 34, GROUND), weather.door)
    draw.rectangle((door + 12, 396, right - 46, GROUND - 70), _darker(weather.lit, 0.86))
    draw.rectangle((door + 18, 560, door + 26, 620), _darker(weather.door, 0.6))
    draw.rectangle((door - 8, GROUND - 14, right - 26, GROUND + 12), _darker(weather.paving, 0.86))


GOODS: tuple["Colour", ...] = ((190, 72, 58), (222, 164, 60), (84, 130, 96), (72, 110, 156), (176, 116, 148))


def _goods(draw: "ImageDraw", left: int, right: int, weather: Weather) -> None:
    """Two shelves of boxes and jars."""
    bright = 1.0 if weather is SUN else 0.78
    for row, shelf in enumerate((528, 658)):
        draw.rectangle((left, shelf, right, shelf + 8), _darker(weather.door, 0.9))
        for place, x in enumerate(range(left + 6, right - 30, 44)):
            colour, high = GOODS[(place * 2 + row) % len(GOODS)], 46 + (place * 29 + row * 17) % 36
            draw.rounded_rectangle((x, shelf - high, x + 32, shelf), 5, _darker(colour, bright))


def _pavement(draw: "ImageDraw", weather: Weather) -> None:
    """Flagstones that grow towards us."""
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), weather.paving)
    draw.rectangle((0, GROUND, WIDTH, GROUND + 10), _darker(weather.paving, 0.8))
    for y in (GROUND + 48, GROUND + 108):
        draw.line((0, y, WIDTH, y), weather.joint, 4)
    for x in range(-400, WIDTH + 400, 130):
        draw.line((WIDTH // 2 + (x - WIDTH // 2) * 0.86, GROUND + 10, x, HEIGHT), weather.joint, 3)


def _puddle(draw: "ImageDraw") -> None:
    """Water before the door, with rings where drops fall."""
    draw.ellipse((470, 806, 1010, 924), (138, 148, 158))
    draw.ellipse((500, 818, 980, 908), (160, 170, 180))
    for x, y, wide in ((600, 850, 60), (760, 874, 84), (890, 842, 52)):
        draw.ellipse((x - wide, y - wide // 4, x + wide, y + wide // 4), outline=(206, 214, 220), width=4)


def _rain(image: "Image.Image") -> "Image.Image":
    """Slanting streaks, at places that a simple sum scatters; the same each time."""
    from PIL import Image, ImageDraw

    streaks = Image.new("L", image.size)
    draw = ImageDraw.Draw(streaks)
    for drop in range(330):
        x, y, long = drop * 389 % (WIDTH + 120) - 60, drop * 241 % HEIGHT, 34 + drop * 13 % 40
        draw.line((x, y, x - long * 0.28, y + long), 70 + drop * 7 % 70, 3)
    return Image.composite(Image.new("RGB", image.size, (226, 232, 238)), image, streaks)


def _shaded(image: "Image.Image", left: int, right: int) -> "Image.Image":
    """The soft shade that an awning casts on its front."""
    from PIL import Image, ImageDraw, ImageFilter

    shade = Image.new("L", image.size)
    ImageDraw.Draw(shade).rectangle((left + 16, 360, right - 16, 560), 92)
    return Image.composite(
        Image.new("RGB", image.size, (60, 48, 44)), image, shade.filter(ImageFilter.GaussianBlur(16))
    )


STRIPES = 44


def _awning(draw: "ImageDraw", left: int, right: int, light: float) -> None:
    """A striped canopy over the whole front, wider below, with a scalloped edge and its two struts."""
    top, low, spread = 276, 400, 14
    count = max(4, (right - left) // STRIPES // 2 * 2 + 1)
    for stripe in range(count):
        upper = [left + 20 + (right - left - 40) * part / count for part in (stripe, stripe + 1)]
        lower = [left - spread + (right - left + 2 * spread) * part / count for part in (stripe, stripe + 1)]
        colour = _darker((40, 112, 84) if stripe % 2 == 0 else (246, 242, 230), light)
        draw.polygon([(upper[0], top), (upper[1], top), (lower[1], low), (lower[0], low)], colour)
        draw.pieslice((lower[0], low - 22, lower[1], low + 22), 0, 180, _darker(colour, 0.92))
    draw.rectangle((left + 16, top - 10, right - 16, top + 2), (70, 78, 76))
    for x in (left + 22, right - 22):
        draw.line((x, 470, x + (-26 if x < (left + right) / 2 else 26), low), (70, 78, 76), 6)
