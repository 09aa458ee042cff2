"""Colours and sizes of every picture: one table, in pixels of a picture that a phone shows at about a third.

A picture is 1000 px wide and stands 360 px wide on a phone, so 28 px is the smallest text that can be read.
"""

from typing import Final, Literal

Colour = tuple[int, int, int]
Role = Literal["problem", "case", "booth", "station"]

VERSION: Final = 1  # raise it when the drawing changes: older pictures in the cache are then drawn anew

WIDTH: Final = 1000
MAP_HEIGHT: Final = 750
PHOTO_WIDTH: Final = 1280  # of joined photos, so that enlarging them shows more; their texts are larger too
TAG: Final = 42
SMALL: Final = 28
TEXT: Final = 32
LARGE: Final = 38

WHITE: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (38, 44, 54)
QUIET_INK: Final[Colour] = (92, 101, 115)
PALE_INK: Final[Colour] = (133, 142, 155)
LINE: Final[Colour] = (222, 224, 226)
PAPER: Final[Colour] = (250, 250, 248)

GROUND: Final[Colour] = (243, 241, 236)
STREET: Final[Colour] = (255, 255, 255)
KERB: Final[Colour] = (221, 219, 213)
AREAS: Final[tuple[Colour, ...]] = (
    (233, 237, 226),
    (238, 232, 222),
    (228, 235, 238),
    (236, 231, 236),
    (231, 236, 232),
)
CHOSEN: Final[tuple[tuple[Colour, Colour], ...]] = (  # fill and outline; two where the point is on a border
    ((219, 231, 250), (47, 107, 214)),
    ((222, 241, 228), (28, 137, 92)),
    ((250, 235, 214), (196, 118, 24)),
)
PINS: Final[dict[Role, Colour]] = {
    "problem": (226, 50, 48),
    "case": (214, 126, 20),
    "booth": (16, 128, 122),
    "station": (47, 107, 214),
}
HERE: Final[Colour] = (36, 124, 246)
SIGHT: Final[Colour] = (141, 147, 156)

DONE: Final[Colour] = (32, 150, 100)
NOW: Final[Colour] = (47, 107, 214)
LATE: Final[Colour] = (206, 92, 20)
TO_COME: Final[Colour] = (205, 210, 217)
