"""What comes from no chat: alarms, errands' answers, undelivered messages. They are Updates like all others."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.channel import Drawn, FetchFailed, Raw, Receive, SendFailed, Unreadable
from domain.message import Capability, Native, Shown
from domain.update import Act, Chat, Sender, Update

NAME = "clock"
CHAT = Chat(NAME, "clock", "clock")
SENDER = Sender(NAME, "clock")


def act(action: str, subject: str, key: str, at: datetime, values: Mapping[str, Any], chat: Chat = CHAT) -> Raw:
    """An act as a raw form for the inbox; acts on one subject are read in order."""
    body = json.dumps({"action": action, "subject": subject, "values": dict(values), "chat": chat.key})
    return Raw(NAME, key, f"{NAME}|{subject}", at, body)


class InnerChannel:
    """Keeps the channel's promise for acts: they are read, nothing is ever sent there."""

    name = NAME
    capability = Capability(0, 0, 64, False, 0, 0, False, False, 0)

    def read(self, body: str) -> Update:
        try:
            held = json.loads(body)
            part = Act(held["action"], held["subject"], held["values"])
            return Update(NAME, "", datetime.min, Chat.of(held["chat"]), SENDER, (part,))
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(str(error)) from error

    async def fetch(self, ref: str) -> bytes:
        raise FetchFailed("acts have no files", permanent=True)

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        raise SendFailed("nobody reads there", permanent=True)

    async def answer(self, query: str, text: str) -> None:
        raise SendFailed("nobody pressed there", permanent=True)

    async def run(self, receive: Receive) -> None:
        """Nothing comes by itself: the clock and delivery put acts into the inbox."""

    async def close(self) -> None:
        """Holds nothing."""
