"""Where a card stands: the platform's message that shows it in a chat, and what it shows."""

from storage.turn import Queries, Row, Turn

GET = "select card, chat, message, picture, digest from shown where card = :card and chat = :chat"
SAVE = """
insert into shown (card, chat, message, picture, digest) values (:card, :chat, :message, :picture, :digest)
on conflict (card, chat) do update
set message = excluded.message, picture = excluded.picture, digest = excluded.digest
"""
CARD_OF = "select card, chat, message, picture, digest from shown where chat = :chat and message = :message"
CHATS_OF = "select card, chat, message, picture, digest from shown where card = :card order by chat"
DROP = "delete from shown where card = :card and chat = :chat"
FORGET = "delete from shown where chat = :chat"


async def get(queries: Queries, card: str, chat: str) -> Row | None:
    """Where the card stands in the chat: `message`, `picture` (its key), `digest` (of what it shows)."""
    return await queries.one(GET, card=card, chat=chat)


def save(turn: Turn, card: str, chat: str, message: str, picture: str, digest: str) -> None:
    """The card stands there now; written at the turn's end."""
    turn.put(SAVE, card=card, chat=chat, message=message, picture=picture, digest=digest)


async def card_of(queries: Queries, chat: str, message: str) -> Row | None:
    """The card that a message of a chat shows."""
    return await queries.one(CARD_OF, chat=chat, message=message)


async def chats_of(queries: Queries, card: str) -> list[Row]:
    """Everywhere a card stands."""
    return await queries.all(CHATS_OF, card=card)


async def drop(turn: Turn, card: str, chat: str) -> None:
    """The card stands there no more: the next showing is a new message."""
    await turn.do(DROP, card=card, chat=chat)


async def forget(turn: Turn, chat: str) -> None:
    """Drops what a person's private chat shows."""
    await turn.do(FORGET, chat=chat)


INTEND = """
insert into shown (card, chat, message) values (:card, :chat, '') on conflict (card, chat) do nothing
"""


def intend(turn: Turn, card: str, chat: str) -> None:
    """The card is to stand in this chat: from now on `chats_of` names it, even before it was sent."""
    turn.put(INTEND, card=card, chat=chat)
