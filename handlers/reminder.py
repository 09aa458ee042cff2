"""What an alarm does when it rings: reminders, escalations, what the clock decides, dialogues that end."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from domain import notice
from domain.case import Case
from domain.casework import FORMS, short_grid
from domain.message import Choice, Message
from domain.moment import due_stamp, span_words, staff_date
from domain.notice import Told
from domain.nudge import NudgeRow, waiting
from domain.reminder import Reminder, due, rung
from domain.role import CLOCK
from domain.update import Chat
from handlers.action import perform, save, set_alarm
from handlers.follow import each_reporter
from handlers.post import chats_of_holder, chats_of_office, chats_of_supervisor
from handlers.turn import Turn
from storage import alarm, gather, reporter
from storage import case as cases
from storage import dialogue as dialogues
from storage.gather import Nudge, post_name
from storage.row import moment, ms


async def ring(turn: Turn, subject: str) -> None:
    """An alarm rang; what is due is computed from its subject as it is now."""
    kind, _, name = subject.partition(":")
    await _RINGS[kind](turn, name)


async def _case(turn: Turn, number: str) -> None:
    case = await cases.find(turn, number)
    if case is None:
        return
    terms = turn.city.terms(case.category)
    ripe = due(case, turn.now, terms)
    acted = next((reminder.action for reminder in ripe if reminder.action), "")
    if acted:
        await perform(turn, case, acted, by=CLOCK)
        return
    for reminder in ripe:
        await _TELLS[reminder.to](turn, case, reminder)
    marked = rung(case, turn.now, terms)
    if marked is not case:
        await save(turn, marked, case)
    else:
        set_alarm(turn, case)


async def _tell_office(turn: Turn, case: Case, reminder: Reminder) -> None:
    """Joins the group's next reminder post, at most one each `gather_minutes`."""
    for chat in await chats_of_holder(turn, turn.city, case):
        gather.add(turn.inner, Nudge(chat.key, case.number, reminder.code, turn.now))
        last = await gather.last_post(turn, chat.key)
        pause = timedelta(minutes=turn.city.city.limits.gather_minutes)
        at = max(turn.now, moment(int(last)) + pause) if last else turn.now
        alarm.set(turn.inner, f"gather:{chat.key}", ms(at))


async def _tell_station(turn: Turn, case: Case, reminder: Reminder) -> None:
    text = turn.city.say(reminder.words, **_facts(turn, case))
    chats = await chats_of_office(turn, turn.city, case.station)
    _post(turn, case, reminder, text, chats)
    if reminder.code == "resolve_late":
        later = _later(turn, case)
        await each_reporter(turn, case, "late", lambda now, told: notice.late(now, told, later))


async def _tell_supervisor(turn: Turn, case: Case, reminder: Reminder) -> None:
    text = turn.city.say(reminder.words, **_facts(turn, case))
    chats = await chats_of_supervisor(turn, turn.city, case.station)
    _post(turn, case, reminder, text, chats)


def _post(turn: Turn, case: Case, reminder: Reminder, text: str, chats: list[Chat]) -> None:
    urgency = "urgent" if case.urgent else "push"
    for i, chat in enumerate(chats):
        key = f"{reminder.code}:{case.number}:{case.events}:{reminder.to}{i or ''}"
        look = ((Choice(turn.city.say("escalate.look"), f"look:{case.number}:{case.version}"),),)
        card = f"card:case:{case.number}"
        turn.say(Message(text, choices=look, reply_to=card, urgency=urgency), chat, key=key)  # type: ignore[arg-type]


async def _tell_reporter(turn: Turn, case: Case, reminder: Reminder) -> None:
    """The callback once more (from now on it is this message that the answer changes), or a promise that was missed."""
    for person, key in await each_reporter(turn, case, reminder.code, _REPORTER_READS[reminder.code](turn, case)):
        if reminder.code == "callback_again":
            reporter.asked(turn.inner, person, key)


_REPORTER_READS: Mapping[str, Callable[[Turn, Case], Callable[[Case, Told], Message]]] = {
    "callback_again": lambda turn, case: notice.again,
    "promise_news": lambda turn, case: notice.promise_late,
    "late_news": lambda turn, case: lambda now, told: notice.late_still(now, told, _later(turn, case)),
}


def _later(turn: Turn, case: Case) -> datetime:
    return turn.city.calendar.close_of_day(max(case.due_resolve, turn.now), 1)


def _facts(turn: Turn, case: Case) -> dict[str, object]:
    """The arguments of the escalations' words."""
    city, calendar = turn.city, turn.city.calendar
    dispatched = case.dispatched_at or case.filed_at
    limit = case.due_accept or case.due_resolve
    twice = limit + timedelta(minutes=city.city.limits.accept_minutes)
    if not case.urgent:
        twice = calendar.add(limit, timedelta(minutes=city.city.limits.accept_minutes))
    return {
        "number": case.number,
        "thing": city.thing(case.category),
        "grid": short_grid(city, case.grid),
        "holder": city.holder_name(case),
        "dispatched": due_stamp(dispatched, turn.now, calendar),
        "due": due_stamp(limit, turn.now, calendar),
        "twice": due_stamp(twice, turn.now, calendar),
        "waited": span_words(turn.now - dispatched),
        "later": staff_date(_later(turn, case), calendar),
    }


_TELLS: Mapping[str, Callable[[Turn, Case, Reminder], Awaitable[None]]] = {
    "office": _tell_office,
    "station": _tell_station,
    "supervisor": _tell_supervisor,
    "reporter": _tell_reporter,
}


async def _dialogue(turn: Turn, name: str) -> None:
    """A dialogue that nobody went on with ends: a card's question closes, a draft goes."""
    chat, _, person = name.partition(">")
    row = await dialogues.get(turn, chat, person)
    if row is None:
        return
    if row["expires"] > ms(turn.now):
        alarm.set(turn.inner, f"dialogue:{name}", row["expires"])
        return
    await dialogues.close(turn.inner, chat, person)
    if row["form"] in FORMS:
        turn.show(f"case:{row['subject']}", Chat.of(chat))
    elif row["form"] == "report":
        turn.errand("remove_photos", str(row["subject"]), {"draft": row["filled"]})


async def _gather(turn: Turn, name: str) -> None:
    """The group's reminder: all that waits, in one new post; the one before points to it."""
    chat = Chat.of(name)
    if not await gather.waiting(turn, name):
        return
    before = await gather.last_post(turn, name)
    post = post_name(turn.now)
    for nudge in await gather.in_post(turn, name, before) if before else ():
        case = await cases.find(turn, nudge.number)
        if case and waiting(NudgeRow(nudge.rule, case)):
            await gather.carry(turn.inner, nudge, post)
    await gather.posted(turn.inner, name, post)
    if before:
        turn.show(f"gather:{before}", chat)
    turn.show(f"gather:{post}", chat, urgency="push")


_RINGS: Mapping[str, Callable[[Turn, str], Awaitable[None]]] = {
    "case": _case,
    "dialogue": _dialogue,
    "gather": _gather,
}


async def undelivered(turn: Turn, number: str) -> None:
    """A message did not reach the resident: the station is told to telephone."""
    case = await cases.find(turn, number)
    if case is None:
        return
    for chat in await chats_of_office(turn, turn.city, case.station):
        text = turn.city.say("unreached", number=number)
        turn.say(Message(text, reply_to=f"card:case:{number}", urgency="push"), chat)
