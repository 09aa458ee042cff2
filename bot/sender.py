"""Saying one message in one chat: fitted to the channel, its picture drawn, its loss of picture told in words."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.channels.channel import Channel, Drawn, SendFailed
from bot.painter import Painter
from bot.picture.failure import CannotDraw
from domain.district import District
from domain.fit import FixedWords, fit
from domain.message import Message, Native, Shown
from domain.update import Chat

log = structlog.get_logger()


class Sender:
    """Knows the channels and the painter; keeps nothing."""

    def __init__(self, channels: Mapping[str, Channel], district: District, painter: Painter) -> None:
        self._channels = channels
        self._painter = painter
        self._words = FixedWords(
            district.say("number.answer"), district.say("number.listed"), district.say("number.place")
        )

    async def say(self, chat: Chat, message: Message, replaces: Shown | None, reply_to: str) -> Shown | None:
        """What stands in the chat then; None where there is nothing to say on this channel. Raises SendFailed."""
        channel = self._channels.get(chat.channel)
        if channel is None:
            raise SendFailed(f"the channel {chat.channel} is not served", permanent=False)
        stands = None
        capability, words = channel.capability, self._words
        for native in fit(message, capability, chat, replaces=replaces, reply_to=reply_to, words=words):
            stands = await self._one(channel, chat, native, message.missing_picture)
        return stands

    async def _one(self, channel: Channel, chat: Chat, native: Native, without: str) -> Shown:
        drawn = self._painter.drawn(native.picture) if native.picture else None
        try:
            return await _sent(channel, chat, native, drawn)
        except CannotDraw as failed:
            log.warning("delivery.no_picture", reason=str(failed))
            text = "\n".join(part for part in (native.text, without) if part)
            return await _sent(channel, chat, replace(native, picture=None, text=text), None)


async def _sent(channel: Channel, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
    """Sends; what was to be edited and is gone is said anew."""
    try:
        return await channel.send(chat, native, drawn)
    except SendFailed as failed:
        if native.edits is None or not failed.permanent or failed.unreachable:
            raise
        return await channel.send(chat, replace(native, edits=None), drawn)
