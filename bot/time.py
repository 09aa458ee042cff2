"""The clocks: the service's time, which the demo may hasten, and the monotonic one for pauses."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program asks for time. Tests pass one they turn by hand."""

    def now(self) -> datetime:
        """The service's time, UTC: rules of cases and alarms use it."""

    def monotonic(self) -> float:
        """Seconds that never go back: settling, leases and back-off use them."""

    async def sleep(self, seconds: float) -> None:
        """Waits monotonic seconds."""


class SystemClock:
    """The machine's clock; from `start` on it may run `speed` times as fast."""

    def __init__(self, *, speed: float = 1.0, start: datetime | None = None) -> None:
        self._speed = speed
        self._began = time.monotonic()
        self._start = start or datetime.now(UTC)
        self._plain = speed == 1.0 and start is None

    def now(self) -> datetime:
        if self._plain:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
