"""From a fitted message to a call of the Bot API."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.channels.channel import Drawn, SendFailed
from bot.channels.telegram.api import Api
from bot.channels.telegram.failure import NOT_MODIFIED, WRONG_FILE, says, send_failed
from bot.channels.telegram.request import Upload
from domain.fit import units
from domain.message import LOCATION, Link, Native, Rows, Shown
from domain.update import Chat

FILES_KEPT = 2048
"""So many pictures are known by Telegram's own reference (about 200 bytes each)."""

PICTURE = "picture"


class Sender:
    """Sends and edits. A picture that Telegram has already is named by its reference instead of being sent again."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._files: OrderedDict[str, str] = OrderedDict()

    async def send(self, chat: Chat, native: Native, drawn: Drawn | None) -> Shown:
        """See `Channel.send`."""
        try:
            if native.reaction is not None:
                await self._api.call("setMessageReaction", _reaction(chat, native))
                return Shown(native.reaction.message)
            if native.edits is not None:
                return await self._edit(chat, native, native.edits, drawn)
            values = _new(chat, native)
            if drawn is None:
                return Shown(_id(await self._api.call("sendMessage", values | _text(native))))
            sent = await self._with_picture("sendPhoto", values | _caption(native), drawn)
            return Shown(_id(sent), drawn.key)
        except TelegramError as error:
            raise send_failed(error) from None

    async def _edit(self, chat: Chat, native: Native, old: Shown, drawn: Drawn | None) -> Shown:
        values = {"chat_id": int(chat.id), "message_id": int(old.message), "reply_markup": _inline(native.rows)}
        picture = old.picture if drawn is None else drawn.key
        try:
            if drawn is not None and drawn.key != old.picture:
                await self._with_picture("editMessageMedia", values, drawn, _caption(native))
            elif picture:
                await self._api.call("editMessageCaption", values | _caption(native))
            elif native.text:
                await self._api.call("editMessageText", values | _text(native))
            else:
                await self._api.call("editMessageReplyMarkup", values)
        except BadRequest as error:
            if not says(error, NOT_MODIFIED):
                raise
        return Shown(old.message, picture)

    async def _with_picture(
        self, method: str, values: dict[str, Any], drawn: Drawn, media: dict[str, Any] | None = None
    ) -> Any:
        """Calls with a picture: its reference where it is known and still good, else its bytes. `media` (a caption)
        makes it an InputMedia."""
        known = self._files.get(drawn.key)
        if known is not None:
            self._files.move_to_end(drawn.key)
            try:
                return await self._api.call(method, values | _picture(known, media))
            except BadRequest as error:
                if not says(error, *WRONG_FILE):
                    raise
                del self._files[drawn.key]
        upload = Upload(PICTURE, "photo.jpg", "image/jpeg", await drawn.load())
        sent = await self._api.call(method, values | _picture(f"attach://{PICTURE}", media), upload)
        self._keep(drawn.key, sent)
        return sent

    def _keep(self, key: str, sent: Any) -> None:
        match sent:
            case {"photo": [*_, {"file_id": str(file)}]}:
                self._files[key] = file
                if len(self._files) > FILES_KEPT:
                    self._files.popitem(last=False)


def _id(sent: Any) -> str:
    match sent:
        case {"message_id": int(number)}:
            return str(number)
    raise SendFailed("the answer names no message", permanent=True)  # it went out: not again


# What a call is made of


def _new(chat: Chat, native: Native) -> dict[str, Any]:
    values: dict[str, Any] = {"chat_id": int(chat.id)}
    if chat.thread:
        values["message_thread_id"] = int(chat.thread)
    if native.reply_to:
        values["reply_parameters"] = {"message_id": int(native.reply_to), "allow_sending_without_reply": True}
    if native.silent:
        values["disable_notification"] = True
    if (markup := _markup(native)) is not None:
        values["reply_markup"] = markup
    return values


def _markup(native: Native) -> dict[str, Any] | None:
    """One kind of keys can go with a message; buttons come first."""
    if native.rows:
        return _inline(native.rows)
    if native.keyboard is not None:
        return _keyboard(native.keyboard)
    if native.force_reply:
        return {"force_reply": True, "selective": bool(native.reply_to)}
    return None


def _inline(rows: Rows) -> dict[str, Any]:
    keys = [[{"text": choice.label, "callback_data": choice.token} for choice in row] for row in rows]
    return {"inline_keyboard": keys}


def _keyboard(rows: Rows) -> dict[str, Any]:
    """The keyboard under the typing field. One that asks for the place folds itself away when it was used."""
    if not rows:
        return {"remove_keyboard": True}
    asks = any(choice.token == LOCATION for row in rows for choice in row)
    keys = [
        [{"text": c.label, "request_location": True} if c.token == LOCATION else {"text": c.label} for c in row]
        for row in rows
    ]
    return {"keyboard": keys, "resize_keyboard": True, "is_persistent": not asks, "one_time_keyboard": asks}


def _text(native: Native) -> dict[str, Any]:
    values: dict[str, Any] = {"text": native.text, "link_preview_options": {"is_disabled": True}}
    if native.links:
        values["entities"] = entities(native.text, native.links)
    return values


def _caption(native: Native) -> dict[str, Any]:
    values: dict[str, Any] = {"caption": native.text}
    if native.links:
        values["caption_entities"] = entities(native.text, native.links)
    return values


def _picture(reference: str, media: dict[str, Any] | None) -> dict[str, Any]:
    if media is None:
        return {"photo": reference}
    return {"media": {"type": "photo", "media": reference, **media}}


def _reaction(chat: Chat, native: Native) -> dict[str, Any]:
    assert native.reaction is not None
    sign = {"type": "emoji", "emoji": native.reaction.emoji}
    return {"chat_id": int(chat.id), "message_id": int(native.reaction.message), "reaction": [sign]}


def entities(text: str, links: Iterable[Link]) -> list[dict[str, Any]]:
    """The links as Telegram marks them, in UTF-16 units. Where a label stands twice, the next link takes the next."""
    marks: list[dict[str, Any]] = []
    after: dict[str, int] = {}
    for link in links:
        start = text.find(link.label, after.get(link.label, 0))
        if start < 0 or not link.label:
            continue
        after[link.label] = start + len(link.label)
        mark = {"type": "text_link", "offset": units(text[:start]), "length": units(link.label), "url": link.url}
        marks.append(mark)
    return marks
