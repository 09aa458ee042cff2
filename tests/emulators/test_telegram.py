"""The emulator against an outside judge: python-telegram-bot's own Bot, and plain HTTP for what it forbids."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from aiohttp import web
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram import Message as SentMessage
from telegram.constants import ReactionEmoji
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from .telegram import METHODS, Group, Person, TelegramEmulator
from .telegram_call import Call, Refusal
from .telegram_update import encode


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(clock) as emulator:
        yield emulator


@pytest.fixture
async def bot(telegram: TelegramEmulator) -> AsyncIterator[Bot]:
    async with a_bot(telegram) as bot:
        yield bot


def a_bot(telegram: TelegramEmulator, read_timeout: float = 5) -> Bot:
    # Loopback speaks plain HTTP; without `verify` no certificates are loaded, which takes the most time here.
    def request() -> HTTPXRequest:
        return HTTPXRequest(read_timeout=read_timeout, httpx_kwargs={"verify": False})

    return Bot(
        telegram.token,
        base_url=f"{telegram.base}/bot",
        base_file_url=f"{telegram.base}/file/bot",
        request=request(),
        get_updates_request=request(),
    )


@pytest.fixture
async def wang(telegram: TelegramEmulator) -> Person:
    return telegram.person("王", started=True)


@pytest.fixture
async def plain(telegram: TelegramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{telegram.base}/bot{telegram.token}/", verify=False) as client:
        yield client


def picture(colour: str = "red", size: tuple[int, int] = (1200, 900), kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def rows(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"do:{label}") for label in labels]])


async def refused(kind: type[TelegramError], call: Awaitable[Any], words: str) -> TelegramError:
    with pytest.raises(kind) as caught:
        await call
    assert type(caught.value) is kind
    assert words.lower() in caught.value.message.lower()
    return caught.value


# The shape of calls and answers


async def test_the_four_shapes_of_a_call_do_the_same(plain: httpx.AsyncClient, wang: Person) -> None:
    values = {"chat_id": str(wang.id), "text": "您好 & 😀"}
    await plain.get("sendMessage", params=values)
    await plain.post("sendMessage", data=values)
    await plain.post("sendMessage", json={"chat_id": wang.id, "text": "您好 & 😀"})
    answer = await plain.post("SENDMESSAGE", files={name: (None, value) for name, value in values.items()})
    assert answer.json()["ok"] is True
    assert [message.text for message in wang.heard] == ["您好 & 😀"] * 4
    assert answer.json()["result"] == {
        "message_id": 4,
        "from": answer.json()["result"]["from"],
        "chat": {"id": wang.id, "type": "private", "first_name": "王"},
        "date": 1795510800,
        "text": "您好 & 😀",
    }


async def test_a_wrong_token_is_401_and_an_unknown_method_404(telegram: TelegramEmulator, bot: Bot) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.get(f"{telegram.base}/bot1:wrong/getMe")
        assert (answer.status_code, answer.json()) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )
        answer = await client.get(f"{telegram.base}/bot{telegram.token}/sendDice")
        assert (answer.status_code, answer.json()["description"]) == (404, "Not Found")
        assert telegram.missed == ["sendDice"]
        answer = await client.get(f"{telegram.base}/file/bot1:wrong/photos/file_0.jpg")
        assert answer.status_code == 401
    stranger = Bot("1:wrong", base_url=f"{telegram.base}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_bodies_that_cannot_be_read_are_refused_politely(plain: httpx.AsyncClient) -> None:
    head = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b'"x"'):
        assert (await plain.post("sendMessage", content=body, headers=head)).json()["error_code"] == 400
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await plain.post("sendMessage", content=b"--x\r\nrubbish\r\n--x--", headers=head)).status_code == 400
    answer = await plain.post("sendMessage", data={"chat_id": "1", "text": "x", "reply_markup": "{"})
    assert answer.json()["description"] == "Bad Request: chat not found"


ARGUMENTS = (
    "chat_id", "message_id", "text", "entities", "caption", "caption_entities", "reply_markup", "reply_parameters",
    "message_thread_id", "media", "photo", "document", "voice", "latitude", "longitude", "title", "action", "reaction",
    "callback_query_id", "file_id", "user_id", "commands", "scope", "language_code", "description", "parse_mode",
)  # fmt: skip
ODD = (
    "", "x", "-1", "1e99", "null", "[]", "{}", "[1]", "[null]", '[{"type": "emoji"}]', '[{"type": 1, "media": 2}]',
    '{"keyboard": [[{}]]}', '{"keyboard": 1}', '{"inline_keyboard": [[{"text": 1}]]}', '{"inline_keyboard": [1]}',
    '{"message_id": "x"}', '[{"offset": "x", "length": {}, "type": "bold"}]', [1], {"type": ["x"]}, 7, True, None,
    "\ud800", float("inf"), '[{"command": 1}]', '[{"type": ["x"], "offset": 0, "length": 1}]', '{"type": []}',
    '{"message_id": []}',
)  # fmt: skip


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_no_argument_breaks_a_method(telegram: TelegramEmulator, wang: Person, method: str) -> None:
    sane: dict[str, Any] = {"chat_id": wang.id, "message_id": 1, "text": "好", "latitude": 23, "longitude": 113}
    for name in ARGUMENTS:
        for value in ODD:
            await wang.sends("好")
            with contextlib.suppress(Refusal):
                encode(METHODS[method](telegram.world, Call(method, method, {**sane, name: value})))


# Updates


async def test_updates_come_in_order_until_the_offset_confirms_them(
    telegram: TelegramEmulator, bot: Bot, wang: Person
) -> None:
    for word in "一二三四":
        await wang.sends(word)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first if update.message] == ["一", "二"]
    assert first[1].update_id == first[0].update_id + 1
    assert await bot.get_updates(limit=2) == first  # not confirmed: again
    rest = await bot.get_updates(offset=first[1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["三", "四"]
    assert telegram.pending == 2
    (last,) = await bot.get_updates(offset=-1)
    assert (last.update_id, telegram.pending) == (rest[1].update_id, 1)
    assert [u.update_id for u in await bot.get_updates(offset=2_000_000_000)] == [last.update_id]
    assert await bot.get_updates(offset=last.update_id + 1) == ()
    assert telegram.pending == 0


async def test_a_long_poll_waits_until_somebody_speaks(telegram: TelegramEmulator, bot: Bot, wang: Person) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: telegram.calls["getUpdates"] == 1)
    assert not polling.done()
    await wang.sends("在吗")
    (update,) = await polling
    assert update.message is not None
    assert update.message.text == "在吗"


async def test_a_second_poller_ends_the_first_with_409(telegram: TelegramEmulator, bot: Bot, wang: Person) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: telegram.calls["getUpdates"] == 1)
    second = asyncio.create_task(bot.get_updates(timeout=30))
    await refused(Conflict, first, "terminated by other getUpdates request; make sure that only one bot instance")
    await wang.sends("在吗")
    assert len(await second) == 1


async def test_only_named_kinds_are_delivered_and_the_list_stays(bot: Bot, wang: Person) -> None:
    message = await wang.sends("一")
    await wang.reacts(message, "👍")
    assert len(await bot.get_updates(allowed_updates=["edited_message", "message_reaction"])) == 1
    await wang.sends("二")
    await wang.reacts(message, "👍")
    await wang.edits(message, "一又")
    updates = await bot.get_updates()
    assert [bool(u.message_reaction) for u in updates] == [False, True, False]
    assert updates[-1].edited_message is not None
    await bot.get_updates(allowed_updates=[])
    await wang.sends("三")
    assert (await bot.get_updates())[-1].message is not None


async def test_hostile_updates_arrive_as_they_are(telegram: TelegramEmulator, plain: httpx.AsyncClient) -> None:
    number = await telegram.pushes({"message": {"message_id": "x", "chat": None}, "never_heard_of": []})
    (update,) = (await plain.get("getUpdates")).json()["result"]
    assert update == {
        "update_id": number,
        "message": {"message_id": "x", "chat": None},
        "never_heard_of": [],
    }


class Receiver:
    """A bot's webhook, which fails as often as it is told to."""

    def __init__(self, telegram: TelegramEmulator) -> None:
        self.telegram = telegram
        self.failures = 0
        self.seen: list[tuple[str | None, dict[str, Any]]] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.seen.append((secret, json.loads(await request.read())))
        self.telegram.ring()
        return web.Response()


