"""The Telegram channel: keeps the promise of `bot.channels.channel.Channel`.

Import this module only where a token is set: with it comes python-telegram-bot (0.25 s, 13 MB).
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from telegram.error import InvalidToken, TelegramError

from bot.channels.channel import Drawn, FetchFailed, Receive, SendFailed
from bot.channels.telegram.api import Api
from bot.channels.telegram.capability import TELEGRAM
from bot.channels.telegram.failure import TOO_OLD, TokenRefused, fetch_failed, says, send_failed
from bot.channels.telegram.field import CHANNEL
from bot.channels.telegram.poll import Pause, Sleep, poll, steadily
from bot.channels.telegram.raw import WANTED
from bot.channels.telegram.read import read
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.send import Sender
from bot.channels.telegram.webhook import Endpoint, Webhook, endpoint
from domain.fit import cut
from domain.message import Native, Shown
from domain.update import Chat, Update

DOWNLOAD = 20 * 1024 * 1024
"""Bytes of the largest file that Telegram gives to a bot."""

POLL = 50
"""Seconds that a poll waits for updates; the server's longest."""

SCOPES = {"private": "all_private_chats", "group": "all_group_chats"}


class TelegramChannel:
    """One bot. `api` is the server's address before `/bot`; without `webhook` it polls. `patience`: the seconds that
    the server may be silent in a call."""

    name = CHANNEL
    capability = TELEGRAM

    def __init__(
        self,
        token: str,
        api: str,
        *,
        webhook: Webhook | None = None,
        proxy: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        patience: float = 20.0,
    ) -> None:
        self._api = Api(token, api, AiohttpRequest(patience=patience, proxy=proxy, largest=DOWNLOAD))
        self._polling = Api(token, api, AiohttpRequest(patience=POLL + patience, proxy=proxy))
        self._sender = Sender(self._api)
        self._webhook = webhook
        self._clock = clock
        self._pauses = Pause(sleep, chance), Pause(sleep, chance)
        self._username = ""

    # Coming in

    def read(self, body: str) -> Update:
        return read(body, self._username)

    async def fetch(self, ref: str) -> bytes:
        try:
            match await self._api.call("getFile", {"file_id": ref}):
                case {"file_size": int(size)} if size > DOWNLOAD:
                    raise FetchFailed("the file is too large", permanent=True, too_large=True)
                case {"file_path": str(path)} if not path.startswith("/"):
                    return await self._api.download(path)
                case {"file_path": str()}:
                    raise FetchFailed("the Bot API server keeps files to itself (--local)", permanent=False)
        except TelegramError as error:
            raise fetch_failed(error) from None
        raise FetchFailed("the server names no path", permanent=False)

    async def run(self, receive: Receive) -> None:
        """Takes updates until cancelled. With a webhook they come through `endpoint`. Raises TokenRefused."""
        network, storage = self._pauses
        if self._webhook is None:
            await poll(self._polling, receive, clock=self._clock, patience=POLL, network=network, storage=storage)
        await self._set_webhook(network)
        await asyncio.get_running_loop().create_future()

    async def _set_webhook(self, network: Pause) -> None:
        assert self._webhook is not None
        values = {"url": self._webhook.url, "secret_token": self._webhook.secret, "allowed_updates": list(WANTED)}
        await steadily(self._api, network, "setWebhook", values)

    def endpoint(self, receive: Receive) -> Endpoint:
        """What the web side calls for a POST at the webhook's address. Raises ValueError where there is no webhook."""
        if self._webhook is None:
            raise ValueError("this channel polls")
        return endpoint(self._webhook.secret, receive, self._clock)

    # Going out

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        return await self._sender.send(chat, native, drawn)

    async def answer(self, query: str, text: str) -> None:
        """Answers a pressed button, with words in a box that stays until it is closed. One that comes too late is
        no error: nobody waits for it any more."""
        words = cut(text, self.capability.answers)
        try:
            await self._api.call(
                "answerCallbackQuery", {"callback_query_id": query, "text": words, "show_alert": words != ""}
            )
        except TelegramError as error:
            if not says(error, *TOO_OLD):
                raise send_failed(error) from None

    # The bot itself

    async def hello(self) -> str:
        """The bot's username. Raises TokenRefused, SendFailed."""
        try:
            me = await self._api.call("getMe", {})
        except InvalidToken:
            raise TokenRefused from None
        except TelegramError as error:
            raise send_failed(error) from None
        match me:
            case {"username": str(name)}:
                self._username = name
                return name
        raise SendFailed("the server names no bot", permanent=True)

    async def set_commands(
        self, scope: Literal["private", "group"], commands: Mapping[str, str], language: str = ""
    ) -> None:
        """The list of commands that clients offer: command and what it does. Raises SendFailed."""
        listed = [{"command": command, "description": words} for command, words in commands.items()]
        values = {"commands": listed, "scope": {"type": SCOPES[scope]}, "language_code": language}
        try:
            await self._api.call("setMyCommands", values)
        except TelegramError as error:
            raise send_failed(error) from None

    async def close(self) -> None:
        await self._api.close()
        await self._polling.close()
