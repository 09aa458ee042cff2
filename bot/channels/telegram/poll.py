"""Takes updates by long polling, and keeps at it through every trouble but a refused token."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.channel import Receive
from bot.channels.telegram.api import Api
from bot.channels.telegram.failure import TokenRefused, wait_of
from bot.channels.telegram.raw import WANTED, raw

LOG = logging.getLogger(__name__)

SHORTEST, LONGEST = 1.0, 60.0
"""Seconds of the first and of the longest pause after trouble."""

Sleep = Callable[[float], Awaitable[None]]


class Pause:
    """Pauses that double, each between half and all of its length by chance, until all is well again."""

    def __init__(self, sleep: Sleep, chance: Callable[[], float]) -> None:
        self._sleep = sleep
        self._chance = chance
        self._times = 0

    async def take(self, asked: float | None = None) -> None:
        """One pause; as long as the other side asked, where it did."""
        length = min(SHORTEST * 2.0 ** min(self._times, 10), LONGEST)
        self._times += 1
        await self._sleep(asked if asked is not None else length * (0.5 + self._chance() / 2))

    def over(self) -> None:
        self._times = 0


async def steadily(api: Api, pause: Pause, method: str, values: dict[str, Any]) -> Any:
    """The result of a call, however often it must be made. Told in the log once. Raises TokenRefused."""
    told = ""
    while True:
        asked = None
        try:
            result = await api.call(method, values)
        except InvalidToken:
            raise TokenRefused from None
        except TelegramError as error:
            asked = wait_of(error) if isinstance(error, RetryAfter) else None
            trouble = "another bot runs with this token" if isinstance(error, Conflict) else type(error).__name__
            if trouble != told:
                LOG.warning("telegram %s: %s; trying again", method, trouble)
            told = trouble
        else:
            pause.over()
            if told:
                LOG.info("telegram %s: all is well again", method)
            return result
        await pause.take(asked)


async def poll(
    api: Api, receive: Receive, *, clock: Callable[[], datetime], patience: int, network: Pause, storage: Pause
) -> None:
    """Takes updates until cancelled. The offset moves only after a whole batch was received. Raises TokenRefused."""
    await steadily(api, network, "deleteWebhook", {})
    values: dict[str, Any] = {"timeout": patience, "limit": 100, "allowed_updates": list(WANTED)}
    while True:
        updates = await steadily(api, network, "getUpdates", values)
        if not updates:
            continue
        now = clock()
        try:
            await receive([raw(update, now) for update in updates])
        except Exception as error:  # noqa: BLE001  what a storage raises is its own; the batch comes again
            LOG.warning("%d updates could not be stored (%s); asking again", len(updates), type(error).__name__)
            await storage.take()
            continue
        numbers = [update["update_id"] for update in updates if isinstance(update, dict) and "update_id" in update]
        if not numbers:  # nothing to confirm by: no server does this, and asking at once would go round and round
            await storage.take()
            continue
        storage.over()
        values["offset"] = max(numbers) + 1
