"""The one promise that every channel keeps."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.message import Capability, Native, Shown
from domain.update import Chat, Update


@dataclass(frozen=True, slots=True)
class Raw:
    """What came, as it came. `key` is the platform's id (unique in the channel), `lane` is chat and person: updates
    of one lane are read in order. `body` is its raw form (JSON text)."""

    channel: str
    key: str
    lane: str
    at: datetime
    body: str
    album: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture ready to be sent. `key` names its content, so that a platform's own reference can be used again;
    `load` gives the bytes (JPEG)."""

    key: str
    load: Callable[[], Awaitable[bytes]]


class Unreadable(Exception):
    """An update that does not have the form its platform promises."""


class FetchFailed(Exception):
    """A file could not be fetched. `permanent`: trying again is no use. `too_large`: the platform will not give it."""

    def __init__(self, reason: str, *, permanent: bool, too_large: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.too_large = too_large


class SendFailed(Exception):
    """A message did not go out, or may not have. `retry_after` in seconds, as the platform told; `migrated_to` the
    group's new id; `unreachable`: the person blocked the bot or the chat is gone."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        retry_after: float | None = None,
        migrated_to: str | None = None,
        unreachable: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.migrated_to = migrated_to
        self.unreachable = unreachable


Receive = Callable[[Sequence[Raw]], Awaitable[None]]
"""Puts what came into the inbox, in one commit; returns when it is durable. Raises where storage fails."""


class Channel(Protocol):
    """A chat platform, inbound and outbound."""

    name: str
    capability: Capability

    def read(self, body: str) -> Update:
        """The raw form as an Update; photos and files not fetched yet. Raises Unreadable."""

    async def fetch(self, ref: str) -> bytes:
        """The bytes of a photo or file. Raises FetchFailed."""

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        """Sends or edits, and says what stands in the chat now. Raises SendFailed.

        An edit that changes nothing is a success; an edit of a message that is gone raises SendFailed(permanent)."""

    async def answer(self, query: str, text: str) -> None:
        """Answers a pressed button (empty text: silently). Raises SendFailed."""

    async def run(self, receive: Receive) -> None:
        """Takes what comes until cancelled."""

    async def close(self) -> None:
        """Lets go of connections."""
