"""A lane: what waits in the inbox for one chat and person."""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.channel import Raw
from domain.update import Chat, Sender, Text, Update
from storage.row import moment
from storage.turn import Row


@dataclass(slots=True)
class Item:
    """An inbox row on its way: its raw form, and the update once it was read with its files."""

    id: int
    raw: Raw
    fetched: dict[str, Any] = field(default_factory=dict)
    update: asyncio.Task[Update] | None = None
    arrived: float = 0.0
    attempts: int = 0


@dataclass(slots=True)
class Lane:
    """Rows in the order of their ids, and who works on them."""

    items: deque[Item] = field(default_factory=deque)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def put_back(self, items: Sequence[Item]) -> None:
        """Rows whose time has not come, before what waits behind them and after what turned out to be older."""
        self.items = deque(sorted((*items, *self.items), key=lambda item: item.id))


def item_of(row: Row) -> Item:
    """A row found in the inbox."""
    at = moment(row["at"])
    raw = Raw(row["channel"], row["key"], row["lane"], at, row["body"], row["album"])
    return Item(row["id"], raw, json.loads(row["fetched"] or "{}"), attempts=row["attempts"])


def joined(updates: Sequence[Update]) -> Update:
    """An album's pieces as one update: all parts, the photos first."""
    if len(updates) == 1:
        return updates[0]
    parts = [part for update in updates for part in update.parts]
    ordered = sorted(parts, key=lambda part: isinstance(part, Text))
    return replace(updates[0], parts=tuple(ordered), reply_to=next((u.reply_to for u in updates if u.reply_to), ""))


def unread(raw: Raw) -> Update | None:
    """Who sent what cannot be read, where it came in private: enough to tell them so. None elsewhere."""
    chat, _, person = raw.lane.rpartition("|")
    if not person or chat != person:
        return None
    where, sender = Chat(raw.channel, "private", person), Sender(raw.channel, person)
    return Update(raw.channel, raw.key, raw.at, where, sender, (), lane=raw.lane)
