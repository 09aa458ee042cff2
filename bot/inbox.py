"""The inbox: what came is kept, read in order per chat and person, and handled in one turn."""

import asyncio
import json
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.answer import Answers
from bot.channels.channel import Channel, FetchFailed, Raw, Unreadable
from bot.time import Clock
from domain.district import District
from domain.refusal import Refused
from domain.update import Photo, Text, Update, Voice
from handlers import router
from storage import inbox
from storage.database import Database
from storage.photo import NotAPhoto, PhotoBroken, PhotoRefused, Photos, PhotoTooLarge
from storage.row import ms
from storage.turn import Conflict, Row, StorageFailed, Turn

SETTLE_S = 2.0
"""Quiet after which an album is complete."""
TRIES = 3
"""How often a file is asked for."""
LEFT_AFTER = timedelta(seconds=5)
"""Open rows older than this and unknown here were left by another process or a restart."""
log = structlog.get_logger()


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
    """What waits for one chat and person."""

    items: deque[Item] = field(default_factory=deque)
    more: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Inbox:
    """Takes what channels bring. `hand_on` gets what turns queued for the outbox, after their commit."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        district: District,
        photos: Photos,
        clock: Clock,
        answers: Answers,
        hand_on: Callable[[Sequence[object]], None],
    ) -> None:
        self._database = database
        self._channels = channels
        self._district = district
        self._photos = photos
        self._clock = clock
        self._answers = answers
        self._hand_on = hand_on
        self._lanes: dict[str, Lane] = {}
        self._known: set[int] = set()
        self.kept: Callable[[str, str, str], Awaitable[None]] | None = None

    async def receive(self, raws: Sequence[Raw]) -> None:
        """Keeps what came in one commit, then has it read. Raises StorageFailed; then nothing was taken."""
        now = ms(self._clock.now())

        async def work(turn: Turn) -> list[tuple[int, Raw]]:
            return await inbox.add(turn, raws, now)

        for id, raw in await self._database.turn(work):
            self._take(Item(id, raw))

    def adopt(self, rows: Sequence[tuple[int, Raw]]) -> None:
        """Rows that another turn put into the inbox already."""
        for id, raw in rows:
            self._take(Item(id, raw))

    async def scan(self, *, everything: bool = False) -> None:
        """Finds what was left by a restart or by another process."""
        before = self._clock.now() + timedelta(seconds=1) if everything else self._clock.now() - LEFT_AFTER
        async with self._database.reading() as queries:
            rows = await inbox.left(queries, ms(before), 500)
        for row in rows:
            if row["id"] not in self._known:
                self._take(_item(row))

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._lanes

    def _take(self, item: Item) -> None:
        self._known.add(item.id)
        item.arrived = self._clock.monotonic()
        name = f"{item.raw.channel}|{item.raw.lane}"
        lane = self._lanes.setdefault(name, Lane())
        if item.raw.album:
            item.update = asyncio.create_task(self._read(item))
        lane.items.append(item)
        lane.more.set()
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(name, lane))

    async def _work(self, name: str, lane: Lane) -> None:
        """One lane, until nothing waits in it."""
        while lane.items:
            items = await self._settled(lane)
            try:
                await self._handle(items, name)
            except StorageFailed as failure:
                log.error("inbox.storage_failed", reason=str(failure))
            for item in items:
                self._known.discard(item.id)
        del self._lanes[name]

    async def _settled(self, lane: Lane) -> list[Item]:
        """The next update's rows: one, or an album's pieces once no more came for a while or something else did."""
        items = [lane.items.popleft()]
        album = items[0].raw.album
        while album:
            while lane.items and lane.items[0].raw.album == album:
                items.append(lane.items.popleft())
            left = items[-1].arrived + SETTLE_S - self._clock.monotonic()
            if lane.items or left <= 0:
                break
            lane.more.clear()
            await _first(lane.more.wait(), self._clock.sleep(left))
        return items

    async def _read(self, item: Item) -> Update:
        """The update of a raw form, its files fetched. Raises Unreadable."""
        channel = self._channels[item.raw.channel]
        update = replace(
            channel.read(item.raw.body), channel=item.raw.channel, key=item.raw.key, at=item.raw.at, lane=item.raw.lane
        )
        parts = await asyncio.gather(*(self._with_file(channel, update, part, item) for part in update.parts))
        return replace(update, parts=tuple(parts))

    async def _with_file(self, channel: Channel, update: Update, part: Any, item: Item) -> Any:
        if not isinstance(part, (Photo, Voice)) or part.sha:
            return part
        if part.ref in item.fetched:
            return replace(part, **item.fetched[part.ref])
        found = await self._fetch(channel, part)
        item.fetched[part.ref] = found
        await self._remember(item)
        if found.get("sha") and self.kept:
            await self.kept(channel.name, part.ref, found["sha"])
        return replace(part, **found)

    async def _fetch(self, channel: Channel, part: Photo | Voice) -> dict[str, Any]:
        """What is to be known of a file: its stored name, or why there is none."""
        if isinstance(part, Voice):
            return {}
        for attempt in range(TRIES):
            try:
                data = await channel.fetch(part.ref)
                kept = await asyncio.to_thread(self._photos.keep, data)
            except FetchFailed as failed:
                if failed.too_large:
                    return {"problem": "too_large"}
                if failed.permanent or attempt == TRIES - 1:
                    return {"problem": "gone"}
                await self._clock.sleep(2.0**attempt)
            except PhotoRefused as refused:
                return {"problem": _PROBLEMS.get(type(refused), "broken")}
            else:
                return {"sha": kept.sha, "look": kept.look}
        return {"problem": "gone"}

    async def _remember(self, item: Item) -> None:
        """What was fetched is not fetched again after a restart."""
        kept = json.dumps(item.fetched)

        async def work(turn: Turn) -> None:
            await inbox.keep_fetched(turn, item.id, kept)

        await self._database.turn(work)

    async def _handle(self, items: list[Item], lane: str) -> None:
        try:
            updates = [await (item.update or self._read(item)) for item in items]
        except Unreadable:
            await self._bury(items, lane, None, traceback.format_exc())
            return
        except StorageFailed:
            raise
        except Exception:
            await self._bury(items, lane, None, traceback.format_exc())
            return
        await self._run(items, lane, _joined(updates))

    async def _run(self, items: list[Item], lane: str, update: Update) -> None:
        """One turn; a refusal or a fault gets a second one that says so."""
        self._answers.expect(update)
        try:
            handed = await self._turn(items, lane, lambda turn, now: router.handle(turn, self._district, update, now))
        except Refused as refused:
            why = refused
            handed = await self._turn(
                items, lane, lambda turn, now: router.refuse(turn, self._district, update, now, why)
            )
        except (StorageFailed, Conflict):
            raise
        except Exception as fault:
            log.error("inbox.dead_letter", channel=update.channel, fault=type(fault).__name__)
            await self._bury(items, lane, update, traceback.format_exc())
            return
        self._hand_on(handed)

    async def _turn(
        self, items: list[Item], lane: str, work: Callable[[Turn, datetime], Awaitable[None]]
    ) -> list[object]:
        async def one(turn: Turn) -> list[object]:
            if turn.shared and not await self._next(turn, items):
                return []
            now = self._clock.now()
            await work(turn, now)
            inbox.done(turn, [item.id for item in items], ms(now))
            return turn.handed

        return await self._database.turn(one, lane)

    async def _next(self, turn: Turn, items: list[Item]) -> bool:
        """Where several processes take part: whether it is these rows' turn; another's earlier row goes first."""
        row = await inbox.oldest(turn, items[0].raw.lane)
        return row is not None and row["id"] == items[0].id

    async def _bury(self, items: list[Item], lane: str, update: Update | None, trace: str) -> None:
        """A dead letter, kept whole with its traceback; the person is told in plain words, the stream goes on."""

        async def work(turn: Turn, now: datetime) -> None:
            if update is not None and update.chat.kind in ("private", "group"):
                await router.apologise(turn, self._district, update, now)
            for item in items:
                await inbox.dead(turn, item.id, trace, ms(now), item.attempts + 1)

        try:
            self._hand_on(await self._turn(items, lane, work))
        except StorageFailed:
            raise
        except Exception as fault:
            log.error("inbox.apology_failed", fault=type(fault).__name__)
            await self._turn(items, lane, lambda turn, now: _only_bury(turn, items, trace, now))


async def _only_bury(turn: Turn, items: list[Item], trace: str, now: datetime) -> None:
    for item in items:
        await inbox.dead(turn, item.id, trace, ms(now), item.attempts + 1)


_PROBLEMS = {PhotoBroken: "broken", PhotoTooLarge: "too_large", NotAPhoto: "kind"}


def _item(row: Row) -> Item:
    at = datetime.fromtimestamp(row["at"] / 1000).astimezone()
    raw = Raw(row["channel"], row["key"], row["lane"], at, row["body"], row["album"])
    return Item(row["id"], raw, json.loads(row["fetched"] or "{}"), attempts=row["attempts"])


def _joined(updates: list[Update]) -> Update:
    """An album's pieces as one update: all parts, the photos first."""
    if len(updates) == 1:
        return updates[0]
    parts = [part for update in updates for part in update.parts]
    ordered = sorted(parts, key=lambda part: isinstance(part, Text))
    return replace(updates[0], parts=tuple(ordered), reply_to=next((u.reply_to for u in updates if u.reply_to), ""))


async def _first(*waits: Awaitable[Any]) -> None:
    """Waits for the first of several, and lets go of the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
