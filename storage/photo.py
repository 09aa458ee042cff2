"""The photos: taken in by content, turned upright, stripped of everything but the picture, kept under their hash.

What is kept is always a JPEG of our own making: no EXIF, XMP, colour profile or comment of the sender's file
reaches the disk. Everything here is plain CPU and file work: callers run it in a worker thread.
"""

import hashlib
import os
import re
import struct
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from storage.exif import notes, upright

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_SCANS = 100  # a progressive JPEG of a camera has about ten; thousands only burn our time
LONGER_SIDE = 2560
THUMBNAIL_SIDE = 480
QUALITY = 85

_SHA = re.compile(r"[0-9a-f]{64}")
_STARTS = {
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))

# What the readers raise on damaged files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)

# One photo is opened at a time: that bounds the memory, and makes it safe to quiet Pillow's warnings for a moment.
_opening = threading.Lock()


class PhotoRefused(Exception):
    """What was sent cannot be kept as a photo."""


class PhotoBroken(PhotoRefused):
    """The photo cannot be opened: torn off, damaged or empty."""


class PhotoTooLarge(PhotoRefused):
    """More than 20 MB, more than 60 megapixels, or too much work to open."""


class NotAPhoto(PhotoRefused):
    """A file of another kind than JPEG, PNG, WebP, HEIC or GIF."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo as it is kept; `width`, `height` (pixels) and `bytes` are those of the stored JPEG.

    `taken_place` (lon, lat) and `taken_at` (ISO 8601, with offset where the camera wrote one) are what the camera
    says, read before stripping. `look` is a 64-bit difference hash in 16 hex digits: see `difference`.
    """

    sha: str
    width: int
    height: int
    bytes: int
    taken_place: tuple[float, float] | None
    taken_at: str | None
    look: str


class Photos:
    """The folder of photos: `ab/abcdef….jpg` and, beside it, `ab/abcdef….t.jpg` (the thumbnail)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes) -> Kept:
        """Check, clean and store a photo; the same picture twice is one file.

        Raises `PhotoBroken`, `PhotoTooLarge` or `NotAPhoto`; then nothing was written.
        """
        kind = _kind(data)
        with _opening, _quiet_pillow():
            photo, place, moment = _cleaned(data, kind)
            thumbnail = _at_most(photo, THUMBNAIL_SIDE)
            jpeg, small, look = _jpeg(photo), _jpeg(thumbnail), _look(thumbnail)
        sha = hashlib.sha256(jpeg).hexdigest()
        # The thumbnail first: where the photo stands, its thumbnail stands too.
        for path, content in ((self.thumbnail(sha), small), (self.path(sha), jpeg)):
            if not path.exists():
                write_whole(path, content)
        return Kept(sha, photo.width, photo.height, len(jpeg), place, moment, look)

    def path(self, sha: str) -> Path:
        """Where the photo stands. Raises ValueError where `sha` is not 64 hex digits."""
        if not _SHA.fullmatch(sha):
            raise ValueError("a photo's name is 64 hexadecimal digits")
        return self._folder / sha[:2] / f"{sha}.jpg"

    def thumbnail(self, sha: str) -> Path:
        """Where the photo's thumbnail stands."""
        return self.path(sha).with_suffix(".t.jpg")

    def read(self, sha: str) -> bytes:
        """The stored JPEG. Raises FileNotFoundError where it was never kept, or was removed."""
        return self.path(sha).read_bytes()

    def remove(self, sha: str) -> None:
        """Erase the photo and its thumbnail; harmless where they are gone."""
        for path in (self.path(sha), self.thumbnail(sha)):
            path.unlink(missing_ok=True)


