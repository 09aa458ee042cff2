"""「在办 40 件」: /cases lists what a group's or a person's offices have open; /case shows one card."""

from domain.card import event_line
from domain.case import Case
from domain.casework import short_grid
from domain.message import Choice, Message, Rows
from domain.nudge import remaining
from domain.refusal import Unknown
from domain.role import Actor
from domain.state import State
from handlers.turn import Turn
from storage import case as cases
from storage import chat as groups
from storage import event, shown

A_PAGE, LINES = 10, 20
"""Cases a page, and lines of a history at most."""


async def show_list(turn: Turn, *, code: str = "", page: int = 1, replaces: str = "") -> None:
    """/cases: ten a page, the nearest limit first."""
    office = code or await groups.code_of(turn, turn.chat.key) or _own_office(turn.actor)
    if not office or not turn.actor.staff:
        raise Unknown(number="")
    turn.answer("")
    codes = _codes(turn, office)
    total = await cases.count_open(turn.inner, codes)
    name = turn.city.office_name(office)
    if not total:
        turn.say(Message(turn.city.say("list.none", name=name), replaces=replaces))
        return
    pages = -(-total // A_PAGE)
    page = min(max(page, 1), pages)
    found = await cases.open_of(turn.inner, codes, count=A_PAGE, skip=(page - 1) * A_PAGE)
    lines = [turn.city.say("list.title", name=name, n=total, page=page, pages=pages)]
    lines += [_row(turn, i, case) for i, case in enumerate(found, 1)]
    turn.say(Message("\n".join(lines), choices=_turners(turn, office, page, pages), replaces=replaces))


def _own_office(actor: Actor) -> str:
    """The office of a person in private: the first role's scope."""
    return next((role.scope for role in actor.roles if role.scope and role.role != "volunteer"), "")


def _codes(turn: Turn, office: str) -> list[str]:
    """The holders whose cases an office's list shows: a community's and a station's grids, and the office itself."""
    grids = turn.city.city.grids.values()
    if office == turn.city.city.prefix:
        return [grid.code for grid in grids] + [*turn.city.city.stations, *turn.city.city.departments]
    return [office, *(grid.code for grid in grids if office in (grid.community, grid.station))]


def _row(turn: Turn, i: int, case: Case) -> str:
    limit = case.due_accept if case.state is State.DISPATCHED and case.due_accept else case.due_resolve
    facts = {
        "i": i,
        "left": remaining(limit, turn.now, turn.city),
        "number": case.number,
        "thing": turn.city.thing(case.category),
        "grid": short_grid(turn.city, case.grid),
        "leader": turn.city.holder_name(case),
    }
    return turn.city.say("list.row", **facts)


def _turners(turn: Turn, office: str, page: int, pages: int) -> Rows:
    row = []
    if page > 1:
        row.append(Choice(turn.city.say("list.before"), f"list.{page - 1}:{office}:0"))
    if page < pages:
        row.append(Choice(turn.city.say("list.next"), f"list.{page + 1}:{office}:0"))
    return (tuple(row),) if row else ()


async def show_case(turn: Turn, number: str) -> None:
    """/case NUMBER: the card, here, and what happened so far, to those whose station or office it is."""
    case = await cases.find(turn, number)
    if case is None or not _concerns(turn.actor, case):
        raise Unknown(number=number)
    turn.answer("")
    card = f"case:{number}"
    await shown.drop(turn.inner, card, turn.chat.key)
    turn.show(card)
    lines = [event_line(line, turn.city, turn.now) for line in await event.of(turn, number)]
    turn.say(Message("\n".join(lines[-LINES:]), reply_to=f"card:{card}"))


def _concerns(actor: Actor, case: Case) -> bool:
    """Whether a case is the business of this member of staff."""
    within = actor.has("leader", case.grid, case.holder) or actor.has("department", case.holder)
    return bool(within or actor.has("officer", case.station) or actor.has("supervisor") or actor.has("admin"))
