"""The gathered reminder of a group: a row a case, changed in place when somebody acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.action import ACTIONS
from domain.card import last_words, token
from domain.case import Case
from domain.casework import short_grid
from domain.district import District
from domain.message import Choice, Message
from domain.moment import span_words
from domain.state import State

ROWS = 5
_LIMITS = {
    "accept_half": ("nudge.accept", State.DISPATCHED, "accept"),
    "resolve_near": ("nudge.resolve", State.ACCEPTED, "resolve"),
    "promise_late": ("nudge.promise", State.ACCEPTED, "resolve"),
}


@dataclass(frozen=True, slots=True)
class NudgeRow:
    """A case in the reminder, and the rule that put it there."""

    rule: str
    case: Case


def nudge_card(rows: Sequence[NudgeRow], district: District, now: datetime) -> Message:
    """The reminder as it stands now; what was acted on shows that and has no button any more."""
    at = f"{district.calendar.local(now):%H:%M}"
    lines, choices = [district.say("nudge.title", n=len(rows), at=at)], []
    for i, row in enumerate(rows[:ROWS], 1):
        lines.append(_line(i, row, district, now))
        action = _LIMITS[row.rule][2]
        if waiting(row) and row.case.state in ACTIONS[action].sources:
            choices.append(Choice(f"{i} {ACTIONS[action].zh}", token(action, row.case)))
    if len(rows) > ROWS:
        lines.append(district.say("nudge.more", n=len(rows) - ROWS))
    pairs = tuple(tuple(choices[i : i + 3]) for i in range(0, len(choices), 3))
    urgency = "urgent" if any(row.case.urgent for row in rows) else "push"
    return Message("\n".join(lines), choices=pairs, urgency=urgency)  # type: ignore[arg-type]


def waiting(row: NudgeRow) -> bool:
    """Whether nothing was done yet of what the reminder asks for."""
    state = row.case.state
    return state is State.DISPATCHED if row.rule == "accept_half" else state in (State.DISPATCHED, State.ACCEPTED)


def _line(i: int, row: NudgeRow, district: District, now: datetime) -> str:
    case = row.case
    thing = district.thing(case.category)
    if not waiting(row):
        return district.say("nudge.done", i=i, number=case.number, thing=thing, last=last_words(case, district, now))
    key = _LIMITS[row.rule][0]
    limit = case.due_accept if row.rule == "accept_half" else case.due_resolve
    if row.rule == "promise_late":
        limit = case.due_step
    left = remaining(limit or case.due_resolve, now, district)
    what = district.say(key)
    if (limit or case.due_resolve) <= now:
        what, left = left, district.say("nudge.known")
    grid = short_grid(district, case.grid)
    return district.say("nudge.row", i=i, what=what, number=case.number, thing=thing, grid=grid, left=left)


def remaining(limit: datetime, now: datetime, district: District) -> str:
    """`剩 15 分钟`, `超时 1 天`."""
    key, span = ("nudge.left", limit - now) if limit > now else ("nudge.late", now - limit)
    return district.say(key, span=span_words(span))