@pytest.fixture
async def receiver(telegram: TelegramEmulator) -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver(telegram)
    runner = web.ServerRunner(web.Server(receiver, access_log=None), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield receiver, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_webhook_gets_each_update_with_the_secret_again_until_it_is_taken(
    telegram: TelegramEmulator, bot: Bot, wang: Person, receiver: tuple[Receiver, str]
) -> None:
    hook, url = receiver
    telegram.world.updates.webhook_pause = 0.01
    await wang.sends("早")
    hook.failures = 2
    assert await bot.set_webhook(url, secret_token="s3cret", allowed_updates=["message"])
    await wang.sends("晚")
    await telegram.until(lambda: len(hook.seen) == 2)
    assert [(secret, update["message"]["text"]) for secret, update in hook.seen] == [
        ("s3cret", "早"),
        ("s3cret", "晚"),
    ]
    await telegram.until(lambda: telegram.pending == 0)
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.allowed_updates) == (url, 0, ("message",))
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"


async def test_polling_and_a_webhook_exclude_each_other(
    telegram: TelegramEmulator, bot: Bot, wang: Person, receiver: tuple[Receiver, str]
) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await telegram.until(lambda: telegram.calls["getUpdates"] == 1)
    await bot.set_webhook(receiver[1])
    await refused(Conflict, polling, "terminated by setWebhook request")
    await refused(Conflict, bot.get_updates(), "can't use getUpdates method while webhook is active")
    assert await bot.delete_webhook()
    await wang.sends("在吗")
    assert len(await bot.get_updates()) == 1
    await refused(BadRequest, bot.set_webhook("nonsense"), "invalid webhook URL specified")
    await refused(BadRequest, bot.set_webhook(receiver[1], secret_token="中"), "contains unallowed characters")


# Words


