"""The ledger for operators: the table, one case, the proof."""

import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from bot.server import CannotStart, standing
from bot.settings import Settings
from domain.case import Case
from domain.event import Break, Event, verify
from storage import case as cases
from storage import event
from storage.case import CASE
from storage.event import EVENT

Opened = Callable[..., Any]


def case_json(case: Case, zone: Any) -> dict[str, Any]:
    """A case as operators' programs read it (design, section 6)."""
    place = {"lon": case.lon, "lat": case.lat, "words": case.place}
    due = {"accept": _at(case.due_accept, zone), "resolve": _at(case.due_resolve, zone)}
    return {
        "number": case.number,
        "state": case.state.value,
        "grid": case.grid,
        "category": case.category,
        "holder": case.holder,
        "assignee": case.assignee_name,
        "source": case.source,
        "place": place,
        "words": case.words,
        "photos": list(case.photos),
        "reporters": case.reporters,
        "due": due,
        "outcome": case.outcome,
        "rating": case.rating,
    }


def event_json(line: Event, zone: Any) -> dict[str, Any]:
    actor = " ".join(part for part in (line.role, line.name) if part)
    at = _at(line.at, zone)
    return {
        "seq": line.seq,
        "at": at,
        "action": line.action,
        "actor": actor,
        "reason": line.reason or "",
        "hash": line.hash,
    }


def _at(moment: Any, zone: Any) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def _zone(own: Settings) -> Any:
    from zoneinfo import ZoneInfo

    from bot.city.folder import load

    return ZoneInfo(load(standing(own.city)).time_zone)


async def print_ledger(own: Settings, opened: Opened, *, as_json: bool) -> int:
    """All cases, streamed: as a JSON list, or as a table."""
    zone = _zone(own)
    async with opened(own) as database:
        rows = database.stream(cases.ALL)
        if as_json:
            await _print_json(rows, zone)
        else:
            await _print_table(rows, zone)
    return 0


async def _print_json(rows: AsyncIterator[Any], zone: Any) -> None:
    first = True
    sys.stdout.write("[")
    async for row in rows:
        sys.stdout.write("\n" if first else ",\n")
        sys.stdout.write(json.dumps(case_json(CASE.thing(row), zone), ensure_ascii=False))
        first = False
    sys.stdout.write("]\n" if first else "\n]\n")


def _console() -> Any:
    """The terminal, or lines of 160 signs for a pipe. People's words are printed as they are: «[b]» is no markup."""
    from rich.console import Console

    return Console(markup=False, emoji=False, width=None if sys.stdout.isatty() else 160)


async def _print_table(rows: AsyncIterator[Any], zone: Any) -> None:
    from rich.table import Column, Table

    table = Table(Column("number", no_wrap=True), "state", "holder", "category", "place", "filed", "due")
    async for row in rows:
        case = CASE.thing(row)
        filed, due = _at(case.filed_at, zone), _at(case.due_resolve, zone)
        table.add_row(case.number, case.state.value, case.holder, case.category, case.place, filed, due)
    _console().print(table)


async def print_case(own: Settings, opened: Opened, number: str, *, as_json: bool) -> int:
    """One case with its events. Raises CannotStart for a number that does not exist."""
    zone = _zone(own)
    async with opened(own) as database, database.reading() as queries:
        case = await cases.find(queries, number)
        if case is None:
            raise CannotStart(f"there is no case {number}")
        lines = [event_json(line, zone) for line in await event.of(queries, number)]
    whole = {**case_json(case, zone), "events": lines}
    if as_json:
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")
    else:
        _print_case(whole)
    return 0


def _print_case(whole: Mapping[str, Any]) -> None:
    from rich.table import Table

    console = _console()
    console.print(whole["number"], style="bold", end="")
    console.print(f"  {whole['state']}  {whole['place']['words']}  {whole['words']}")
    table = Table("seq", "at", "action", "actor", "reason", "hash")
    for line in whole["events"]:
        table.add_row(str(line["seq"]), line["at"], line["action"], line["actor"], line["reason"], line["hash"][:12])
    console.print(table)


async def verify_all(own: Settings, opened: Opened) -> int:
    """Goes through every case's chain with a progress bar; 1 and a sentence where one does not hold."""
    from rich.console import Console
    from rich.progress import Progress

    count = 0
    async with opened(own) as database:
        async with database.reading() as queries:
            row = await queries.one("select count(*) as n from event")
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("verify", total=row["n"] if row else 0)
            async with aclosing(histories(database)) as found:
                async for number, lines in found:
                    progress.advance(task, len(lines))
                    count += 1
                    if broken := _broken(number, lines):
                        break
                else:
                    broken = await _hollow(database)
    if broken:
        sys.stdout.write(f"{broken.number}, line {broken.seq}: {broken.what}.\n")
        return 1
    sys.stdout.write(f"{count} cases: nothing was changed, removed or slipped in.\n")
    return 0


async def histories(database: Any) -> AsyncGenerator[tuple[str, list[Any]], None]:
    """The rows of the ledger, case by case; each knows how many lines its case says it has, and its chain's end."""
    async with aclosing(database.stream(event.PROOF)) as rows:
        number, lines = "", list[Any]()
        async for row in rows:
            if row["number"] != number and lines:
                yield number, lines
                lines = []
            number = row["number"]
            lines.append(row)
        if lines:
            yield number, lines


def _broken(number: str, rows: Sequence[Any]) -> Break | None:
    """What does not hold in a case's lines."""
    lines = []
    for row in rows:
        try:
            lines.append(EVENT.thing(row))
        except (ValueError, TypeError, OverflowError, OSError):  # not what this program writes
            return Break(number, row["seq"], "the line was changed")
    broken = verify(number, lines, rows[-1]["said"] or 0)
    if broken is None and lines[-1].hash != rows[-1]["chain"]:
        broken = Break(number, lines[-1].seq, "the case knows another end of the chain")
    return broken


async def _hollow(database: Any) -> Break | None:
    """A case whose lines were all removed."""
    async with database.reading() as queries:
        row = await queries.one(event.HOLLOW)
    return (
        None if row is None else Break(row["number"], 1, f"the case says it has {row['events']} lines, there are none")
    )
