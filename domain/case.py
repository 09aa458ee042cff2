"""A case, the terms its limits are computed from, and what one action writes down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import Calendar
from domain.category import Category
from domain.city import Limits
from domain.state import State


@dataclass(frozen=True, slots=True)
class Case:
    """One reported problem.

    `holder` is the code of the office that has it, `assignee` the person who accepted (public names
    beside them).
    `version` counts the transitions and is carried by buttons; `events` counts the ledger's lines and guards the
    save. `words` are the reporter's newest, `note` the office's. `rung` are the reminders already given, `chain` the
    hash of the ledger's last line.
    `border` is the neighbour's grid code where the place lies on a border.
    """

    number: str
    state: State
    category: str
    grid: str
    station: str
    holder: str
    source: str
    reporter: str
    lon: float
    lat: float
    place: str
    filed_at: datetime
    due_resolve: datetime
    version: int = 1
    events: int = 0
    round: int = 1
    urgent: bool = False
    border: str = ""
    words: str = ""
    photos: tuple[str, ...] = ()
    no_photo: str = ""
    assignee: str = ""
    assignee_name: str = ""
    reporters: int = 1
    due_accept: datetime | None = None
    due_step: datetime | None = None
    dispatched_at: datetime | None = None
    accepted_at: datetime | None = None
    promised: bool = False
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    after: tuple[str, ...] = ()
    no_after: str = ""
    note: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    returns: int = 0
    transfers: int = 0
    reworks: int = 0
    late: bool = False
    passed: bool = False
    answer: str = ""
    rating: str = ""
    rung: tuple[str, ...] = ()
    last_action: str = ""
    last_by: str = ""
    last_reason: str = ""
    last_at: datetime | None = None
    draft: str = ""
    chain: str = ""
    holder_name: str = ""
    round_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What limits are computed from: the calendar, the city's limits, the case's category."""

    calendar: Calendar
    limits: Limits
    category: Category

    def working(self, start: datetime, span: timedelta, *, urgent: bool) -> datetime:
        """The end of a span of working time; in urgent cases of the clock's time."""
        return start + span if urgent else self.calendar.add(start, span)

    def accept_by(self, now: datetime, *, urgent: bool) -> datetime:
        return self.working(now, timedelta(minutes=self.limits.accept_minutes), urgent=urgent)

    def resolve_by(self, filed: datetime, *, urgent: bool) -> datetime:
        """The category's limit: the close of the n-th working day after the day of filing, or hours counted."""
        if self.category.days is not None:
            return self.calendar.close_of_day(filed, self.category.days)
        return self.working(filed, timedelta(hours=self.category.hours or 0), urgent=urgent)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one action writes into the ledger: who in which role, from where to where, why, with which evidence.
    `reason` holds people's words, which can be erased; `values` holds the plain facts."""

    action: str
    at: datetime
    actor: str
    role: str
    name: str
    before: str
    after: str
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case as it is after an action, and its ledger line."""

    case: Case
    entry: Entry
