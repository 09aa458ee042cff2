"""An outbox row on its way out."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from storage.outbox import OutboxRow
from storage.turn import Row


@dataclass(frozen=True, slots=True)
class Letter:
    """What delivery needs of a row."""

    key: str
    chat: str
    body: str | None
    card: str
    ordered: bool
    attempts: int
    created: int


@dataclass(slots=True)
class ChatLane:
    """What waits for one chat, and whether rows of it wait in the database too."""

    letters: deque[Letter] = field(default_factory=deque)
    behind: bool = False
    task: asyncio.Task[None] | None = None


def of_row(row: Row) -> Letter:
    """A row that was claimed."""
    return Letter(
        row["key"], row["chat"], row["body"], row["card"], bool(row["ordered"]), row["attempts"], row["created"]
    )


def handed(row: OutboxRow) -> Letter:
    """A row that its turn handed on."""
    return Letter(row.key, row.chat, row.body, row.card, row.ordered, 0, row.created)
