"""The ledger: one line an event, added and never changed; only people's words may be erased."""

from dataclasses import replace
from secrets import token_hex

from domain.case import Case, Entry
from domain.event import Event, write
from storage.row import Shape
from storage.turn import Queries, Turn

EVENT = Shape(Event, {"before": "from_state", "after": "to_state", "values": "facts"})
INSERT = EVENT.insert("event")
OF = "select * from event where number = :number order by seq"
ERASE = "update event set actor = null, reason = null, salt = null where actor = :person"
PROOF = """
select e.*, c.events as said, c.chain as chain from event e left join cases c on c.number = e.number
order by e.number, e.seq
"""
"""All lines, each with how many its case says it has and where its chain ends: as of one moment."""
HOLLOW = """
select number, events from cases where not exists (select 1 from event where event.number = cases.number)
order by number limit 1
"""
"""A case without any line."""


async def append(turn: Turn, case: Case, entry: Entry) -> Case:
    """Adds a line to the case's ledger and gives the case with the chain's new end."""
    event = write(case.number, case.events, entry, case.chain, token_hex(16))
    turn.put(INSERT, **EVENT.values(event))
    return replace(case, chain=event.hash)


async def of(queries: Queries, number: str) -> list[Event]:
    """A case's whole history."""
    return [EVENT.thing(row) for row in await queries.all(OF, number=number)]


async def erase(turn: Turn, person: str) -> None:
    """Clears a person's key and words from the ledger; the chain still verifies."""
    await turn.do(ERASE, person=person)
