"""What goes out, the same to every channel, and what a channel can do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LOCATION = "location"
MENU = "menu:"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what stands on it, and what it brings back. The token `location` asks for the person's place;
    tokens that begin with `menu:` are the residents' menu."""

    label: str
    token: str


Rows = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn, as data: photo (sha), map, pair, collage, progress. Drawn by `bot.picture` at delivery."""

    kind: Literal["photo", "map", "pair", "collage", "progress"]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """Words of the text that open an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sign put on somebody's message (the platform's id)."""

    message: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing the bot says.

    `replaces` is the outbox key of an earlier message of ours that this one edits; `reply_to` an outbox key, a card
    (`card:case:XF-...`) or a platform's message id (`at:123`). `news` false: only worth saying as an edit, left out
    where nothing can be edited. `urgency`: reply (answers what a person just did), push (waits for the quiet
    hours), urgent (never waits). `ask` says what the person is expected to send next. `missing_picture`: the words
    added where the picture could not be drawn.
    """

    text: str
    choices: Rows = ()
    picture: Picture | None = None
    links: tuple[Link, ...] = ()
    ask: Literal["text", "photo", "location", "none"] = "none"
    replaces: str = ""
    reply_to: str = ""
    news: bool = True
    reaction: Reaction | None = None
    urgency: Literal["reply", "push", "urgent"] = "reply"
    missing_picture: str = ""
    template: Mapping[str, str] = field(default_factory=dict)

    def labels(self) -> Iterator[Choice]:
        """All choices in reading order: the order of their numbers where they are listed."""
        for row in self.choices:
            yield from row


@dataclass(frozen=True, slots=True)
class Capability:
    """What a channel can do, one row a channel. Lengths of text are UTF-16 units, of tokens bytes."""

    buttons: int
    buttons_a_row: int
    token_bytes: int
    edits: bool
    text: int
    caption: int
    keyboard: bool
    reactions: bool
    answers: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of ours that stands in a chat: the platform's id, and the key of its picture (empty: none)."""

    message: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Native:
    """One call to a platform: a message fitted to what its channel can do.

    `rows` stand under the message, `keyboard` under the typing field (None: leave as it is; empty: take away);
    `edits` is the message to change; `force_reply` opens an answer to this message."""

    text: str
    rows: Rows = ()
    keyboard: Rows | None = None
    picture: Picture | None = None
    links: tuple[Link, ...] = ()
    edits: Shown | None = None
    reply_to: str = ""
    reaction: Reaction | None = None
    force_reply: bool = False
    silent: bool = False
