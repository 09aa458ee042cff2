"""The web chat as a channel: what comes from a page goes to the inbox, what the bot says stands in the chat at once."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.channels.channel import Drawn, FetchFailed, Receive, SendFailed
from bot.channels.web.cast import NAME
from bot.channels.web.hub import Hub
from bot.channels.web.posted import Posted
from bot.channels.web.update import read
from bot.channels.web.upload import Uploads
from domain.message import Capability, Native, Shown
from domain.update import Chat, Sender, Update
from storage import web_message
from storage.database import Database
from storage.photo import write_whole
from storage.row import ms
from storage.turn import StorageFailed, Turn
from storage.web_message import BOT, WebMessage

log = logging.getLogger(__name__)

CAPABILITY = Capability(
    buttons=100,
    buttons_a_row=8,
    token_bytes=64,
    edits=True,
    text=100_000,
    caption=100_000,
    keyboard=False,
    reactions=True,
    answers=200,
)
LOOK_EACH = 1.0  # seconds between two looks at what other processes wrote
SWEEP_EACH = 3600.0  # seconds
UNSENT_FOR = timedelta(days=7)
_SHA = re.compile(r"[0-9a-f]{64}")


class NotServing(Exception):
    """The inbox takes nothing at the moment: the program is starting or stopping."""


class WebChannel:
    """The channel `web`. `photo` gives a stored photo by its hash (None where there is none)."""

    name = NAME
    capability = CAPABILITY

    def __init__(
        self,
        database: Database,
        data: Path,
        clock: Callable[[], datetime],
        photo: Callable[[str], Awaitable[bytes | None]],
    ) -> None:
        self.database = database
        self.clock = clock
        self.photo = photo
        self.hub = Hub()
        self.uploads = Uploads(data / "uploads")
        self._pictures = data / "pictures"
        self._receive: Receive | None = None
        self._seen = 0

    def read(self, body: str) -> Update:
        """The raw form as an Update. Raises Unreadable."""
        return read(body)

    async def fetch(self, ref: str) -> bytes:
        """The bytes of an upload. Raises FetchFailed where it is gone."""
        whole = await self.uploads.load(ref)
        if whole is None:
            raise FetchFailed("the upload is gone", permanent=True)
        return whole

    async def discard(self, ref: str, sha: str = "") -> None:
        """Deletes an upload once it was kept; `sha` names the stored photo that the person's own page shows now."""
        await self.uploads.discard(ref, sha)

    async def run(self, receive: Receive) -> None:
        """Takes what the pages send until cancelled."""
        self._receive = receive
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sweep())
                if self.database.shared:
                    tasks.create_task(self._follow())
        finally:
            self._receive = None

    async def _sweep(self) -> None:
        while True:
            try:
                await self.uploads.sweep(UNSENT_FOR)
            except OSError as error:  # the disk's trouble; the chat goes on
                log.warning("old uploads could not be removed: %s", error.strerror)
            await asyncio.sleep(SWEEP_EACH)

    async def _follow(self) -> None:
        while True:
            with suppress(StorageFailed):  # lost for a moment: the next look finds what came meanwhile
                await self.look()
            await asyncio.sleep(LOOK_EACH)

    async def look(self) -> None:
        """Wakes the pages whose chats another process wrote to."""
        async with self.database.reading() as queries:
            newest = await web_message.serial(queries)
            news = newest != self._seen and self.hub.open_pages()
            chats = await web_message.stirred(queries, self._seen) if news else []
        for chat in chats:
            self.hub.wake(chat)
        self._seen = newest

    def reload(self, chat: Chat) -> None:
        """Tells the open pages of a chat to read it anew: it was erased."""
        self.hub.tell(chat.key, "reset", {"greet": False})

    async def close(self) -> None:
        """Ends the open streams, so that the server can stop at once."""
        self.hub.close()

    async def take(self, chat: Chat, sender: Sender, posted: Posted) -> WebMessage | None:
        """Puts what a page sent into its chat and into the inbox; the message that stands in the chat, if any.
        The chat first, so that no answer can stand before it; the page sends again until both are done.
        Raises NotServing, and whatever the inbox raises."""
        if self._receive is None:
            raise NotServing
        at = self.clock()
        message = None
        if body := posted.body(sender.name):
            message = await self.database.turn(
                lambda turn: web_message.add(turn, chat.key, sender.id, body, ms(at), posted.key)
            )
            self.hub.wake(chat.key)
        if chat.kind == "private" or posted.wants_an_answer:
            self.hub.tell(chat.key, "typing", {})  # before the inbox has it: the answer may be quick
        await self._receive([posted.raw(chat, sender, at)])
        return message

    async def answer(self, query: str, text: str) -> None:
        """Shows the answer on the page on which the button was pressed; nothing is stored. A page that is closed
        by now hears nothing. Raises SendFailed for a query that is not ours."""
        chat, page, press = (*query.rsplit("#", 2), "", "")[:3]
        if not press:
            raise SendFailed("no such press", permanent=True)
        self.hub.tell(chat, "toast", {"press": press, "text": text}, page)

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        """Puts a message into the chat, edits one, or puts a reaction on one. Raises SendFailed.

        An edit without a picture leaves the picture that stands there, as on Telegram."""
        picture = None if drawn is None else await self._keep(native, drawn)
        now = ms(self.clock())

        async def work(turn: Turn) -> Shown | None:
            if native.reaction and not await _react(turn, chat, native.reaction.message, native.reaction.emoji):
                return None
            if native.reaction and not (native.text or picture):
                return Shown(native.reaction.message)
            if native.edits:
                return await _edit(turn, chat, native.edits.message, _body(native, picture), now)
            message = await web_message.add(turn, chat.key, BOT, _body(native, picture), now)
            return _shown(message.key, message.body)

        shown = await self.database.turn(work)
        if shown is None:
            raise SendFailed("the message is gone", permanent=True)
        self.hub.wake(chat.key)
        return shown

    async def _keep(self, native: Native, drawn: Drawn) -> dict[str, Any]:
        """Keeps a drawn picture under its key's digest; a stored photo is left where it is."""
        name = hashlib.sha256(drawn.key.encode()).hexdigest()
        sha = native.picture.values.get("sha") if native.picture and native.picture.kind == "photo" else None
        jpeg = await drawn.load()
        if isinstance(sha, str) and _SHA.fullmatch(sha):
            name = sha
        else:
            await asyncio.to_thread(write_whole, self._pictures / f"{name}.jpg", jpeg)
        width, height = await asyncio.to_thread(_size, jpeg)
        return {"name": name, "key": drawn.key, "width": width, "height": height}

    async def picture(self, name: str) -> bytes | None:
        """A drawn picture or a stored photo by its name; None where there is none."""
        if not _SHA.fullmatch(name):
            return None
        path = self._pictures / f"{name}.jpg"
        if await asyncio.to_thread(path.is_file):
            return await asyncio.to_thread(path.read_bytes)
        return await self.photo(name)


