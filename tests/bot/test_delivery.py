"""Delivery in the running program: order under every kind of trouble, the night, and cards that are edited once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.message import Message as Said
from domain.update import Chat
from handlers.letter import dumps
from storage import outbox
from storage.outbox import OutboxRow
from storage.row import ms
from storage.turn import StorageFailed
from tests.bot.patience import passes_until
from tests.clock import HandClock
from tests.district import Town, main_people, newest, photo, press, running, town
from tests.emulators.telegram import Message, Person, TelegramEmulator
from tests.emulators.telegram_place import Place

CANOPY = "幸福里12号铺门口下雨滴水,想装个棚"


def xian(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A moment of November 2026 in Xi'an."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def files(t: Town, wang: Person, words: str = CANOPY) -> str:
    """The shortest report; its number."""
    await wang.sends(words)
    await t.settled()
    for label in ("没有照片", "不方便拍", "同意并提交"):
        await press(t, wang, label)
    return (await t.case()).number


async def queue(t: Town, place: Place, count: int) -> list[str]:
    """So many messages into a chat's outbox, in one turn, as a handler would queue them."""
    chat = Chat("telegram", "private" if place.id > 0 else "group", str(place.id))
    words = [f"第 {number} 句" for number in range(count)]
    now = ms(t.clock.now())

    async def work(turn: Any) -> list[object]:
        for number, text in enumerate(words):
            row = OutboxRow(f"test:{place.id}:{number}", chat.key, dumps(Said(text)), now, sending_since=now)
            outbox.put(turn, row)
        return list(turn.handed)

    t.app.delivery.hand_on(await t.database.turn(work))
    return words


async def goes_out(t: Town, most: float = 60.0) -> float:
    """Until the outbox holds nothing that may be sent, ticking each second as the program does."""
    passed = 0.0
    while True:
        await t.app.ticker.tick()
        await t.settled()
        async with t.database.reading() as queries:
            row = await queries.one("select count(*) as n from outbox where state = 'new' and not_before is null")
        if row is not None and row["n"] == 0:
            return passed
        assert passed < most, "it does not go out"
        t.clock.turn(t.clock.now() + timedelta(seconds=0.5))
        passed += 0.5


def said(place: Place) -> list[str]:
    """Every message at its sending, in order."""
    return [act.text for act in place.log if act.kind == "send"]


# Order


