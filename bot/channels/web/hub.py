"""The open pages of this process: wakes them when their chat has news, and brings them what is never stored."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

MOST_PASSING = 20


class Listener:
    """One open page. What is stored it reads for itself, at its own pace, from the last change it saw; so a slow page
    holds up nobody and needs no memory here. What passes (typing, a toast) waits in a short queue; the oldest go."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.passing: deque[tuple[str, Mapping[str, Any]]] = deque(maxlen=MOST_PASSING)
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    async def news(self, seconds: float) -> bool:
        """Waits for news, for so long at most; whether there is any."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True


class Hub:
    """All open pages by chat."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self.closed = False

    @contextmanager
    def listen(self, chat: str, page: str) -> Iterator[Listener]:
        listener = Listener(page)
        self._listeners[chat].add(listener)
        try:
            yield listener
        finally:
            self._listeners[chat].discard(listener)
            if not self._listeners[chat]:
                del self._listeners[chat]

    def open_pages(self) -> int:
        return sum(map(len, self._listeners.values()))

    def wake(self, chat: str) -> None:
        for listener in self._listeners.get(chat, ()):
            listener.wake()

    def tell(self, chat: str, event: str, data: Mapping[str, Any], page: str = "") -> bool:
        """Brings a passing event to the pages of a chat, or to the one named; whether anyone was there."""
        there = [each for each in self._listeners.get(chat, ()) if page in ("", each.page)]
        for listener in there:
            listener.passing.append((event, data))
            listener.wake()
        return bool(there)

    def close(self) -> None:
        """Ends all streams, so that the server can stop."""
        self.closed = True
        for chat in list(self._listeners):
            self.wake(chat)
