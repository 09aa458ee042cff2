"""What a page sends: checked, made into the raw form that the inbox keeps, and into what stands in the chat."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.channel import Raw
from bot.channels.web.cast import NAME
from bot.channels.web.upload import Uploads
from domain.message import MENU
from domain.update import Chat, Sender

MOST_TEXT = 20_000
MOST_PARTS = 12
_KEY = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_PAGE = re.compile(r"[0-9a-z-]{0,40}")


class Misformed(Exception):
    """What came is not of the form that our page sends."""


Json = Mapping[str, Any]


def _string(part: Json, name: str, most: int, least: int = 0) -> str:
    value = part.get(name, "")
    if not isinstance(value, str) or not least <= len(value) <= most or "\0" in value:
        raise Misformed(name)
    return value


def _number(part: Json, name: str, low: float, high: float) -> float:
    value = part.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Misformed(name)
    if not low <= value <= high:
        raise Misformed(name)
    return float(value)


def _upload(part: Json, chat: Chat) -> str:
    ref = _string(part, "upload", 60)
    if not Uploads.owns(chat.key, ref):
        raise Misformed("upload")
    return ref


def _text(part: Json, _: Chat) -> Json:
    return {"text": _string(part, "text", MOST_TEXT, 1)}


def _photo(part: Json, chat: Chat) -> Json:
    size = {name: int(_number(part, name, 1, 100_000)) for name in ("width", "height") if part.get(name)}
    return {"upload": _upload(part, chat), **size}


def _file(part: Json, chat: Chat) -> Json:
    return {
        "upload": _upload(part, chat),
        "mime": _string(part, "mime", 100),
        "name": _string(part, "name", 200),
        "size": int(_number(part, "size", 0, 2**40)),
    }


def _location(part: Json, _: Chat) -> Json:
    accuracy = None if part.get("accuracy_m") is None else _number(part, "accuracy_m", 0, 1e7)
    return {
        "lon": _number(part, "lon", -180, 180),
        "lat": _number(part, "lat", -90, 90),
        "accuracy_m": accuracy,
        "label": _string(part, "label", 100),
    }


def _choice(part: Json, _: Chat) -> Json:
    token = _string(part, "token", 64, 1)
    return {"token": token, "message": _string(part, "message", 64), "label": _string(part, "label", 100)}


def _enter(part: Json, _: Chat) -> Json:
    return {"payload": _string(part, "payload", 64)}


_CHECKS: Mapping[str, Callable[[Json, Chat], Json]] = {
    "text": _text,
    "photo": _photo,
    "file": _file,
    "location": _location,
    "choice": _choice,
    "enter": _enter,
}


@dataclass(frozen=True, slots=True)
class Posted:
    """One sending of a page. `key` was made by the page: sent again after a broken connection it is the same.
    `page` is the open page that answers to a pressed button go to."""

    key: str
    parts: Sequence[Json]
    sender: str
    language: str
    reply_to: str
    album: str
    page: str

    @classmethod
    def of(cls, data: Any, chat: Chat) -> "Posted":
        """Reads the JSON of a page. Raises Misformed."""
        if not isinstance(data, dict) or not isinstance(parts := data.get("parts"), list):
            raise Misformed("parts")
        if not 1 <= len(parts) <= MOST_PARTS or not all(isinstance(part, dict) for part in parts):
            raise Misformed("parts")
        key, page = _string(data, "key", 36), _string(data, "page", 40)
        if not _KEY.fullmatch(key) or not _PAGE.fullmatch(page):
            raise Misformed("key")
        return cls(
            key=key,
            parts=[_checked(part, chat) for part in parts],
            sender=_string(data, "sender", 64),
            language=_string(data, "language", 35),
            reply_to=_string(data, "reply_to", 64),
            album=_string(data, "album", 40),
            page=page,
        )

    @property
    def wants_an_answer(self) -> bool:
        """Whether the bot surely has something to say to it, in a group too."""
        return bool(self.reply_to) or any(
            part["type"] == "choice" or str(part.get("text", "")).startswith("/") for part in self.parts
        )

    def body(self, name: str) -> dict[str, Any]:
        """What stands in the chat for it; nothing for a pressed button or an opened page."""
        shown: dict[str, Any] = {}
        for part in self.parts:
            match part:
                case {"type": "text", "text": words}:
                    shown["text"] = words
                case {"type": "photo"}:
                    shown.setdefault("photos", []).append({k: v for k, v in part.items() if k != "type"})
                case {"type": "file"}:
                    shown["file"] = {"name": part["name"], "size": part["size"]}
                case {"type": "location"}:
                    shown["place"] = {k: part[k] for k in ("lon", "lat", "label")}
                case {"type": "choice"} if part["token"].startswith(MENU) and part["label"]:
                    shown["text"] = part["label"]
        if shown:
            shown |= {"name": name, "reply": self.reply_to, "album": self.album}
        return shown

    def raw(self, chat: Chat, sender: Sender, at: datetime) -> Raw:
        """The raw form for the inbox."""
        query = f"{chat.key}#{self.page}#{self.key}"
        body = {
            "kind": chat.kind,
            "chat": chat.id,
            "sender": sender.id,
            "name": sender.name,
            "language": sender.language,
            "message": self.key,
            "key": self.key,
            "at": at.isoformat(),
            "parts": [{**part, **({"query": query} if part["type"] == "choice" else {})} for part in self.parts],
            "reply_to": self.reply_to,
            "album": self.album,
        }
        return Raw(
            channel=NAME,
            key=f"{chat.key}#{self.key}",
            lane=f"{chat.key}|{sender.id}",
            at=at,
            body=json.dumps(body, ensure_ascii=False),
            album=self.album,
        )


def _checked(part: Json, chat: Chat) -> Json:
    kind = part.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise Misformed("type")
    return {"type": kind, **check(part, chat)}
