"""An outbox row on its way out."""

from dataclasses import dataclass

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


def of_row(row: Row) -> Letter:
    """A row that was claimed."""
    return Letter(
        row["key"], row["chat"], row["body"], row["card"], bool(row["ordered"]), row["attempts"], row["created"]
    )


def handed(row: OutboxRow) -> Letter:
    """A row that its turn handed on."""
    return Letter(row.key, row.chat, row.body, row.card, row.ordered, 0, row.created)
