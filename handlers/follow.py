"""What follows an action: who is told what, and where a card or a post appears."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from domain import notice
from domain.action import ACTIONS, built
from domain.card import shown_words, token
from domain.case import Case
from domain.message import Choice, Message, Rows
from domain.moment import due_stamp
from domain.notice import Told
from domain.update import Chat
from handlers.post import chats_of_holder, chats_of_office, chats_of_supervisor
from handlers.turn import Turn
from storage import reporter as reporters
from storage.reporter import Reporter

Follow = Callable[[Turn, Case, Case], Awaitable[None]]
Make = Callable[[Case, Told], Message]


def urgency_of(case: Case) -> str:
    return "urgent" if case.urgent else "push"


async def post_to_holder(turn: Turn, case: Case, before: Case) -> None:
    """The card appears where the office that has the case is reached; an urgent one at its station too."""
    chats = await chats_of_holder(turn, turn.city, case)
    if case.urgent:
        chats += [chat for chat in await chats_of_office(turn, turn.city, case.station) if chat not in chats]
    for chat in chats:
        turn.show(f"case:{case.number}", chat, urgency=urgency_of(case))


async def post_to_station(turn: Turn, case: Case, before: Case) -> None:
    """The card appears at the station: it must act now."""
    for chat in await chats_of_office(turn, turn.city, case.station):
        turn.show(f"case:{case.number}", chat, urgency=urgency_of(case))


async def each_reporter(
    turn: Turn, case: Case, name: str, make: Make, link: Callable[[Reporter], str] | None = None
) -> list[tuple[Reporter, str]]:
    """Says a message to every reporter, keyed by its ledger line; `link` gives the key of the message it replaces."""
    said = []
    for i, person in enumerate(await reporters.of(turn, case.number)):
        message = make(case, Told(turn.city, turn.now, person.lang))
        if link and (old := link(person)):
            message = replace(message, replaces=old)
        key = f"{name}:{case.number}:{case.events}:reporter{i or ''}"
        said.append((person, turn.say(message, Chat.of(person.chat), key=key, person=person.person)))
    return said


async def tell_accepted(turn: Turn, case: Case, before: Case) -> None:
    for person, key in await each_reporter(turn, case, "accepted", notice.accepted):
        reporters.told(turn.inner, person, key)


async def tell_back(turn: Turn, case: Case, before: Case) -> None:
    """返工 by the station: the progress message goes back to what it was; nothing is pushed."""

    def make(now: Case, told: Told) -> Message:
        return replace(notice.accepted(now, told), news=False)

    await each_reporter(turn, case, "back", make, lambda person: person.told)


async def tell_moved(turn: Turn, case: Case, before: Case) -> None:
    if case.holder != before.holder or before.returns:
        for person, key in await each_reporter(turn, case, "moved", notice.moved):
            reporters.told(turn.inner, person, key)


async def tell_resolved(turn: Turn, case: Case, before: Case) -> None:
    """Only the progress message changes; nothing is pushed."""
    await each_reporter(turn, case, "resolved", notice.resolved, lambda person: person.told)


async def ask_callback(turn: Turn, case: Case, before: Case) -> None:
    for person, key in await each_reporter(turn, case, "callback", notice.callback):
        reporters.asked(turn.inner, person, key)


async def _answered(make: Make, name: str, turn: Turn, case: Case, before: Case) -> None:
    """The callback's message changes to what was answered."""
    await each_reporter(turn, case, name, make, lambda person: person.asked)


async def tell_unsolved(turn: Turn, case: Case, before: Case) -> None:
    def make(now: Case, told: Told) -> Message:
        return notice.unsolved(now, told, before)

    await each_reporter(turn, case, "unsolved", make, lambda person: person.asked)


async def tell_reopened(turn: Turn, case: Case, before: Case) -> None:
    await each_reporter(turn, case, "reopened", notice.reopened)


def post_key(case: Case, i: int) -> str:
    """The key of the post that calls the office back to a case."""
    return f"back:{case.number}:{case.round}:office{i or ''}"


async def call_back_office(turn: Turn, case: Case, before: Case) -> None:
    """返工 or 重开: one new post where the office is reached, as an answer to the card."""
    await say_back(turn, case, "", same_limit=case.due_resolve == before.due_resolve)


async def say_back(turn: Turn, case: Case, words: str, *, same_limit: bool = False) -> None:
    """Says (or, with the resident's words, rewrites) the post that calls the office back."""
    by = "rework.by" if same_limit else "rework.by_new"
    for i, chat in enumerate(await chats_of_holder(turn, turn.city, case)):
        lines = [turn.city.say(f"rework.post_{_kind(case)}", number=case.number), _why(turn, case, words)]
        limit = due_stamp(case.due_resolve, turn.now, turn.city.calendar)
        lines.append(turn.city.say(by, by=limit, who=turn.city.holder_name(case)))
        message = Message(
            "\n".join(lines),
            choices=_office_buttons(case),
            reply_to=f"card:case:{case.number}",
            urgency="urgent" if case.urgent else "push",
        )
        key = post_key(case, i)
        if words:
            turn.say(replace(message, replaces=key), chat, key=f"{key}:{case.events}")
        else:
            turn.say(message, chat, key=key)


def _kind(case: Case) -> str:
    return "reopen" if case.last_action == "reopen" else "rework"


def _why(turn: Turn, case: Case, words: str) -> str:
    if words:
        return turn.city.say("rework.resident_words", words=shown_words(case, turn.city, words))
    if case.last_action == "unsolved":
        return turn.city.say("rework.resident")
    if case.last_action == "reopen":
        return turn.city.say("rework.reopened", who=case.last_by or turn.city.say("who.resident"))
    return turn.city.say("rework.station", reason=case.last_reason)


def _office_buttons(case: Case) -> Rows:
    """The buttons with which the office goes on at once."""
    codes = [code for code in ("accept", "accept_now", "resolve", "extend") if built(code)]
    row = tuple(Choice(ACTIONS[code].zh, token(code, case)) for code in codes if case.state in ACTIONS[code].sources)
    return (row,) if row else ()


async def tell_supervisor(turn: Turn, case: Case, before: Case) -> None:
    """The second 没解决 goes to the supervisor."""
    if case.reworks < 2:
        return
    limit = due_stamp(case.due_resolve, turn.now, turn.city.calendar)
    facts = {"number": case.number, "thing": turn.city.thing(case.category), "by": limit}
    for i, chat in enumerate(await chats_of_supervisor(turn, turn.city, case.station)):
        key = f"supervise:{case.number}:{case.events}:supervisor{i or ''}"
        turn.say(Message(turn.city.say("escalate.supervise", **facts), urgency="push"), chat, key=key)
        turn.show(f"case:{case.number}", chat, urgency="push")


FOLLOWS: Mapping[str, tuple[Follow, ...]] = {
    "report": (post_to_holder,),
    "accept": (tell_accepted,),
    "accept_now": (tell_accepted,),
    "return": (post_to_station,),
    "dispatch": (post_to_holder, tell_moved),
    "resolve": (post_to_station, tell_resolved),
    "verify": (ask_callback,),
    "rework": (call_back_office, tell_back),
    "unsolved": (call_back_office, tell_unsolved, tell_supervisor),
    "confirm": (partial(_answered, notice.confirmed, "confirmed"),),
    "rate": (partial(_answered, notice.rated, "rated"),),
    "unanswered": (partial(_answered, notice.unanswered, "unanswered"),),
    "reopen": (call_back_office, tell_reopened),
}
"""By action; an action that is not here is told by its conversation, or by its card alone."""
