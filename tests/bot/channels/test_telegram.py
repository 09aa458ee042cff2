"""The Telegram channel over real HTTP, against the emulator of the Bot API."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.channel import Channel, Drawn, FetchFailed, Raw, SendFailed, Unreadable
from bot.channels.telegram.api import Api
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.failure import TokenRefused
from bot.channels.telegram.raw import lane, raw
from bot.channels.telegram.read import read
from bot.channels.telegram.request import AiohttpRequest, Upload
from bot.channels.telegram.send import entities
from bot.channels.telegram.webhook import HEADER, Webhook
from domain.message import LOCATION, Choice, Link, Native, Picture, Reaction, Shown
from domain.update import (
    Chat,
    Edited,
    Enter,
    File,
    Leave,
    Location,
    Moved,
    Other,
    Photo,
    Sender,
    Text,
    Update,
    Voice,
)
from domain.update import Choice as Pressed
from tests.emulators.telegram import Group, Person, TelegramEmulator

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ROWS = ((Choice("接单", "accept:XF-20261124-0007:1"),),)
PHOTO = Picture("photo", {"sha": "aa"})
FORGED = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def picture(colour: str = "red", size: tuple[int, int] = (640, 480)) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, colour).save(kept, "JPEG")
    return kept.getvalue()


class Naps:
    """A clock's sleep that takes no time."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


class Inbox:
    """Keeps what came; `refuses` so many batches first."""

    def __init__(self) -> None:
        self.batches: list[list[Raw]] = []
        self.refuses = 0
        self._more = asyncio.Event()

    async def receive(self, raws: Sequence[Raw]) -> None:
        if self.refuses:
            self.refuses -= 1
            raise RuntimeError("the disk is full")
        self.batches.append(list(raws))
        self._more.set()

    @property
    def raws(self) -> list[Raw]:
        return [one for batch in self.batches for one in batch]

    async def gets(self, count: int) -> list[Raw]:
        """Waits for so many updates, and gives them."""
        async with asyncio.timeout(5):
            while len(self.raws) < count:
                self._more.clear()
                await self._more.wait()
        return self.raws


class Drawing:
    """A picture that counts how often it was drawn."""

    def __init__(self, key: str = "map:1", colour: str = "red") -> None:
        self.times = 0
        self.drawn = Drawn(key, self.load)
        self.bytes = picture(colour)

    async def load(self) -> bytes:
        self.times += 1
        return self.bytes


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(lambda: NOON, privacy=False) as emulator:
        yield emulator


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def channel_of(telegram: TelegramEmulator, **how: Any) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(how.pop("token", telegram.token), telegram.base, clock=lambda: NOON, **how)
    try:
        yield channel
    finally:
        await channel.close()


@pytest.fixture
async def channel(telegram: TelegramEmulator, naps: Naps) -> AsyncIterator[TelegramChannel]:
    async with channel_of(telegram, sleep=naps, patience=0.3) as one:
        yield one


