"""What is kept of a chat: its messages, as they are now, and every act of the bot in it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .telegram_call import bad
from .telegram_file import File
from .telegram_markup import Button, inline_buttons, reply_keys

Json = dict[str, Any]

BOT_INSIDE = {"member", "administrator", "creator"}


@dataclass(eq=False)
class Message:
    """A message as it stands now. `raw` is what the platform tells; the rest reads it in plain words."""

    chat: Chat
    raw: Json
    markup: Json | None = None
    files: list[File] = field(default_factory=list)
    reply_to: Message | None = None
    edited: int = 0
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def from_bot(self) -> bool:
        return bool(self.raw.get("from", {}).get("id") == self.chat.bot_id)

    @property
    def text(self) -> str:
        """The words: a text, or the caption under a picture or file."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.raw.get("entities") or self.raw.get("caption_entities") or [])

    @property
    def photo(self) -> bytes | None:
        return self.files[-1].data if self.files and "photo" in self.raw else None

    @property
    def document(self) -> bytes | None:
        return self.files[-1].data if self.files and "document" in self.raw else None

    @property
    def location(self) -> tuple[float, float] | None:
        """Longitude and latitude, in degrees."""
        place = self.raw.get("location")
        return (place["longitude"], place["latitude"]) if place else None

    @property
    def buttons(self) -> list[list[Button]]:
        """The rows of its inline keyboard."""
        return inline_buttons(self.markup)

    @property
    def labels(self) -> list[list[str]]:
        return [[button.label for button in row] for row in self.buttons]

    @property
    def keyboard(self) -> list[list[Button]]:
        """The rows of the reply keyboard that came with it."""
        return reply_keys(self.markup)

    @property
    def thread(self) -> int | None:
        return self.raw.get("message_thread_id")

    @property
    def album(self) -> str | None:
        return self.raw.get("media_group_id")

    def __repr__(self) -> str:
        gone = " deleted" if self.deleted else ""
        rows = " / ".join(" ".join(f"[{label}]" for label in row) for row in self.labels)
        return f"<{self.id}{gone} {self.text!r} {rows}>".replace(" >", ">")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the bot did in a chat: `kind` is send, edit, delete, answer, react or action."""

    kind: str
    at: datetime
    method: str
    message: Message | None = None
    text: str = ""


@dataclass(eq=False)
class Tap:
    """A pressed button: an inline one (a callback query), or a reply keyboard's key (then `sent`)."""

    id: str
    at: datetime
    data: str | None
    message: Message | None
    sent: Message | None = None
    text: str | None = None
    alert: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def answer(self) -> str | None:
        """The words that the bot answered with, "" for an empty answer, None before any."""
        return self.text

    async def answered(self, timeout: float = 5) -> str:
        """Waits for the answer and returns its words; `timeout` in real seconds."""
        try:
            await asyncio.wait_for(self.done.wait(), timeout)
        except TimeoutError:
            raise AssertionError(f"the tap on {self.data!r} was not answered") from None
        return self.text or ""


@dataclass(eq=False)
class Chat:
    """A private chat, a group or a supergroup."""

    id: int
    kind: str
    bot_id: int
    title: str = ""
    user: Json | None = None
    forum: bool = False
    bot_status: str = "member"
    started: bool = False
    blocked: bool = False
    moved_to: int | None = None
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    members: dict[int, tuple[Json, str]] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    log: deque[Act] = field(default_factory=deque)
    last_id: int = 0
    brief: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind == "supergroup":
            self.last_id = 1  # its own creation, and the id of a forum's General topic
        self.brief = {"id": self.id, "type": self.kind}
        if self.user is not None:
            names = ("first_name", "last_name", "username")
            self.brief |= {name: self.user[name] for name in names if name in self.user}
        else:
            self.brief["title"] = self.title
        if self.forum:
            self.brief["is_forum"] = True

    @property
    def private(self) -> bool:
        return self.kind == "private"

    def find(self, message_id: int, what: str) -> Message:
        """The message, or the server's refusal (`what` as in "message to edit")."""
        message = self.messages.get(message_id)
        if message is None or message.deleted:
            raise bad(f"{what} not found")
        return message

    def shown_keyboard(self) -> Message | None:
        """The message whose reply keyboard is open now."""
        for message in reversed(self.messages.values()):
            if not message.from_bot or message.markup is None:
                continue
            if message.markup.get("remove_keyboard"):
                return None
            if message.markup.get("keyboard"):
                return message
        return None
