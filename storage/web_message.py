"""What stands in the chats of the web channel. The only SQL of the web chat.

Two tables, for `schema.py` and the migration (`at`, `edited`: milliseconds since 1970, UTC):

    create table web_page (
        chat text,                  -- the chat's key; the row of the empty key holds the serial of all changes
        last bigint not null,       -- the newest message's id in this chat; in the empty row: the newest change
        constraint web_page_pkey primary key (chat)
    );
    create table web_message (
        chat text,
        id bigint,                  -- serial in its chat
        change bigint not null,     -- serial over all chats, a new one at each insert and edit
        key text not null,          -- the platform's id: the page's own for a person's message, else the id as text
        author text not null,       -- 'bot', or the sender's id
        body text not null,         -- JSON
        at bigint not null,
        edited bigint,
        constraint web_message_pkey primary key (chat, id)
    );
    create unique index web_message_key on web_message (chat, key);
    create index web_message_change on web_message (chat, change);
    create unique index web_message_serial on web_message (change);

A change's number is taken by updating one row, which stays locked until the commit: so changes become visible in the
order of their numbers, and a reader that goes on after the last one it saw misses none.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.row import text
from storage.turn import Queries, Row, Turn

BOT = "bot"
END = 2**53

FIND = "select * from web_message where chat = :chat and key = :key"
NEXT = """
insert into web_page (chat, last) values (:chat, 1)
on conflict (chat) do update set last = web_page.last + 1 returning last
"""
ADD = """
insert into web_message (chat, id, change, key, author, body, at)
values (:chat, :id, :change, :key, :author, :body, :at)
"""
REWRITE = """
update web_message set body = :body, change = :change, edited = coalesce(:edited, edited)
where chat = :chat and id = :id
"""
BEFORE = "select * from web_message where chat = :chat and id < :id order by id desc limit :most"
SINCE = "select * from web_message where chat = :chat and change > :change order by change limit :most"
SERIAL = "select last from web_page where chat = ''"
STIRRED = "select distinct chat from web_message where change > :change"
ERASE = "delete from web_message where chat = :chat"


@dataclass(frozen=True, slots=True)
class WebMessage:
    """One message as it stands in a chat. `at` and `edited` in milliseconds UTC."""

    chat: str
    id: int
    change: int
    key: str
    author: str
    body: Mapping[str, Any]
    at: int
    edited: int | None


def _message(row: Row) -> WebMessage:
    return WebMessage(
        chat=row["chat"],
        id=row["id"],
        change=row["change"],
        key=row["key"],
        author=row["author"],
        body=json.loads(row["body"]),
        at=row["at"],
        edited=row["edited"],
    )


async def _next(turn: Turn, chat: str) -> int:
    row = await turn.one(NEXT, chat=chat)
    assert row is not None  # `returning` answers with the row it wrote
    return int(row["last"])


async def find(queries: Queries, chat: str, key: str) -> WebMessage | None:
    """The message of a key, None where the chat has none."""
    row = await queries.one(FIND, chat=chat, key=key)
    return None if row is None else _message(row)


async def add(turn: Turn, chat: str, author: str, body: Mapping[str, Any], at: int, key: str = "") -> WebMessage:
    """Puts a message at the end of its chat. With a key that the chat has already nothing is added, and the message
    that stands there is returned."""
    if key and (there := await find(turn, chat, key)):
        return there
    change = await _next(turn, "")
    if key and (there := await find(turn, chat, key)):  # another was first while we waited for the number
        return there
    serial = await _next(turn, chat)
    message = WebMessage(chat, serial, change, key or str(serial), author, body, at, None)
    await turn.do(ADD, chat=chat, id=serial, change=change, key=message.key, author=author, body=text(body), at=at)
    return message


async def rewrite(turn: Turn, message: WebMessage, body: Mapping[str, Any], edited: int | None) -> None:
    """Gives a message another body. `edited` is the moment, None where its words stay (a reaction)."""
    change = await _next(turn, "")
    await turn.do(REWRITE, body=text(body), change=change, edited=edited, chat=message.chat, id=message.id)


async def before(queries: Queries, chat: str, id: int | None, most: int) -> list[WebMessage]:
    """The newest messages older than `id` (None: of all), in reading order."""
    rows = await queries.all(BEFORE, chat=chat, id=END if id is None else id, most=most)
    return [_message(row) for row in reversed(rows)]


async def since(queries: Queries, chat: str, change: int, most: int) -> list[WebMessage]:
    """What was added or changed after `change`, in the order of the changes."""
    return [_message(row) for row in await queries.all(SINCE, chat=chat, change=change, most=most)]


async def serial(queries: Queries) -> int:
    """The number of the newest change of all chats."""
    row = await queries.one(SERIAL)
    return 0 if row is None else int(row["last"])


async def stirred(queries: Queries, change: int) -> list[str]:
    """The chats in which something was added or changed after `change`."""
    return [row["chat"] for row in await queries.all(STIRRED, change=change)]


async def erase(turn: Turn, chat: str) -> int:
    """Clears a chat (`/forget`); the serials go on, so that no message's id is ever given twice. How many went."""
    return await turn.do(ERASE, chat=chat)
