"""What each action does to a case: one small function a row of the table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain.case import Case, Terms
from domain.refusal import Missing, TooLate
from domain.role import Actor, Role
from domain.state import State

Values = Mapping[str, Any]
Effect = Callable[[Case, Role, Actor, datetime, Values, Terms], Case]


def _accept(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(case, assignee=by.person, assignee_name=role.name, accepted_at=now, due_accept=None, promised=False)


def _accept_now(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    taken = _accept(case, role, by, now, values, terms)
    soon = terms.working(now, timedelta(hours=terms.limits.accept_now_hours), urgent=case.urgent)
    return replace(taken, due_step=min(soon, case.due_resolve), promised=True)


def _return(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    free = replace(case, assignee="", assignee_name="", due_accept=None, due_step=None, promised=False)
    return replace(free, holder=case.station, holder_name="", returns=case.returns + 1)


def _dispatch(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(
        case,
        holder=values["office"],
        holder_name=values.get("office_name", ""),
        assignee="",
        assignee_name="",
        promised=False,
        dispatched_at=now,
        due_accept=terms.accept_by(now, urgent=case.urgent),
        due_step=None,
    )


def _resolve(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    if values["outcome"] == "solved" and not (values.get("photos") or values.get("no_photo")):
        raise Missing(number=case.number, need="photo")
    return replace(
        case,
        outcome=values["outcome"],
        after=tuple(values.get("photos", ())),
        no_after=values.get("no_photo", ""),
        note=values.get("note", ""),
        detail={key: str(values[key]) for key in ("who", "phone", "until", "handed") if values.get(key)},
        resolved_at=now,
        due_step=terms.working(now, timedelta(hours=terms.limits.verify_hours), urgent=case.urgent),
        late=case.late or now > case.due_resolve,
        assignee=case.assignee or by.person,
        assignee_name=case.assignee_name or role.name,
    )


def _verify(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(
        case, due_step=now + timedelta(days=terms.limits.callback_days), passed=role.role == "clock", answer=""
    )


def _rework(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    """The deadline stays, or becomes the close of the next working day where less is left."""
    again = now + timedelta(days=1) if case.urgent else terms.calendar.close_of_day(now, 1)
    return replace(
        case,
        round=case.round + 1,
        reworks=case.reworks + 1,
        due_resolve=max(case.due_resolve, again),
        due_step=None,
        promised=False,
        round_at=now,
        answer="unsolved" if role.role == "resident" else "",
        rung=tuple(mark for mark in case.rung if not mark.startswith(("resolve", "callback"))),
    )


def _confirm(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(case, answer="solved", closed_at=now, due_step=now + timedelta(days=terms.limits.archive_days))


def _unanswered(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(_confirm(case, role, by, now, values, terms), answer="unanswered")


def _rate(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(case, rating=values["rating"])


def _end(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(case, due_step=None, due_accept=None)


def _withdraw(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    return replace(_end(case, role, by, now, values, terms), closed_at=now)


def _reopen(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    """The category's limit anew; the office that had it last gets it again, a voided case goes to the station."""
    if case.closed_at and now > case.closed_at + timedelta(days=terms.limits.reopen_days):
        raise TooLate(number=case.number)
    again = replace(
        case,
        round=case.round + 1,
        due_resolve=terms.resolve_by(now, urgent=case.urgent),
        due_step=None,
        closed_at=None,
        round_at=now,
        answer="",
        rating="",
        outcome="",
        rung=(),
        assignee="",
        assignee_name="",
        promised=False,
    )
    if case.state is State.VOIDED:
        return replace(again, state=State.RETURNED, holder=case.station, holder_name="")
    return replace(again, dispatched_at=now, due_accept=terms.accept_by(now, urgent=case.urgent))


def _add(case: Case, role: Role, by: Actor, now: datetime, values: Values, terms: Terms) -> Case:
    new = tuple(sha for sha in values.get("photos", ()) if sha not in case.photos)
    return replace(case, photos=case.photos + new, words=values.get("words") or case.words)


EFFECTS: Mapping[str, Effect] = {
    "accept": _accept,
    "accept_now": _accept_now,
    "return": _return,
    "dispatch": _dispatch,
    "resolve": _resolve,
    "verify": _verify,
    "rework": _rework,
    "unsolved": _rework,
    "confirm": _confirm,
    "unanswered": _unanswered,
    "rate": _rate,
    "withdraw": _withdraw,
    "archive": _end,
    "reopen": _reopen,
    "add": _add,
}
