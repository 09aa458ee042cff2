"""What a camera noted in a photo (EXIF): which way is up, where and when it was taken."""

import math
import re
import struct
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_TAKEN = ((0x9003, 0x9011), (0x9004, 0x9012))  # DateTimeOriginal, DateTimeDigitized, each with its offset


def notes(source: "Image.Image") -> tuple[int, tuple[float, float] | None, str | None]:
    """Orientation, place and moment of the EXIF; damaged EXIF never costs the photo."""
    orientation, place, moment = 1, None, None
    with suppress(OSError, SyntaxError, ValueError, LookupError, TypeError, struct.error, ArithmeticError):
        exif = source.getexif()
        orientation = int(exif.get(_ORIENTATION, 1))
        moment = _moment(exif.get_ifd(_EXIF_IFD))
        place = _place(exif.get_ifd(_GPS_IFD))
    return orientation, place, moment


def _moment(ifd: "dict[int, object]") -> str | None:
    for tag, offset_tag in _TAKEN:
        with suppress(ValueError):
            taken = datetime.strptime(str(ifd.get(tag, "")).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
            offset = str(ifd.get(offset_tag, "")).strip("\0 ")
            return taken + offset if re.fullmatch(r"[+-](0\d|1[0-4]):[0-5]\d", offset) else taken
    return None


def _place(ifd: "dict[int, object]") -> tuple[float, float] | None:
    """GPSLatitude and GPSLongitude (degrees, minutes, seconds) with their references, as lon, lat degrees."""
    lat, lon = _degrees(ifd.get(2), ifd.get(1), "S"), _degrees(ifd.get(4), ifd.get(3), "W")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or (lat, lon) == (0, 0):
        return None
    return round(lon, 7), round(lat, 7)


def _degrees(parts: object, reference: object, negative: str) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    if not math.isfinite(degrees):
        return None
    return -degrees if str(reference).strip("\0 ").upper() == negative else degrees


def upright(image: "Image.Image", orientation: int) -> "Image.Image":
    """The picture turned and mirrored as the EXIF orientation (1 to 8) asks; any other number leaves it."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image
