"""Pressed buttons are answered within a second: with their words where the turn was quick, else silently."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.channels.channel import Channel, SendFailed
from bot.time import Clock
from domain.update import Choice, Update

PATIENCE_S = 0.8
log = structlog.get_logger()


class Answers:
    """Who presses a button sees it wait; after 0.8 s the platform is answered empty, and the words are dropped."""

    def __init__(self, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._channels = channels
        self._clock = clock
        self._late: set[tuple[str, str]] = set()
        self._waiting: dict[tuple[str, str], asyncio.Task[None]] = {}

    def expect(self, update: Update) -> None:
        """A press that came. Told twice, it is the same."""
        query = next((part.query for part in update.parts if isinstance(part, Choice)), "")
        pressed = update.channel, query
        if query and pressed not in self._late and pressed not in self._waiting:
            self._waiting[pressed] = asyncio.create_task(self._in_time(update.channel, query))

    async def give(self, channel: str, query: str, words: str) -> None:
        """Answers a press, unless it was answered empty already. Raises SendFailed."""
        if (channel, query) in self._late:
            self._late.discard((channel, query))
            return
        if (task := self._waiting.pop((channel, query), None)) is not None:
            task.cancel()
        if channel not in self._channels:
            raise SendFailed(f"the channel {channel} is not served", permanent=True)
        await self._channels[channel].answer(query, words)

    async def _in_time(self, channel: str, query: str) -> None:
        await self._clock.sleep(PATIENCE_S)
        self._late.add((channel, query))
        try:
            await self._channels[channel].answer(query, "")
        except SendFailed as failed:
            log.info("answer.failed", channel=channel, reason=failed.reason)
        finally:
            self._waiting.pop((channel, query), None)