def difference(look: str, other: str) -> int:
    """How many of the 64 bits differ: 0 is the same picture, up to about 8 the same photo packed anew."""
    return (int(look, 16) ^ int(other, 16)).bit_count()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even if the machine stops meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # there a folder cannot be opened, and the rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _kind(data: bytes) -> str:
    """The kind of file by its first bytes, never by its name."""
    if len(data) > MOST_BYTES:
        raise PhotoTooLarge(f"{len(data)} bytes")
    if not data:
        raise PhotoBroken("no content")
    if data[4:8] == b"ftyp" and _HEIF_BRANDS & _brands(data):
        return "heic"
    kind = next((kind for kind, start in _STARTS.items() if start.match(data)), None)
    if kind is None:
        raise NotAPhoto("an unknown kind of file")
    if kind == "jpeg" and data.count(b"\xff\xda") > MOST_SCANS:
        raise PhotoTooLarge("too many scans")
    return kind


def _brands(data: bytes) -> frozenset[bytes]:
    end = min(int.from_bytes(data[:4], "big"), 256)
    return frozenset({data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)})


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """A stranger's damaged EXIF is no warning to our operator; only under `_opening`, for the filters are global."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.|pillow_heif\.")
        yield


def _open(data: bytes, kind: str) -> "ImageFile":
    """Open the header only. The readers are called by themselves: `Image.open` guesses, and its size check is
    a setting of the whole process."""
    from PIL import GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    def heic(file: BytesIO) -> "ImageFile":
        import pillow_heif

        reader: Callable[[BytesIO], ImageFile] = pillow_heif.HeifImageFile
        return reader(file)

    readers: dict[str, Callable[[BytesIO], ImageFile]] = {
        "jpeg": JpegImagePlugin.JpegImageFile,
        "png": PngImagePlugin.PngImageFile,
        "gif": GifImagePlugin.GifImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
        "heic": heic,
    }
    return readers[kind](BytesIO(data))


def _cleaned(data: bytes, kind: str) -> "tuple[Image.Image, tuple[float, float] | None, str | None]":
    """The picture upright, in sRGB and of our size; the place and the moment the camera noted."""
    from PIL import Image

    try:
        source = _open(data, kind)
        if source.width * source.height > MOST_PIXELS:
            raise PhotoTooLarge(f"{source.width} x {source.height} pixels")
        orientation, place, moment = notes(source)
        shrink = LONGER_SIDE / max(source.size)
        if kind == "jpeg" and shrink < 1:  # decoded at a half, a quarter or an eighth: a fraction of the memory
            source.draft(None, (round(source.width * shrink), round(source.height * shrink)))
        profile = source.info.get("icc_profile")
        source.load()
        photo = upright(_srgb(_at_most(_plain(source), LONGER_SIDE), profile), orientation)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise PhotoTooLarge(type(error).__name__) from error
    except _DAMAGE as error:
        raise PhotoBroken(type(error).__name__) from error
    return photo, place, moment


def _at_most(image: "Image.Image", side: int) -> "Image.Image":
    from PIL import Image

    shrink = side / max(image.size)
    if shrink >= 1:
        return image
    size = max(1, round(image.width * shrink)), max(1, round(image.height * shrink))
    # Hamming is made for shrinking, and takes a third of Lanczos' time.
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _plain(image: "Image.Image") -> "Image.Image":
    """RGB or CMYK, eight bits, what was transparent on white."""
    from PIL import Image

    if image.mode in ("RGB", "CMYK"):
        return image
    if image.mode.startswith("I"):  # 16 bits of grey; a plain convert would clip them
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBA", "RGBa"):
        small = _at_most(image.convert("RGBA"), LONGER_SIDE)
        ground = Image.new("RGB", small.size, "white")
        ground.paste(small, mask=small.getchannel("A"))
        return ground
    return image.convert("RGB")


def _srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """The colours in sRGB: a phone's wider profile would look dull once it is stripped."""
    if profile:
        from PIL import ImageCms

        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a damaged or foreign profile: colours as they are
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                return converted
    return image.convert("RGB")


def _jpeg(image: "Image.Image") -> bytes:
    from PIL import Image

    bare = Image.new("RGB", image.size)  # a new picture carries nothing over: no info, no profile, no comment
    bare.paste(image)
    file = BytesIO()
    bare.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()


def _look(image: "Image.Image") -> str:
    """dHash: is each of 8 x 8 fields darker than its right neighbour?"""
    from PIL import Image

    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] < grey[row * 9 + column + 1])
    return f"{bits:016x}"
