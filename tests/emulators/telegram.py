"""An emulator of the Telegram Bot API: a real HTTP server on loopback that answers and refuses as it does.

It imitates Bot API 10.1 as the open-source server speaks it (descriptions and checks follow that server and
TDLib; those of Telegram's own machines are from reports of users). One bot, one token.

    async with TelegramEmulator(clock) as telegram:
        alice = telegram.person("王", language_code="zh-hans")
        group = telegram.group("幸福里网格群")
        await alice.sends("/start")                       # the bot polls telegram.base, telegram.token
        message = await alice.hears(containing="您好")
        tap = await alice.taps("我要上报")
        assert await tap.answered() == ""

Served: getMe, getUpdates, setWebhook, deleteWebhook, getWebhookInfo, sendMessage, sendPhoto, sendDocument,
sendVoice, sendMediaGroup, sendLocation, sendVenue, sendChatAction, editMessageText, editMessageCaption,
editMessageMedia, editMessageReplyMarkup, deleteMessage, answerCallbackQuery, setMessageReaction, getFile and
downloads, getChat, getChatMember, getChatAdministrators, getChatMemberCount, leaveChat, the bot's commands,
name and descriptions. Other methods answer 404 and are listed in `telegram.missed`.

Left out: parse_mode (refused, so use entities), channels, inline mode, business accounts, payments, stickers
and polls from the bot, quotes in replies, fetching media by HTTP address, phone numbers and bare domains as
found entities, the flood limits (429 comes on order only), the delays with which the real server slows
repeated getUpdates and conflicts, methods in the answer to a webhook. Message ids count up in each chat;
Telegram shares one count among private chats and basic groups. A person's picture keeps its bytes (real
clients compress it). Stricter than real: one item is no album; too many buttons refuse the message.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from .telegram_about import ABOUT
from .telegram_call import UPLOAD_LIMIT, Call, Refusal, read_call
from .telegram_edit import EDITING
from .telegram_group import Group
from .telegram_people import Person
from .telegram_place import Place
from .telegram_record import Act, Chat, Json, Message, Tap
from .telegram_send import SENDING
from .telegram_update import encode
from .telegram_world import Fault, World

__all__ = ["Act", "Group", "Message", "Person", "Tap", "TelegramEmulator"]

METHODS: dict[str, Callable[[World, Call], Any]] = {**SENDING, **EDITING, **ABOUT}
TEXTS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


def now() -> datetime:
    return datetime.now(UTC)


class TelegramEmulator:
    """The server and the people around it. `clock` returns an aware datetime and dates everything but waits;
    `privacy` is the bot's privacy mode; `history` keeps only so many messages a chat (for benchmarks).
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = now,
        *,
        privacy: bool = True,
        history: int | None = None,
        token: str | None = None,
        port: int = 0,
    ) -> None:
        token = token or f"{8_100_000_000 + secrets.randbelow(90_000_000)}:{secrets.token_urlsafe(26)[:35]}"
        self.world = World(clock, token=token, privacy=privacy, history=history)
        self.world.updates.taken = self.ring
        self.token = token
        self.base = ""
        self.missed: list[str] = []
        self._port = port
        self._waiting: set[asyncio.Future[None]] = set()
        self._closing = asyncio.Event()

    # The server

    async def __aenter__(self) -> TelegramEmulator:
        server = web.Server(self._serve, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self.world.updates.close()
        await asyncio.sleep(0)
        await self._runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        _, root, *rest = request.path.split("/", 3)
        try:
            if root == "file" and len(rest) == 2:
                self._check_token(rest[0])
                return web.Response(body=self.world.files.download(rest[1]))
            self._check_token(root)
            return await self._call(request, "/".join(rest))
        except Refusal as refusal:
            return _refused(refusal)

    def _check_token(self, part: str) -> None:
        if part != f"bot{self.token}":
            raise Refusal(*((401, "Unauthorized") if part.startswith("bot") else (404, "Not Found")))

    async def _call(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        call = await read_call(request, name)
        self.world.calls[name] += 1
        self.ring()
        fault = self.world.take_fault(call)
        if fault is not None and not fault.performs:
            return await self._fail(fault, request)
        try:
            body = b'{"ok":true,"result":%b}' % await self._perform(call)
        finally:
            self.ring()
        if fault is not None:
            return await self._fail(fault, request)
        return web.Response(body=body, content_type="application/json")

    async def _perform(self, call: Call) -> bytes:
        updates = self.world.updates
        if call.method == "getupdates":
            return await updates.get(call)
        if call.method in ("setwebhook", "deletewebhook"):
            return encode(await updates.set_webhook(call))
        if call.method == "getwebhookinfo":
            return encode(updates.webhook_info())
        method = METHODS.get(call.method)
        if method is None:
            self.missed.append(call.name)
            raise Refusal(404, "Not Found")
        return encode(method(self.world, call))

    async def _fail(self, fault: Fault, request: web.BaseRequest) -> web.StreamResponse:
        self.ring()
        if fault.refusal is not None:
            raise fault.refusal
        if fault.silent:
            await self._closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    # The people

    def person(
        self, first_name: str = "王", *, language_code: str | None = "zh-hans", started: bool = False, **more: Any
    ) -> Person:
        """Somebody new; `more` are fields of User (`last_name`, `username`, `id`).

        The bot can write to them once they have written (or with `started`).
        """
        user: Json = {"id": next(self.world.numbers), "is_bot": False, "first_name": first_name, **more}
        if language_code:
            user["language_code"] = language_code
        self.world.users[user["id"]] = user
        chat = Chat(user["id"], "private", self.world.bot["id"], user=user, started=started)
        return Person(self, user, self.world.new_chat(chat))

    def group(self, title: str, kind: str = "supergroup", *, forum: bool = False, bot: bool = True) -> Group:
        """A group (`kind` "group" or "supergroup"); the bot is in it unless `bot` is false."""
        if kind not in ("group", "supergroup") or (forum and kind == "group"):
            raise ValueError(f"there is no such group: {kind}, forum {forum}")
        number = next(self.world.numbers)
        chat_id = -number if kind == "group" else -1_000_000_000_000 - number % 1_000_000_000_000
        status = "member" if bot else "left"
        chat = Chat(chat_id, kind, self.world.bot["id"], title, forum=forum, bot_status=status)
        return Group(self, self.world.new_chat(chat))

    async def pushes(self, update: dict[str, Any]) -> int:
        """Delivers any update as it is, hostile ones too; an `update_id` is put in unless given."""
        number = self.world.updates.push_raw(update)
        self.ring()
        await asyncio.sleep(0)
        return number

    # Failures on order

    def fail_next(
        self,
        method: str,
        status: int = 500,
        *,
        times: int = 1,
        retry_after: int | None = None,
        chat: Place | int | None = None,
        description: str | None = None,
        performs: bool = False,
    ) -> None:
        """The next `times` calls of a method ("*": any) are refused; with `performs`, done and yet refused.

        `retry_after` in seconds, for 429 (1 unless given).
        """
        parameters = {}
        if status == 429 or retry_after is not None:
            parameters["retry_after"] = retry_after or 1
        text = description or TEXTS.get(status, "Internal Server Error").format_map(parameters)
        self._order(method, times, chat, refusal=Refusal(status, text, **parameters), performs=performs)

    def hang_next(
        self,
        method: str,
        *,
        performs: bool = True,
        silent: bool = False,
        times: int = 1,
        chat: Place | int | None = None,
    ) -> None:
        """The next `times` calls get no answer: the connection is cut, or with `silent` it stays open.

        The call was carried out first, unless `performs` is false.
        """
        self._order(method, times, chat, performs=performs, silent=silent)

    def _order(self, method: str, times: int, chat: Place | int | None, **how: Any) -> None:
        where = "" if chat is None else str(chat if isinstance(chat, int) else chat.id)
        self.world.faults.append(Fault(method.lower(), times, where, **how))

    def drop_file(self, message: Message, times: int = 1, *, at: str = "getFile") -> None:
        """The next getFile calls for a message's file fail; with at="download", the downloads do."""
        for file in message.files:
            if at == "getFile":
                file.missing = times
            else:
                file.lost = times

    # Reading and waiting

    @property
    def calls(self) -> Counter[str]:
        """How often each method was called."""
        return self.world.calls

    @property
    def pending(self) -> int:
        """Updates that the bot has not confirmed yet."""
        return len(self.world.updates.pending)

    def ring(self) -> None:
        """Wakes all who wait in `until`."""
        if self._waiting:
            for waiter in self._waiting:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiting.clear()

    async def until(self, condition: Callable[[], object], timeout: float = 5, told: str = "") -> None:
        """Waits until a condition holds; looked at after every call and act. `timeout` in real seconds.

        Raises AssertionError where it does not come true.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not condition():
            left = end - loop.time()
            if left <= 0:
                raise AssertionError(told or f"it did not come true in {timeout} s; calls so far: {dict(self.calls)}")
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiting.add(waiter)
            await asyncio.wait((waiter,), timeout=left)
            self._waiting.discard(waiter)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=UPLOAD_LIMIT)


def _refused(refusal: Refusal) -> web.Response:
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.Response(status=refusal.code, body=encode(body), content_type="application/json")
