"""The clock's part: due alarms become Updates, what was left is found, old keys are dropped. APScheduler ticks."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.channels.channel import Raw
from bot.channels.inner import act
from bot.delivery import Delivery
from bot.inbox import Inbox
from bot.time import Clock
from storage import alarm, inbox, invite, outbox
from storage.database import Database
from storage.row import ms
from storage.turn import StorageFailed, Turn

AT_ONCE = 200
KEYS_KEPT, SENT_KEPT = timedelta(days=14), timedelta(days=60)
"""How long what came is recognised when it comes again, and what was sent can still be edited."""
log = structlog.get_logger()


class Ticker:
    """Ticks every `every` seconds of real time; a tick that comes late or twice changes nothing."""

    def __init__(self, database: Database, inbox: Inbox, delivery: Delivery, clock: Clock, every: float = 1.0) -> None:
        self._database = database
        self._inbox = inbox
        self._delivery = delivery
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(self.tick, "interval", seconds=every, coalesce=True, max_instances=1)
        self._scheduler.add_job(self.sweep, "interval", hours=6, coalesce=True, max_instances=1)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Rings what is due, and finds what waits in the queues."""
        try:
            await self.ring()
            await self._inbox.scan()
            await self._delivery.scan()
        except StorageFailed as failure:
            log.error("clock.storage_failed", reason=str(failure))

    async def ring(self) -> None:
        """Every alarm that is due becomes an Update, in the transaction that takes it."""
        async with self._database.reading() as queries:
            due = [
                (str(row["subject"]), int(row["at"]))
                for row in await alarm.due(queries, ms(self._clock.now()), AT_ONCE)
            ]
        if due:
            self._inbox.adopt(await self._database.turn(lambda turn: self._rung(turn, due)))

    async def _rung(self, turn: Turn, due: Sequence[tuple[str, int]]) -> list[tuple[int, Raw]]:
        now = self._clock.now()
        raws = [
            act("ring", subject, f"{subject}@{at}", now, {})
            for subject, at in due
            if await alarm.rung(turn, subject, at)
        ]
        return await inbox.add(turn, raws, ms(now))

    async def sweep(self) -> None:
        """Drops keys that cannot come again, alarms at rest, and invitations long over."""
        before = ms(self._clock.now() - KEYS_KEPT)

        async def work(turn: Turn) -> None:
            await inbox.purge(turn, before)
            await outbox.purge(turn, ms(self._clock.now() - SENT_KEPT))
            await alarm.purge(turn)
            await invite.purge(turn, before)

        await self._database.turn(work)
