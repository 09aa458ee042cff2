"""What the inbox must know of an update before it is read, whatever it holds."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from bot.channels.channel import Raw
from bot.channels.telegram.field import CHANNEL, Json, clean, is_whole

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The updates that we ask for. Always named: an old list stays in force at the server."""

_ASCII = json.JSONEncoder(separators=(",", ":"))
"""Whatever signs an update holds, so it can be stored."""


def raw(update: Any, now: datetime) -> Raw:
    """One update as it came, for the inbox. `now` stands in where the platform gives no time."""
    body = _ASCII.encode(update)
    number = update.get("update_id") if isinstance(update, dict) else None
    key = str(number) if is_whole(number) else sha256(body.encode()).hexdigest()[:32]
    inner = _inner(update)
    album = inner.get("media_group_id")
    return Raw(CHANNEL, key, lane(update), _when(inner, now), body, clean(album) if isinstance(album, str) else "")


def lane(update: Any) -> str:
    """The chat and the person of an update: `-1001|42`. Empty ids where there are none."""
    inner = _inner(update)
    person = _id(inner.get("from"))
    message = inner.get("message")  # a pressed button's
    chat = _id((message if isinstance(message, dict) else inner).get("chat"))
    return f"{chat or person}|{person}"


def _id(found: Any) -> str:
    return str(found["id"]) if isinstance(found, dict) and is_whole(found.get("id")) else ""


def _inner(update: Any) -> Json:
    """The one field of an update that is not its number."""
    if not isinstance(update, dict):
        return {}
    return next((value for name, value in update.items() if name in WANTED and isinstance(value, dict)), {})


def _when(inner: Json, now: datetime) -> datetime:
    date: Any = inner.get("date")
    return datetime.fromtimestamp(date, UTC) if is_whole(date) and 0 < date < 2**34 else now
