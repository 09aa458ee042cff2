"""Fields of a JSON object that a stranger may have written, taken out with their types. Raises Unreadable."""

import re
from typing import Any, TypeVar

from bot.channels.channel import Unreadable

CHANNEL = "telegram"

Json = dict[str, Any]
T = TypeVar("T")

_BROKEN = re.compile("[\ud800-\udfff\0]")
_LARGEST = 2**63


def need(inside: Json, name: str, kind: type[T]) -> T:
    """A field that must be there."""
    value: Any = inside.get(name)
    if not (is_whole(value) if kind is int else isinstance(value, kind)):
        raise Unreadable(f"{name} is not as promised")
    found: T = value
    return found


def may(inside: Json, name: str, kind: type[T]) -> T | None:
    """A field that may be missing, but not be of another type."""
    return None if inside.get(name) is None else need(inside, name, kind)


def finite(inside: Json, name: str) -> float:
    """A finite number."""
    value: Any = inside.get(name)
    if not (is_whole(value) or type(value) is float) or not abs(value) < _LARGEST:
        raise Unreadable(f"{name} is no number")
    return float(value)


def is_whole(value: Any) -> bool:
    """Whether this is an integer that every database holds; true and false are none."""
    return type(value) is int and -_LARGEST < value < _LARGEST


def clean(text: str) -> str:
    """A text that every database takes: no NUL, no half of a pair."""
    return _BROKEN.sub("\ufffd", text)
