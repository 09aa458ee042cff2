"""Who speaks on a page: a resident known by a cookie, or, in the demo, one of a cast."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from domain.update import Chat, ChatKind, Sender
from storage.web_message import BOT

NAME = "web"
TOKEN_BITS = 128


class Stranger(Exception):
    """A speaker that the page does not have."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of a cast; `role` in words, as it stands beside the name (`幸福里03网格长`)."""

    id: str
    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """A chat of the demo in which one chooses who speaks. `kind` private: a chat of one person with the bot."""

    chat_id: str
    title: str
    people: Sequence[Person]
    kind: ChatKind = "group"

    def __post_init__(self) -> None:
        if not self.people or any(person.id == BOT or "|" in person.id for person in self.people):
            raise ValueError(f"a cast needs people, none of them called {BOT!r}: {self.chat_id}")

    @property
    def chat(self) -> Chat:
        return Chat(NAME, self.kind, self.chat_id)

    def sender(self, id: str, language: str) -> Sender:
        """The speaker of that id. Raises Stranger."""
        for person in self.people:
            if person.id == id:
                return Sender(NAME, person.id, person.name, language)
        raise Stranger(id)


@dataclass(frozen=True, slots=True)
class Resident:
    """Who opened a resident's page. The id is a digest of the cookie, so that nobody who reads a table or a log can
    take the person's place."""

    id: str

    @classmethod
    def of(cls, token: str) -> "Resident":
        return cls(hashlib.sha256(token.encode()).hexdigest()[:32])

    @property
    def chat(self) -> Chat:
        return Chat(NAME, "private", self.id)

    def sender(self, _: str, language: str) -> Sender:
        return Sender(NAME, self.id, "", language)


Seat = Cast | Resident
"""Whose page it is: it names the chat, and who may speak there."""


def new_token() -> str:
    """A cookie that cannot be guessed, 32 hexadecimal digits."""
    return secrets.token_hex(TOKEN_BITS // 8)


def is_token(text: str) -> bool:
    return len(text) == TOKEN_BITS // 4 and all(sign in "0123456789abcdef" for sign in text)
