"""The outbox: what is to be said, durable before it is sent, in order per chat.

A row is open (`new`), `sent` or `dead`. It is *held* while `not_before` lies ahead: then it stands outside the order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.turn import Queries, Row, Turn


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One thing to be said in one chat. Moments are milliseconds UTC.

    `key` names its ledger line and is unique. `body` is the message (JSON), None for a card, which `card` names.
    `person` is the one whose words it holds or whose chat it is (for /forget). `ordered` false: an answer to a button,
    sent at once. `sending_since` is set where its own process sends it without a claim (SQLite)."""

    key: str
    chat: str
    body: str | None
    created: int
    card: str = ""
    person: str = ""
    ordered: bool = True
    urgency: str = "reply"
    not_before: int | None = None
    picture: str = ""
    sending_since: int | None = None


PUT = """
insert into outbox (key, chat, body, card, person, ordered, urgency, not_before, picture, created, sending_since)
values (:key, :chat, :body, :card, :person, :ordered, :urgency, :not_before, :picture, :created, :sending_since)
"""
SENDABLE = """
o.state = 'new'
and (o.not_before is null or o.not_before <= :now)
and (o.next_try is null or o.next_try <= :now)
and (o.sending_since is null or o.sending_since < :stale)
and (o.ordered = 0 or not exists (
  select 1 from outbox before
  where before.chat = o.chat and before.state = 'new' and before.ordered = 1 and before.id <> o.id
  and (before.not_before is null or before.not_before <= :now)
  and (before.id < o.id or before.sending_since >= :stale)
))
"""
"""May be sent now: neither held, nor waiting for its next attempt, nor being sent, and first of its chat's order."""
CLAIM = f"""
update outbox set sending_since = :now where id = (
  select o.id from outbox o where o.chat = :chat and {SENDABLE} order by o.ordered, o.id limit 1
) returning *
"""
CLAIM_SHARED = f"""
update outbox set sending_since = :now where id = (
  select o.id from outbox o where o.chat = :chat and {SENDABLE} order by o.ordered, o.id limit 1
  for update of o skip locked
) returning *
"""
CHATS = f"select o.chat from outbox o where {SENDABLE} group by o.chat order by min(o.id) limit :limit"
SENT = """
update outbox
set state = 'sent', message = :message, picture = :picture, ended = :now, body = null, sending_since = null
where key = :key and state = 'new'
"""
RETRY = """
update outbox set sending_since = null, attempts = attempts + 1, next_try = :at, reason = :reason
where key = :key and state = 'new'
"""
DEAD = """
update outbox set state = 'dead', reason = :reason, ended = :now, body = null, sending_since = null
where key = :key and state = 'new'
"""
HOLD = "update outbox set not_before = :until, sending_since = null where key = :key and state = 'new'"
FIND = "select * from outbox where key = :key"
OF_MESSAGE = "select * from outbox where chat = :chat and message = :message order by id desc limit 1"
LEFT = "select * from outbox where state = 'new' and id > :after order by id limit :limit"
FORGET_OPEN = """
update outbox set state = 'dead', reason = 'forgotten', ended = :now, body = null, sending_since = null
where state = 'new' and (chat = :chat or person = :person)
"""


def put(turn: Turn, row: OutboxRow) -> None:
    """Queues it at the end of the turn, and hands it on after the commit unless it is held."""
    turn.put(
        PUT,
        key=row.key,
        chat=row.chat,
        body=row.body,
        card=row.card,
        person=row.person,
        ordered=int(row.ordered),
        urgency=row.urgency,
        not_before=row.not_before,
        picture=row.picture,
        created=row.created,
        sending_since=row.sending_since,
    )
    if row.not_before is None or row.not_before <= row.created:
        turn.handed.append(row)


async def claim(turn: Turn, chat: str, now: int, stale: int) -> Row | None:
    """Takes the row to be sent next in a chat, or None where none may be.

    An answer to a button goes before all; of the others one at a time is on its way, and none passes an earlier one
    that is being sent or waits for its next attempt. A claim made before `stale` was abandoned. Where several processes
    send, ask in a turn whose lane is the chat."""
    return await turn.one(CLAIM_SHARED if turn.shared else CLAIM, chat=chat, now=now, stale=stale)


