"""Cases: saved whole, guarded by how many ledger lines they had."""

from collections.abc import Sequence

from domain.case import Case
from storage.row import Shape, text
from storage.turn import Conflict, Queries, Turn

CASE = Shape(Case)
INSERT = CASE.insert("cases")
UPDATE = CASE.update("cases", "number = :number and events = :was", but=frozenset({"number"}))
NUMBER = (
    "insert into serial (day, last) values (:day, 1) "
    "on conflict (day) do update set last = serial.last + 1 returning last"
)
FIND = "select * from cases where number = :number"
BY_DRAFT = "select * from cases where draft = :draft"
_OPEN = "state not in ('closed', 'archived', 'voided', 'merged')"
_HELD = f"{_OPEN} and holder in (select value from json_each(:codes))"
_HELD_SHARED = f"{_OPEN} and holder in (select json_array_elements_text(cast(:codes as json)))"
_NEAREST = "case when state = 'dispatched' then coalesce(due_accept, due_resolve) else due_resolve end"
_PAGE = f"order by {_NEAREST}, number limit :count offset :skip"
OPEN_OF = f"select * from cases where {_HELD} {_PAGE}"
OPEN_OF_SHARED = f"select * from cases where {_HELD_SHARED} {_PAGE}"
COUNT_OPEN = f"select count(*) as n from cases where {_HELD}"
COUNT_OPEN_SHARED = f"select count(*) as n from cases where {_HELD_SHARED}"
ALL = "select * from cases order by filed_at, number"


async def next_number(turn: Turn, prefix: str, day: str) -> str:
    """The next free number of a local date: `XF-20261124-0007`."""
    row = await turn.one(NUMBER, day=day)
    assert row is not None
    return f"{prefix}-{day}-{row['last']:04d}"


async def add(turn: Turn, case: Case) -> None:
    """A new case. Raises the database's error where the number exists."""
    turn.put(INSERT, **CASE.values(case))


async def save(turn: Turn, case: Case, was: int) -> None:
    """Saves a case that had `was` ledger lines when it was read. Raises Conflict where it has others now."""
    if not await turn.do(UPDATE, **CASE.values(case), was=was):
        raise Conflict(case.number)


async def find(queries: Queries, number: str) -> Case | None:
    row = await queries.one(FIND, number=number)
    return CASE.thing(row) if row else None


async def by_draft(queries: Queries, draft: str) -> Case | None:
    """The case that a draft became."""
    row = await queries.one(BY_DRAFT, draft=draft)
    return CASE.thing(row) if row else None


async def open_of(turn: Turn, holders: Sequence[str], *, count: int, skip: int) -> list[Case]:
    """The open cases that any of these offices hold, the nearest limit first."""
    sql = OPEN_OF_SHARED if turn.shared else OPEN_OF
    rows = await turn.all(sql, codes=text(list(holders)), count=count, skip=skip)
    return [CASE.thing(row) for row in rows]


async def count_open(turn: Turn, holders: Sequence[str]) -> int:
    sql = COUNT_OPEN_SHARED if turn.shared else COUNT_OPEN
    row = await turn.one(sql, codes=text(list(holders)))
    return int(row["n"]) if row else 0


FORGET_WORDS = (
    "update cases set words = '' where number in (select number from reporter where person = :person) "
    "and (select count(*) from reporter r where r.number = cases.number) = 1"
)


async def forget_words(turn: Turn, person: str) -> None:
    """Clears the words of the cases that only this person reported."""
    await turn.do(FORGET_WORDS, person=person)
