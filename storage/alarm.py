"""The alarms: one row a subject (a case, a draft, a shift), holding the next moment at which anything is due."""

from storage.turn import Queries, Row, Turn

SET = """
insert into alarm (subject, at) values (:subject, :at) on conflict (subject) do update set at = excluded.at
"""
DUE = "select subject, at from alarm where at is not null and at <= :now order by at, subject limit :limit"
NEXT = "select min(at) as at from alarm where at is not null"
FIND = "select at from alarm where subject = :subject"
RUNG = "update alarm set at = null where subject = :subject and at = :at"
PURGE = "delete from alarm where at is null"


def set(turn: Turn, subject: str, at: int | None) -> None:
    """The subject's next moment (milliseconds UTC), or None: nothing is due any more. Written at the turn's end."""
    turn.put(SET, subject=subject, at=at)


async def due(queries: Queries, now: int, limit: int) -> list[Row]:
    """What is due now, the earliest first: `subject`, `at`."""
    return await queries.all(DUE, now=now, limit=limit)


async def rung(turn: Turn, subject: str, at: int) -> bool:
    """Takes a due alarm, in the turn that puts its update into the inbox. False: it was taken or moved meanwhile."""
    return await turn.do(RUNG, subject=subject, at=at) == 1


async def next_at(queries: Queries) -> int | None:
    """The earliest moment of all, None where nothing is set."""
    row = await queries.one(NEXT)
    return None if row is None else row["at"]


async def at(queries: Queries, subject: str) -> int | None:
    """A subject's next moment."""
    row = await queries.one(FIND, subject=subject)
    return None if row is None else row["at"]


DROP = "delete from alarm where subject = :subject"


async def drop(turn: Turn, subject: str) -> None:
    """The subject itself is gone."""
    await turn.do(DROP, subject=subject)


async def purge(turn: Turn) -> int:
    """Drops the rows of subjects at rest."""
    return await turn.do(PURGE)
