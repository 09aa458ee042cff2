"""Keyboards: what the server takes, what it refuses, and how they are read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .telegram_call import Call, bad

DATA_LIMIT = 64
BUTTON_LIMIT, ROW_LIMIT = 100, 8
KINDS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "callback_game",
)  # fmt: skip
PRIVATE_ONLY = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_poll": "poll can be requested in private chats only",
    "web_app": "web App buttons can be used in private chats only",
    "request_users": "users can be requested in private chats only",
    "request_chat": "chats can be requested in private chats only",
}
ADDRESS = re.compile(r"(?:https?://|tg://)?[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?#]\S*)?")


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a person sees it; `data` of an inline one, `asks` of a reply keyboard's."""

    label: str
    data: str | None = None
    url: str | None = None
    asks: str | None = None


def read_markup(call: Call, *, private: bool, inline_only: bool = False) -> dict[str, Any] | None:
    """The reply markup of a call, checked; None where there is none. Raises the server's refusals."""
    markup = call.tree("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if markup.get("keyboard"):
        rows = _rows(markup["keyboard"], 'field "keyboard" must be an Array of Arrays')
        if inline_only:
            raise bad("inline keyboard expected")
        return {**markup, "keyboard": [[_key(item, private) for item in row] for row in rows]}
    if markup.get("inline_keyboard"):
        rows = _rows(
            markup["inline_keyboard"],
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        )
        inline = [[_inline(item) for item in row] for row in rows]
        return {"inline_keyboard": inline}
    if inline_only and (markup.get("remove_keyboard") or markup.get("force_reply")):
        raise bad("inline keyboard expected")
    return markup if markup.get("remove_keyboard") or markup.get("force_reply") else None


def _rows(rows: Any, complaint: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad(complaint)
    kept = [row for row in rows if row]
    if sum(map(len, kept)) > BUTTON_LIMIT or any(len(row) > ROW_LIMIT for row in kept):
        raise bad("reply markup is too long")
    return kept


def _key(item: Any, private: bool) -> dict[str, Any]:
    button = {"text": item} if isinstance(item, str) else item
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not button["text"].strip():
        raise bad("keyboard button text must be non-empty")
    for name, complaint in PRIVATE_ONLY.items():
        if button.get(name) and not private:
            raise bad(complaint)
    return button


def _inline(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not item["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if not any(name in item for name in KINDS):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = item.get("callback_data")
    if "callback_data" in item and (
        not isinstance(data, str) or not 1 <= len(data.encode("utf-8", "surrogatepass")) <= DATA_LIMIT
    ):
        raise bad("BUTTON_DATA_INVALID")
    url = item.get("url")
    if url is not None and not ADDRESS.fullmatch(str(url)):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return item


def inline_buttons(markup: dict[str, Any] | None) -> list[list[Button]]:
    """The rows of an inline keyboard, or none."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [[Button(item["text"], data=item.get("callback_data"), url=item.get("url")) for item in row] for row in rows]


def reply_keys(markup: dict[str, Any] | None) -> list[list[Button]]:
    """The rows of a reply keyboard, or none."""
    rows = (markup or {}).get("keyboard", [])
    return [
        [Button(item["text"], asks=next((ask for ask in PRIVATE_ONLY if item.get(ask)), None)) for item in row]
        for row in rows
    ]