async def test_words_are_trimmed_and_measured_in_utf16(bot: Bot, wang: Person) -> None:
    sent = await bot.send_message(
        wang.id, "\n  解忧😀好  \n", entities=[MessageEntity(MessageEntity.BOLD, offset=7, length=1)]
    )
    assert sent.text == "解忧😀好"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 4, 1)]
    assert sent.parse_entity(sent.entities[0]) == "好"
    assert len((await bot.send_message(wang.id, "好" * 4096)).text or "") == 4096
    await refused(BadRequest, bot.send_message(wang.id, "好" * 4097), "message is too long")
    await refused(BadRequest, bot.send_message(wang.id, "😀" * 2049), "message is too long")
    await refused(BadRequest, bot.send_message(wang.id, "好" * 11_000), "text is too long")
    await refused(BadRequest, bot.send_message(wang.id, ""), "message text is empty")
    await refused(BadRequest, bot.send_message(wang.id, " \n "), "text must be non-empty")
    await refused(BadRequest, bot.send_message(wang.id, "x", parse_mode="HTML"), "unsupported parse_mode")
    assert len(wang.heard) == 2


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([(0, 3)], "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3"),
        ([(3, 1)], "entity begins after the end of the text at UTF-16 offset 3"),
        ([(1, 1)], "entity begins in a middle of a UTF-16 symbol"),
        ([(0, 1)], "entity ends in a middle of a UTF-16 symbol"),
    ],
)
async def test_entities_out_of_range_are_refused(
    bot: Bot, wang: Person, spans: list[tuple[int, int]], words: str
) -> None:
    entities = [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in spans]
    await refused(BadRequest, bot.send_message(wang.id, "😀", entities=entities), words)
    await refused(
        BadRequest,
        bot.send_photo(wang.id, picture(), caption="😀", caption_entities=entities),
        words,
    )


async def test_entities_may_nest_but_not_overlap(bot: Bot, wang: Person) -> None:
    nested = [MessageEntity("bold", 0, 4), MessageEntity("italic", 1, 2)]
    sent = await bot.send_message(wang.id, "一二三四", entities=nested)
    assert len(sent.entities) == 2
    crossed = [MessageEntity("bold", 0, 3), MessageEntity("italic", 2, 2)]
    await refused(BadRequest, bot.send_message(wang.id, "一二三四", entities=crossed), "ends after the end")


async def test_commands_and_addresses_are_found_by_the_server(bot: Bot, wang: Person) -> None:
    await wang.sends("😀 /case 0007 见 https://example.org/a?b，谢谢 @jieyou_test_bot #路灯")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert list(update.message.parse_entities().values()) == [
        "/case",
        "https://example.org/a?b",
        "@jieyou_test_bot",
        "#路灯",
    ]


async def test_a_caption_is_shorter_than_a_text(bot: Bot, wang: Person) -> None:
    assert (await bot.send_photo(wang.id, picture(), caption="好" * 1024)).caption == "好" * 1024
    await refused(BadRequest, bot.send_photo(wang.id, picture(), caption="好" * 1025), "message caption is too long")


# Buttons


async def test_callback_data_are_measured_in_bytes(bot: Bot, wang: Person) -> None:
    def one(data: str) -> InlineKeyboardMarkup:
        return InlineKeyboardMarkup([[InlineKeyboardButton("好", callback_data=data)]])

    await bot.send_message(wang.id, "x", reply_markup=one("好" * 21 + "x"))
    await refused(BadRequest, bot.send_message(wang.id, "x", reply_markup=one("好" * 22)), "BUTTON_DATA_INVALID")
    bare = InlineKeyboardMarkup([[InlineKeyboardButton("好")]])
    await refused(BadRequest, bot.send_message(wang.id, "x", reply_markup=bare), "Text buttons are unallowed")


async def test_a_hundred_buttons_in_rows_of_eight_are_the_most(bot: Bot, wang: Person) -> None:
    key = InlineKeyboardButton("好", callback_data="x")
    full = [[key] * 8] * 12 + [[key] * 4]
    await bot.send_message(wang.id, "x", reply_markup=InlineKeyboardMarkup(full))
    for keys in ([*full, [key]], [[key] * 9]):
        await refused(
            BadRequest,
            bot.send_message(wang.id, "x", reply_markup=InlineKeyboardMarkup(keys)),
            "reply markup is too long",
        )


