"""The states of a case's life."""

from enum import StrEnum


class State(StrEnum):
    """Where a case is in its life; each waits for something (see docs/cases.md)."""

    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CALLBACK = "callback"
    CLOSED = "closed"
    ARCHIVED = "archived"
    SUSPENDED = "suspended"
    VOIDED = "voided"
    MERGED = "merged"


OPEN = frozenset(
    {State.DISPATCHED, State.ACCEPTED, State.RETURNED, State.WAITING, State.RESOLVED, State.CALLBACK, State.SUSPENDED}
)
