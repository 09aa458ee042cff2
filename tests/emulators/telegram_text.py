"""What the server does to words: cleans, trims, counts in UTF-16, checks and finds entities."""

from __future__ import annotations

import re
from typing import Any

from .telegram_call import Call, bad

TEXT_LIMIT, CAPTION_LIMIT, ANSWER_LIMIT = 4096, 1024, 200
BYTES_LIMIT = 1 << 15
ENTITY_LIMIT = 100

GIVEN = {
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention",
    "custom_emoji", "blockquote", "expandable_blockquote", "date_time",
}  # fmt: skip
FOUND = {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number",
}  # fmt: skip

BLANK = " \n\u200b\u200c\u200d\u2060\ufeff"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
MARK = re.compile(
    r"(?P<url>https?://[^\s<>\"，。；！？、（）【】《》]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w/@.])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{2,31})\b"
    r"|(?<!\w)(?P<hashtag>\#\w*[^\W\d_]\w*)"
)
SIGNS = re.compile(r"[/@#]")


def utf16(text: str) -> int:
    """The length in UTF-16 units, the measure of every limit and offset here."""
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def _clean(text: str) -> str:
    if CONTROL.search(text):
        text = CONTROL.sub(" ", text.replace("\r", ""))
    return text


def find_marks(text: str) -> list[dict[str, Any]]:
    """The entities that the server finds by itself: commands, mentions, hashtags, addresses.

    Phone numbers, bank cards and addresses without `http` are left out.
    """
    if not SIGNS.search(text):
        return []
    return [
        {
            "offset": utf16(text[: match.start()]),
            "length": utf16(match.group()),
            "type": match.lastgroup,
        }
        for match in MARK.finditer(text)
    ]


def words(call: Call, name: str, entities_name: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    """The words of a call with their entities, as the server stores them.

    `limit` is in UTF-16 units and tells a text from a caption. Raises the server's refusals.
    """
    text = call.text(name)
    if len(text.encode("utf-8", "surrogatepass")) > BYTES_LIMIT:
        raise bad("text is too long" if limit == TEXT_LIMIT else "message caption is too long")
    if call.text("parse_mode").lower() not in ("", "none"):
        raise bad("unsupported parse_mode")
    given = call.tree(entities_name, "entities")
    text = _clean(text)
    entities = _check(text, given) if isinstance(given, list) else []
    text, entities = _trim(text, entities)
    if limit == TEXT_LIMIT and not text.strip(BLANK):
        raise bad("text must be non-empty")
    if utf16(text) > limit:
        raise bad("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    return text, _merge(entities, find_marks(text))


def _check(text: str, given: list[Any]) -> list[dict[str, Any]]:
    raw = text.encode("utf-16-le", "surrogatepass")
    length = len(raw) >> 1
    kept: list[dict[str, Any]] = []
    for item in given:
        entity = _entity(item)
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"] in FOUND or entity["length"] <= 0:
            continue
        if start < 0:
            raise bad(f"receive an entity with incorrect offset {start}")
        if start > length:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
        if end > length:
            raise bad(_past(start, end))
        for place, verb in ((start, "begins"), (end, "ends")):
            if place < length and 0xDC <= raw[2 * place + 1] <= 0xDF:
                offset = len(raw[: 2 * place - 2].decode("utf-16-le", "replace").encode()) + 4
                raise bad(f"entity {verb} in a middle of a UTF-16 symbol at byte offset {offset}")
        kept.append(entity)
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    open_ends: list[int] = []
    for entity in kept:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        while open_ends and open_ends[-1] <= start:
            open_ends.pop()
        if open_ends and end > open_ends[-1]:
            raise bad(_past(start, end))  # the server has no better words for two that overlap
        open_ends.append(end)
    return kept[:ENTITY_LIMIT]


def _past(start: int, end: int) -> str:
    return f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"


def _entity(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise bad("can't parse MessageEntity: expected an Object")
    for name in ("offset", "length", "type"):
        if name not in item:
            raise bad(f"can't parse MessageEntity: Can't find field \"{name}\"")
    if not isinstance(item["type"], str) or item["type"] not in GIVEN | FOUND:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    try:
        return {**item, "offset": int(item["offset"]), "length": int(item["length"])}
    except (TypeError, ValueError):
        raise bad('can\'t parse MessageEntity: Field "offset" must be of type Number') from None


def _trim(text: str, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Cuts blanks at both ends, as the server does; entities follow the words."""
    right = text.rstrip(" \n")
    kept = right.lstrip(" \n")
    if kept == text:
        return text, entities
    cut, end = len(right) - len(kept), utf16(kept)
    if entities and entities[0]["offset"] < cut:
        kept, cut, end = right, 0, utf16(right)
    moved = []
    for entity in entities:
        start = entity["offset"] - cut
        length = min(entity["length"], end - start)
        if length > 0:
            moved.append({**entity, "offset": start, "length": length})
    return kept, moved


def _merge(given: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A found entity gives way to a given one on the same words, unless that only changes the looks."""
    if not given:
        return found
    firm = [e for e in given if e["type"] in ("code", "pre", "text_link", "text_mention", "custom_emoji")]
    free = [
        mark
        for mark in found
        if all(
            mark["offset"] >= e["offset"] + e["length"] or mark["offset"] + mark["length"] <= e["offset"] for e in firm
        )
    ]
    return sorted(given + free, key=lambda entity: (entity["offset"], -entity["length"]))
