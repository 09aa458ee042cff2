"""Cases: saved whole, guarded by how many ledger lines they had."""

from domain.case import Case
from storage.row import Shape
from storage.turn import Conflict, Queries, Turn

CASE = Shape(Case)
_INSERT = CASE.insert("cases")
_UPDATE = CASE.update("cases", "number = :number and events = :was", but=frozenset({"number"}))
_NUMBER = (
    "insert into serial (day, last) values (:day, 1) "
    "on conflict (day) do update set last = serial.last + 1 returning last"
)
_FIND = "select * from cases where number = :number"
_BY_DRAFT = "select * from cases where draft = :draft"
_OPEN = "state not in ('closed', 'archived', 'voided', 'merged')"
_OF_OFFICE = (
    f"select * from cases where holder = :office and {_OPEN} order by due_resolve, number limit :count offset :skip"
)
_OF_STATION = (
    f"select * from cases where station = :office and {_OPEN} order by due_resolve, number limit :count offset :skip"
)
_COUNT_OFFICE = f"select count(*) as n from cases where holder = :office and {_OPEN}"
_COUNT_STATION = f"select count(*) as n from cases where station = :office and {_OPEN}"
ALL = "select * from cases order by filed_at, number"


async def next_number(turn: Turn, prefix: str, day: str) -> str:
    """The next free number of a local date: `XF-20261124-0007`."""
    row = await turn.one(_NUMBER, day=day)
    assert row is not None
    return f"{prefix}-{day}-{row['last']:04d}"


async def add(turn: Turn, case: Case) -> None:
    """A new case. Raises the database's error where the number exists."""
    turn.put(_INSERT, **CASE.values(case))


async def save(turn: Turn, case: Case, was: int) -> None:
    """Saves a case that had `was` ledger lines when it was read. Raises Conflict where it has others now."""
    if not await turn.do(_UPDATE, **CASE.values(case), was=was):
        raise Conflict(case.number)


async def find(queries: Queries, number: str) -> Case | None:
    row = await queries.one(_FIND, number=number)
    return CASE.thing(row) if row else None


async def by_draft(queries: Queries, draft: str) -> Case | None:
    """The case that a draft became."""
    row = await queries.one(_BY_DRAFT, draft=draft)
    return CASE.thing(row) if row else None


async def open_of(queries: Queries, office: str, *, station: bool, count: int, skip: int) -> list[Case]:
    """The open cases that an office holds (or of a station, whoever holds them), the nearest limit first."""
    rows = await queries.all(_OF_STATION if station else _OF_OFFICE, office=office, count=count, skip=skip)
    return [CASE.thing(row) for row in rows]


async def count_open(queries: Queries, office: str, *, station: bool) -> int:
    row = await queries.one(_COUNT_STATION if station else _COUNT_OFFICE, office=office)
    return int(row["n"]) if row else 0