async def test_a_place_can_be_asked_for_in_private_only(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    asks = ReplyKeyboardMarkup([[KeyboardButton("📍 发送位置", request_location=True)]], one_time_keyboard=True)
    group = telegram.group("幸福里网格群")
    await refused(
        BadRequest,
        bot.send_message(group.id, "在哪里？", reply_markup=asks),
        "location can be requested in private chats only",
    )
    await bot.send_message(wang.id, "在哪里？", reply_markup=asks)
    with pytest.raises(AssertionError, match="asks for a place"):
        await wang.taps("发送位置")


async def test_a_reply_keyboard_types_its_label_until_it_is_taken_away(bot: Bot, wang: Person) -> None:
    menu = ReplyKeyboardMarkup([["我要上报", KeyboardButton("📍 发送位置", request_location=True)]])
    await bot.send_message(wang.id, "菜单", reply_markup=menu)
    tap = await wang.taps("我要上报")
    assert tap.sent is not None
    assert tap.sent.text == "我要上报"
    tap = await wang.taps("发送位置", location=(113.358, 23.134))
    assert tap.sent is not None
    assert tap.sent.location == (113.358, 23.134)
    updates = await bot.get_updates()
    assert updates[0].message is not None
    assert updates[1].message is not None
    assert updates[1].message.location is not None
    assert (updates[0].message.text, updates[1].message.location.latitude) == ("我要上报", 23.134)
    await bot.send_message(wang.id, "好", reply_markup=ReplyKeyboardRemove())
    with pytest.raises(AssertionError, match="there is no button"):
        await wang.taps("我要上报")


async def test_a_tap_is_a_callback_query_and_its_answer_can_be_read(
    bot: Bot, wang: Person, telegram: TelegramEmulator
) -> None:
    await bot.send_message(wang.id, "旧的", reply_markup=rows("✅ 提交"))
    message = await bot.send_message(wang.id, "新的", reply_markup=rows("✅ 提交", "取消"))
    assert wang.heard[-1].labels == [["✅ 提交", "取消"]]
    tap = await wang.taps("提交")
    assert not tap.done.is_set()
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert isinstance(query.message, SentMessage)
    assert (query.data, query.message.message_id, query.from_user.id) == (
        "do:✅ 提交",
        message.message_id,
        wang.id,
    )
    await refused(BadRequest, query.answer("好" * 201), "MESSAGE_TOO_LONG")
    assert await query.answer("收到", show_alert=True)
    assert (await tap.answered(), tap.answer, tap.alert) == ("收到", "收到", True)
    await refused(
        BadRequest, query.answer("又"), "query is too old and response timeout expired or query ID is invalid"
    )
    assert [(act.kind, act.text) for act in wang.log][-1] == ("answer", "收到")


async def test_an_answer_comes_too_late_by_the_emulators_clock(
    bot: Bot, wang: Person, telegram: TelegramEmulator, clock: Clock
) -> None:
    await bot.send_message(wang.id, "x", reply_markup=rows("提交"))
    early, late = await wang.taps("提交"), await wang.taps("提交")
    clock.passes(seconds=15)
    await bot.answer_callback_query(early.id)
    clock.passes(seconds=1)
    await refused(BadRequest, bot.answer_callback_query(late.id), "query is too old")
    telegram.world.answer_within = 60
    await bot.answer_callback_query(late.id)
    await refused(BadRequest, bot.answer_callback_query("123"), "query ID is invalid")


async def test_data_can_be_forged_and_old_messages_tapped(bot: Bot, wang: Person) -> None:
    message = await bot.send_message(wang.id, "x", reply_markup=rows("提交"))
    shown = wang.heard[0]
    await bot.delete_message(wang.id, message.message_id)
    await wang.taps_data("accept:XF-20261124-0007:99", shown)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "accept:XF-20261124-0007:99"
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


# Pictures and files


async def test_a_persons_photo_comes_in_sizes_with_its_very_bytes(bot: Bot, wang: Person) -> None:
    data = picture()
    await wang.sends_photo(data, caption="洞")
    await wang.sends_photo(data)
    first, again = await bot.get_updates()
    assert first.message is not None
    assert again.message is not None
    sizes = first.message.photo
    assert [(size.width, size.height) for size in sizes] == [(90, 67), (320, 240), (800, 600), (1200, 900)]
    file = await bot.get_file(sizes[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == data
    small = await (await bot.get_file(sizes[0].file_id)).download_as_bytearray()
    assert Image.open(BytesIO(small)).size == (90, 67)
    assert sizes[-1].file_unique_id == again.message.photo[-1].file_unique_id
    assert sizes[-1].file_id != again.message.photo[-1].file_id
    assert len({size.file_unique_id for size in sizes}) == 4


async def test_the_bot_sends_pictures_by_upload_and_again_by_file_id(bot: Bot, wang: Person) -> None:
    data = picture("blue", (640, 480), "PNG")
    first = await bot.send_photo(wang.id, data, caption="一")
    second = await bot.send_photo(wang.id, first.photo[-1].file_id, caption="二")
    assert [message.photo for message in wang.heard] == [data, data]
    assert second.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    sheet = await bot.send_document(wang.id, b"a,b\n", filename="台账 11月.csv", caption="表")
    assert sheet.document is not None
    assert (sheet.document.file_name, sheet.document.file_size) == ("台账 11月.csv", 4)
    assert wang.heard[-1].document == b"a,b\n"
    voice = await bot.send_voice(wang.id, b"OggS", duration=3)
    assert voice.voice is not None
    await refused(
        BadRequest, bot.send_photo(wang.id, sheet.document.file_id), "can't use file of type Document as Photo"
    )
    await refused(BadRequest, bot.send_photo(wang.id, "AgACbogus"), "wrong remote file identifier specified")
    await refused(BadRequest, bot.send_photo(wang.id, "https://example.org/a.jpg"), "failed to get HTTP URL content")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF? no", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8\xff", "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (picture(size=(4000, 100)), "PHOTO_INVALID_DIMENSIONS"),
        (picture(size=(20, 20)) + bytes(10 * 1024 * 1024), "is too big for a photo"),
    ],
    ids=["no picture", "cut off", "empty", "too thin", "too big"],
)
async def test_what_is_no_picture_is_refused(bot: Bot, wang: Person, data: bytes, words: str) -> None:
    await refused(BadRequest, bot.send_photo(wang.id, data), words)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_the_size_of_a_picture_is_read_from_its_head(kind: str) -> None:
    from .telegram_file import picture_size

    assert picture_size(picture(size=(641, 479), kind=kind)) == (641, 479)
    assert picture_size(picture(kind=kind)[:9]) == (0, 0)


async def test_an_album_is_two_to_ten_messages_with_one_group(bot: Bot, wang: Person) -> None:
    photos: list[InputMediaPhoto] = [InputMediaPhoto(picture("red"), caption="前"), InputMediaPhoto(picture("blue"))]
    sent = await bot.send_media_group(wang.id, photos)
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.text for message in wang.heard] == ["前", ""]
    assert wang.heard[1].photo == picture("blue")
    with pytest.raises(BadRequest):
        await bot.send_media_group(wang.id, photos[:1])
    await refused(BadRequest, bot.send_media_group(wang.id, photos * 6), "too many messages to send as an album")
    mixed: list[InputMediaPhoto | InputMediaDocument] = [photos[0], InputMediaDocument(b"x", filename="x.txt")]
    await refused(BadRequest, bot.send_media_group(wang.id, mixed), "can't be mixed with other media types")
    assert len(wang.heard) == 2


