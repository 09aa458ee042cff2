"""A small neighbourhood and a few photos, for the tests of the pictures."""

from io import BytesIO

from PIL import Image

from bot.picture.projection import Projection
from bot.picture.view import GridShape, Place, Sight

HOME = Projection(108.97, 34.23, 0, 0, 1)  # a pixel is a metre, y grows to the south


def at(east: float, north: float) -> Place:
    """A place, in metres from the south-west corner of the neighbourhood."""
    return HOME.degrees(east, -north)


def block(name: str, west: float, south: float, label: str = "", highlighted: bool = False) -> GridShape:
    """A grid of 200 by 200 metres."""
    corners = ((0, 0), (200, 0), (200, 200), (0, 200), (0, 0))
    ring = tuple(at(west + east, south + north) for east, north in corners)
    return GridShape(name, (ring,), label, highlighted)


BLOCKS = tuple(
    block(f"幸福里{column + 3 * row + 1:02}网格", 200 * column, 200 * row) for row in range(3) for column in range(3)
)
SIGHTS = tuple(Sight(f"幸福里 {n} 号楼", *at(n * 83 % 590, n * 47 % 570)) for n in range(1, 25))


def photo(width: int, height: int, colour: tuple[int, int, int] = (120, 130, 140)) -> bytes:
    """A photo of one colour with a white middle, so that a crop can be told."""
    image = Image.new("RGB", (width, height), colour)
    image.paste(
        (255, 255, 255),
        (width // 2 - width // 10, height // 2 - height // 10, width // 2 + width // 10, height // 2 + height // 10),
    )
    file = BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    """The finished picture."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a pixel."""
    pixel = image.getpixel((round(x), round(y)))
    assert isinstance(pixel, tuple)
    return int(pixel[0]), int(pixel[1]), int(pixel[2])


def near(one: tuple[int, int, int], other: tuple[int, int, int], by: int = 25) -> bool:
    """Are the two colours about the same? JPEG changes them a little."""
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def bare(jpeg: bytes) -> bool:
    """Is it a JPEG with nothing in it but the picture?"""
    at = 2
    while jpeg[at + 1] != 0xDA:
        if jpeg[at + 1] not in (0xE0, 0xDB, 0xC0, 0xC4):
            return False
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return True
