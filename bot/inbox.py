"""The inbox: what came is kept, read in order per chat and person, and handled in one turn."""

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.answer import Answers
from bot.channels.channel import Channel, Raw, Unreadable
from bot.file import Files
from bot.lane import Item, Lane, item_of, joined, unread
from bot.time import Clock
from domain.district import District
from domain.refusal import Refused
from domain.update import Choice, Photo, Update, Voice
from handlers import router
from storage import inbox
from storage.database import Database
from storage.photo import Photos
from storage.row import ms
from storage.turn import Conflict, StorageFailed, Turn

SETTLE_S = 2.0
"""Quiet after which an album is complete."""
LEFT_AFTER = timedelta(seconds=5)
"""Open rows older than this and unknown here were left by another process or a restart."""
PAGE = 500
"""Rows that a scan reads at a time."""
FIRST_S, LONGEST_S = 0.5, 30.0
"""Seconds of the first and the longest pause after a failure of the database."""
ANOTHER_S = 0.1
"""Seconds until it is looked again whether another process has done an earlier row."""
log = structlog.get_logger()


class NotYet(Exception):
    """Another process has an earlier row of this lane."""


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
        self._files = Files(photos, clock)
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
        """Finds what was left by a restart or by another process; all of it before anything new is taken."""
        before = self._clock.now() + timedelta(seconds=1) if everything else self._clock.now() - LEFT_AFTER
        after = 0
        async with self._database.reading() as queries:
            while rows := await inbox.left(queries, ms(before), PAGE, after):
                after = rows[-1]["id"]
                for row in rows:
                    if row["id"] not in self._known:
                        self._take(item_of(row))
                if not everything:
                    return

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
        elif lane.task is not None:
            self._expect(item)
        lane.items.append(item)
        lane.more.set()
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(name, lane))

    def _expect(self, item: Item) -> None:
        """A button pressed behind something slow is not left waiting for it."""
        try:
            update = self._channels[item.raw.channel].read(item.raw.body)
        except (Unreadable, KeyError):
            return  # what is wrong with it is told when its turn has come
        if any(isinstance(part, Choice) for part in update.parts):
            self._answers.expect(replace(update, channel=item.raw.channel))

    async def _work(self, name: str, lane: Lane) -> None:
        """One lane, until nothing waits in it. Where the database fails its order waits too."""
        pause = FIRST_S
        while lane.items:
            items = await self._settled(lane)
            try:
                await self._handle(items, name)
            except NotYet:
                lane.put_back(items)
                await self._clock.sleep(ANOTHER_S)
                continue
            except (StorageFailed, Conflict) as failure:
                log.error("inbox.storage_failed", reason=str(failure))
                lane.put_back(items)
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_S)
                continue
            pause = FIRST_S
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
        return await self._with_others(items) if album and self._database.shared else items

    async def _with_others(self, items: list[Item]) -> list[Item]:
        """An album's pieces that other processes have taken: all of them belong to one turn, whoever has it."""
        raw = items[0].raw
        async with self._database.reading() as queries:
            rows = await inbox.album(queries, raw.lane, raw.album)
        known = {item.id: item for item in items}
        self._known.update(row["id"] for row in rows)
        return [known.get(row["id"]) or item_of(row) for row in rows] or items

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
        found = await self._files.fetch(channel, part)
        item.fetched[part.ref] = found
        await self._remember(item)
        if found.get("sha") and self.kept:
            await self.kept(channel.name, part.ref, found["sha"])
        return replace(part, **found)

    async def _remember(self, item: Item) -> None:
        """What was fetched is not fetched again after a restart."""
        kept = json.dumps(item.fetched)

        async def work(turn: Turn) -> None:
            await inbox.keep_fetched(turn, item.id, kept)

        await self._database.turn(work)

    async def _handle(self, items: list[Item], lane: str) -> None:
        try:
            updates = [await (item.update or self._read(item)) for item in items]
        except StorageFailed:
            for item in items:
                item.update = None  # to be read again
            raise
        except Exception as fault:
            log.error("inbox.unreadable", channel=items[0].raw.channel, fault=type(fault).__name__)
            await self._bury(items, lane, unread(items[0].raw), traceback.format_exc())
            return
        await self._run(items, lane, joined(updates))

    async def _run(self, items: list[Item], lane: str, update: Update) -> None:
        """One turn; a refusal or a fault gets a second one that says so."""
        self._answers.expect(update)
        try:
            self._hand_on(await self._handled(items, lane, update))
        except (StorageFailed, Conflict, NotYet):
            raise
        except Exception as fault:
            log.error("inbox.dead_letter", channel=update.channel, fault=type(fault).__name__)
            await self._bury(items, lane, update, traceback.format_exc())

    async def _handled(self, items: list[Item], lane: str, update: Update) -> list[object]:
        try:
            return await self._turn(items, lane, lambda turn, now: router.handle(turn, self._district, update, now))
        except Refused as refused:
            why = refused
        return await self._turn(items, lane, lambda turn, now: router.refuse(turn, self._district, update, now, why))

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
        """Where several processes take part: whether these rows are still to be done. Raises NotYet where an earlier
        one of the lane is."""
        row = await inbox.oldest(turn, items[0].raw.lane)
        if row is not None and row["id"] < items[0].id:
            raise NotYet
        return row is not None and row["id"] == items[0].id

    async def _bury(self, items: list[Item], lane: str, update: Update | None, trace: str) -> None:
        """A dead letter, kept whole with its traceback; the person is told in plain words, the stream goes on."""

        async def bury(turn: Turn, now: datetime) -> None:
            for item in items:
                await inbox.dead(turn, item.id, trace, ms(now), item.attempts + 1)

        async def work(turn: Turn, now: datetime) -> None:
            if update is not None and update.chat.kind in ("private", "group"):
                await router.apologise(turn, self._district, update, now)
            await bury(turn, now)

        try:
            self._hand_on(await self._turn(items, lane, work))
        except (StorageFailed, Conflict, NotYet):
            raise
        except Exception as fault:
            log.error("inbox.apology_failed", fault=type(fault).__name__)
            await self._turn(items, lane, bury)


async def _first(*waits: Awaitable[Any]) -> None:
    """Waits for the first of several, and lets go of the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    _, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