async def test_a_persons_album_comes_in_pieces_with_one_caption(bot: Bot, wang: Person) -> None:
    await wang.sends_album([picture("red"), picture("blue"), picture("green")], caption="三张")
    messages = [update.message for update in await bot.get_updates()]
    assert [message.caption for message in messages if message] == ["三张", None, None]
    assert len({message.media_group_id for message in messages if message}) == 1


async def test_a_file_can_be_unavailable_for_a_while(telegram: TelegramEmulator, bot: Bot, wang: Person) -> None:
    message = await wang.sends_document(b"%PDF", "a.pdf", "application/pdf")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    file_id = update.message.document.file_id
    telegram.drop_file(message)
    await refused(BadRequest, bot.get_file(file_id), "wrong file_id or the file is temporarily unavailable")
    file = await bot.get_file(file_id)
    telegram.drop_file(message, at="download")
    with pytest.raises(TelegramError):
        await file.download_as_bytearray()
    assert bytes(await file.download_as_bytearray()) == b"%PDF"
    await refused(BadRequest, bot.get_file("bogus"), "invalid file_id")
    big = await wang.sends_document(bytes(20 * 1024 * 1024 + 1), "big.mp4", "video/mp4")
    await refused(BadRequest, bot.get_file(big.files[0].file_id), "file is too big")


# What people send


@pytest.fixture
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns about seconds as plain numbers; this asks it for timedeltas."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.mark.usefixtures("durations")
async def test_everything_that_people_send_is_read_by_the_library(bot: Bot, wang: Person) -> None:
    spot = await wang.sends_location(113.3588, 23.1345, live_period=900, accuracy=12)
    await wang.moves_live(spot, 113.36, 23.14)
    await wang.sends_venue(113.3, 23.1, "幸福里小区", "幸福路 3 号")
    await wang.sends_voice(b"OggS", 7)
    await wang.sends_sticker("😀")
    await wang.sends_contact("13800000000")
    await wang.sends_poll("去哪里？", ["东", "西"])
    updates = await bot.get_updates()
    moved, messages = updates[1].edited_message, [u.message for u in updates if u.message]
    assert moved is not None
    assert moved.location is not None
    assert (moved.location.longitude, moved.location.live_period, moved.message_id) == (
        113.36,
        timedelta(seconds=900),
        spot.id,
    )
    assert messages[0].location is not None
    assert (messages[0].location.longitude, messages[0].location.horizontal_accuracy) == (113.3588, 12)
    assert messages[1].venue is not None
    assert messages[1].location is not None
    assert messages[2].voice is not None
    assert messages[2].voice.duration == timedelta(seconds=7)
    assert messages[3].sticker is not None
    assert messages[4].contact is not None
    assert messages[4].contact.user_id == wang.id
    assert messages[5].poll is not None
    assert not any(u.api_kwargs for u in updates)


async def test_the_bot_sends_places_and_shows_that_it_types(bot: Bot, wang: Person) -> None:
    await bot.send_location(wang.id, 23.1, 113.3)
    venue = await bot.send_venue(wang.id, 23.1, 113.3, "岗亭", "幸福路")
    assert venue.venue is not None
    assert wang.heard[0].location == (113.3, 23.1)
    await refused(BadRequest, bot.send_location(wang.id, 123.1, 113.3), "wrong location coordinates specified")
    await bot.send_chat_action(wang.id, "upload_photo")
    await refused(BadRequest, bot.send_chat_action(wang.id, "dancing"), "wrong parameter action in request")
    assert [act.kind for act in wang.log] == ["send", "send", "action"]


# Editing and deleting


async def test_an_edit_changes_what_is_read_and_takes_the_buttons_along(bot: Bot, wang: Person, clock: Clock) -> None:
    sent = await bot.send_message(wang.id, "待签收", reply_markup=rows("接单"))
    clock.passes(days=9)  # the 48 hours do not limit a bot's edits of its own messages
    edited = await bot.edit_message_text("处置中", wang.id, sent.message_id)
    assert isinstance(edited, SentMessage)
    assert edited.edit_date == clock.now
    shown = wang.heard[0]
    assert (shown.text, shown.buttons, shown.edited) == ("处置中", [], 1)
    await bot.edit_message_reply_markup(wang.id, sent.message_id, reply_markup=rows("办结"))
    assert (shown.text, shown.labels) == ("处置中", [["办结"]])
    assert [act.text for act in wang.log] == ["待签收", "处置中", "处置中"]


