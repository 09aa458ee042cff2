"""The whole program: the only module that knows all parts."""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from bot.answer import Answers
from bot.channels.channel import Channel, SendFailed
from bot.channels.inner import InnerChannel, act
from bot.channels.web.cast import Cast
from bot.channels.web.channel import WebChannel
from bot.clock import Ticker
from bot.delivery import Delivery
from bot.errand import Errands
from bot.inbox import Inbox
from bot.painter import Painter
from bot.picture.cache import Pictures
from bot.sender import Sender
from bot.server import CannotStart, Server
from bot.settings import Settings
from bot.time import Clock
from domain.district import District
from domain.update import Chat
from storage import setting, web_message
from storage.database import Database
from storage.photo import Photos
from storage.turn import Turn

if TYPE_CHECKING:
    from bot.channels.telegram.channel import TelegramChannel

GRACE_S = 3.0
"""Seconds that what is on its way gets to end at SIGTERM."""
log = structlog.get_logger()


@dataclass(slots=True)
class App:
    """The parts, joined. `start` returns when it is ready; `stop` ends it within five seconds."""

    settings: Settings
    district: District
    database: Database
    clock: Clock
    casts: Mapping[str, Cast] = field(default_factory=dict)
    tick_every: float = 1.0
    channels: dict[str, Channel] = field(init=False, default_factory=dict)
    inbox: Inbox = field(init=False)
    delivery: Delivery = field(init=False)
    ticker: Ticker = field(init=False)
    photos: Photos = field(init=False)
    web: WebChannel | None = field(init=False, default=None)
    telegram: "TelegramChannel | None" = field(init=False, default=None)
    _tasks: list["asyncio.Task[None]"] = field(init=False, default_factory=list)
    _server: Server | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        data = self.settings.data
        self.photos = Photos(data / "photos")
        pictures = Pictures(data / "pictures", self.photos, self.settings.font)
        self.channels["clock"] = InnerChannel()
        answers = Answers(self.channels, self.clock)
        errands = Errands(self.database, self.photos, pictures, self._erase)
        sender = Sender(self.channels, self.district, Painter(self.district.city, self.photos, pictures))
        self.delivery = Delivery(self.database, self.district, sender, self.clock, answers, errands, self._report)
        self.inbox = Inbox(
            self.database, self.channels, self.district, self.photos, self.clock, answers, self.delivery.hand_on
        )
        self.inbox.kept = self._kept
        self.ticker = Ticker(self.database, self.inbox, self.delivery, self.clock, self.tick_every)

    # Channels

    def add(self, channel: Channel) -> None:
        """One more channel; before `start`."""
        self.channels[channel.name] = channel

    async def add_telegram(self, token: str) -> None:
        """Telegram, polling or by webhook. Raises CannotStart where the webhook has no address, TokenRefused."""
        from bot.channels.telegram.channel import TelegramChannel
        from bot.channels.telegram.webhook import Webhook

        webhook = None
        if self.settings.telegram_webhook:
            if not (self.settings.public_url and self.settings.listen):
                raise CannotStart("JIEYOU_TELEGRAM_WEBHOOK needs JIEYOU_PUBLIC_URL and JIEYOU_LISTEN")
            secret = self.settings.telegram_secret.get_secret_value() or await self._secret("telegram.secret")
            webhook = Webhook(f"{self.settings.public_url.rstrip('/')}{TELEGRAM_PATH}", secret)
        self.telegram = TelegramChannel(
            token, self.settings.telegram_api.rstrip("/"), webhook=webhook, clock=self.clock.now, sleep=self.clock.sleep
        )
        self.add(self.telegram)
        try:
            name = await self.telegram.hello()
            await self.telegram.set_commands("private", _commands(self.district, PRIVATE_COMMANDS))
            await self.telegram.set_commands("group", _commands(self.district, GROUP_COMMANDS))
        except SendFailed as failed:
            log.warning("telegram.hello", reason=failed.reason)
            return
        await self.database.turn(lambda turn: setting.save(turn, "telegram.name", name))

    def add_web(self) -> None:
        """The chat pages."""
        self.web = WebChannel(self.database, self.settings.data, self.clock.now, self._photo)
        self.add(self.web)

    # Life

    async def start(self, sock: socket.socket | None = None) -> None:
        """Goes on where it stopped, then takes what comes."""
        if sock is not None:
            await self._serve(sock)
        await self.inbox.scan(everything=True)
        await self.delivery.start()
        self.ticker.start()
        for channel in self.channels.values():
            self._tasks.append(asyncio.create_task(channel.run(self.inbox.receive)))

    async def wait(self) -> None:
        """Until a channel ends by a fault; raises it."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        await asyncio.Future()

    async def stop(self) -> None:
        """Takes nothing more, lets what is on its way end, lets go of everything."""
        if self.web is not None:
            await self.web.close()
        self.ticker.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.finish()
        deadline = asyncio.get_running_loop().time() + GRACE_S
        while not (self.inbox.idle and self.delivery.idle) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 (two parts, each at rest only for a moment)
            await asyncio.sleep(0.01)
        for channel in self.channels.values():
            await channel.close()
        await self.database.close()

    async def settle(self) -> None:
        """Until nothing is on its way any more (not what waits for its moment)."""
        while not (self.inbox.idle and self.delivery.idle):  # noqa: ASYNC110 (two parts, each at rest only for a moment)
            await asyncio.sleep(0.001)

    async def _serve(self, sock: socket.socket) -> None:
        from bot.channels.web.map import city_map
        from bot.channels.web.pages import routes
        from bot.web.site import site, webhook

        found = []
        if self.web is not None:
            found += routes(
                self.web,
                casts=self.casts,
                city_map=city_map(self.district.city),
                labels=self.district.wording.texts,
                secret=(await self._secret("web.secret")).encode(),
                time_zone=self.district.city.time_zone,
                public_url=self.settings.public_url,
            )
        if self.telegram is not None and self.settings.telegram_webhook:
            found.append(webhook(TELEGRAM_PATH, self.telegram.endpoint(self.inbox.receive)))
        self._server = Server(site(self.database, found), sock)
        self._tasks.append(asyncio.create_task(self._server.run()))

    async def _secret(self, name: str) -> str:
        """A random secret of this installation, made once and kept."""

        async def work(turn: Turn) -> str:
            known = await setting.get(turn, name)
            if known is None:
                known = secrets.token_urlsafe(32)
                await setting.save(turn, name, known)
            return known

        return await self.database.turn(work)

    # What parts ask of one another

    async def _photo(self, sha: str) -> bytes | None:
        try:
            return await asyncio.to_thread(self.photos.read, sha)
        except (FileNotFoundError, ValueError):
            return None

    async def _kept(self, channel: str, ref: str, sha: str) -> None:
        if self.web is not None and channel == self.web.name:
            await self.web.discard(ref, sha)

    async def _erase(self, chat: Chat) -> None:
        if self.web is not None and chat.channel == self.web.name:
            await self.database.turn(lambda turn: web_message.erase(turn, chat.key))
            self.web.reload(chat)

    async def _report(self, action: str, subject: str, chat: Chat, values: Mapping[str, str]) -> None:
        now = self.clock.now()
        await self.inbox.receive([act(action, subject, f"{action}:{subject}:{now.timestamp():.3f}", now, values, chat)])


TELEGRAM_PATH = "/telegram"
PRIVATE_COMMANDS = {"report": "label.report", "my": "label.my", "help": "command.help", "cancel": "label.cancel"}
GROUP_COMMANDS = {"cases": "command.cases", "bind": "command.bind", "help": "command.help"}


def _commands(district: District, keys: Mapping[str, str]) -> dict[str, str]:
    return {command: district.say(key) for command, key in keys.items()}
