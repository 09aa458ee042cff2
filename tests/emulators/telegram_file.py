"""The files of the platform: what people and the bot sent, by the ids that the bot knows them by."""

from __future__ import annotations

import base64
import hashlib
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import Any

from .telegram_call import Refusal, bad

DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
SIDES = (90, 320, 800)
"""The longest side, in pixels, of the smaller copies that the platform makes of a photo."""


@dataclass(eq=False)
class File:
    """One file under one file_id; a smaller copy of a photo is drawn when it is first read."""

    file_id: str
    unique: str
    kind: str
    number: int
    whole: bytes
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    shrunk: bool = False
    available: bool = True
    missing: int = 0
    lost: int = 0

    @cached_property
    def data(self) -> bytes:
        if not self.shrunk:
            return self.whole
        from PIL import Image

        with Image.open(BytesIO(self.whole)) as image:
            small = image.convert("RGB").resize((self.width, self.height))
        out = BytesIO()
        small.save(out, "JPEG", quality=80)
        return out.getvalue()

    @property
    def path(self) -> str:
        suffix = {"photo": "jpg", "voice": "oga", "sticker": "webp"}.get(self.kind) or (
            self.name.rpartition(".")[2] if "." in self.name else "bin"
        )
        return f"{FOLDERS.get(self.kind, 'documents')}/file_{self.number}.{suffix}"

    def brief(self) -> dict[str, Any]:
        """The fields that every kind of file shares."""
        known = {} if self.shrunk else {"file_size": len(self.whole)}
        return {"file_id": self.file_id, "file_unique_id": self.unique, **known}


FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice", "sticker": "stickers"}


@dataclass
class Files:
    """All files: `by_id` for the bot, `by_path` for downloads; the same bytes have one unique id."""

    by_id: dict[str, File] = field(default_factory=dict)
    by_path: dict[str, File] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(0))

    def add(self, kind: str, data: bytes, name: str = "", mime: str = "") -> File:
        return self._keep(kind, data, _digest(data, kind), name=name, mime=mime)

    def add_photo(self, data: bytes) -> list[File]:
        """A photo in its sizes, the whole one last; raises the server's refusal for what is no picture."""
        if not data:
            raise bad("file must be non-empty")
        if len(data) > PHOTO_LIMIT:
            raise bad(f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes")
        width, height = picture_size(data)
        if not width or not height:
            raise bad("IMAGE_PROCESS_FAILED")
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        digest = _digest(data, "photo")
        longest = max(width, height)
        sizes = [
            self._keep(
                "photo",
                data,
                f"{digest}{side}",
                width=max(1, width * side // longest),
                height=max(1, height * side // longest),
                shrunk=True,
            )
            for side in SIDES
            if side < longest
        ]
        return [*sizes, self._keep("photo", data, digest, width=width, height=height)]

    def _keep(self, kind: str, data: bytes, unique: str, **more: Any) -> File:
        number = next(self.numbers)
        head = "AgACAgUAAxkBAAI" if kind == "photo" else "BQACAgUAAxkBAAI"
        seed = hashlib.blake2b(f"{number} {unique}".encode(), digest_size=30).digest()
        file = File(head + base64.urlsafe_b64encode(seed).decode(), unique, kind, number, data, **more)
        self.by_id[file.file_id] = file
        return file

    def get(self, file_id: str) -> dict[str, Any]:
        """The answer of getFile; raises the server's refusals."""
        if not file_id:
            raise bad("file_id not specified")
        file = self.by_id.get(file_id)
        if file is None:
            raise bad("invalid file_id")
        if file.missing:
            file.missing -= 1
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(file.whole) > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        self.by_path[file.path] = file
        return {
            "file_id": file.file_id,
            "file_unique_id": file.unique,
            "file_size": len(file.data),
            "file_path": file.path,
        }

    def download(self, path: str) -> bytes:
        """The bytes under a path that getFile gave out; raises 404 for any other."""
        file = self.by_path.get(path)
        if file is None:
            raise Refusal(404, "Not Found")
        if file.lost:
            file.lost -= 1
            raise Refusal(404, "Not Found")
        return file.data


def photo_sizes(files: list[File]) -> list[dict[str, Any]]:
    """The `photo` field of a message."""
    return [{**file.brief(), "width": file.width, "height": file.height} for file in files]


def _digest(data: bytes, kind: str) -> str:
    """A file_unique_id: the same for the same bytes sent in the same way."""
    digest = hashlib.blake2b(data, digest_size=9, person=kind.encode()).digest()
    return "AQAD" + base64.urlsafe_b64encode(digest).decode()


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels, read from the head of a JPEG, PNG, GIF, WebP or BMP; else (0, 0)."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", data[16:24])
        elif data[:6] in (b"GIF87a", b"GIF89a"):
            width, height = struct.unpack("<HH", data[6:10])
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            width, height = _webp_size(data)
        elif data.startswith(b"BM"):
            width, height = struct.unpack("<ii", data[18:26])
        else:
            return 0, 0
    except (struct.error, IndexError):
        return 0, 0
    return int(width), abs(int(height))


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg_size(data: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 0, 0
