"""A clock that a test turns by hand."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

TUESDAY_0903 = datetime(2026, 11, 24, 1, 3, tzinfo=UTC)
"""Tuesday 24 November 2026, 09:03 in Xi'an: where the stories begin."""


class HandClock:
    """Keeps the promise of `bot.time.Clock`; nothing passes but what `turn` lets pass."""

    def __init__(self, start: datetime = TUESDAY_0903) -> None:
        self._now = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._serial = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._serial), waiter))
        await waiter

    def turn(self, to: datetime) -> None:
        """Lets time pass up to a moment, and wakes who slept until then."""
        self._passed += max(0.0, (to - self._now).total_seconds())
        self._now = to
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)

    def set_back(self, span: timedelta) -> None:
        """Somebody sets the machine's clock back; monotonic time does not care."""
        self._now -= span
