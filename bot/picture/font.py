"""The font of the pictures: Noto Sans SC from the package `pylopdf-fonts-zh-cn`, or a file of the operator's."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from bot.picture.failure import CannotDraw


class FontMissing(CannotDraw):
    """There is no font file that can be read; the message names the file and what to do."""


@lru_cache(maxsize=64)
def font(size: int, path: Path | None = None) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels. Raises `FontMissing`."""
    file = path or _packaged()
    try:
        return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontMissing(
            f"the font file {file} cannot be read ({error}); set JIEYOU_FONT to a TTF or OTF file with Chinese letters"
        ) from error


def _packaged() -> Path:
    try:
        import pylopdf_fonts_zh_cn as package
    except ImportError as error:
        raise FontMissing(
            "no font for pictures: install pylopdf-fonts-zh-cn, or set JIEYOU_FONT to a font file"
        ) from error
    return Path(package.sans_path())
