"""The ledger for operators: the table, one case, the proof."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from bot.server import CannotStart
from bot.settings import Settings
from domain.case import Case
from domain.event import Event, verify
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

    return ZoneInfo(load(own.city).time_zone)


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


async def _print_table(rows: AsyncIterator[Any], zone: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("number", "state", "holder", "category", "place", "filed", "due")
    async for row in rows:
        case = CASE.thing(row)
        filed, due = _at(case.filed_at, zone), _at(case.due_resolve, zone)
        table.add_row(case.number, case.state.value, case.holder, case.category, case.place, filed, due)
    Console().print(table)


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
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{whole['number']}[/bold]  {whole['state']}  {whole['place']['words']}  {whole['words']}")
    table = Table("seq", "at", "action", "actor", "reason", "hash")
    for line in whole["events"]:
        table.add_row(str(line["seq"]), line["at"], line["action"], line["actor"], line["reason"], line["hash"][:12])
    console.print(table)


async def verify_all(own: Settings, opened: Opened) -> int:
    """Goes through every case's chain with a progress bar; 1 and a sentence where one does not hold."""
    from rich.console import Console
    from rich.progress import Progress

    console, count = Console(stderr=True), 0
    async with opened(own) as database:
        async with database.reading() as queries:
            row = await queries.one("select count(*) as n from event")
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("verify", total=row["n"] if row else 0)
            async for number, lines, expected, head in histories(database):
                progress.advance(task, len(lines))
                broken = verify(number, lines, expected)
                if broken is None and lines and lines[-1].hash != head:
                    broken = verify(number, lines, expected + 1)
                if broken:
                    sys.stdout.write(f"{broken.number}, line {broken.seq}: {broken.what}.\n")
                    return 1
                count += 1
    sys.stdout.write(f"{count} cases: nothing was changed, removed or slipped in.\n")
    return 0


async def histories(database: Any) -> AsyncIterator[tuple[str, list[Event], int, str]]:
    """Every case with its ledger's lines, the number of lines it says it has, and its chain's end; lines of a case
    that is not there come with 0."""
    said: dict[str, tuple[int, str]] = {}
    async for row in database.stream("select number, events, chain from cases order by number"):
        said[row["number"]] = (row["events"], row["chain"])
    number, lines = "", list[Event]()
    async for row in database.stream(event.ALL):
        line = EVENT.thing(row)
        if line.number != number and number:
            yield number, lines, *said.pop(number, (0, ""))
            lines = []
        number = line.number
        lines.append(line)
    if number:
        yield number, lines, *said.pop(number, (0, ""))
    for left, (expected, head) in said.items():
        yield left, [], expected, head