@asynccontextmanager
async def running(channel: Channel, inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(channel.run(inbox.receive))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
def hears(
    telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
) -> Callable[[Awaitable[object]], Awaitable[list[Update]]]:
    """What the channel reads of something that a person does."""

    async def heard(act: Awaitable[object]) -> list[Update]:
        async with running(channel, inbox):
            await act
            await telegram.until(lambda: telegram.calls["getUpdates"] and not telegram.pending)
        return [channel.read(one.body) for one in inbox.raws]

    return heard


Hears = Callable[[Awaitable[object]], Awaitable[list[Update]]]


def chat_of(place: Person | Group, thread: int | str = "") -> Chat:
    return Chat("telegram", "group" if isinstance(place, Group) else "private", str(place.id), str(thread))


async def failure(sending: Awaitable[object]) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await sending
    return caught.value


class TestReading:
    async def test_words(self, telegram: TelegramEmulator, hears: Hears) -> None:
        wang = telegram.person("王", last_name="芳")
        (update,) = await hears(wang.sends("店门口漏水"))
        assert update.parts == (Text("店门口漏水"),)
        assert update.chat == Chat("telegram", "private", str(wang.id))
        assert update.sender == Sender("telegram", str(wang.id), "王 芳", "zh-hans")
        assert (update.message, update.at) == ("1", NOON)

    async def test_a_photo_and_its_words_are_two_parts_and_the_photo_can_be_fetched(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        (update,) = await hears(telegram.person().sends_photo(picture(), "垃圾满了"))
        photo, words = update.parts
        assert isinstance(photo, Photo)
        assert not photo.original
        assert words == Text("垃圾满了")
        assert await channel.fetch(photo.ref) == picture()

    async def test_an_album_comes_in_pieces_that_know_each_other(
        self, telegram: TelegramEmulator, inbox: Inbox, hears: Hears
    ) -> None:
        updates = await hears(
            telegram.person().sends_album([picture("red"), picture("blue"), picture("green")], "三张")
        )
        assert [len(update.parts) for update in updates] == [2, 1, 1]
        assert len({update.album for update in updates}) == 1
        assert updates[0].album
        assert [one.album for one in inbox.raws] == [update.album for update in updates]

    @pytest.mark.parametrize(
        ("name", "mime", "original"),
        [
            ("IMG_1.HEIC", "image/heic", True),
            ("IMG_1.HEIC", "application/octet-stream", True),
            ("照片", "", True),
            ("a.jpg", "image/jpeg", True),
            ("图.svg", "image/svg+xml", False),
            ("账本.xlsx", "application/octet-stream", False),
            ("通知.pdf", "application/pdf", False),
        ],
    )
    async def test_a_picture_sent_as_a_file_is_a_photo(
        self, telegram: TelegramEmulator, hears: Hears, name: str, mime: str, original: bool
    ) -> None:
        (update,) = await hears(telegram.person().sends_document(b"some bytes", name, mime))
        (part,) = update.parts
        if original:
            assert isinstance(part, Photo)
            assert part.original
        else:
            assert isinstance(part, File)
            assert (part.mime, part.size) == (mime, 10)

    async def test_a_place_a_named_place_and_a_live_one(self, telegram: TelegramEmulator, hears: Hears) -> None:
        wang = telegram.person()

        async def acts() -> None:
            await wang.sends_location(116.3, 39.9, accuracy=12.0)
            await wang.sends_venue(116.31, 39.91, "幸福里便民店", "幸福里12号")
            live = await wang.sends_location(116.32, 39.92, live_period=900)
            await wang.moves_live(live, 116.33, 39.93)

        assert [update.parts for update in await hears(acts())] == [
            (Location(116.3, 39.9, accuracy_m=12.0),),
            (Location(116.31, 39.91, label="幸福里便民店"),),
            (Location(116.32, 39.92, live=True),),
            (Other("live"),),
        ]

    async def test_what_we_cannot_read_is_named(self, telegram: TelegramEmulator, hears: Hears) -> None:
        wang = telegram.person()

        async def acts() -> None:
            await wang.sends_sticker()
            await wang.sends_contact("13800000000")
            await wang.sends_poll("好吗?", ["好", "不好"])
            await wang.sends_voice(b"OggS", 7)

        *others, voice = [update.parts[0] for update in await hears(acts())]
        assert others == [Other("sticker"), Other("contact"), Other("poll")]
        assert isinstance(voice, Voice)
        assert voice.seconds == 7

    async def test_an_animation_is_a_document_only_for_the_old(self) -> None:
        message = {"animation": {}, "document": {"file_id": "x"}, "caption": "看"}
        assert read(body(message)).parts == (Other("animation"), Text("看"))

    async def test_start_opens_and_other_commands_stay_words(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        wang, group = telegram.person(), telegram.group("网格群")
        assert await channel.hello() == "jieyou_test_bot"

        async def acts() -> None:
            await wang.starts()
            await wang.starts("AB-cd_12")
            await wang.sends("/my")
            await wang.sends("/cases@jieyou_test_bot 3", chat=group)
            await wang.sends("/help@other_bot", chat=group)
            await wang.sends("/start@jieyou_test_bot", chat=group)
            await wang.sends("/started")

        assert [update.parts[0] for update in await hears(acts())] == [
            Enter(""),
            Enter("AB-cd_12"),
            Text("/my"),
            Text("/cases 3"),
            Text("/help@other_bot"),
            Text("/start"),
            Text("/started"),
        ]

    async def test_edited_words(self, telegram: TelegramEmulator, hears: Hears) -> None:
        wang = telegram.person()

        async def acts() -> None:
            words = await wang.sends("3 号楼")
            await wang.edits(words, "5 号楼")
            photo = await wang.sends_photo(picture(), "灯坏了")
            await wang.edits(photo, "灯不亮")

        updates = await hears(acts())
        assert updates[1].parts == (Edited("1", "5 号楼"),)
        assert updates[3].parts == (Edited("2", "灯不亮"),)

    async def test_a_pressed_button_and_one_under_a_message_that_is_gone(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        leader, group = telegram.person("李"), telegram.group("网格群")
        shown = await channel.send(chat_of(group), Native("待签收", ROWS), None)

        async def acts() -> None:
            await leader.taps("接单", chat=group)
            group.posts[0].deleted = True
            await leader.taps_data("accept:XF-1:0", group.posts[0])

        first, second = await hears(acts())
        (choice,) = first.parts
        assert isinstance(choice, Pressed)
        assert (choice.token, choice.message) == ("accept:XF-20261124-0007:1", shown.message)
        assert choice.query
        assert first.sender.id == str(leader.id)
        assert first.chat == second.chat == chat_of(group)

    async def test_coming_and_going(self, telegram: TelegramEmulator, hears: Hears) -> None:
        wang, group = telegram.person(started=True), telegram.group("网格群", bot=False)

        async def acts() -> None:
            await wang.adds_bot(group)
            await group.promotes()
            await wang.removes_bot(group)
            await wang.blocks_bot()
            await wang.unblocks_bot()

        updates = await hears(acts())
        assert [update.parts[0] for update in updates if update.parts != (Other("service"),)] == [
            Enter(),
            Leave(),
            Leave(),
            Other("unblocked"),
        ]

    async def test_a_group_that_moves_is_told_of_from_both_sides(
        self, telegram: TelegramEmulator, hears: Hears
    ) -> None:
        group = telegram.group("网格群", "group")
        old = group.id
        updates = await hears(group.migrates())
        assert [(update.chat.id, update.parts) for update in updates] == [(str(old), (Moved(str(group.id)),))] * 2

    async def test_topics_are_chats_and_their_first_message_is_no_question(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        leader, forum = telegram.person("李"), telegram.group("网格群", forum=True)
        topic = await forum.opens_topic("案件")

        async def acts() -> None:
            opening = forum.messages[0]
            await leader.sends("好", chat=forum, thread=topic, reply_to=opening)
            await leader.sends("收到", chat=forum, reply_to=forum.messages[-1])
            await leader.sends("大家好", chat=forum)

        in_topic, answer, outside = [update for update in await hears(acts()) if isinstance(update.parts[0], Text)]
        assert in_topic.chat == chat_of(forum, topic)
        assert in_topic.reply_to == ""
        assert answer.reply_to == in_topic.message
        assert outside.chat == chat_of(forum)

    async def test_an_anonymous_administrator_is_nobody(self, telegram: TelegramEmulator, hears: Hears) -> None:
        group = telegram.group("网格群")
        (update,) = await hears(telegram.person().sends("接单", chat=group, anonymous=True))
        assert update.sender.nameless

    def test_who_speaks_as_a_channel_is_nobody(self) -> None:
        assert read(body({"text": "好", "sender_chat": {"id": -1009, "type": "channel"}})).sender.nameless

    def test_a_thread_of_answers_is_no_topic(self) -> None:
        assert read(body({"text": "好", "message_thread_id": 7})).chat.thread == ""

    @pytest.mark.parametrize("number", [1087968824, 777000, 136817688])
    def test_accounts_that_are_nobodys(self, number: int) -> None:
        assert read(body({"text": "好", "from": {"id": number, "first_name": "Group"}})).sender.nameless


def body(message: dict[str, Any]) -> str:
    """A message in a private chat, as it comes."""
    rest = {"message_id": 5, "date": 1764000000, "chat": {"id": 42, "type": "private"}, "from": {"id": 42}}
    return json.dumps({"update_id": 1, "message": rest | message})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([2**70, -(10**30), "\ud800\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "message_id", "date", "chat", "from", "text", "caption", "photo", "location", "venue", "voice", "document",
    "sticker", "reply_to_message", "media_group_id", "sender_chat", "is_topic_message", "message_thread_id", "data",
    "id", "message", "migrate_to_chat_id", "migrate_from_chat_id", "old_chat_member", "new_chat_member", "animation",
)  # fmt: skip
CONTENT = ("text", "photo", "location", "venue", "voice", "document")
GOOD: dict[str, Any] = {
    "message_id": 5,
    "date": 1764000000,
    "chat": {"id": 42, "type": "private"},
    "from": {"id": 42, "first_name": "王"},
    "text": "好",
    "photo": [{"file_id": "a", "width": 1, "height": 1}],
    "location": {"longitude": 116.0, "latitude": 39.0},
    "venue": {"location": {"longitude": 116.0, "latitude": 39.0}, "title": "店"},
    "voice": {"file_id": "a", "duration": 3},
    "document": {"file_id": "a"},
    "id": "17",
    "old_chat_member": {"status": "left"},
    "new_chat_member": {"status": "member"},
}


@st.composite
def strange(draw: st.DrawFn) -> Any:
    """An update that is nearly right."""
    content = draw(st.sampled_from(CONTENT))
    kept = {name: value for name, value in GOOD.items() if name not in CONTENT or name == content}
    inner = {**kept, **draw(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=draw(st.sampled_from([0, 1, 3]))))}
    if draw(st.booleans()):
        inner["message"] = {**GOOD, **draw(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=2))}
    kind = draw(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll"]))
    return {"update_id": draw(st.integers(0, 2**40) | JSON), kind: inner}


PLACES: list[dict[str, Any]] = [
    {"longitude": 200, "latitude": 0},
    {"longitude": float("nan"), "latitude": 0},
    {"longitude": 116, "latitude": 39, "horizontal_accuracy": float("inf")},
    {"latitude": 1},
]


class TestHostileUpdates:
    @given(JSON | strange())
    def test_any_json_is_an_update_or_unreadable(self, update: Any) -> None:
        kept = raw(update, NOON)
        kept.body.encode("ascii")
        assert kept.key
        try:
            found = read(kept.body)
        except Unreadable:
            return
        assert found.key == kept.key
        assert Chat.of(found.chat.key) == found.chat
        assert found.parts
        repr(found).encode("utf-8")

    @given(st.text() | st.sampled_from(["[" * 100_000, '{"update_id":' + "9" * 5000 + "}", "NaN"]))
    def test_any_text_too(self, text: str) -> None:
        with pytest.raises(Unreadable):
            read(text)

    @pytest.mark.parametrize("place", PLACES)
    def test_a_place_that_is_not_on_earth(self, place: dict[str, float]) -> None:
        with pytest.raises(Unreadable):
            read(body({"location": place}))

    def test_what_no_database_takes_is_replaced(self) -> None:
        assert read(body({"text": "a\0b\ud800"})).parts == (Text("a\ufffdb\ufffd"),)

    async def test_a_strange_update_does_not_stop_the_stream(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
    ) -> None:
        async with running(channel, inbox):
            await telegram.pushes({"message": {"chat": "nonsense", "text": 7}})
            await telegram.pushes({"message": None})
            await telegram.person().sends("您好")
            strange, empty, fine = await inbox.gets(3)
        for one in (strange, empty):
            with pytest.raises(Unreadable):
                channel.read(one.body)
        assert channel.read(fine.body).parts == (Text("您好"),)


class TestLanes:
    async def test_a_lane_is_a_chat_and_a_person(self, telegram: TelegramEmulator, inbox: Inbox, hears: Hears) -> None:
        wang, li, group = telegram.person("王"), telegram.person("李"), telegram.group("网格群")

        async def acts() -> None:
            await wang.sends("一")
            await wang.sends("二", chat=group)
            await li.sends("三", chat=group)

        updates = await hears(acts())
        assert [one.lane for one in inbox.raws] == [f"{update.chat.id}|{update.sender.id}" for update in updates]
        assert len({one.lane for one in inbox.raws}) == 3

    def test_a_tap_and_a_word_of_one_person_share_a_lane(self) -> None:
        chat, person = {"id": -1001, "type": "supergroup"}, {"id": 42}
        tap = {"callback_query": {"from": person, "message": {"chat": chat, "from": {"id": 1}}}}
        assert lane(tap) == lane({"message": {"from": person, "chat": chat}}) == "-1001|42"
        assert lane({"callback_query": {"from": person}}) == "42|42"


class TestPolling:
    async def test_a_batch_is_received_whole_and_then_confirmed(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
    ) -> None:
        wang = telegram.person()
        for words in ("一", "二", "三"):
            await wang.sends(words)
        async with running(channel, inbox):
            await inbox.gets(3)
            await telegram.until(lambda: not telegram.pending)
        assert len(inbox.batches) == 1
        assert len({one.key for one in inbox.raws}) == 3

    async def test_the_offset_stays_where_storage_fails(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox, naps: Naps
    ) -> None:
        inbox.refuses = 3
        await telegram.person().sends("店门口漏水")
        async with running(channel, inbox):
            (one,) = await inbox.gets(1)
            await telegram.until(lambda: not telegram.pending)
        assert channel.read(one.body).parts == (Text("店门口漏水"),)
        first, second, third = naps.taken
        assert 0.5 <= first <= 1 <= second <= 2 <= third <= 4
        inbox.refuses = 1
        await telegram.person().sends("又漏水")
        async with running(channel, inbox):
            await inbox.gets(2)
        assert naps.taken[-1] <= 1

    async def test_only_what_we_read_is_asked_for(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
    ) -> None:
        wang, group = telegram.person(), telegram.group("网格群")
        await group.promotes()
        shown = await channel.send(chat_of(group), Native("好"), None)
        async with running(channel, inbox):
            await telegram.until(lambda: telegram.calls["getUpdates"])
            await wang.reacts(group.posts[0], "👍")
            await wang.sends("好", chat=group)
            await telegram.until(lambda: not telegram.pending)
        assert shown.message
        assert not any("message_reaction" in one.body for one in inbox.raws)

    async def test_trouble_with_the_network_is_waited_out(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox, naps: Naps
    ) -> None:
        telegram.fail_next("getUpdates", 502)
        telegram.hang_next("getUpdates")
        telegram.fail_next("getUpdates", 429, retry_after=7)
        await telegram.person().sends("您好")
        async with running(channel, inbox):
            await inbox.gets(1)
        assert len(naps.taken) == 3
        assert naps.taken[2] == 7

    async def test_another_bot_with_this_token_is_told_once(
        self,
        telegram: TelegramEmulator,
        channel: TelegramChannel,
        inbox: Inbox,
        naps: Naps,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        telegram.fail_next("getUpdates", 409, times=4)
        await telegram.person().sends("您好")
        with caplog.at_level(logging.DEBUG):
            async with running(channel, inbox):
                await inbox.gets(1)
        assert len(naps.taken) == 4
        assert sum("another bot runs with this token" in line for line in caplog.messages) == 1

    async def test_a_refused_token_ends_it_and_is_not_repeated(self, telegram: TelegramEmulator, inbox: Inbox) -> None:
        async with channel_of(telegram, token=FORGED) as channel:
            with pytest.raises(TokenRefused) as caught:
                await channel.run(inbox.receive)
            with pytest.raises(TokenRefused):
                await channel.hello()
        assert FORGED not in "".join(traceback.format_exception(caught.value))

    async def test_cancelling_ends_it_at_once(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
    ) -> None:
        async with asyncio.timeout(2):
            async with running(channel, inbox) as task:
                await telegram.until(lambda: telegram.calls["getUpdates"])
            assert task.cancelled()


class TestSending:
    async def test_words_with_buttons_links_and_an_answer(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        wang = telegram.person()
        asked = await wang.sends("在哪儿?")
        text = "👍👍 12号铺 · 看地图"
        native = Native(
            text, ROWS, links=(Link("看地图", "https://example.org/a"),), reply_to=str(asked.id), silent=True
        )
        shown = await channel.send(chat_of(wang), native, None)
        (heard,) = wang.heard
        assert shown == Shown(str(heard.id))
        assert heard.labels == [["接单"]]
        assert heard.reply_to is asked
        (mark,) = heard.entities
        assert mark == {"type": "text_link", "offset": 12, "length": 3, "url": "https://example.org/a"}

    def test_two_links_of_one_label_take_one_place_each(self) -> None:
        links = [Link("看地图", "https://example.org/1"), Link("看地图", "https://example.org/2"), Link("没有", "x")]
        marks = entities("甲 看地图 乙 看地图", links)
        assert [(mark["offset"], mark["url"][-1]) for mark in marks] == [(2, "1"), (8, "2")]

    async def test_an_answer_to_a_deleted_message_is_sent_all_the_same(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        wang = telegram.person(started=True)
        await channel.send(chat_of(wang), Native("好", reply_to="999"), None)
        assert wang.heard[0].text == "好"

    async def test_keyboards_come_ask_for_the_place_and_go(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        wang = telegram.person(started=True)
        menu = ((Choice("我要上报", "menu:report"), Choice("我的上报", "menu:my")),)
        await channel.send(chat_of(wang), Native("您好", keyboard=menu), None)
        assert [[key.label for key in row] for row in wang.heard[0].keyboard] == [["我要上报", "我的上报"]]
        await channel.send(chat_of(wang), Native("在哪儿?", keyboard=((Choice("发送位置", LOCATION),),)), None)
        (update,) = await hears(wang.taps("发送位置", location=(116.3, 39.9)))
        assert update.parts == (Location(116.3, 39.9),)
        await channel.send(chat_of(wang), Native("好", keyboard=()), None)
        assert wang.heard[-1].markup == {"remove_keyboard": True}

    async def test_a_question_in_a_group_opens_an_answer(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        leader, group = telegram.person(), telegram.group("网格群")
        asked = await leader.sends("退回", chat=group)
        await channel.send(chat_of(group), Native("为什么?", force_reply=True, reply_to=str(asked.id)), None)
        markup = group.posts[0].markup
        assert markup is not None
        assert markup["force_reply"]

    async def test_a_topic_is_written_to(self, telegram: TelegramEmulator, channel: TelegramChannel) -> None:
        forum = telegram.group("网格群", forum=True)
        topic = await forum.opens_topic("案件")
        await channel.send(chat_of(forum, topic), Native("待签收"), None)
        assert forum.posts[-1].thread == topic
        await forum.closes_topic(topic)
        failed = await failure(channel.send(chat_of(forum, topic), Native("待签收"), None))
        assert failed.permanent
        assert failed.unreachable

    async def test_a_picture_is_uploaded_once(self, telegram: TelegramEmulator, channel: TelegramChannel) -> None:
        wang, li = telegram.person(started=True), telegram.person(started=True)
        drawing = Drawing()
        for person in (wang, li):
            shown = await channel.send(chat_of(person), Native("图上红点", ROWS, picture=PHOTO), drawing.drawn)
            assert shown.picture == "map:1"
            assert person.heard[0].photo == drawing.bytes
            assert person.heard[0].text == "图上红点"
        assert drawing.times == 1

    async def test_a_reference_that_telegram_forgot_is_uploaded_anew(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        wang, drawing = telegram.person(started=True), Drawing()
        await channel.send(chat_of(wang), Native("一", picture=PHOTO), drawing.drawn)
        telegram.world.files.by_id.clear()
        await channel.send(chat_of(wang), Native("二", picture=PHOTO), drawing.drawn)
        assert wang.heard[1].photo == drawing.bytes
        assert drawing.times == 2

    async def test_a_reaction(self, telegram: TelegramEmulator, channel: TelegramChannel) -> None:
        wang = telegram.person()
        sent = await wang.sends_photo(picture())
        await channel.send(chat_of(wang), Native("", reaction=Reaction(str(sent.id), "👍")), None)
        assert sent.reactions == ["👍"]

    async def test_a_file_with_a_chinese_name_arrives_with_its_name(
        self, aiohttp_free: Callable[..., Awaitable[str]]
    ) -> None:
        bodies: list[bytes] = []

        async def serve(request: web.Request) -> web.StreamResponse:
            bodies.append(await request.read())
            return web.json_response({"ok": True, "result": True})

        api = Api(FORGED, await aiohttp_free(serve), AiohttpRequest(patience=5))
        upload = Upload("document", "台账 十一月(幸福里).xlsx", "application/octet-stream", b"PK..")
        await api.call("sendDocument", {"chat_id": 42, "caption": "台账"}, upload)
        await api.close()
        assert 'filename="台账 十一月(幸福里).xlsx"'.encode() in bodies[0]
        assert b"PK.." in bodies[0]

    async def test_a_quiet_message_makes_no_sound_and_no_address_is_unfolded(
        self, aiohttp_free: Callable[..., Awaitable[str]]
    ) -> None:
        calls: list[dict[str, Any]] = []

        async def serve(request: web.Request) -> web.StreamResponse:
            calls.append(await request.json())
            return web.json_response({"ok": True, "result": {"message_id": 1}})

        channel = TelegramChannel(FORGED, await aiohttp_free(serve))
        for silent in (True, False):
            await channel.send(Chat("telegram", "private", "42"), Native("好", silent=silent), None)
        await channel.close()
        assert [call.get("disable_notification", False) for call in calls] == [True, False]
        assert all(call["link_preview_options"] == {"is_disabled": True} for call in calls)
        assert not any("parse_mode" in call for call in calls)


class TestEditing:
    @pytest.fixture
    def wang(self, telegram: TelegramEmulator) -> Person:
        return telegram.person(started=True)

    async def test_words(self, channel: TelegramChannel, wang: Person) -> None:
        shown = await channel.send(chat_of(wang), Native("您看对不对?", ROWS), None)
        assert await channel.send(chat_of(wang), Native("已提交。", edits=shown), None) == shown
        (heard,) = wang.heard
        assert heard.text == "已提交。"
        assert heard.labels == []

    async def test_words_under_a_picture(
        self, telegram: TelegramEmulator, channel: TelegramChannel, wang: Person
    ) -> None:
        drawing = Drawing()
        shown = await channel.send(chat_of(wang), Native("待签收", ROWS, picture=PHOTO), drawing.drawn)
        native = Native("已接单", ROWS, picture=PHOTO, edits=shown)
        assert await channel.send(chat_of(wang), native, drawing.drawn) == shown
        assert wang.heard[0].text == "已接单"
        assert await channel.send(chat_of(wang), Native("好", edits=shown), None) == shown  # the picture stays
        assert wang.heard[0].photo == drawing.bytes
        assert drawing.times == 1
        assert not telegram.calls["editMessageMedia"]

    async def test_another_picture(self, channel: TelegramChannel, wang: Person) -> None:
        shown = await channel.send(chat_of(wang), Native("待签收", ROWS), None)
        for key, colour in (("map:1", "red"), ("pair:1", "blue"), ("map:1", "red")):
            drawing = Drawing(key, colour)
            native = Native(
                f"{key} 看地图", ROWS, picture=PHOTO, edits=shown, links=(Link("看地图", "https://a.org/"),)
            )
            shown = await channel.send(chat_of(wang), native, drawing.drawn)
            assert shown.picture == key
            assert wang.heard[0].photo == drawing.bytes
            assert wang.heard[0].text == f"{key} 看地图"
            assert wang.heard[0].entities
            assert wang.heard[0].labels == [["接单"]]
        assert drawing.times == 0  # Telegram has the first one still

    async def test_only_the_buttons(self, channel: TelegramChannel, wang: Person) -> None:
        shown = await channel.send(chat_of(wang), Native("您看对不对?", ROWS), None)
        await channel.send(chat_of(wang), Native("", edits=shown), None)
        assert wang.heard[0].text == "您看对不对?"
        assert wang.heard[0].labels == []

    async def test_the_same_again_is_a_success(self, channel: TelegramChannel, wang: Person) -> None:
        shown = await channel.send(chat_of(wang), Native("待签收", ROWS), None)
        assert await channel.send(chat_of(wang), Native("待签收", ROWS, edits=shown), None) == shown
        assert wang.heard[0].edited == 0

    async def test_a_message_that_is_gone_is_a_failure_for_good(self, channel: TelegramChannel, wang: Person) -> None:
        shown = await channel.send(chat_of(wang), Native("待签收"), None)
        wang.heard[0].deleted = True
        failed = await failure(channel.send(chat_of(wang), Native("已接单", edits=shown), None))
        assert failed.permanent
        assert not failed.unreachable


class TestFailures:
    @pytest.fixture
    def wang(self, telegram: TelegramEmulator) -> Person:
        return telegram.person(started=True)

    async def test_too_many(self, telegram: TelegramEmulator, channel: TelegramChannel, wang: Person) -> None:
        telegram.fail_next("sendMessage", 429, retry_after=35)
        failed = await failure(channel.send(chat_of(wang), Native("好"), None))
        assert (failed.permanent, failed.retry_after) == (False, 35)

    async def test_blocked(self, channel: TelegramChannel, wang: Person) -> None:
        await wang.blocks_bot()
        failed = await failure(channel.send(chat_of(wang), Native("好"), None))
        assert (failed.permanent, failed.unreachable) == (True, True)

    async def test_a_chat_that_is_not_there(self, channel: TelegramChannel, wang: Person) -> None:
        failed = await failure(channel.send(replace(chat_of(wang), id="12345"), Native("好"), None))
        assert (failed.permanent, failed.unreachable) == (True, True)

    async def test_a_group_that_moved(self, telegram: TelegramEmulator, channel: TelegramChannel) -> None:
        group = telegram.group("网格群", "group")
        old = chat_of(group)
        await group.migrates()
        failed = await failure(channel.send(old, Native("好"), None))
        assert (failed.permanent, failed.migrated_to) == (False, str(group.id))

    @pytest.mark.parametrize("status", [500, 502, 401])
    async def test_the_server_is_ill(
        self, telegram: TelegramEmulator, channel: TelegramChannel, wang: Person, status: int
    ) -> None:
        telegram.fail_next("sendMessage", status)
        failed = await failure(channel.send(chat_of(wang), Native("好"), None))
        assert (failed.permanent, failed.unreachable, failed.retry_after) == (False, False, None)

    @pytest.mark.parametrize("silent", [False, True], ids=["cut", "hung"])
    async def test_the_connection_is_cut_or_hangs(
        self, telegram: TelegramEmulator, channel: TelegramChannel, wang: Person, silent: bool
    ) -> None:
        telegram.hang_next("sendPhoto", silent=silent)
        failed = await failure(channel.send(chat_of(wang), Native("好", picture=PHOTO), Drawing().drawn))
        assert not failed.permanent
        assert failed.reason.startswith("TimedOut" if silent else "NetworkError")

    async def test_nobody_listens(self, telegram: TelegramEmulator, wang: Person) -> None:
        channel = TelegramChannel(telegram.token, "http://127.0.0.1:9")
        failed = await failure(channel.send(chat_of(wang), Native("好"), None))
        await channel.close()
        assert not failed.permanent

    async def test_a_token_of_65_bytes(self, channel: TelegramChannel, wang: Person) -> None:
        await channel.send(chat_of(wang), Native("?", ((Choice("接单", "a" * 64),),)), None)
        failed = await failure(channel.send(chat_of(wang), Native("?", ((Choice("接单", "a" * 65),),)), None))
        assert (failed.permanent, failed.unreachable) == (True, False)


class TestTheRequest:
    """Ours against python-telegram-bot's own, side by side."""

    @pytest.mark.parametrize(
        "order",
        [
            {"status": 400, "description": "Bad Request: chat not found"},
            {"status": 401},
            {"status": 403},
            {"status": 404},
            {"status": 409},
            {"status": 413},
            {"status": 429, "retry_after": 5},
            {"status": 500},
            {"status": 502},
            {"cut": True},
            {"hung": True},
            {"moved": True},
        ],
        ids=str,
    )
    @pytest.mark.filterwarnings("ignore:.*retry_after")
    async def test_it_raises_what_the_librarys_own_raises(
        self, telegram: TelegramEmulator, order: dict[str, Any]
    ) -> None:
        group = telegram.group("网格群", "group")
        chat = group.id
        if order.get("moved"):
            await group.migrates()
        raised = []
        for request in (HTTPXRequest(read_timeout=0.2), AiohttpRequest(patience=0.2)):
            if "status" in order:
                telegram.fail_next("sendMessage", **order)
            elif "moved" not in order:
                telegram.hang_next("sendMessage", silent="hung" in order)
            async with request, Bot(telegram.token, f"{telegram.base}/bot", request=request) as bot:
                with pytest.raises(TelegramError) as caught:
                    await bot.send_message(chat, "好")
            raised.append(caught.value)
        theirs, ours = raised
        if order.get("status") == 413:
            assert isinstance(ours, BadRequest)  # theirs cannot be told from a server that is ill
        else:
            assert isinstance(ours, type(theirs))
        if isinstance(theirs, ChatMigrated):
            assert ours.args == theirs.args

    async def test_the_librarys_bot_can_use_it(self, telegram: TelegramEmulator) -> None:
        wang = telegram.person(started=True)
        request = AiohttpRequest(patience=5)
        async with Bot(telegram.token, f"{telegram.base}/bot", request=request) as bot:
            sent = await bot.send_photo(wang.id, picture(), "图上红点", filename="图.jpg")
        assert sent.caption == wang.heard[0].text == "图上红点"


class TestAnswers:
    async def test_words_in_a_box_cut_to_what_it_holds(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        wang = telegram.person(started=True)
        await channel.send(chat_of(wang), Native("?", ROWS), None)
        tap = await wang.taps("接单")
        await channel.answer(await query_of(channel), "👍" * 150)
        assert tap.text == "👍" * 99 + "…"
        assert tap.alert

    async def test_without_words_it_is_silent_and_too_late_is_no_error(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        wang = telegram.person(started=True)
        await channel.send(chat_of(wang), Native("?", ROWS), None)
        tap = await wang.taps("接单")
        query = await query_of(channel)
        await channel.answer(query, "")
        assert (tap.text, tap.alert) == ("", False)
        await channel.answer(query, "接单了")
        assert tap.text == ""

    async def test_other_failures_are_told(self, telegram: TelegramEmulator, channel: TelegramChannel) -> None:
        telegram.fail_next("answerCallbackQuery", 429, retry_after=3)
        assert (await failure(channel.answer("1", "好"))).retry_after == 3


async def query_of(channel: TelegramChannel) -> str:
    """The query of the newest tap."""
    inbox = Inbox()
    async with running(channel, inbox):
        (*_, last) = await inbox.gets(1)
    (choice,) = channel.read(last.body).parts
    assert isinstance(choice, Pressed)
    return choice.query


class TestFetching:
    async def test_a_file_that_is_too_large(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears
    ) -> None:
        (update,) = await hears(telegram.person().sends_document(b"x" * (20 * 1024 * 1024 + 1), "a.jpg", "image/jpeg"))
        failed = await fetch_failure(channel, update)
        assert (failed.permanent, failed.too_large) == (True, True)

    @pytest.mark.parametrize("at", ["getFile", "download"])
    async def test_a_file_that_is_not_to_be_had_now(
        self, telegram: TelegramEmulator, channel: TelegramChannel, hears: Hears, at: str
    ) -> None:
        wang = telegram.person()
        (update,) = await hears(wang.sends_photo(picture()))
        telegram.drop_file(wang.messages[0], at=at)
        failed = await fetch_failure(channel, update)
        assert (failed.permanent, failed.too_large) == (False, False)
        (photo,) = update.parts
        assert isinstance(photo, Photo)
        assert await channel.fetch(photo.ref) == picture()

    async def test_a_reference_that_never_was(self, channel: TelegramChannel) -> None:
        with pytest.raises(FetchFailed) as caught:
            await channel.fetch("nothing")
        assert caught.value.permanent

    async def test_a_server_that_gives_more_than_it_said(self, aiohttp_free: Callable[..., Awaitable[str]]) -> None:
        async def serve(request: web.Request) -> web.StreamResponse:
            if request.method == "GET":
                return web.Response(body=b"x" * (20 * 1024 * 1024 + 1))
            return web.json_response({"ok": True, "result": {"file_path": "photos/1.jpg"}})

        channel = TelegramChannel(FORGED, await aiohttp_free(serve))
        with pytest.raises(FetchFailed) as caught:
            await channel.fetch("x")
        await channel.close()
        assert caught.value.too_large


async def fetch_failure(channel: TelegramChannel, update: Update) -> FetchFailed:
    (photo,) = update.parts
    assert isinstance(photo, Photo)
    with pytest.raises(FetchFailed) as caught:
        await channel.fetch(photo.ref)
    return caught.value


@pytest.fixture
async def aiohttp_free() -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """A server of one handler; gives its address."""
    runners: list[web.ServerRunner] = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        runner = web.ServerRunner(web.Server(handler, access_log=None))  # type: ignore[arg-type]
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


SECRET_WORDS = "我住幸福里三号楼"


class TestSecrets:
    @pytest.mark.parametrize(
        "answer",
        [
            (404, "text/html", "<h1>404: /bot{token}/sendMessage</h1>"),
            (502, "text/plain", "upstream {token} " + SECRET_WORDS),
            (400, "application/json", '{"ok":false,"parameters":{"odd":"{token}"}}'),
            (400, "application/json", '["{token}"]'),
            (413, "text/plain", "{token}"),
            (429, "application/json", '{"description":"later","parameters":{"retry_after":"{token}"}}'),
            (200, "text/plain", SECRET_WORDS + "{token}"),
            (200, "application/json", '{"ok":true,"result":{"text":"' + SECRET_WORDS + '"}}'),
            (200, "application/json", '{"words":"' + SECRET_WORDS + '"}'),
        ],
    )
    async def test_neither_token_nor_words_reach_a_log_or_an_error(
        self,
        aiohttp_free: Callable[..., Awaitable[str]],
        caplog: pytest.LogCaptureFixture,
        answer: tuple[int, str, str],
    ) -> None:
        status, kind, text = answer

        async def serve(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, content_type=kind, text=text.replace("{token}", FORGED))

        channel = TelegramChannel(FORGED, await aiohttp_free(serve))
        with caplog.at_level(logging.DEBUG):
            failed = await failure(channel.send(Chat("telegram", "private", "42"), Native(SECRET_WORDS), None))
        await channel.close()
        told = "".join(traceback.format_exception(failed)) + caplog.text + repr(channel)
        assert FORGED not in told
        assert SECRET_WORDS not in told

    @pytest.mark.parametrize("base", ["http://127.0.0.1:9", "nonsense", "http://[", "http://no such host/"])
    async def test_nor_where_the_address_is_wrong(self, base: str, caplog: pytest.LogCaptureFixture) -> None:
        channel = TelegramChannel(FORGED, base)
        with caplog.at_level(logging.DEBUG):
            failed = await failure(channel.send(Chat("telegram", "private", "42"), Native(SECRET_WORDS), None))
        await channel.close()
        told = "".join(traceback.format_exception(failed)) + caplog.text
        assert FORGED not in told
        assert SECRET_WORDS not in told

    async def test_nor_while_polling(
        self,
        telegram: TelegramEmulator,
        channel: TelegramChannel,
        inbox: Inbox,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        inbox.refuses = 1
        telegram.fail_next("getUpdates", 500)
        telegram.hang_next("getUpdates")
        await telegram.person().sends(SECRET_WORDS)
        with caplog.at_level(logging.DEBUG):
            async with running(channel, inbox):
                await inbox.gets(1)
        assert "could not be stored (RuntimeError)" in caplog.text
        assert telegram.token not in caplog.text
        assert SECRET_WORDS not in caplog.text

    def test_the_webhook_does_not_show_its_secret(self) -> None:
        assert "s3cret" not in repr(Webhook("https://example.org/", "s3cret"))


class TestWebhook:
    @asynccontextmanager
    async def served(self, telegram: TelegramEmulator, inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
        async with channel_of(telegram, webhook=Webhook("https://example.org/telegram", "s3cret_-1")) as channel:
            app = Starlette(routes=[Route("/telegram", channel.endpoint(inbox.receive), methods=["POST"])])
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                yield client

    @pytest.mark.parametrize(
        ("secret", "content", "status"),
        [
            ("s3cret_-1", b'{"update_id":7,"message":{"date":5}}', 200),
            ("s3cret_-2", b'{"update_id":7}', 403),
            ("", b'{"update_id":7}', 403),
            ("s3cret_-1", b"not json", 400),
            ("s3cret_-1", b"[" * 100_000, 400),
            ("s3cret_-1", b"[]", 400),
            ("s3cret_-1", b'{"update_id":true}', 400),
            ("s3cret_-1", b" " * (1024 * 1024 + 1), 413),
        ],
    )
    async def test_only_telegram_gets_in(
        self, telegram: TelegramEmulator, inbox: Inbox, secret: str, content: bytes, status: int
    ) -> None:
        async with self.served(telegram, inbox) as client:
            answer = await client.post("/telegram", content=content, headers={HEADER: secret})
        assert answer.status_code == status
        assert [one.key for one in inbox.raws] == (["7"] if status == 200 else [])

    async def test_where_storage_fails_telegram_sends_it_again(self, telegram: TelegramEmulator, inbox: Inbox) -> None:
        inbox.refuses = 1
        async with self.served(telegram, inbox) as client:
            sent = {"content": b'{"update_id":7}', "headers": {HEADER: "s3cret_-1"}}
            first = await client.post("/telegram", **sent)  # type: ignore[arg-type]
            second = await client.post("/telegram", **sent)  # type: ignore[arg-type]
        assert (first.status_code, second.status_code) == (500, 200)

    async def test_running_sets_it_and_polling_takes_it_away(
        self, telegram: TelegramEmulator, channel: TelegramChannel, inbox: Inbox
    ) -> None:
        webhook = Webhook("http://127.0.0.1:9/telegram", "s3cret")
        async with channel_of(telegram, webhook=webhook) as hooked, running(hooked, inbox):
            await telegram.until(lambda: telegram.world.updates.webhook is not None)
            assert telegram.world.updates.webhook_info()["allowed_updates"]
        await telegram.person().sends("您好")
        async with running(channel, inbox):
            await inbox.gets(1)

    @pytest.mark.parametrize("secret", ["", "有 空格", "a" * 257])
    def test_a_secret_that_telegram_would_refuse_is_refused_here(self, secret: str) -> None:
        with pytest.raises(ValueError, match="secret"):
            Webhook("https://example.org/", secret)


class TestTheBotItself:
    async def test_commands_are_told_for_private_chats_and_for_groups(
        self, telegram: TelegramEmulator, channel: TelegramChannel
    ) -> None:
        await channel.set_commands("private", {"report": "我要上报"})
        await channel.set_commands("private", {"report": "Report a problem"}, language="en")
        await channel.set_commands("group", {"cases": "案件"})
        assert telegram.calls["setMyCommands"] == 3
        assert not telegram.missed
        failed = await failure(channel.set_commands("group", {"Not A Command": "x"}))
        assert failed.permanent
