"""The peer that python-telegram-bot's documentation teaches: Application, ConversationHandler, PicklePersistence.

`--save rarely` leaves PicklePersistence as it comes: conversations reach the disk every 60 seconds. `--save always`
saves after every update, in the cheapest way that there is: one dump of the file (`on_flush`), after the answer.
`--request ours` puts our own HTTP request under it; everything else stays. Its own request keeps its default pool of
256 connections, of which a bot of one update at a time needs two.

httpcore asks for `sniffio` at each call; a plain installation has none (anyio no longer brings it), and each time the
disk is searched for it. That is not what is measured here: the peer is told once that it is not there.

Updates run one after the other, as ConversationHandler's documentation demands (`concurrent_updates` must be off).
"""

import argparse
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PersistenceInput,
    PicklePersistence,
    TypeHandler,
    filters,
)
from telegram.warnings import PTBUserWarning

from bench import peer

PHOTO, WHY, SUMMARY = range(3)
LIKE_OURS = 30.0
"""Seconds of silence that our own request allows a server."""

App = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE
Caption = dict[str, Any]


class PickleBot:
    """The conversation's callbacks. The words of a report wait in `user_data`, the group's binding in `bot_data`."""

    def __init__(self, place: peer.Place) -> None:
        self._place = place
        self._map: str | Path = place.map
        self._cases: peer.Cases | None = None

    @property
    def cases(self) -> peer.Cases:
        assert self._cases is not None
        return self._cases

    async def open(self, _: App) -> None:
        self._cases = await peer.Cases.open(self._place.data / "cases.db")

    async def close(self, _: App) -> None:
        await self.cases.close()

    # The report

    async def told(self, update: Update, context: Context) -> int:
        message = update.message
        assert message is not None
        data_of(context)["words"] = message.text
        await message.reply_text(peer.ASK_PHOTO, reply_markup=keys(peer.NO_PHOTO))
        return PHOTO

    async def no_photo(self, update: Update, _: Context) -> int:
        query, message = pressed(update)
        await query.answer()
        await message.reply_text(peer.ASK_WHY, reply_markup=keys(peer.WHY))
        return WHY

    async def why(self, update: Update, context: Context) -> int:
        query, message = pressed(update)
        await query.answer()
        data = data_of(context)
        data["reason"] = peer.REASONS[str(query.data)]
        agreed = data.get("agreed", False)
        caption = {
            "caption": peer.summary(data["words"], data["reason"], agreed=agreed),
            "reply_markup": keys(peer.summary_buttons(agreed=agreed)),
        }
        await self._show_map(context.bot, message.chat_id, caption)
        return SUMMARY

    async def submit(self, update: Update, context: Context) -> int:
        query, message = pressed(update)
        await query.answer()
        data = data_of(context)
        words, reason = data.pop("words"), data.pop("reason")
        data["agreed"] = True
        case = await self.cases.file(message.chat_id, words, reason)
        await query.edit_message_caption(peer.summary(words, reason, agreed=True, done=True))
        menu = ReplyKeyboardMarkup(peer.MENU, resize_keyboard=True, is_persistent=True)
        await message.reply_text(case.told, reply_markup=menu)
        await self._show_map(context.bot, context.bot_data["group"], card(case))
        return ConversationHandler.END

    async def cancel(self, update: Update, context: Context) -> int:
        data_of(context).pop("words", None)
        return ConversationHandler.END

    async def _show_map(self, bot: Bot, chat: int, caption: Caption) -> None:
        """The map with words under it: uploaded once, then by Telegram's reference."""
        sent = await bot.send_photo(chat, self._map, **caption)
        self._map = sent.photo[-1].file_id

    # The leader

    async def bind(self, update: Update, context: Context) -> None:
        chat, user = update.effective_chat, update.effective_user
        assert chat is not None
        assert user is not None
        context.bot_data["group"] = chat.id
        context.bot_data["leader"] = user.id
        await chat.send_message(peer.BOUND)

    async def accept(self, update: Update, context: Context) -> None:
        query, _ = pressed(update)
        number = str(query.data).partition(":")[2]
        by = query.from_user
        case = await self.cases.take(number, by.first_name) if by.id == context.bot_data["leader"] else None
        if case is None:
            await query.answer(peer.STRANGER.format(number=number))
            return
        await query.answer(peer.TAKEN.format(number=number))
        await query.edit_message_caption(**card(case))
        await context.bot.send_message(case.person, case.taken_told)


def data_of(context: Context) -> dict[str, Any]:
    assert context.user_data is not None
    return context.user_data


def pressed(update: Update) -> tuple[CallbackQuery, Message]:
    """The pressed button and the message that it stands under."""
    query = update.callback_query
    assert query is not None
    assert isinstance(query.message, Message)
    return query, query.message


def keys(rows: peer.Buttons) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


def card(case: peer.Case) -> Caption:
    text = case.card
    at = peer.utf16(text[: text.index(peer.MAP_LABEL)])
    link = MessageEntity(MessageEntity.TEXT_LINK, at, peer.utf16(peer.MAP_LABEL), url=case.link)
    return {"caption": text, "caption_entities": [link], "reply_markup": keys(case.buttons)}


def conversation(bot: PickleBot) -> ConversationHandler[Context]:
    return ConversationHandler(
        entry_points=[MessageHandler(filters.ChatType.PRIVATE & filters.TEXT & ~filters.COMMAND, bot.told)],
        states={
            PHOTO: [CallbackQueryHandler(bot.no_photo, "^no_photo$")],
            WHY: [CallbackQueryHandler(bot.why, f"^({'|'.join(peer.REASONS)})$")],
            SUMMARY: [CallbackQueryHandler(bot.submit, "^submit$")],
        },
        fallbacks=[CommandHandler("cancel", bot.cancel)],
        name="report",
        persistent=True,
    )


def application(place: peer.Place, *, always: bool, ours: bool) -> App:
    bot = PickleBot(place)
    kept = PersistenceInput(chat_data=False, callback_data=False)
    persistence: PicklePersistence[Any, Any, Any] = PicklePersistence(
        place.data / "conversations.pickle", store_data=kept, on_flush=always
    )
    builder = ApplicationBuilder().token(place.token).base_url(f"{place.api}/bot").persistence(persistence)
    builder = builder.post_init(bot.open).post_shutdown(bot.close)
    if ours:
        from bot.channels.telegram.request import AiohttpRequest

        builder = builder.request(AiohttpRequest(patience=LIKE_OURS))
        builder = builder.get_updates_request(AiohttpRequest(patience=LIKE_OURS))
    app: App = builder.build()
    app.add_handler(conversation(bot))
    app.add_handler(CommandHandler("bind", bot.bind, filters.ChatType.GROUPS))
    app.add_handler(CallbackQueryHandler(bot.accept, "^accept:"))
    if always:

        async def save(_: Update, __: Context) -> None:
            await app.update_persistence()
            await persistence.flush()

        app.add_handler(TypeHandler(Update, save), group=1)
    return app


def main() -> None:
    """Serves until it is told to end (SIGTERM)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", choices=("rarely", "always"), default="rarely")
    parser.add_argument("--request", choices=("own", "ours"), default="own")
    options = parser.parse_args()
    # Its FAQ has this warning turned off where buttons are a conversation's steps and are not tracked one by one.
    warnings.filterwarnings("ignore", "If 'per_message=False'", PTBUserWarning)
    if find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]
    app = application(peer.Place.read(), always=options.save == "always", ours=options.request == "ours")
    app.run_polling()


if __name__ == "__main__":
    main()
