"""Letting the time of a running district pass bit by bit, so that pauses end in their order."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from tests.district import Town


async def passes_until(town: Town, condition: Callable[[], bool], most: float = 30.0, step: float = 0.1) -> float:
    """Lets time pass until something is so; how many seconds of the town's clock it took. Raises AssertionError where
    it does not come within `most` seconds."""
    passed = 0.0
    while True:
        for _ in range(5):  # what was woken gets to work, real calls get their answers
            await asyncio.sleep(0.002)
            if condition():
                return passed
        if passed >= most:
            raise AssertionError(f"it did not come within {most} s of the town's time")
        town.clock.turn(town.clock.now() + timedelta(seconds=step))
        passed += step
