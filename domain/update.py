"""What comes in, the same from every chat, page, errand and clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

ChatKind = Literal["private", "group", "page", "clock"]


@dataclass(frozen=True, slots=True)
class Chat:
    """Where something is said. `thread` is a forum topic's id, empty where there is none."""

    channel: str
    kind: ChatKind
    id: str
    thread: str = ""

    @property
    def key(self) -> str:
        """The chat as one text, used in tables and in keys: `telegram|group|-1001|7`."""
        return f"{self.channel}|{self.kind}|{self.id}|{self.thread}"

    @classmethod
    def of(cls, key: str) -> "Chat":
        """The chat of a key. Raises ValueError where the text is not one."""
        channel, kind, chat, thread = key.split("|")
        if kind not in ("private", "group", "page", "clock"):
            raise ValueError(f"no such kind of chat: {kind}")
        return cls(channel, kind, chat, thread)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who says it, as the platform knows the person. `nameless` marks a group's anonymous administrator,
    who can never be given a right. `language` is the platform's tag (`zh-hans`), may be empty."""

    channel: str
    id: str
    name: str = ""
    language: str = ""
    nameless: bool = False

    @property
    def key(self) -> str:
        """The person as one text: `telegram|42`."""
        return f"{self.channel}|{self.id}"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo. `ref` is the platform's own reference; `sha` names the stored photo once it was fetched.
    `original` marks a picture sent as a file. `problem` says why it could not be kept:
    broken, too_large, kind (another kind of file) or gone (could not be fetched)."""

    ref: str
    sha: str = ""
    original: bool = False
    problem: Literal["", "broken", "too_large", "kind", "gone"] = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """A place, degrees in the datum named (wgs84, gcj02, bd09)."""

    lon: float
    lat: float
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    accuracy_m: float | None = None
    label: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    ref: str
    seconds: int
    sha: str = ""


@dataclass(frozen=True, slots=True)
class File:
    ref: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A pressed button. `token` is what the button carries and is never trusted; `message` is the platform's id
    of the message it stood under; `query` answers the press (see `turn.answer`), empty where it was typed."""

    token: str
    message: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Enter:
    """The person opened the chat, or the bot was put into a group (`payload` empty then)."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """The person blocked the bot, or the bot was put out of a group."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A group got a new id."""

    to: str


@dataclass(frozen=True, slots=True)
class Edited:
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a page, the clock or an errand's answer does: no words of a chat."""

    action: str
    subject: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Other:
    """Something a chat can hold and we cannot read: sticker, video, contact, poll ..."""

    kind: str


Part = Text | Photo | Location | Voice | File | Choice | Enter | Leave | Moved | Edited | Act | Other


@dataclass(frozen=True, slots=True)
class Update:
    """One incoming thing. `at` is the platform's time. `message` is the platform's id of it (to react or reply to);
    `reply_to` the platform's id of the message it answers. `album` joins the pieces of one album; `lane` is the
    order it was read in."""

    channel: str
    key: str
    at: datetime
    chat: Chat
    sender: Sender
    parts: tuple[Part, ...]
    message: str = ""
    reply_to: str = ""
    album: str = ""
    lane: str = ""
