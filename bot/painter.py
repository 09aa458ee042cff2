"""Pictures as delivery needs them: a picture's data becomes a content key and a way to its bytes."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

from bot.channels.channel import Drawn
from bot.picture.cache import Pictures
from bot.picture.failure import CannotDraw
from bot.picture.section import section
from bot.picture.view import Pin, Row
from domain.city import City
from domain.message import Picture
from storage.photo import Photos

Draw = Callable[[Picture], Awaitable[bytes]]


class Painter:
    """Draws what messages show. Nothing is drawn before `Drawn.load` is called."""

    def __init__(self, city: City, photos: Photos, pictures: Pictures) -> None:
        self._city = city
        self._photos = photos
        self._pictures = pictures
        self._kinds: Mapping[str, Draw] = {
            "photo": self._photo,
            "map": self._map,
            "pair": self._pair,
            "collage": self._collage,
            "progress": self._progress,
        }

    def drawn(self, picture: Picture) -> Drawn:
        """The picture with the key of its content; `load` raises CannotDraw."""
        return Drawn(key_of(picture), lambda: self._kinds[picture.kind](picture))

    async def _photo(self, picture: Picture) -> bytes:
        try:
            return await asyncio.to_thread(self._photos.read, picture.values["sha"])
        except (FileNotFoundError, ValueError) as error:
            raise CannotDraw("the photo is not there any more") from error

    async def _map(self, picture: Picture) -> bytes:
        pins = [_pin(*pin) for pin in picture.values["pins"]]
        grid = picture.values.get("grid", "")
        return await self._pictures.map(section(self._city, pins, {grid: ""} if grid else {}))

    async def _pair(self, picture: Picture) -> bytes:
        values = picture.values
        return await self._pictures.pair(values["before"], values["after"], values["left"], values["right"])

    async def _collage(self, picture: Picture) -> bytes:
        return await self._pictures.collage(picture.values["photos"], numbered=bool(picture.values.get("numbered")))

    async def _progress(self, picture: Picture) -> bytes:
        rows = [Row(r["title"], tuple(r["steps"]), r["current"], late=r["late"]) for r in picture.values["rows"]]
        return await self._pictures.progress(rows)


def _pin(lon: float, lat: float, label: str, name: str = "") -> Pin:
    """A pin with a name is not where the problem is, but a place of ours beside it."""
    return Pin(lon, lat, label, "station" if name else "problem", name)


def key_of(picture: Picture) -> str:
    """A name of the picture's content: the same data, the same key."""
    data = json.dumps([picture.kind, dict(picture.values)], sort_keys=True, ensure_ascii=False)
    return sha256(data.encode()).hexdigest()[:32]