async def test_after_429_the_chat_waits_as_told_and_keeps_its_order(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li = await t.resident(), await t.resident("李")
        for person in (wang, li):
            await person.starts()
        await t.settled()
        t.telegram.fail_next("sendMessage", 429, retry_after=7, chat=wang)
        words = await queue(t, wang, 5)
        other = await queue(t, li, 5)
        await t.settled()
        assert said(li)[1:] == other, "another chat does not wait"
        assert said(wang)[1:] == []
        waited = await goes_out(t)
        assert 7 <= waited <= 8.5, waited
        assert said(wang)[1:] == words


@pytest.mark.parametrize("trouble", ["500", "502", "cut before", "cut after", "silent"])
async def test_what_was_said_during_trouble_comes_in_order(tmp_path: Path, trouble: str) -> None:
    """A server's error and a broken connection are tried again; only what may have arrived comes twice."""
    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.starts()
        await t.settled()
        if trouble.isdigit():
            t.telegram.fail_next("sendMessage", int(trouble), times=3)
        else:
            t.telegram.hang_next("sendMessage", performs=trouble == "cut after", times=3)
        words = await queue(t, wang, 4)
        await t.settled()
        later = await queue_more(t, wang)
        await goes_out(t)
        heard = said(wang)[1:]
        assert list(dict.fromkeys(heard)) == [*words, *later]
        twice = {text: times for text, times in Counter(heard).items() if times > 1}
        assert twice == ({words[0]: 4} if trouble == "cut after" else {})


async def queue_more(t: Town, place: Place) -> list[str]:
    """What a later turn says while the earlier still waits."""
    now, chat = ms(t.clock.now()), Chat("telegram", "private", str(place.id))

    async def work(turn: Any) -> list[object]:
        row = OutboxRow(f"test:later:{place.id}", chat.key, dumps(Said("später")), now, sending_since=now)
        outbox.put(turn, row)
        return list(turn.handed)

    t.app.delivery.hand_on(await t.database.turn(work))
    return ["später"]


async def test_the_order_holds_over_a_restart_in_the_middle(tmp_path: Path) -> None:
    clock = HandClock()
    async with TelegramEmulator(clock=clock.now) as telegram:
        wang = telegram.person(started=True)
        async with running(tmp_path, telegram, clock) as t:
            telegram.fail_next("sendMessage", 500, times=2)
            words = await queue(t, wang, 6)
            await t.settled()
        async with running(tmp_path, telegram, clock) as t:
            await wang.sends("你好")
            await t.settled()
            await goes_out(t)
        assert said(wang)[:6] == words
        assert len(said(wang)) == 7


async def test_a_fault_of_our_own_holds_a_chat_up_for_half_a_minute_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card that cannot be drawn ends dead with its reason; what comes after it is said."""
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        await files(t, wang)

        async def fails(*_: object) -> None:
            raise KeyError("a category that the city has no more")

        monkeypatch.setattr("bot.delivery.render", fails)
        await li.taps("接单", chat=leaders)
        await t.settled()
        words = await queue(t, leaders, 2)
        waited = await goes_out(t, 120)
        assert 10 < waited < 70, waited
        assert said(leaders)[-2:] == words
        async with t.database.reading() as queries:
            dead = await queries.all("select card, reason from outbox where state = 'dead' and reason <> 'outdated'")
        assert {row["reason"] for row in dead} == {"KeyError"}


async def test_a_failing_database_loses_nothing_that_was_to_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails as the second message was sent: that one comes again, the others follow soon, in order."""
    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.starts()
        await t.settled()
        whole, times = outbox.sent, 0

        async def fails(*arguments: Any) -> None:
            nonlocal times
            times += 1
            if times == 2:
                raise StorageFailed("the disk is full")
            await whole(*arguments)

        monkeypatch.setattr(outbox, "sent", fails)
        words = await queue(t, wang, 4)
        await t.settled()
        assert said(wang)[1:] == words[:2]
        waited = await goes_out(t)
        assert waited <= 2, waited
        assert said(wang)[1:] == [words[0], words[1], words[1], words[2], words[3]]


# Who cannot be reached


async def test_a_resident_who_blocked_the_bot_is_told_to_the_station(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li, _, leaders, station = await main_people(t)
        number = await files(t, wang)
        wang.chat.blocked = True  # without the word of it: the bot learns it by its next message
        await press(t, li, "接单", leaders)
        await goes_out(t)
        assert newest(station, number).text == f"{number} 消息没送到居民手机,请站里打电话。"
        assert (await t.case()).state == "accepted"
        async with t.database.reading() as queries:
            dead = await queries.all("select reason from outbox where state = 'dead'")
        assert any("blocked" in row["reason"] for row in dead)
        await wang.unblocks_bot()
        await wang.sends("/my")
        await t.settled()
        assert number in newest(wang).text


async def test_a_group_that_moves_in_the_middle_gets_everything_in_order_once(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        leader, wang = await t.member("leader", "XFL03"), await t.resident()
        admin = await t.member("admin", "")
        leaders = t.telegram.group("幸福里网格群", kind="group")
        await admin.sends("/bind XFL03", chat=leaders)
        await leaders.hears("绑好了")
        number = await files(t, wang)
        before = len(said(leaders))
        t.telegram.fail_next("sendMessage", 500, chat=leaders)
        words = await queue(t, leaders, 4)
        await t.settled()
        await leaders.migrates()
        await goes_out(t)
        assert said(leaders)[before:] == words
        assert {message.chat.id for message in leaders.posts[-4:]} == {leaders.id}

        await leader.taps("接单", next(p for p in leaders.posts if number in p.text))
        await t.settled()
        await goes_out(t)
        assert any("处置中" in post.text for post in leaders.posts), "the card stands in the new group"
        assert (await t.case()).state == "accepted"


# The night


async def test_what_need_not_be_said_at_night_comes_at_eight(tmp_path: Path) -> None:
    async with town(tmp_path, clock=HandClock(xian(16, 30))) as t:
        wang, li, _, leaders, station = await main_people(t)
        number = await files(t, wang)
        await press(t, li, "接单", leaders)
        await t.until(xian(21, 30))
        await press(t, li, "办结", leaders)
        await press(t, li, "已解决", leaders)
        before, groups = len(said(wang)), [len(said(leaders)), len(said(station))]
        await li.sends_photo(photo(2), "装好了", chat=leaders, reply_to=newest(leaders, number))
        await t.settled()
        assert (await t.case()).state == "resolved", newest(leaders).text
        await t.until(xian(23))
        assert len(said(station)) == groups[1], "the station's group sleeps from 20:00"
        await t.until(xian(7, 59, day=25))
        assert [len(said(wang)), len(said(leaders)), len(said(station))] == [before, *groups]
        await t.until(xian(8, 0, day=25))
        assert number in said(station)[-1]
        assert "待核查" in said(station)[-1]


async def test_a_residents_news_of_the_night_comes_at_eight_once(tmp_path: Path) -> None:
    """Through a restart in the night, and two ticks in one second."""
    clock = HandClock(xian(16, 30))
    async with TelegramEmulator(clock=clock.now) as telegram:
        async with running(tmp_path, telegram, clock) as t:
            wang, li, _, leaders, _ = await main_people(t)
            number = await files(t, wang)
            await t.until(xian(21, 10))
            before = len(said(wang))
            await press(t, li, "接单", leaders)
            await t.until(xian(23, 30))
            assert len(said(wang)) == before
        async with running(tmp_path, telegram, clock) as t:
            await t.until(xian(7, 59, day=25))
            assert len(said(wang)) == before
            await t.until(xian(8, 0, day=25))
            await asyncio.gather(t.app.ticker.tick(), t.app.ticker.tick())
            await t.settled()
            assert len(said(wang)) == before + 1
            assert number in said(wang)[-1]
            assert "李网格长接单了" in said(wang)[-1]


async def test_an_answer_to_what_a_person_just_did_comes_at_night_too(tmp_path: Path) -> None:
    async with town(tmp_path, clock=HandClock(xian(23))) as t:
        wang = await t.resident()
        number = await files(t, wang)
        assert number in said(wang)[-1]


async def test_a_clock_set_back_sends_nothing_twice(tmp_path: Path) -> None:
    """Over the end of the quiet hours, and over a reminder."""
    async with town(tmp_path, clock=HandClock(xian(16, 30))) as t:
        wang, li, _, leaders, station = await main_people(t)
        await files(t, wang)
        await t.until(xian(21, 10))
        await press(t, li, "接单", leaders)
        await t.until(xian(8, 30, day=25))
        told = [said(place) for place in (wang, leaders, station)]
        for back in (timedelta(hours=1), timedelta(hours=13), timedelta(minutes=5)):
            now = t.clock.now()
            t.clock.set_back(back)
            await t.app.ticker.tick()
            await t.settled()
            await t.until(now)
            assert [said(place) for place in (wang, leaders, station)] == told
        await wang.sends("/my")
        await t.settled()
        assert len(said(wang)) == len(told[0]) + 1, "and it goes on"


# Cards


def edits(place: Place, of: Message) -> int:
    return sum(1 for act in place.log if act.kind == "edit" and act.message is of)


async def test_several_shows_of_a_card_are_one_edit(tmp_path: Path) -> None:
    """While the group waits, the case moves three steps: the card is edited once, to how it stands then."""
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        number = await files(t, wang)
        card = newest(leaders, number)
        t.telegram.fail_next("editMessageCaption", 429, retry_after=20, chat=leaders)
        await li.taps("接单", chat=leaders)
        await t.settled()
        for action in ("resolve", "pick.outcome.solved"):
            case = await t.case()
            await li.taps_data(f"{action}:{number}:{case.version}", card)
            await t.settled()
        assert edits(leaders, card) == 0
        calls = Counter(t.telegram.calls)
        await goes_out(t)
        assert edits(leaders, card) == 1
        assert "请李网格长回复本卡" in card.text
        made = Counter(t.telegram.calls) - calls
        assert {name: made[name] for name in made if name.startswith("editMessage")} == {"editMessageCaption": 1}


async def test_a_card_that_somebody_deleted_is_posted_anew(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        number = await files(t, wang)
        card = newest(leaders, number)
        card.deleted = True
        await li.taps_data(f"accept:{number}:{(await t.case()).version}", card)
        await t.settled()
        await goes_out(t)
        assert newest(leaders, number) is not card
        assert newest(leaders, number).text.startswith("🔵 处置中")


async def test_a_hundred_chats_get_their_messages_at_once(tmp_path: Path) -> None:
    """One silent chat holds up none of the others."""
    async with town(tmp_path) as t:
        people = [t.telegram.person(f"人{number}", started=True) for number in range(100)]
        t.telegram.hang_next("sendMessage", silent=True, performs=False, chat=people[0])
        for person in people:
            await queue(t, person, 2)
        await t.telegram.until(lambda: all(len(said(person)) == 2 for person in people[1:]), 20)
        assert said(people[0]) == []
        await passes_until(t, lambda: True)