async def chats_with_work(queries: Queries, now: int, stale: int, limit: int) -> list[str]:
    """The chats in which something may be sent now, the longest waiting first."""
    return [row["chat"] for row in await queries.all(CHATS, now=now, stale=stale, limit=limit)]


async def left(queries: Queries, limit: int, after: int = 0) -> list[Row]:
    """All open rows by id, held ones too; `after` turns pages."""
    return await queries.all(LEFT, limit=limit, after=after)


async def sent(turn: Turn, key: str, message: str, picture: str, now: int) -> None:
    """It stands in the chat as `message` (the platform's id); its words are erased here."""
    await turn.do(SENT, key=key, message=message, picture=picture, now=now)


async def retry(turn: Turn, key: str, at: int, reason: str) -> None:
    """It did not go out, or may not have: next attempt at a moment; the chat's order waits for it."""
    await turn.do(RETRY, key=key, at=at, reason=reason)


async def dead(turn: Turn, key: str, reason: str, now: int) -> None:
    """It will not be sent; the reason stays, the words are erased."""
    await turn.do(DEAD, key=key, reason=reason, now=now)


async def hold(turn: Turn, key: str, until: int) -> None:
    """Takes an open row out of the order until a moment."""
    await turn.do(HOLD, key=key, until=until)


async def release(turn: Turn, key: str) -> None:
    """A held row rejoins the order now."""
    await turn.do(HOLD, key=key, until=None)


async def outdated(turn: Turn, key: str, now: int) -> None:
    """A held row whose subject has moved on ends unsent."""
    await turn.do(DEAD, key=key, reason="outdated", now=now)


DROP = "delete from outbox where key = :key"
FORGET_ENDED = "delete from outbox where state <> 'new' and (chat = :chat or person = :person)"
PURGE = "delete from outbox where state <> 'new' and ended < :before"


async def drop(turn: Turn, key: str) -> None:
    """Work outside that is done leaves no row."""
    await turn.do(DROP, key=key)


async def forget_ended(turn: Turn, person: str, chat: str) -> None:
    """No row of what was sent to a person is left."""
    await turn.do(FORGET_ENDED, person=person, chat=chat)


async def purge(turn: Turn, before: int) -> None:
    """Drops what ended before a moment: nobody edits or answers it any more."""
    await turn.do(PURGE, before=before)


async def find(queries: Queries, key: str) -> Row | None:
    """A row by its key, whatever became of it."""
    return await queries.one(FIND, key=key)


async def of_message(queries: Queries, chat: str, message: str) -> Row | None:
    """The row that a platform's message came from; where it was edited, the last one."""
    return await queries.one(OF_MESSAGE, chat=chat, message=message)


async def forget(turn: Turn, person: str, chat: str, now: int) -> None:
    """Ends what is queued for a person or holds the person's words; what was sent is erased already.

    What is put in this same turn is still said."""
    await turn.do(FORGET_OPEN, person=person, chat=chat, now=now)


WAITING = """
select 1 as yes from outbox where chat = :chat and state = 'new' and ordered = 1
and (not_before is null or not_before <= :now) limit 1
"""


async def waiting(queries: Queries, chat: str, now: int) -> bool:
    """Whether rows of the chat's order are open: what is new must not pass them."""
    return await queries.one(WAITING, chat=chat, now=now) is not None


FREE = "update outbox set sending_since = null where state = 'new' and sending_since is not null"
FREE_CHAT = f"{FREE} and chat = :chat"


async def free(turn: Turn, chats: Iterable[str] | None = None) -> None:
    """Where only one process sends: the claims in chats that it is not sending in are void; at its start, all are."""
    if chats is None:
        await turn.do(FREE)
        return
    for chat in chats:
        await turn.do(FREE_CHAT, chat=chat)
