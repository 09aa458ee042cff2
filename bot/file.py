"""The files that come with updates: fetched from their platform and kept, or told why not."""

import asyncio
from typing import Any

from bot.channels.channel import Channel, FetchFailed
from bot.time import Clock
from domain.update import Photo, Voice
from storage.photo import NotAPhoto, PhotoBroken, PhotoRefused, Photos, PhotoTooLarge

TRIES = 3
"""How often a file is asked for."""
_PROBLEMS = {PhotoBroken: "broken", PhotoTooLarge: "too_large", NotAPhoto: "kind"}


class Files:
    """Fetches photos. A voice message is not fetched: nobody could hear it."""

    def __init__(self, photos: Photos, clock: Clock) -> None:
        self._photos = photos
        self._clock = clock

    async def fetch(self, channel: Channel, part: Photo | Voice) -> dict[str, Any]:
        """What is to be known of a file: its stored name (`sha`, `look`), or the `problem`."""
        if isinstance(part, Voice):
            return {}
        for attempt in range(TRIES):
            try:
                data = await channel.fetch(part.ref)
                kept = await asyncio.to_thread(self._photos.keep, data)
            except FetchFailed as failed:
                if failed.too_large:
                    return {"problem": "too_large"}
                if failed.permanent:
                    break
                if attempt < TRIES - 1:
                    await self._clock.sleep(2.0**attempt)
            except PhotoRefused as refused:
                return {"problem": _PROBLEMS.get(type(refused), "broken")}
            else:
                return {"sha": kept.sha, "look": kept.look}
        return {"problem": "gone"}
