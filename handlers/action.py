"""One action on a case: the rule, the ledger, the alarm, the cards, and what follows for the people."""

from collections.abc import Mapping
from typing import Any

from domain.action import act, report_entry
from domain.case import Case
from domain.refusal import Unknown
from domain.reminder import next_moment
from domain.role import CLOCK, Actor
from domain.update import Chat
from handlers.follow import FOLLOWS
from handlers.turn import Turn
from storage import alarm, event, gather, reporter, shown
from storage import case as cases
from storage.row import ms


async def case_of(turn: Turn, number: str) -> Case:
    """A case by its number. Raises Unknown."""
    case = await cases.find(turn, number)
    if case is None:
        raise Unknown(number=number)
    return case


async def perform(
    turn: Turn,
    case: Case,
    code: str,
    values: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
    by: Actor | None = None,
) -> Case:
    """Runs an action for the turn's actor (or the clock) and everything that follows from it.

    Raises the refusals of `domain.action.act`; then nothing was done."""
    actor = by or turn.actor
    terms = turn.city.terms(case.category)
    reports = actor is not CLOCK and await reporter.find(turn, case.number, actor.person) is not None
    done = act(case, code, actor, turn.now, values or {}, terms, reporter=reports, version=version)
    saved = await event.append(turn.inner, done.case, done.entry)
    await save(turn, saved, case)
    for follow in FOLLOWS.get(code, ()):
        await follow(turn, saved, case)
    return saved


async def save(turn: Turn, case: Case, before: Case) -> None:
    """Saves a case with its alarm, and has its cards drawn anew."""
    await cases.save(turn.inner, case, before.events)
    set_alarm(turn, case)
    await redraw(turn, case.number)


async def file(turn: Turn, case: Case, *, name: str, role: str) -> Case:
    """A new case: its first ledger line, its alarm, its card where its office is."""
    entry = report_entry(case, turn.update.sender.key if case.reporter != "anonymous" else "", role, name)
    filed = await event.append(turn.inner, case, entry)
    await cases.add(turn.inner, filed)
    set_alarm(turn, filed)
    for follow in FOLLOWS["report"]:
        await follow(turn, filed, filed)
    return filed


def set_alarm(turn: Turn, case: Case) -> None:
    """The case's one alarm: the next moment at which anything is due."""
    at = next_moment(case, turn.city.terms(case.category))
    alarm.set(turn.inner, f"case:{case.number}", ms(at) if at else None)


async def redraw(turn: Turn, number: str) -> None:
    """Everywhere the case's card or a reminder with it stands, it is drawn anew. Where its first post still waits
    (for the morning, or on its way) this waits too: an edit must not become the post that was held."""
    for row in await shown.chats_of(turn, f"case:{number}"):
        turn.show(f"case:{number}", Chat.of(row["chat"]), urgency="reply" if row["message"] else "push")
    for chat, post in await gather.posts_of(turn, number):
        turn.show(f"gather:{post}", Chat.of(chat))
