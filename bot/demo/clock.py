"""The story's clock: nothing passes but what the story lets pass."""

import asyncio
import heapq
from datetime import datetime
from itertools import count


class TurnedClock:
    """Keeps the promise of `bot.time.Clock`; `turn` moves it on and wakes who slept until then."""

    def __init__(self, start: datetime) -> None:
        self._start = self._now = start
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._serial = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.monotonic() + seconds, next(self._serial), waiter))
        await waiter

    def turn(self, to: datetime) -> None:
        """Moves on to a moment; never back."""
        self._now = max(self._now, to)
        while self._sleepers and self._sleepers[0][0] <= self.monotonic():
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)
