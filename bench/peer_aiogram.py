"""The peer in aiogram 3: a Router, a StatesGroup and MemoryStorage, on aiogram's own aiohttp session.

Its conversations live in memory and are gone with the process: for information, not a durable contestant. Updates run
as tasks beside each other, as `start_polling` does unless told otherwise.
"""

import asyncio
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import (
    CallbackQuery,
    FSInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
)

from bench import peer

router = Router()


class Report(StatesGroup):
    """Where a report stands."""

    photo = State()
    why = State()
    summary = State()


class Desk:
    """What the handlers share: the cases, the bound group with its leader, and the map by Telegram's reference."""

    def __init__(self, place: peer.Place, cases: peer.Cases) -> None:
        self.cases = cases
        self.group = self.leader = 0
        self._map: str | FSInputFile = FSInputFile(place.map)

    async def show_map(self, bot: Bot, chat: int, caption: dict[str, Any]) -> None:
        """The map with words under it: uploaded once, then by reference."""
        sent = await bot.send_photo(chat, self._map, **caption)
        assert sent.photo is not None
        self._map = sent.photo[-1].file_id


# The report


@router.message(F.chat.type == "private", F.text, ~F.text.startswith("/"), StateFilter(None))
async def told(message: Message, state: FSMContext) -> None:
    await state.update_data(words=message.text)
    await state.set_state(Report.photo)
    await message.answer(peer.ASK_PHOTO, reply_markup=keys(peer.NO_PHOTO))


@router.callback_query(Report.photo, F.data == "no_photo")
async def no_photo(query: CallbackQuery, state: FSMContext) -> None:
    await query.answer()
    await state.set_state(Report.why)
    await under(query).answer(peer.ASK_WHY, reply_markup=keys(peer.WHY))


@router.callback_query(Report.why, F.data.in_(peer.REASONS))
async def why(query: CallbackQuery, state: FSMContext, bot: Bot, desk: Desk) -> None:
    await query.answer()
    data = await state.update_data(reason=peer.REASONS[str(query.data)])
    await state.set_state(Report.summary)
    agreed = data.get("agreed", False)
    caption = {
        "caption": peer.summary(data["words"], data["reason"], agreed=agreed),
        "reply_markup": keys(peer.summary_buttons(agreed=agreed)),
    }
    await desk.show_map(bot, under(query).chat.id, caption)


@router.callback_query(Report.summary, F.data == "submit")
async def submit(query: CallbackQuery, state: FSMContext, bot: Bot, desk: Desk) -> None:
    await query.answer()
    message, data = under(query), await state.get_data()
    words, reason = data["words"], data["reason"]
    await state.set_data({"agreed": True})
    await state.set_state(None)
    case = await desk.cases.file(message.chat.id, words, reason)
    await message.edit_caption(caption=peer.summary(words, reason, agreed=True, done=True))
    rows = [[KeyboardButton(text=label) for label in row] for row in peer.MENU]
    menu = ReplyKeyboardMarkup(keyboard=rows, resize_keyboard=True, is_persistent=True)
    await message.answer(case.told, reply_markup=menu)
    await desk.show_map(bot, desk.group, card(case))


# The leader


@router.message(Command("bind"), F.chat.type.in_({"group", "supergroup"}))
async def bind(message: Message, desk: Desk) -> None:
    assert message.from_user is not None
    desk.group, desk.leader = message.chat.id, message.from_user.id
    await message.answer(peer.BOUND)


@router.callback_query(F.data.startswith("accept:"))
async def accept(query: CallbackQuery, bot: Bot, desk: Desk) -> None:
    number, by = str(query.data).partition(":")[2], query.from_user
    case = await desk.cases.take(number, by.first_name) if by.id == desk.leader else None
    if case is None:
        await query.answer(peer.STRANGER.format(number=number))
        return
    await query.answer(peer.TAKEN.format(number=number))
    await under(query).edit_caption(**card(case))
    await bot.send_message(case.person, case.taken_told)


def under(query: CallbackQuery) -> Message:
    """The message that a pressed button stands under."""
    assert isinstance(query.message, Message)
    return query.message


def keys(rows: peer.Buttons) -> InlineKeyboardMarkup:
    buttons = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=buttons)


def card(case: peer.Case) -> dict[str, Any]:
    text = case.card
    at = peer.utf16(text[: text.index(peer.MAP_LABEL)])
    link = MessageEntity(type="text_link", offset=at, length=peer.utf16(peer.MAP_LABEL), url=case.link)
    return {"caption": text, "caption_entities": [link], "reply_markup": keys(case.buttons)}


async def serve(place: peer.Place) -> None:
    """Serves until it is told to end (SIGTERM)."""
    bot = Bot(place.token, session=AiohttpSession(api=TelegramAPIServer.from_base(place.api)))
    cases = await peer.Cases.open(place.data / "cases.db")
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    try:
        await dispatcher.start_polling(bot, desk=Desk(place, cases))
    finally:
        await cases.close()


if __name__ == "__main__":
    asyncio.run(serve(peer.Place.read()))
