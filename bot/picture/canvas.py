"""What every picture is made with: text, soft-edged shapes, photos, and the JPEG at the end."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.picture.failure import CannotDraw
from bot.picture.font import font
from bot.picture.theme import INK, WHITE, Colour

FINE = 4  # small shapes are drawn four times as large and shrunk: that is their soft edge


def jpeg(image: Image.Image) -> bytes:
    """The finished picture: full colour resolution, so that red on blue stays sharp; no metadata."""
    file = BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=90, subsampling=0, optimize=True)
    return file.getvalue()


def digit(label: str) -> str:
    """`①` as it is written inside a circle of our own: `1`."""
    return unicodedata.normalize("NFKC", label)


class Pen:
    """Writes on one picture, in one font. `path` is a font file, None the packaged one."""

    def __init__(self, image: Image.Image, path: Path | None) -> None:
        self.image = image
        self.path = path
        self._draw = ImageDraw.Draw(image)

    def width(self, text: str, size: int) -> int:
        """The text's width in pixels."""
        return round(font(size, self.path).getlength(_set(text)))

    def fit(self, text: str, size: int, room: int) -> str:
        """The text, cut with an ellipsis where it is wider than `room` pixels."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(text + "…", size) > room:
            text = text[:-1]
        return text.rstrip() + "…"

    def write(
        self,
        at: tuple[float, float],
        text: str,
        size: int,
        colour: Colour = INK,
        *,
        anchor: str = "lm",
        bold: bool = False,
        halo: Colour | None = None,
    ) -> None:
        """Write at a point. `bold` thickens the strokes, `halo` is a soft border that lifts text off a map."""
        face, text = font(size, self.path), _set(text)
        if halo is not None:
            self._draw.text(at, text, halo, face, anchor, stroke_width=4, stroke_fill=halo)
        thick = max(0.6, size / 50) if bold else 0
        self._draw.text(at, text, colour, face, anchor, stroke_width=thick, stroke_fill=colour)

    def pill(
        self, box: tuple[float, float, float, float], colour: Colour, opacity: int = 255, shadow: bool = False
    ) -> None:
        """A rounded plate."""
        left, top, right, bottom = (round(edge) for edge in box)
        mask = rounded(right - left, bottom - top, (bottom - top) // 2)
        if shadow:
            spread = 6
            dark = Image.new("L", (mask.width + 4 * spread, mask.height + 4 * spread))
            dark.paste(mask.point(lambda value: value * 0.22), (2 * spread, 2 * spread))
            dark = dark.filter(ImageFilter.GaussianBlur(spread))
            self.image.paste(INK, (left - 2 * spread, top - 2 * spread + 3), dark)
        faded = mask if opacity == 255 else mask.point(lambda value: value * opacity / 255)
        self.image.paste(colour, (left, top), faded)

    def disc(self, at: tuple[float, float], radius: int, colour: Colour, *, ring: Colour | None = None) -> None:
        """A round spot, with a ring around it where one is named."""
        if ring is not None:
            self.disc(at, radius + 4, ring)
        mask = rounded(2 * radius, 2 * radius, radius)
        self.image.paste(colour, (round(at[0]) - radius, round(at[1]) - radius), mask)

    def stroke(self, points: Sequence[tuple[float, float]], colour: Colour, width: int) -> None:
        """A line with soft edges and round ends, through points a few dozen pixels apart."""
        left, top = min(x for x, _ in points) - width, min(y for _, y in points) - width
        right, bottom = max(x for x, _ in points) + width, max(y for _, y in points) + width
        mask = Image.new("L", (round(right - left) * FINE, round(bottom - top) * FINE))
        draw = ImageDraw.Draw(mask)
        large = [((x - left) * FINE, (y - top) * FINE) for x, y in points]
        draw.line(large, fill=255, width=width * FINE, joint="curve")
        for x, y in (large[0], large[-1]):
            draw.circle((x, y), width * FINE / 2, fill=255)
        self.image.paste(colour, (round(left), round(top)), mask.reduce(FINE))

    def number(self, at: tuple[float, float], label: str, radius: int, colour: Colour) -> None:
        """`①` in white on a coloured spot."""
        self.disc(at, radius, colour, ring=WHITE)
        self.write(at, digit(label), round(radius * 1.4), WHITE, anchor="mm", bold=True)


def _set(text: str) -> str:
    """As a typesetter would: in a Chinese font the middle dot has its own space on both sides."""
    return text.replace(" · ", "·")


@lru_cache(maxsize=64)
def rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask with rounded corners and soft edges."""
    large = Image.new("L", (width * FINE, height * FINE))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * FINE - 1, height * FINE - 1), radius * FINE, fill=255)
    return large.reduce(FINE)


def photo(data: bytes, width: int, height: int) -> Image.Image:
    """A stored photo to fill a panel of this size. Raises `CannotDraw`.

    It is cropped around its middle by at most three tenths; one that is much longer or taller than the panel is
    shown whole on a blurred ground of itself, for what matters may be at its edge.
    """
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as source:
            source.draft("RGB", (width, height))
            image = source.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise CannotDraw("a stored photo cannot be opened") from error
    shape, panel = image.width / image.height, width / height
    if min(shape, panel) / max(shape, panel) >= 0.7:
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    blurred = ImageOps.fit(image, (width // 8, height // 8)).filter(ImageFilter.GaussianBlur(6))
    ground = blurred.resize((width, height)).point(lambda value: value * 0.55 + 18)
    whole = ImageOps.contain(image, (width, height), Image.Resampling.LANCZOS)
    ground.paste(whole, ((width - whole.width) // 2, (height - whole.height) // 2))
    return ground


def shape(data: bytes) -> float:
    """Width by height of a stored photo, read from its header. Raises `CannotDraw`."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            return image.width / image.height
    except (OSError, SyntaxError, ValueError) as error:
        raise CannotDraw("a stored photo cannot be opened") from error