async def test_an_edit_without_a_change_is_refused(bot: Bot, wang: Person) -> None:
    sent = await bot.send_message(wang.id, "待签收", reply_markup=rows("接单"))
    same = "message is not modified: specified new message content and reply markup are exactly the same"
    again: dict[str, Any] = {"chat_id": wang.id, "message_id": sent.message_id}
    await refused(BadRequest, bot.edit_message_text("待签收 ", **again, reply_markup=rows("接单")), same)
    await refused(BadRequest, bot.edit_message_reply_markup(**again, reply_markup=rows("接单")), same)
    photo = await bot.send_photo(wang.id, picture(), caption="图")
    again = {"chat_id": wang.id, "message_id": photo.message_id}
    await refused(BadRequest, bot.edit_message_caption(**again, caption="图"), same)
    await refused(BadRequest, bot.edit_message_media(InputMediaPhoto(picture(), caption="图"), **again), same)
    assert wang.heard[0].edited == wang.heard[1].edited == 0


async def test_a_picture_has_a_caption_and_no_text(bot: Bot, wang: Person) -> None:
    photo = await bot.send_photo(wang.id, picture(), caption="图")
    text = await bot.send_message(wang.id, "字")
    at_photo: dict[str, Any] = {"chat_id": wang.id, "message_id": photo.message_id}
    at_text: dict[str, Any] = {"chat_id": wang.id, "message_id": text.message_id}
    await refused(BadRequest, bot.edit_message_text("x", **at_photo), "there is no text in the message to edit")
    await refused(
        BadRequest, bot.edit_message_caption(**at_text, caption="x"), "there is no caption in the message to edit"
    )
    await bot.edit_message_caption(**at_photo, caption="新图")
    assert wang.heard[0].text == "新图"
    await bot.edit_message_media(InputMediaPhoto(picture("green"), caption="绿"), **at_photo)
    await bot.edit_message_media(InputMediaPhoto(picture("blue"), caption="蓝"), **at_text)
    assert [(m.text, m.photo) for m in wang.heard] == [("绿", picture("green")), ("蓝", picture("blue"))]


async def test_what_cannot_be_edited_is_refused(bot: Bot, wang: Person) -> None:
    menu = await bot.send_message(wang.id, "菜单", reply_markup=ReplyKeyboardMarkup([["我要上报"]]))
    await refused(
        BadRequest, bot.edit_message_text("x", wang.id, menu.message_id), "message can't be edited"
    )  # a message that brought a reply keyboard stays as it is
    theirs = await wang.sends("我的")
    await refused(BadRequest, bot.edit_message_text("x", wang.id, theirs.id), "message can't be edited")
    await refused(BadRequest, bot.edit_message_text("x", wang.id, 999), "message to edit not found")
    plain = await bot.send_message(wang.id, "字")
    await bot.delete_message(wang.id, plain.message_id)
    await refused(BadRequest, bot.edit_message_text("x", wang.id, plain.message_id), "message to edit not found")


async def test_deleting_is_for_48_hours(bot: Bot, wang: Person, telegram: TelegramEmulator, clock: Clock) -> None:
    young, old = await bot.send_message(wang.id, "一"), await bot.send_message(wang.id, "二")
    group = telegram.group("群")
    theirs = await wang.sends("/x", chat=group)
    clock.passes(hours=48)
    assert await bot.delete_message(wang.id, young.message_id)
    assert [message.deleted for message in wang.heard] == [True, False]
    await refused(BadRequest, bot.delete_message(wang.id, young.message_id), "message to delete not found")
    await refused(BadRequest, bot.delete_message(group.id, theirs.id), "message can't be deleted")
    clock.passes(seconds=1)
    await refused(BadRequest, bot.delete_message(wang.id, old.message_id), "message can't be deleted for everyone")


async def test_reactions_are_those_of_telegram(bot: Bot, wang: Person) -> None:
    message = await wang.sends("谢谢")
    for emoji in ReactionEmoji:
        assert await bot.set_message_reaction(wang.id, message.id, emoji)
    await bot.set_message_reaction(wang.id, message.id, "👍")
    assert message.reactions == ["👍"]
    for sign in ("🦖", "好", "x"):
        await refused(BadRequest, bot.set_message_reaction(wang.id, message.id, sign), "REACTION_INVALID")
    await refused(BadRequest, bot.set_message_reaction(wang.id, 99, "👍"), "message to react not found")
    await bot.set_message_reaction(wang.id, message.id, [])
    assert message.reactions == []


async def test_a_reply_needs_its_original_unless_told_otherwise(bot: Bot, wang: Person) -> None:
    asked = await wang.sends("路灯坏了")
    sent = await bot.send_message(wang.id, "收到", reply_parameters=ReplyParameters(asked.id))
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "路灯坏了"
    assert wang.heard[0].reply_to is asked
    lost = ReplyParameters(999)
    await refused(BadRequest, bot.send_message(wang.id, "x", reply_parameters=lost), "message to be replied not found")
    lost = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(wang.id, "x", reply_parameters=lost)).reply_to_message is None


# Who may be written to


async def test_the_first_word_is_the_persons(bot: Bot, telegram: TelegramEmulator) -> None:
    zhao = telegram.person("赵")
    await refused(Forbidden, bot.send_message(zhao.id, "您好"), "bot can't initiate conversation with a user")
    await refused(BadRequest, bot.send_message(4_242, "您好"), "chat not found")
    await zhao.starts("K7")
    assert (await bot.get_updates())[0].message.text == "/start K7"  # type: ignore[union-attr]
    await bot.send_message(zhao.id, "您好")


