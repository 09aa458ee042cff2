"""From one update of the Bot API, as JSON, to an Update.

Read by hand from the few fields that we need, each update alone: a strange one is Unreadable and harms no other.
Photos are named by Telegram's reference; the inbox fetches them.

Decisions:
- `Other("live")` (a moving live location) and `Other("service")` (somebody joined, a title, a pin) are nobody's
  words: no answer. `Other("unblocked")`: the person can be reached again; no answer either, since the client sends
  /start along.
- A picture sent as a file is a Photo with `original`: mime image/* (vector drawings apart), or no mime or
  application/octet-stream with a picture's ending or none: iPhones' HEIC comes so. What it really is, its bytes tell.
- /start is Enter in private chats only; every other command stays text, without our own @name after it.
- A reply to a topic's first message is what every message of a topic looks like: no reply.
- A pressed button has no time of its own (`at` is that of its message); `Raw.at` is when it came.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from bot.channels.channel import Unreadable
from bot.channels.telegram.field import CHANNEL, Json, clean, finite, may, need
from domain.update import (
    Chat,
    ChatKind,
    Choice,
    Edited,
    Enter,
    File,
    Leave,
    Location,
    Moved,
    Other,
    Part,
    Photo,
    Sender,
    Text,
    Update,
    Voice,
)

_NAMELESS = {1087968824, 777000, 136817688}
"""GroupAnonymousBot, Telegram itself, Channel_Bot: nobody's accounts."""

