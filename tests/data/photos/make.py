"""Makes the photos of this folder: `python tests/data/photos/make.py`. All are drawn here, none was taken anywhere."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from PIL.TiffImagePlugin import IFDRational

HERE = Path(__file__).parent


def scene(width: int = 480, height: int = 360) -> Image.Image:
    """A street corner: sky, a wall, a bin, and a red mark in the upper left corner that tells which way is up."""
    image = Image.new("RGB", (width, height), (184, 209, 226))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.62, width, height), fill=(150, 146, 140))
    draw.rectangle((width * 0.5, height * 0.15, width, height * 0.7), fill=(205, 178, 150))
    draw.rectangle((width * 0.2, height * 0.45, width * 0.36, height * 0.8), fill=(58, 104, 76))
    draw.ellipse((width * 0.18, height * 0.40, width * 0.38, height * 0.52), fill=(40, 46, 42))
    draw.rectangle((0, 0, width * 0.12, height * 0.12), fill=(220, 30, 30))
    return image


def notes(orientation: int = 1) -> Image.Exif:
    """EXIF with an orientation, a place (117.402500, 39.150278), a moment, a maker and a serial number."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110], exif[0xA431] = "Maker", "Phone 9", "SERIAL-12345"
    exif.get_ifd(0x8769).update({0x9003: "2026:11:24 09:03:58", 0x9011: "+08:00", 0x9286: b"ASCII\0\0\0secret words"})
    whole = IFDRational
    exif.get_ifd(0x8825).update(
        {
            1: "N",
            2: (whole(39), whole(9), whole(100, 100)),
            3: "E",
            4: (whole(117), whole(24), whole(900, 100)),
        }
    )
    return exif


def jpeg(image: Image.Image, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=80, **options)
    return file.getvalue()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG written by hand, so that its header may promise what no one could draw."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def heic(image: Image.Image, exif: bytes) -> bytes:
    from pillow_heif import from_pillow

    file = BytesIO()
    from_pillow(image).save(file, quality=60, exif=exif)
    return file.getvalue()


def every() -> dict[str, bytes]:
    upright = scene()
    turned = upright.transpose(Image.Transpose.ROTATE_90)  # orientation 6 turns it back
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">owner</x:xmpmeta>'
    plain = jpeg(upright)
    noisy = jpeg(turned, exif=notes(6), comment=b"taken by someone", icc_profile=srgb, xmp=xmp)
    seen = upright.convert("RGBA")
    seen.putalpha(Image.linear_gradient("L").resize(upright.size))
    grey = b"".join(b"\0" + b"".join(struct.pack(">H", x * 1023) for x in range(64)) for _ in range(48))
    huge = png(50_000, 50_000, 8, 2, b"\0" * 64)
    large_header = plain.replace(struct.pack(">HH", 360, 480), struct.pack(">HH", 60_000, 60_000), 1)
    frames = [scene(120, 90), Image.new("RGB", (120, 90), "blue"), Image.new("RGB", (120, 90), "green")]
    return {
        "plain.jpg": plain,
        "turned-with-notes.jpg": noisy,
        "progressive.jpg": jpeg(upright, progressive=True),
        "cmyk.jpg": jpeg(upright.convert("CMYK")),
        "grey.jpg": jpeg(upright.convert("L")),
        "clear.png": saved(seen, "PNG"),
        "palette.png": saved(upright.quantize(32), "PNG"),
        "sixteen-bit.png": png(64, 48, 16, 0, grey),
        "animated.png": saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100),
        "photo.webp": saved(upright, "WEBP", quality=70, exif=notes(1)),
        "animated.webp": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100),
        "moving.gif": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100),
        "phone.heic": heic(turned, notes(6).tobytes()),
        "one-pixel.png": png(1, 1, 8, 2, b"\0\x33\x66\x99"),
        "ribbon.png": saved(Image.new("RGB", (6000, 3), (90, 120, 90)), "PNG"),
        "bomb.png": png(30_000, 30_000, 1, 0, b"\0" * (3751 * 300)),
        "huge-header.png": huge,
        "huge-header.jpg": large_header,
        "truncated.jpg": plain[: len(plain) * 2 // 3],
        "truncated.png": saved(upright, "PNG")[:1500],
        "broken.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8,
        "broken.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500),
        "text.jpg": "这不是照片\n".encode() * 20,
        "film.mp4": b"\0\0\0\x18ftypisom\0\0\x02\0isommp41" + bytes(200),
        "document.pdf": b"%PDF-1.7\n%" + bytes(200),
    }


if __name__ == "__main__":
    for name, content in every().items():
        (HERE / name).write_bytes(content)
