"""Group chats: which office's each one is, and what happens when a platform gives one a new id."""

from collections.abc import Iterable

from storage.turn import Queries, Row, Turn

BIND = """
insert into bound (chat, code, since, by_person) values (:chat, :code, :now, :person)
on conflict (chat) do update set code = excluded.code, since = excluded.since, by_person = excluded.by_person
"""
UNBIND = "delete from bound where chat = :chat"
CODE_OF = "select code from bound where chat = :chat"
OF_CODE = "select chat, code, since, by_person from bound where code = :code order by since, chat"

THERE = "substr({table}.chat, 1, length(cast(:old as text))) = :old"
NEW = "cast(:new as text) || substr({table}.chat, length(cast(:old as text)) + 1)"


def _taken(table: str, *others: str) -> str:
    """Drops what the chat already has under its new id: that is the later one."""
    same = "".join(f" and taken.{other} = {table}.{other}" for other in others)
    return (
        f"delete from {table} where {THERE} and exists (select 1 from {table} taken where taken.chat = {NEW}{same})"
    ).format(table=table)


def _moved(table: str) -> str:
    return f"update {table} set chat = {NEW} where {THERE}".format(table=table)


MOVE = (
    _taken("bound"),
    _moved("bound"),
    _taken("shown", "card"),
    _moved("shown"),
    _taken("dialogue", "person"),
    _moved("dialogue"),
    _taken("prompt"),
    _moved("prompt"),
    _moved("outbox"),
)


async def bind(turn: Turn, chat: str, code: str, person: str, now: int) -> None:
    """The chat is now the group of this code, and of no other."""
    await turn.do(BIND, chat=chat, code=code, person=person, now=now)


async def unbind(turn: Turn, chat: str) -> bool:
    """The chat is nobody's group any more. False: it was not."""
    return await turn.do(UNBIND, chat=chat) == 1


async def code_of(queries: Queries, chat: str) -> str | None:
    """The code whose group the chat is."""
    row = await queries.one(CODE_OF, chat=chat)
    return None if row is None else row["code"]


async def of_codes(queries: Queries, codes: Iterable[str]) -> list[Row]:
    """The groups of the codes (`chat`, `code`), in the codes' order, the longest bound first."""
    return [row for code in codes for row in await queries.all(OF_CODE, code=code)]


async def move(turn: Turn, old: str, new: str) -> None:
    """A group got a new id: all that is kept by chat moves, its threads too.

    `old` and `new` are the beginnings of chat keys up to the thread: `telegram|group|-1001|`. What the chat already has
    under the new id wins."""
    for sql in MOVE:
        await turn.do(sql, old=old, new=new)
