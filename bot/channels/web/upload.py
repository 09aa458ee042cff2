"""Photos and files on their way in: on disk before the page is told that they arrived."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from storage.photo import MOST_BYTES, write_whole

_REF = re.compile(r"[0-9a-f]{16}-[0-9a-f]{32}")
_KEPT = ".kept"
_LOOKS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"))


class TooLarge(Exception):
    """More than 20 MB."""


class Uploads:
    """A folder of uploads. A reference names the chat it was sent in: nobody can send or see another's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @staticmethod
    def owns(chat: str, ref: str) -> bool:
        """Whether it is a reference of ours, given out in this chat."""
        return bool(_REF.fullmatch(ref)) and ref.startswith(_mark(chat))

    async def save(self, chat: str, pieces: AsyncIterator[bytes]) -> str:
        """Keeps an upload and returns its reference; durable when this returns. Raises TooLarge."""
        whole = bytearray()
        async for piece in pieces:
            whole += piece
            if len(whole) > MOST_BYTES:
                raise TooLarge
        ref = f"{_mark(chat)}-{secrets.token_hex(16)}"
        await asyncio.to_thread(write_whole, self._folder / ref, bytes(whole))
        return ref

    async def load(self, ref: str) -> bytes | None:
        """The bytes of an upload; None where it is no longer here."""
        return await asyncio.to_thread(_read, self._folder / ref) if _REF.fullmatch(ref) else None

    async def discard(self, ref: str, sha: str = "") -> None:
        """Deletes an upload. `sha` names the stored photo that now stands for it, on the person's own page."""
        if not _REF.fullmatch(ref):
            return
        if sha:
            await asyncio.to_thread(write_whole, self._folder / f"{ref}{_KEPT}", sha.encode())
        await asyncio.to_thread((self._folder / ref).unlink, missing_ok=True)

    async def kept(self, ref: str) -> str:
        """The stored photo that stands for an upload; empty where there is none."""
        if not _REF.fullmatch(ref):
            return ""
        return (await asyncio.to_thread(_read, self._folder / f"{ref}{_KEPT}") or b"").decode()

    async def sweep(self, age: timedelta) -> int:
        """Deletes uploads that are older than that and were never kept (begun on a page and not sent); how many.
        A file's age is the wall clock's, whatever hastens the service's."""
        return await asyncio.to_thread(_sweep, self._folder, time.time() - age.total_seconds())


def look(picture: bytes) -> str:
    """The media type of a picture a browser may show, read from its first bytes; empty for anything else."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _LOOKS if picture.startswith(start)), "")


def _mark(chat: str) -> str:
    return hashlib.sha256(chat.encode()).hexdigest()[:16]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sweep(folder: Path, before: float) -> int:
    old = [
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if path.suffix != _KEPT and path.stat().st_mtime < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
