"""Who reported a case: the only link from a case to a resident."""

from dataclasses import dataclass
from datetime import datetime

from domain.case import Case
from storage.case import CASE
from storage.row import Shape
from storage.turn import Queries, Turn


@dataclass(frozen=True, slots=True)
class Reporter:
    """A resident of a case. `told` is the outbox key of the last progress message, `asked` of the callback's."""

    number: str
    person: str
    chat: str
    lang: str
    at: datetime
    told: str = ""
    asked: str = ""


REPORTER = Shape(Reporter)
INSERT = REPORTER.insert("reporter")
OF = "select * from reporter where number = :number order by at"
ONE = "select * from reporter where number = :number and person = :person"
TOLD = "update reporter set told = :told where number = :number and person = :person"
ASKED = "update reporter set asked = :asked where number = :number and person = :person"
CASES = (
    "select cases.* from reporter join cases on cases.number = reporter.number "
    "where reporter.person = :person order by cases.filed_at desc, cases.number desc limit :count"
)
COUNT = "select count(*) as n from reporter where person = :person"
LATEST = (
    "select cases.* from reporter join cases on cases.number = reporter.number "
    "where reporter.person = :person and cases.state in ('closed', 'archived', 'voided') "
    "order by cases.closed_at desc limit :count"
)
FORGET = "delete from reporter where person = :person"


def add(turn: Turn, reporter: Reporter) -> None:
    turn.put(INSERT, **REPORTER.values(reporter))


async def of(queries: Queries, number: str) -> list[Reporter]:
    """Everybody who reported a case, the first first."""
    return [REPORTER.thing(row) for row in await queries.all(OF, number=number)]


async def find(queries: Queries, number: str, person: str) -> Reporter | None:
    row = await queries.one(ONE, number=number, person=person)
    return REPORTER.thing(row) if row else None


def told(turn: Turn, reporter: Reporter, key: str) -> None:
    """Remembers the last progress message, so that the next may edit it."""
    turn.put(TOLD, told=key, number=reporter.number, person=reporter.person)


def asked(turn: Turn, reporter: Reporter, key: str) -> None:
    """Remembers the callback's message."""
    turn.put(ASKED, asked=key, number=reporter.number, person=reporter.person)


async def cases(queries: Queries, person: str, count: int) -> list[Case]:
    """A person's cases, the newest first."""
    return [CASE.thing(row) for row in await queries.all(CASES, person=person, count=count)]


async def count(queries: Queries, person: str) -> int:
    row = await queries.one(COUNT, person=person)
    return int(row["n"]) if row else 0


async def ended(queries: Queries, person: str, count: int) -> list[Case]:
    """A person's cases that are over, the last to end first."""
    return [CASE.thing(row) for row in await queries.all(LATEST, person=person, count=count)]


SPEAKS = "update reporter set lang = :lang where person = :person"


async def speaks(turn: Turn, person: str, lang: str) -> None:
    """What is pushed about a person's cases is in the language that he chose."""
    await turn.do(SPEAKS, person=person, lang=lang)


async def forget(turn: Turn, person: str) -> None:
    """Cuts every link from cases to a person."""
    await turn.do(FORGET, person=person)