_INSIDE = {"member", "administrator", "creator"}
_PICTURE_ENDINGS = ("heic", "heif", "jpg", "jpeg", "png", "webp", "avif", "tif", "tiff", "bmp")
_UNKNOWN_MIME = {"", "application/octet-stream"}
_START = re.compile(r"/start(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_OWN = re.compile(r"(/\w+)@(\w+)(?!\w)")


# Reading


def read(body: str, name: str = "") -> Update:
    """The update. `name` is the bot's own username, taken off commands (`/cases@jieyou_bot`). Raises Unreadable."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(update, dict):
        raise Unreadable("not an object")
    number = need(update, "update_id", int)
    for kind, reader in _READERS.items():
        if kind in update:
            return reader(str(number), need(update, kind, dict), name)
    raise Unreadable("no kind of update that was asked for")


def _message(key: str, message: Json, name: str) -> Update:
    chat = _chat(message)
    parts = _parts(message, chat, name)
    if "migrate_from_chat_id" in message:  # told in the new chat; it is the old one that moved
        parts = (Moved(chat.id),)
        chat = Chat(CHANNEL, "group", str(need(message, "migrate_from_chat_id", int)))
    return Update(
        CHANNEL,
        key,
        _at(message),
        chat,
        _sender(message),
        parts,
        message=str(need(message, "message_id", int)),
        reply_to=_reply_to(message),
        album=clean(may(message, "media_group_id", str) or ""),
    )


def _edited(key: str, message: Json, name: str) -> Update:
    number = str(need(message, "message_id", int))
    words = may(message, "text", str) or may(message, "caption", str)
    part: Part = Edited(number, clean(words)) if words else Other("live" if "location" in message else "service")
    return Update(CHANNEL, key, _at(message), _chat(message), _sender(message), (part,), message=number)


def _pressed(key: str, query: Json, name: str) -> Update:
    """A pressed button; its message may be too old to be shown to us, or not be there."""
    sender = _sender(query)
    message = may(query, "message", dict)
    chat, number, at = Chat(CHANNEL, "private", sender.id), "", datetime.fromtimestamp(0, UTC)
    if message is not None:
        chat, number, at = _chat(message), str(need(message, "message_id", int)), _at(message)
    token = clean(may(query, "data", str) or "")
    return Update(CHANNEL, key, at, chat, sender, (Choice(token, number, clean(need(query, "id", str))),))


def _member(key: str, change: Json, name: str) -> Update:
    """The bot's own place in a chat."""
    chat = _chat(change)
    was, now = (_inside(need(change, side, dict)) for side in ("old_chat_member", "new_chat_member"))
    part: Part = Other("service")
    if was != now and not _is_channel(change):
        came: Part = Other("unblocked") if chat.kind == "private" else Enter()
        part = came if now else Leave()
    return Update(CHANNEL, key, _at(change), chat, _sender(change), (part,))


_READERS = {"message": _message, "edited_message": _edited, "callback_query": _pressed, "my_chat_member": _member}


# Parts of a message

_UNREAD = (
    "sticker", "contact", "poll", "video", "video_note", "animation", "audio", "dice", "game", "story", "paid_media",
    "invoice", "checklist", "giveaway",
)  # fmt: skip


def _parts(message: Json, chat: Chat, name: str) -> tuple[Part, ...]:
    """What a message holds; the words under a picture are a part of their own."""
    if "migrate_to_chat_id" in message:
        return (Moved(str(need(message, "migrate_to_chat_id", int))),)
    if (words := may(message, "text", str)) is not None:
        return (_words(clean(words), chat, name),)
    part = _content(message)
    caption = clean(may(message, "caption", str) or "")
    return (part, Text(caption)) if caption else (part,)


def _words(text: str, chat: Chat, name: str) -> Part:
    if chat.kind == "private" and (start := _START.fullmatch(text)):
        return Enter((start[1] or "").strip())
    if name and (command := _OWN.match(text)) and command[2].casefold() == name.casefold():
        return Text(command[1] + text[command.end() :])
    return Text(text)


def _content(message: Json) -> Part:
    for kind in _UNREAD:  # first: an animation is a document too
        if kind in message:
            return Other(kind)
    if "photo" in message:
        return _photo(need(message, "photo", list))
    if "venue" in message:
        venue = need(message, "venue", dict)
        return _location(need(venue, "location", dict), clean(may(venue, "title", str) or ""))
    if "location" in message:
        return _location(need(message, "location", dict))
    if "voice" in message:
        voice = need(message, "voice", dict)
        return Voice(clean(need(voice, "file_id", str)), need(voice, "duration", int))
    if "document" in message:
        return _document(need(message, "document", dict))
    return Other("service")


def _photo(sizes: list[Any]) -> Photo:
    """The largest of the sizes."""
    if not sizes or not all(isinstance(size, dict) for size in sizes):
        raise Unreadable("photo has no sizes")
    largest = max(sizes, key=lambda size: need(size, "width", int) * need(size, "height", int))
    return Photo(clean(need(largest, "file_id", str)))


def _location(place: Json, label: str = "") -> Location:
    lon, lat = finite(place, "longitude"), finite(place, "latitude")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Unreadable("location is not on earth")
    accuracy = finite(place, "horizontal_accuracy") if place.get("horizontal_accuracy") is not None else None
    return Location(lon, lat, accuracy_m=accuracy, label=label, live="live_period" in place)


def _document(document: Json) -> Part:
    ref = clean(need(document, "file_id", str))
    mime = clean(may(document, "mime_type", str) or "").lower()
    ending = (may(document, "file_name", str) or "").rpartition(".")[2].lower()
    named = "." not in (may(document, "file_name", str) or "") or ending in _PICTURE_ENDINGS
    if (mime.startswith("image/") and "svg" not in mime) or (mime in _UNKNOWN_MIME and named):
        return Photo(ref, original=True)
    return File(ref, mime, may(document, "file_size", int) or 0)


# Who, where, when


def _chat(inside: Json) -> Chat:
    chat = need(inside, "chat", dict)
    kind: ChatKind = "private" if need(chat, "type", str) == "private" else "group"
    thread = str(need(inside, "message_thread_id", int)) if inside.get("is_topic_message") is True else ""
    return Chat(CHANNEL, kind, str(need(chat, "id", int)), thread)


def _is_channel(inside: Json) -> bool:
    return bool(inside["chat"]["type"] == "channel")


def _sender(inside: Json) -> Sender:
    """The person. Who speaks as a group or a channel is nameless, whatever account stands in for them."""
    chat = may(inside, "sender_chat", dict)
    person = may(inside, "from", dict) or chat
    if person is None:
        raise Unreadable("from is missing")
    number = need(person, "id", int)
    names = [may(person, field, str) for field in ("first_name", "last_name")]
    language = clean(may(person, "language_code", str) or "")
    nameless = chat is not None or number in _NAMELESS
    return Sender(CHANNEL, str(number), clean(" ".join(filter(None, names))), language, nameless)


def _reply_to(message: Json) -> str:
    answered = may(message, "reply_to_message", dict)
    if answered is None or "forum_topic_created" in answered:
        return ""
    return str(need(answered, "message_id", int))


def _inside(member: Json) -> bool:
    status = need(member, "status", str)
    return status in _INSIDE or (status == "restricted" and member.get("is_member") is True)


def _at(inside: Json) -> datetime:
    date = need(inside, "date", int)
    if not 0 <= date < 2**34:
        raise Unreadable("date is out of range")
    return datetime.fromtimestamp(date, UTC)
