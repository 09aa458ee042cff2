"""Reminders gathered into one post a group: what waits for the next post, and what stands in which."""

from dataclasses import dataclass
from datetime import datetime

from storage.row import Shape, ms
from storage.turn import Queries, Turn


@dataclass(frozen=True, slots=True)
class Nudge:
    """One row of a gathered reminder. `post` is empty while it waits for the group's next one."""

    chat: str
    number: str
    rule: str
    at: datetime
    post: str = ""


NUDGE = Shape(Nudge)
INSERT = (
    "insert into nudge (chat, number, rule, at, post) values (:chat, :number, :rule, :at, :post) "
    "on conflict (chat, number, rule) do update set at = excluded.at, post = ''"
)
WAITING = "select * from nudge where chat = :chat and post = '' order by at, number"
IN_POST = "select * from nudge where chat = :chat and post = :post order by at, number"
POST = "update nudge set post = :post where chat = :chat and post = ''"
POSTS_OF = "select distinct chat, post from nudge where number = :number and post <> ''"
LAST = "select max(post) as post from nudge where chat = :chat"
DROP = "delete from nudge where chat = :chat and post <> '' and post < :post"


def add(turn: Turn, nudge: Nudge) -> None:
    turn.put(INSERT, **NUDGE.values(nudge))


async def waiting(queries: Queries, chat: str) -> list[Nudge]:
    return [NUDGE.thing(row) for row in await queries.all(WAITING, chat=chat)]


async def in_post(queries: Queries, chat: str, post: str) -> list[Nudge]:
    return [NUDGE.thing(row) for row in await queries.all(IN_POST, chat=chat, post=post)]


async def posted(turn: Turn, chat: str, post: str) -> None:
    """All that waited stands in this post now; rows of older posts are forgotten."""
    await turn.do(POST, chat=chat, post=post)
    await turn.do(DROP, chat=chat, post=post)


CARRY = "update nudge set post = :post where chat = :chat and number = :number and rule = :rule"


async def carry(turn: Turn, nudge: Nudge, post: str) -> None:
    """A row that nobody acted on stands in the new post too."""
    await turn.do(CARRY, post=post, chat=nudge.chat, number=nudge.number, rule=nudge.rule)


async def posts_of(queries: Queries, number: str) -> list[tuple[str, str]]:
    """The posts (chat, post) that name a case."""
    return [(row["chat"], row["post"]) for row in await queries.all(POSTS_OF, number=number)]


async def last_post(queries: Queries, chat: str) -> str:
    """The group's newest post, empty where there was none."""
    row = await queries.one(LAST, chat=chat)
    return str(row["post"] or "") if row else ""


def post_name(now: datetime) -> str:
    """A post's name: its moment, so that names sort as their posts do."""
    return f"{ms(now):013d}"
