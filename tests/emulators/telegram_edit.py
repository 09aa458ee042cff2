"""The methods that change, delete or react to what is in a chat, and the answer to a pressed button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .telegram_call import Call, bad
from .telegram_markup import read_markup
from .telegram_record import Chat, Json, Message
from .telegram_send import Content, caption_fields, input_media, text_content
from .telegram_text import ANSWER_LIMIT, utf16
from .telegram_world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
CONTENT = (
    "text", "entities", "caption", "caption_entities", "photo", "document", "voice", "location", "venue",
)  # fmt: skip
DELETABLE = timedelta(hours=48)
QUERY_GONE = "query is too old and response timeout expired or query ID is invalid"
KNOWN_REACTIONS = """
👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥
🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨
🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = frozenset(KNOWN_REACTIONS.split())
EMOJI_STYLE = "\ufe0f"


def edit_text(world: World, call: Call) -> Json:
    """editMessageText."""
    if not call.text("text"):
        raise bad("message text is empty")
    chat, message = _editable(world, call)
    markup = read_markup(call, private=chat.private, inline_only=True)
    if "text" not in message.raw:
        raise bad("there is no text in the message to edit")
    return _change(world, call, message, text_content(call), markup)


def edit_caption(world: World, call: Call) -> Json:
    """editMessageCaption."""
    chat, message = _editable(world, call)
    markup = read_markup(call, private=chat.private, inline_only=True)
    if not {"photo", "document", "voice"} & message.raw.keys():
        raise bad("there is no caption in the message to edit")
    kept: Json = {name: message.raw[name] for name in ("photo", "document", "voice") if name in message.raw}
    return _change(world, call, message, Content({**kept, **caption_fields(call)}, message.files), markup)


def edit_media(world: World, call: Call) -> Json:
    """editMessageMedia: another picture or file in place of one, or of a text."""
    item = call.tree("media", "InputMedia")
    chat, message = _editable(world, call)
    markup = read_markup(call, private=chat.private, inline_only=True)
    if not {"text", "photo", "document"} & message.raw.keys():
        raise bad("there is no media in the message to edit")
    content = input_media(world, call, item)
    if message.album and not content.fields.keys() & message.raw.keys() & {"photo", "document"}:
        raise bad("can't use the media of the specified type in the album")
    same = [file.unique for file in content.files] == [file.unique for file in message.files]
    if same:  # the same picture under a new file_id is no change
        content.fields.update({k: message.raw[k] for k in ("photo", "document") if k in message.raw})
        content = Content(content.fields, message.files)
    return _change(world, call, message, content, markup)


def edit_markup(world: World, call: Call) -> Json:
    """editMessageReplyMarkup."""
    chat, message = _editable(world, call)
    markup = read_markup(call, private=chat.private, inline_only=True)
    same = {name: message.raw[name] for name in CONTENT if name in message.raw}
    return _change(world, call, message, Content(same, message.files), markup)


def _editable(world: World, call: Call) -> tuple[Chat, Message]:
    if not call.text("chat_id") and not call.whole("message_id"):
        raise bad("message identifier is not specified")
    chat = world.chat_of(call, "edit")
    message = chat.find(call.whole("message_id"), "message to edit")
    # A message that opened a reply keyboard can never be edited: a trap for menus.
    if not message.from_bot or "keyboard" in (message.markup or {}) or "remove_keyboard" in (message.markup or {}):
        raise bad("message can't be edited")
    return chat, message


def _change(world: World, call: Call, message: Message, content: Content, markup: Json | None) -> Json:
    before = {name: message.raw[name] for name in CONTENT if name in message.raw}
    inline = markup if markup and markup.get("inline_keyboard") else None
    if before == content.fields and message.raw.get("reply_markup") == inline:
        raise bad(NOT_MODIFIED)
    for name in CONTENT:
        message.raw.pop(name, None)
    message.raw.pop("reply_markup", None)
    message.raw |= content.fields
    message.raw["edit_date"] = world.seconds()
    if inline:
        message.raw["reply_markup"] = inline
    message.markup, message.files = inline, content.files
    message.edited += 1
    world.record(message.chat, "edit", call.name, message)
    return message.raw


def delete_message(world: World, call: Call) -> bool:
    """deleteMessage: the bot's own messages and, in private, a person's; within 48 hours."""
    chat = world.chat_of(call, "edit")
    message = chat.find(call.whole("message_id"), "message to delete")
    age = world.seconds() - message.raw["date"]
    if age > DELETABLE.total_seconds():
        raise bad("message can't be deleted for everyone")
    if not (message.from_bot or chat.private or chat.bot_status == "administrator"):
        raise bad("message can't be deleted")
    message.deleted = True
    world.record(chat, "delete", call.name, message)
    return True


def answer_callback_query(world: World, call: Call) -> bool:
    """answerCallbackQuery: once, and soon (`answer_within` seconds on the emulator's clock)."""
    tap = world.taps.get(call.text("callback_query_id"))
    if tap is None or tap.done.is_set():
        raise bad(QUERY_GONE)
    if (world.clock() - tap.at).total_seconds() > world.answer_within:
        raise bad(QUERY_GONE)
    text = call.text("text")
    if utf16(text) > ANSWER_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    tap.text, tap.alert = text, call.flag("show_alert")
    tap.done.set()
    del world.taps[tap.id]
    if tap.message is not None:
        world.record(tap.message.chat, "answer", call.name, tap.message, text)
    return True


def set_reaction(world: World, call: Call) -> bool:
    """setMessageReaction: at most one, of those that Telegram knows."""
    wanted = call.tree("reaction", "reaction types") or []
    if not isinstance(wanted, list) or not all(isinstance(item, dict) for item in wanted):
        raise bad("expected an Array of ReactionType")
    chat = world.chat_of(call, "write")
    message = chat.find(call.whole("message_id"), "message to react")
    emoji = [str(item.get("emoji", "")) for item in wanted]
    if any(item.get("type") != "emoji" for item in wanted):
        raise bad("REACTION_INVALID")
    if any(sign.replace(EMOJI_STYLE, "") not in REACTIONS for sign in emoji):
        raise bad("REACTION_INVALID")
    if len(emoji) > 1:
        raise bad("REACTIONS_TOO_MANY")
    message.reactions[:] = emoji
    world.record(chat, "react", call.name, message, "".join(emoji))
    return True


EDITING: dict[str, Callable[[World, Call], Any]] = {
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagemedia": edit_media,
    "editmessagereplymarkup": edit_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "setmessagereaction": set_reaction,
}
