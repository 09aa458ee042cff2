"""The raw form of the web channel as an Update."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.channel import Unreadable
from bot.channels.web.cast import NAME
from domain.update import Chat, Choice, Enter, File, Location, Part, Photo, Sender, Text, Update

_PARTS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "text": lambda part: Text(part["text"]),
    "photo": lambda part: Photo(part["upload"]),
    "file": lambda part: File(part["upload"], part["mime"], part["size"]),
    "location": lambda part: Location(
        part["lon"], part["lat"], "wgs84", accuracy_m=part["accuracy_m"], label=part["label"]
    ),
    "choice": lambda part: Choice(part["token"], part["message"], part["query"]),
    "enter": lambda part: Enter(part["payload"]),
}


def read(body: str) -> Update:
    """The Update of a raw form. A browser's position and our map are both WGS-84. Raises Unreadable."""
    try:
        raw = json.loads(body)
        chat = Chat(NAME, raw["kind"], raw["chat"])
        return Update(
            channel=NAME,
            key=f"{chat.key}#{raw['key']}",
            at=datetime.fromisoformat(raw["at"]),
            chat=chat,
            sender=Sender(NAME, raw["sender"], raw["name"], raw["language"]),
            parts=tuple(_PARTS[part["type"]](part) for part in raw["parts"]),
            message=raw["message"],
            reply_to=raw["reply_to"],
            album=raw["album"],
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise Unreadable(f"not a raw form of the web channel: {type(wrong).__name__}") from None