async def test_a_blocked_bot_is_told_and_refused_until_it_is_let_in_again(bot: Bot, wang: Person) -> None:
    sent = await bot.send_message(wang.id, "一")
    await wang.blocks_bot()
    await refused(Forbidden, bot.send_message(wang.id, "二"), "bot was blocked by the user")
    await refused(Forbidden, bot.edit_message_text("x", wang.id, sent.message_id), "bot was blocked by the user")
    with pytest.raises(RuntimeError, match="must unblock"):
        await wang.sends("喂")
    await wang.unblocks_bot()
    await bot.send_message(wang.id, "三")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [c.new_chat_member.status for c in changes if c] == ["kicked", "member"]
    assert [message.text for message in wang.heard] == ["一", "三"]


async def test_the_bot_comes_into_a_group_and_is_thrown_out(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群", "supergroup", bot=False)
    await refused(Forbidden, bot.send_message(group.id, "x"), "bot is not a member of the supergroup chat")
    await wang.adds_bot(group)
    await bot.send_message(group.id, "大家好")
    await wang.removes_bot(group)
    await refused(Forbidden, bot.send_message(group.id, "x"), "bot was kicked from the supergroup chat")
    await wang.sends("/cases", chat=group)
    updates = await bot.get_updates()
    assert [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member] == ["member", "kicked"]
    (joined,) = [u.message for u in updates if u.message]
    assert joined.new_chat_members[0].id == bot.id


async def test_a_migrated_group_has_a_new_id_and_says_so(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群", "group")
    old = group.id
    card = await bot.send_message(old, "案件")
    await wang.sends("/bind", chat=group)
    new = await group.migrates()
    error = await refused(ChatMigrated, bot.send_message(old, "x"), "")
    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == new == group.id
    await bot.send_message(new, "新群")
    assert [message.text for message in group.posts] == ["案件", "新群"]
    messages = [u.message for u in await bot.get_updates() if u.message]
    assert (messages[1].chat.id, messages[1].migrate_to_chat_id) == (old, new)
    assert (messages[2].chat.id, messages[2].migrate_from_chat_id) == (new, old)
    await refused(BadRequest, bot.edit_message_text("x", old, card.message_id), "can't access the chat")


# Groups


async def heard_in(bot: Bot) -> list[str]:
    updates = await bot.get_updates()
    return [update.effective_message.text or "" for update in updates if update.effective_message]


async def test_privacy_lets_commands_and_replies_through(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群")
    await bot.send_message(group.id, "为什么退回？")
    await wang.sends("闲聊", chat=group)
    await wang.sends("/cases", chat=group)
    await wang.sends("/cases@jieyou_test_bot", chat=group)
    await wang.sends("/cases@another_bot", chat=group)
    await wang.sends("请看 /cases", chat=group)
    answer = await wang.sends("不归我管", chat=group, reply_to=group.posts[0])
    await wang.sends("是的", chat=group, reply_to=answer)
    assert await heard_in(bot) == ["/cases", "/cases@jieyou_test_bot", "不归我管"]
    assert (await bot.get_me()).can_read_all_group_messages is False


@pytest.mark.parametrize("how", ["setting", "administrator"])
async def test_without_privacy_or_as_administrator_the_bot_hears_all(
    bot: Bot, wang: Person, telegram: TelegramEmulator, how: str
) -> None:
    group = telegram.group("网格群")
    if how == "setting":
        telegram.world.privacy = False
    else:
        await group.promotes()
    await wang.sends("闲聊", chat=group)
    assert (await heard_in(bot))[-1] == "闲聊"


async def test_an_anonymous_admin_speaks_as_the_group(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群")
    await wang.sends("/cases", chat=group, anonymous=True)
    (update,) = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert message.sender_chat is not None
    assert (message.from_user.id, message.sender_chat.id) == (1087968824, group.id)
    await bot.send_message(group.id, "案件", reply_markup=rows("接单"))
    tap = await wang.taps("接单", chat=group)
    update = (await bot.get_updates())[-1]
    assert update.callback_query is not None
    assert update.callback_query.from_user.id == wang.id  # a tap shows the real person
    await update.callback_query.answer()
    assert await tap.answered() == ""


async def test_a_forum_keeps_its_topics_apart(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群", forum=True)
    topic = await group.opens_topic("案件")
    sent = await bot.send_message(group.id, "在话题里", message_thread_id=topic)
    assert (sent.message_thread_id, sent.is_topic_message, sent.chat.is_forum) == (topic, True, True)
    asked = await wang.sends("/cases", chat=group, thread=topic)
    reply = await bot.send_message(group.id, "好", reply_parameters=ReplyParameters(asked.id))
    assert (reply.message_thread_id, group.posts[-1].thread) == (topic, topic)
    assert (await bot.send_message(group.id, "总话题")).message_thread_id is None
    for wrong in (1, 999):
        await refused(BadRequest, bot.send_message(group.id, "x", message_thread_id=wrong), "message thread not found")
    await group.closes_topic(topic)
    await refused(BadRequest, bot.send_message(group.id, "x", message_thread_id=topic), "TOPIC_CLOSED")


async def test_members_and_administrators_are_known(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group, zhao = telegram.group("网格群"), telegram.person("赵")
    await group.adds(wang)
    await group.promotes(wang)
    assert (await bot.get_chat(group.id)).title == "网格群"
    assert (await bot.get_chat_member(group.id, wang.id)).status == "administrator"
    assert (await bot.get_chat_member(group.id, zhao.id)).status == "left"
    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    assert [member.user.id for member in await bot.get_chat_administrators(group.id)] == [wang.id]
    assert await bot.get_chat_member_count(group.id) == 2
    await refused(BadRequest, bot.get_chat_administrators(wang.id), "there are no administrators in the private chat")
    assert await bot.leave_chat(group.id)
    await refused(Forbidden, bot.send_message(group.id, "x"), "bot is not a member")


async def test_commands_and_descriptions_are_kept(bot: Bot) -> None:
    commands = [BotCommand("start", "开始"), BotCommand("report", "我要上报")]
    assert await bot.set_my_commands(commands)
    assert await bot.set_my_commands(commands[:1], language_code="en")
    assert await bot.get_my_commands() == tuple(commands)
    assert await bot.get_my_commands(language_code="en") == (commands[0],)
    assert await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert await bot.set_my_description("解忧")
    assert await bot.set_my_short_description("短")
    assert (await bot.get_my_description()).description == "解忧"
    assert (await bot.get_my_short_description()).short_description == "短"
    await refused(BadRequest, bot.set_my_commands([("上报", "x")]), "BOT_COMMAND_INVALID")


# Failures on order


@pytest.mark.usefixtures("durations")
async def test_failures_come_as_ordered_and_then_end(bot: Bot, wang: Person, telegram: TelegramEmulator) -> None:
    group = telegram.group("网格群")
    telegram.fail_next("sendMessage", 429, retry_after=7, chat=group)
    await bot.send_message(wang.id, "别处照常")
    error = await refused(RetryAfter, bot.send_message(group.id, "x"), "retry in 0:00:07")
    assert isinstance(error, RetryAfter)
    telegram.fail_next("sendMessage", 500, times=2)
    for _ in range(2):
        await refused(NetworkError, bot.send_message(group.id, "x"), "Internal Server Error")
    await bot.send_message(group.id, "到了")
    telegram.fail_next("*", 403)
    await refused(Forbidden, bot.get_me(), "bot was blocked by the user")
    telegram.fail_next("sendMessage", 502, performs=True)
    await refused(NetworkError, bot.send_message(group.id, "到了也说没到"), "Bad Gateway")
    assert [message.text for message in group.posts] == ["到了", "到了也说没到"]
    assert telegram.calls["sendMessage"] == 6


@pytest.mark.parametrize("performs", [True, False])
async def test_a_connection_can_be_cut_before_or_after_the_act(
    bot: Bot, wang: Person, telegram: TelegramEmulator, performs: bool
) -> None:
    telegram.hang_next("sendMessage", performs=performs)
    with pytest.raises(NetworkError):
        await bot.send_message(wang.id, "到了吗")
    assert len(wang.heard) == performs
    await bot.send_message(wang.id, "到了")
    assert wang.heard[-1].text == "到了"


async def test_an_answer_may_never_come(wang: Person, telegram: TelegramEmulator) -> None:
    telegram.hang_next("sendMessage", silent=True)
    async with a_bot(telegram, read_timeout=0.1) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(wang.id, "到了吗")
    assert [message.text for message in wang.heard] == ["到了吗"]


# Waiting


async def test_hears_waits_for_words_and_hears_each_version_once(bot: Bot, wang: Person) -> None:
    waiting = asyncio.create_task(wang.hears("收到"))
    sent = await bot.send_message(wang.id, "收到了", reply_markup=rows("✅ 提交"))
    assert (await waiting).id == sent.message_id
    with pytest.raises(AssertionError, match="the bot said last"):
        await wang.hears("收到", timeout=0.01)
    await bot.edit_message_text("收到，谢谢", wang.id, sent.message_id, reply_markup=rows("✅ 提交"))
    assert (await wang.hears("收到", button="提交")).edited == 1


async def test_until_says_what_did_not_come_true(telegram: TelegramEmulator, bot: Bot) -> None:
    with pytest.raises(AssertionError, match="getMe"):
        await telegram.until(lambda: False, timeout=0.01)
    with pytest.raises(AssertionError, match="no card"):
        await telegram.until(lambda: False, timeout=0.01, told="no card")


async def test_a_benchmark_may_keep_only_the_last_messages(clock: Clock) -> None:
    async with TelegramEmulator(clock, history=3) as telegram, a_bot(telegram) as bot:
        wang = telegram.person(started=True)
        for number in range(5):
            await bot.send_message(wang.id, str(number))
        assert [message.text for message in wang.heard] == ["2", "3", "4"]
        assert len(wang.log) == 3
        assert wang.heard[-1].id == 5


def test_ids_do_not_fit_32_bits() -> None:
    telegram = TelegramEmulator()
    group: Group = telegram.group("群")
    assert telegram.person().id > 2**32
    assert -(2**52) < group.id < -1_000_000_000_000
    digest = hashlib.sha256(telegram.token.encode()).hexdigest()
    assert digest != hashlib.sha256(TelegramEmulator().token.encode()).hexdigest()
