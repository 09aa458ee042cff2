"""A chat platform in the terminal: it can what Telegram can, and prints everybody's chats one under the other."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from rich.text import Text as Ink

from bot.channels.channel import Drawn, FetchFailed, Raw, Receive, SendFailed, Unreadable
from bot.channels.telegram.capability import TELEGRAM
from bot.demo.paper import Paper, Post, changed, spoken, told, whole
from bot.time import Clock
from domain.message import Native, Shown
from domain.update import Chat, Choice, Enter, Location, Part, Photo, Sender, Text, Update

NAME = "terminal"
_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "enter": lambda _: Enter(),
    "text": lambda part: Text(part["text"]),
    "photo": lambda part: Photo(part["ref"]),
    "location": lambda part: Location(part["lon"], part["lat"]),
    "choice": lambda part: Choice(part["token"], part["message"], part["query"]),
}


class Terminal:
    """The channel `terminal`. `photos` are the pictures that people have to send, by reference, and `subjects` say
    what is on them once they are stored, by hash. What was said (chat and text) and answered since the last deed
    stands in `said` and `answers`."""

    name = NAME
    capability = TELEGRAM

    def __init__(self, paper: Paper, clock: Clock, photos: Mapping[str, bytes], subjects: Mapping[str, str]) -> None:
        self.paper = paper
        self._clock = clock
        self._photos = photos
        self._subjects = subjects
        self._posts: Mapping[str, list[Post]] = {chat: [] for chat in paper.panes}
        self._serial = count(1)
        self._receive: Receive | None = None
        self.said: list[tuple[Chat, str]] = []
        self.answers: list[str] = []

    # The channel's promise

    def read(self, body: str) -> Update:
        try:
            held = json.loads(body)
            chat, sender = Chat.of(held["chat"]), Sender(NAME, held["sender"], held["name"], "zh")
            parts = tuple(_PARTS[part["type"]](part) for part in held["parts"])
            return Update(NAME, "", self._clock.now(), chat, sender, parts, held["message"], held["reply_to"])
        except (ValueError, KeyError, TypeError) as wrong:
            raise Unreadable(f"not a raw form of the terminal: {type(wrong).__name__}") from None

    async def fetch(self, ref: str) -> bytes:
        if ref not in self._photos:
            raise FetchFailed("there is no such photo", permanent=True)
        return self._photos[ref]

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        posts = self._posts.get(chat.key)
        if posts is None:
            raise SendFailed("there is no such chat", permanent=True)
        if native.reaction is not None:
            self.paper.put(chat, Ink(f"{native.reaction.emoji} 在那条消息上", "dim"))
            return Shown(native.reaction.message)
        picture = ""
        if native.picture is not None and drawn is not None:
            await drawn.load()  # drawn in earnest, and told in words
            picture = told(native.picture, self._subjects)
        post = self._stand(chat, posts, native, picture)
        self.said.append((chat, native.text))
        return Shown(post.key, drawn.key if drawn else native.edits.picture if native.edits else "")

    def _stand(self, chat: Chat, posts: list[Post], native: Native, picture: str) -> Post:
        """Puts a message into the chat, or in the place of the one that it edits."""
        if native.edits is None:
            post = Post(str(next(self._serial)), native.text, native.rows + (native.keyboard or ()), picture)
            posts.append(post)
            self.paper.put(chat, whole(post))
            return post
        for place, old in enumerate(posts):
            if old.key == native.edits.message:
                gone = {**old.gone, **old.buttons}
                posts[place] = Post(old.key, native.text, native.rows, picture or old.picture, gone)
                self.paper.put(chat, changed(old, posts[place]))
                return posts[place]
        raise SendFailed("the message is gone", permanent=True)

    async def answer(self, query: str, text: str) -> None:
        if text:
            self.answers.append(text)
            self.paper.put(Chat.of(query.partition("#")[0]), Ink.assemble(("弹 ", "bold"), text), first=True)

    async def run(self, receive: Receive) -> None:
        self._receive = receive
        await asyncio.Future()

    async def close(self) -> None:
        """Holds nothing."""

    # What people do

    async def takes(
        self, chat: Chat, person: Sender, parts: Sequence[Mapping[str, Any]], words: str, reply: Post | None = None
    ) -> None:
        """Somebody does something, told in `words`; it is in the inbox when this returns."""
        if self._receive is None:
            raise RuntimeError("the program does not run yet")
        self.said.clear()
        self.answers.clear()
        number = str(next(self._serial))
        name = "" if chat.kind == "private" else person.name
        self.paper.put(chat, spoken(name, reply.text.splitlines()[0] if reply else "", words))
        self.paper.release()
        body = {
            "chat": chat.key,
            "sender": person.id,
            "name": person.name,
            "parts": [{**part, "query": f"{chat.key}#{number}"} for part in parts],
            "message": number,
            "reply_to": reply.key if reply else "",
        }
        raw = Raw(NAME, number, f"{chat.key}|{person.id}", self._clock.now(), json.dumps(body, ensure_ascii=False))
        await self._receive([raw])

    def find(self, chat: Chat, label: str = "", *, late: bool = False) -> Post | None:
        """The chat's last message that has a button of that name (had one, `late`); of no name: the last of all."""
        for post in reversed(self._posts[chat.key]):
            if not label or label in (post.gone if late else post.buttons):
                return post
        return None