def _size(jpeg: bytes) -> tuple[int, int]:
    from PIL import Image

    with Image.open(BytesIO(jpeg)) as image:
        return image.size


def _body(native: Native, picture: Mapping[str, Any] | None) -> dict[str, Any]:
    rows = native.rows + (native.keyboard or ())
    return {
        "text": native.text,
        "rows": [[{"label": choice.label, "token": choice.token} for choice in row] for row in rows],
        "links": [{"label": link.label, "url": link.url} for link in native.links],
        "reply": native.reply_to,
        "answer": native.force_reply,
        "silent": native.silent,
        **({"picture": picture} if picture else {}),
    }


def _shown(key: str, body: Mapping[str, Any]) -> Shown:
    return Shown(key, body["picture"]["key"] if "picture" in body else "")


async def _edit(turn: Turn, chat: Chat, key: str, body: dict[str, Any], now: int) -> Shown | None:
    there = await web_message.find(turn, chat.key, key)
    if there is None or there.author != BOT:
        return None
    stays = {name: there.body[name] for name in ("picture", "reactions") if name in there.body}
    body = stays | body | {"reply": body["reply"] or there.body["reply"]}
    if body != there.body:
        await web_message.rewrite(turn, there, body, now)
    return _shown(key, body)


async def _react(turn: Turn, chat: Chat, key: str, emoji: str) -> bool:
    """Puts a sign on a message, once; whether the message is there."""
    there = await web_message.find(turn, chat.key, key)
    if there is None:
        return False
    signs = there.body.get("reactions", [])
    if emoji not in signs:
        await web_message.rewrite(turn, there, {**there.body, "reactions": [*signs, emoji]}, None)
    return True
