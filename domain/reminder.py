"""The table of reminders: when each is due, whom it tells or what it does, with which words.

A case has one alarm: the next moment at which anything is due. When it rings, what is due now and not yet done is
computed from the case alone; so a restart, a long stop or a double ring changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.case import Case, Terms
from domain.state import State

Moment = Callable[[Case, Terms], datetime | None]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One row. `to` is who is told (office, station, supervisor, reporter) or `clock`, which then does `action`.
    `words` is the catalogue's key. `gathered`: joins the group's one reminder post. What makes it due again is said
    by `mark`."""

    code: str
    state: State
    at: Moment
    to: str
    words: str = ""
    action: str = ""
    gathered: bool = False


def _half(start: datetime | None, end: datetime | None, terms: Terms, part: float, *, urgent: bool) -> datetime | None:
    """The moment at which `part` of the working time from `start` to `end` is over."""
    if start is None or end is None:
        return None
    span = end - start if urgent else terms.calendar.between(start, end)
    return terms.working(start, span * part, urgent=urgent)


def _accept_half(case: Case, terms: Terms) -> datetime | None:
    return _half(case.dispatched_at, case.due_accept, terms, 0.5, urgent=case.urgent)


def _accept_late(case: Case, terms: Terms) -> datetime | None:
    return case.due_accept


def _accept_twice(case: Case, terms: Terms) -> datetime | None:
    if case.due_accept is None:
        return None
    return terms.working(case.due_accept, timedelta(minutes=terms.limits.accept_minutes), urgent=case.urgent)


def _resolve_near(case: Case, terms: Terms) -> datetime | None:
    start = case.round_at or case.filed_at
    return _half(min(start, case.due_resolve), case.due_resolve, terms, 0.75, urgent=case.urgent)


def _resolve_late(case: Case, terms: Terms) -> datetime | None:
    return case.due_resolve


def _resolve_later(case: Case, terms: Terms) -> datetime | None:
    if case.urgent:
        return case.due_resolve + timedelta(days=1)
    return terms.calendar.close_of_day(case.due_resolve, 1)


def _step(case: Case, terms: Terms) -> datetime | None:
    return case.due_step


def _callback_again(case: Case, terms: Terms) -> datetime | None:
    if case.due_step is None:
        return None
    return case.due_step - timedelta(days=terms.limits.callback_days - terms.limits.callback_reminder_days)


def _late_news(case: Case, terms: Terms) -> datetime | None:
    """Each working day after a missed limit; counted from the last such word, so that a stop makes no flood."""
    last = max((int(mark.split(":")[2]) for mark in case.rung if mark.startswith(_news(case))), default=0)
    since = datetime.fromtimestamp(last, UTC) if last else case.due_resolve
    return terms.calendar.close_of_day(since, 1)


def _news(case: Case) -> str:
    return f"late_news:{case.round}:"


def _promise(case: Case, terms: Terms) -> datetime | None:
    return case.due_step if case.promised else None


REMINDERS = (
    Reminder("accept_half", State.DISPATCHED, _accept_half, "office", "nudge.accept", gathered=True),
    Reminder("accept_late", State.DISPATCHED, _accept_late, "station", "escalate.accept_station"),
    Reminder("accept_twice", State.DISPATCHED, _accept_twice, "supervisor", "escalate.accept_supervisor"),
    *(
        reminder
        for state in (State.DISPATCHED, State.ACCEPTED, State.RETURNED)
        for reminder in (
            Reminder("resolve_near", state, _resolve_near, "office", "nudge.resolve", gathered=True),
            Reminder("resolve_late", state, _resolve_late, "station", "escalate.resolve_station"),
            Reminder("resolve_later", state, _resolve_later, "supervisor", "escalate.resolve_supervisor"),
            Reminder("late_news", state, _late_news, "reporter", "moved.late_still"),
        )
    ),
    Reminder("promise_late", State.ACCEPTED, _promise, "office", "nudge.promise", gathered=True),
    Reminder("promise_news", State.ACCEPTED, _promise, "reporter", "moved.promise_late"),
    Reminder("verify_over", State.RESOLVED, _step, "clock", action="verify"),
    Reminder("callback_again", State.CALLBACK, _callback_again, "reporter", "callback.again"),
    Reminder("callback_over", State.CALLBACK, _step, "clock", action="unanswered"),
    Reminder("archive", State.CLOSED, _step, "clock", action="archive"),
)


def mark(reminder: Reminder, case: Case, now: datetime | None = None) -> str:
    """What is written into `case.rung` when the reminder was given: accepting is counted anew for each dispatch,
    resolving for each round; the daily word keeps its moment."""
    if reminder.code.startswith("promise"):
        return f"{reminder.code}:{int(case.accepted_at.timestamp()) if case.accepted_at else 0}"
    if reminder.code == "late_news":
        return f"{_news(case)}{int(now.timestamp()) if now else 0}"
    if reminder.code.startswith("accept"):
        return f"{reminder.code}:{int(case.dispatched_at.timestamp()) if case.dispatched_at else 0}"
    return f"{reminder.code}:{case.round}"


def _pending(case: Case, terms: Terms) -> Iterator[tuple[datetime, Reminder]]:
    for reminder in REMINDERS:
        if reminder.state is case.state and (reminder.action or mark(reminder, case) not in case.rung):
            at = reminder.at(case, terms)
            if at is not None:
                yield at, reminder


def next_moment(case: Case, terms: Terms) -> datetime | None:
    """When the case's alarm must ring; None where nothing can become due."""
    return min((at for at, _ in _pending(case, terms)), default=None)


def due(case: Case, now: datetime, terms: Terms) -> tuple[Reminder, ...]:
    """What is due now and not yet done, the earliest first. A gathered reminder whose limit is over already is
    left out: the later one says it."""
    ripe = [reminder for at, reminder in sorted(_pending(case, terms), key=lambda pair: pair[0]) if at <= now]
    codes = {reminder.code for reminder in ripe}
    weaker = {"accept_half": "accept_late", "resolve_near": "resolve_late", "late_news": "resolve_late"}
    return tuple(reminder for reminder in ripe if weaker.get(reminder.code) not in codes)


def rung(case: Case, now: datetime, terms: Terms) -> Case:
    """The case with all that is due now written down as given."""
    ripe = [reminder for at, reminder in _pending(case, terms) if at <= now and not reminder.action]
    if not ripe:
        return case
    marks = tuple(mark(reminder, case, now) for reminder in ripe)
    again = any(reminder.code == "late_news" for reminder in ripe)
    kept = tuple(old for old in case.rung if not (again and old.startswith(_news(case))))
    return replace(case, rung=kept + marks)
