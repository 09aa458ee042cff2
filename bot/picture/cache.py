"""The pictures, each drawn once: kept by content in memory and on disk.

A picture's name is a hash of all that it shows. What is made of photos bears their names too, so that it goes
when a photo is erased. Pillow is loaded with the first picture that is drawn.
"""

import asyncio
import dataclasses
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bot.picture.failure import CannotDraw
from bot.picture.theme import VERSION
from bot.picture.view import MapView, Row
from storage.photo import Photos, write_whole

_log = logging.getLogger(__name__)
_NAMED = 16  # so many digits of a photo's name are in the file name


class Pictures:
    """Draws in worker threads, two pictures at a time; requests for the same picture wait for the one drawing.

    `font` is a font file, None the packaged one. All methods that draw return a JPEG and raise `CannotDraw`.
    """

    def __init__(self, folder: Path, photos: Photos, font: Path | None = None, remembered: int = 48) -> None:
        self._folder = folder
        self._photos = photos
        self._font = font
        self._remembered = remembered
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._pending: dict[str, asyncio.Task[bytes]] = {}
        self._hands = asyncio.Semaphore(2)

    async def map(self, view: MapView) -> bytes:
        """A map, see `bot.picture.map`."""

        def draw() -> bytes:
            from bot.picture import map

            return map.draw(view, self._font)

        return await self.get(self._name("map", dataclasses.asdict(view)), draw)

    async def pair(self, before: str, after: str, left: str, right: str) -> bytes:
        """Two photos, named by their SHA-256, side by side with a word on each."""

        def draw() -> bytes:
            from bot.picture import pair

            return pair.draw(self._read(before), self._read(after), left, right, self._font)

        return await self.get(self._name("pair", [left, right], (before, after)), draw)

    async def collage(self, photos: Sequence[str], *, numbered: bool = False) -> bytes:
        """Photos joined into one picture, with ①②③ on them if `numbered`."""

        def draw() -> bytes:
            from bot.picture import pair

            return pair.collage([self._read(sha) for sha in photos], self._font, numbered=numbered)

        return await self.get(self._name("collage", numbered, tuple(photos)), draw)

    async def progress(self, rows: Sequence[Row]) -> bytes:
        """The lines of progress of one or several cases."""

        def draw() -> bytes:
            from bot.picture import progress

            return progress.draw(rows, self._font)

        return await self.get(self._name("progress", [dataclasses.asdict(row) for row in rows]), draw)

    async def get(self, name: str, draw: Callable[[], bytes]) -> bytes:
        """The picture of that name: from memory, from disk, or drawn. Who gives up waiting stops nobody else."""
        if (known := self._memory.get(name)) is not None:
            self._memory.move_to_end(name)
            return known
        task = self._pending.get(name)
        if task is None:
            task = self._pending[name] = asyncio.create_task(self._make(name, draw))
            task.add_done_callback(partial(self._finished, name))
        return await asyncio.shield(task)

    async def forget(self, sha: str) -> None:
        """Erase every picture that shows this photo, those included that are being drawn."""
        mark = f".{sha[:_NAMED]}"
        await asyncio.gather(*(task for name, task in self._pending.items() if mark in name), return_exceptions=True)
        for name in [name for name in self._memory if mark in name]:
            del self._memory[name]
        await asyncio.to_thread(_erase, self._folder, f"*{mark}*")

    async def sweep(self, before: float) -> int:
        """Erase from disk what was drawn before that moment (seconds since 1970); how many went."""
        return await asyncio.to_thread(_erase, self._folder, "*", before)

    def _name(self, kind: str, shown: object, photos: tuple[str, ...] = ()) -> str:
        """`ab12….jpg`, and `ab12….<photo>.<photo>.jpg` where photos are in it."""
        content = [VERSION, kind, shown, photos, str(self._font or "")]
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        parts = [hashlib.sha256(canonical.encode()).hexdigest()[:40], *(sha[:_NAMED] for sha in photos[:6])]
        return ".".join([*parts, "jpg"])

    def _read(self, sha: str) -> bytes:
        try:
            return self._photos.read(sha)
        except (FileNotFoundError, ValueError) as error:
            raise CannotDraw("a photo is not there any more") from error

    async def _make(self, name: str, draw: Callable[[], bytes]) -> bytes:
        async with self._hands:
            picture = await asyncio.to_thread(_kept_or_drawn, self._folder / name[:2] / name, draw)
        self._memory[name] = picture
        while len(self._memory) > self._remembered:
            self._memory.popitem(last=False)
        return picture

    def _finished(self, name: str, task: "asyncio.Task[bytes]") -> None:
        del self._pending[name]
        if not task.cancelled():
            task.exception()  # taken note of, even where everybody has given up waiting


def _kept_or_drawn(path: Path, draw: Callable[[], bytes]) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        picture = draw()
    try:
        write_whole(path, picture)
    except OSError as error:  # a full disk costs the cache, not the picture
        _log.warning("picture drawn but not kept: %s", error.strerror)
    return picture


def _erase(folder: Path, pattern: str, before: float = float("inf")) -> int:
    erased = 0
    for path in folder.glob(f"??/{pattern}"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            erased += 1
    return erased
