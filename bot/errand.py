"""Errands: work outside a turn that a turn asked for."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from bot.picture.cache import Pictures
from domain.update import Chat
from storage import alarm, inbox, outbox, photo_use
from storage.database import Database
from storage.photo import Photos
from storage.turn import Turn


class Errands:
    """Carries out what `turn.errand` queued; each may be carried out more than once. `erase` empties a chat of our
    own."""

    def __init__(
        self, database: Database, photos: Photos, pictures: Pictures, erase: Callable[[Chat], Awaitable[None]]
    ) -> None:
        self._database = database
        self._photos = photos
        self._pictures = pictures
        self._runs: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]] = {
            "remove_photos": self._remove_photos,
            "forget_traces": self._forget_traces,
            "erase_chat": lambda values: erase(Chat.of(values["subject"])),
        }

    async def run(self, held: Mapping[str, Any]) -> None:
        """Raises KeyError for an errand that nobody knows."""
        await self._runs[held["errand"]]({"subject": held["subject"], **held["values"]})

    async def _forget_traces(self, values: Mapping[str, Any]) -> None:
        """The last of /forget, once its answer was sent: the queues' ended rows, and alarms by the person's name."""

        async def work(turn: Turn) -> None:
            await outbox.forget_ended(turn, values["subject"], values["chat"])
            await inbox.forget_lane(turn, values["lane"])
            for alarmed in values["alarms"]:
                await alarm.drop(turn, alarmed)

        await self._database.turn(work)

    async def _remove_photos(self, values: Mapping[str, Any]) -> None:
        """The photos of a draft that was given up, unless something else shows them."""
        await self._database.turn(lambda turn: photo_use.drop(turn, values["subject"]))
        for sha in _photos(values):
            async with self._database.reading() as queries:
                if await photo_use.used(queries, sha):
                    continue
            await self._pictures.forget(sha)
            await asyncio.to_thread(self._photos.remove, sha)


def _photos(values: Mapping[str, Any]) -> Iterable[str]:
    named: list[str] = values.get("photos") or json.loads(values.get("draft") or "{}").get("photos", [])
    return named
