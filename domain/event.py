"""The ledger's chain: each event's hash covers the one before it, so that nothing can be changed unseen.

People's words are not hashed themselves: a digest of them with a random salt is. When the words and the salt are
erased the chain still verifies, and nobody can guess the words from what is left.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from domain.case import Entry


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a case's history. `reason` are people's words (None once erased, with `salt`); `actor` the person's
    key, personal too, covered by the same digest. `digest` stays."""

    number: str
    seq: int
    at: datetime
    action: str
    role: str
    name: str
    before: str
    after: str
    values: Mapping[str, Any] = field(default_factory=dict)
    actor: str | None = ""
    reason: str | None = ""
    salt: str | None = ""
    digest: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the case, the line, and what is wrong in a sentence."""

    number: str
    seq: int
    what: str


def digest(salt: str, actor: str, reason: str) -> str:
    """The salted digest of what is personal in an event."""
    return sha256("\x1f".join((salt, actor, reason)).encode()).hexdigest()


def seal(event: Event, before: str) -> str:
    """The hash of an event that follows the one with hash `before` (empty for the first)."""
    facts = [
        before,
        event.number,
        event.seq,
        int(event.at.timestamp() * 1000),
        event.action,
        event.role,
        event.name,
        event.before,
        event.after,
        event.values,
        event.digest,
    ]
    return sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def write(number: str, seq: int, entry: Entry, before: str, salt: str) -> Event:
    """The event of an entry, sealed onto the chain. `salt`: at least 128 random bits, made by the caller."""
    at = entry.at.astimezone(UTC)
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    event = Event(
        number,
        seq,
        at,
        entry.action,
        entry.role,
        entry.name,
        entry.before,
        entry.after,
        entry.values,
        entry.actor,
        entry.reason,
        salt,
        digest(salt, entry.actor, entry.reason),
    )
    return _sealed(event, before)


def _sealed(event: Event, before: str) -> Event:
    fields = {name: getattr(event, name) for name in Event.__slots__}
    return Event(**{**fields, "hash": seal(event, before)})


def verify(number: str, events: Iterable[Event], expected: int) -> Break | None:
    """The first line of a case's chain that does not hold; None where all do. `expected` is how many lines the case
    itself says it has. Events come in order of `seq`."""
    before, seq = "", 0
    for event in events:
        seq += 1
        if event.seq != seq:
            return Break(number, seq, "a line is missing or slipped in")
        if event.salt is None and (event.actor or event.reason):
            return Break(number, seq, "words were slipped in")
        if event.salt is not None and digest(event.salt, event.actor or "", event.reason or "") != event.digest:
            return Break(number, seq, "the words or the person were changed")
        if seal(event, before) != event.hash:
            return Break(number, seq, "the line was changed")
        before = event.hash
    if seq != expected:
        return Break(number, seq + 1, f"the case says it has {expected} lines, the ledger has {seq}")
    return None
