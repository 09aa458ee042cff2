"""The inbox in the running program: albums, what comes twice, order, and who waits for whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.channel import Raw
from bot.channels.telegram.raw import raw
from handlers import router
from storage import inbox
from storage.turn import Conflict, StorageFailed
from tests.bot.patience import passes_until
from tests.clock import HandClock
from tests.district import Town, main_people, newest, photo, press, running, town, wait_until
from tests.emulators.telegram import Person, TelegramEmulator

BIN, CANOPY = "幸福里3号楼下垃圾桶满了", "幸福里12号铺门口下雨滴水,想装个棚"


async def lies_open(t: Town, rows: int) -> None:
    """Until so many updates are kept and not done."""
    for _ in range(2000):
        async with t.database.reading() as queries:
            found = await queries.one("select count(*) as n from inbox where state = 'new'")
        if found is not None and found["n"] == rows and not t.telegram.pending:
            return
        await asyncio.sleep(0.002)
    raise AssertionError(f"{found and found['n']} updates are open, not {rows}")


def answers(person: Person) -> list[str]:
    return [post.text for post in person.posts]


# Albums


async def test_four_photos_of_an_album_are_one_turn_after_two_seconds_of_quiet(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.sends_album([photo(n) for n in range(4)], "垃圾没清")
        await lies_open(t, 4)
        assert answers(wang) == []
        waited = await passes_until(t, lambda: bool(answers(wang)))
        await t.settled()
        assert 1.9 < waited < 2.3, waited
        assert len(answers(wang)) == 1
        assert answers(wang)[0].startswith("4 张照片和话都收到了")


async def test_a_late_piece_begins_the_two_seconds_anew(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        pieces = [photo(n) for n in range(3)]
        await wang.sends_album(pieces[:2], "垃圾没清")
        await lies_open(t, 2)
        t.clock.turn(t.clock.now() + timedelta(seconds=1.5))
        album = wang.messages[0].raw["media_group_id"]
        late = t.telegram.world.files.add_photo(pieces[2])
        await wang._says({"media_group_id": album, "photo": [f.brief() | {"width": 640, "height": 480} for f in late]})
        await lies_open(t, 3)
        waited = await passes_until(t, lambda: bool(answers(wang)))
        await t.settled()
        assert 1.9 < waited < 2.3, waited
        assert answers(wang)[0].startswith("3 张照片和话都收到了")
        assert len(answers(wang)) == 1


async def test_another_message_of_that_person_ends_the_wait_for_the_album(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li = await t.resident(), await t.resident("李")
        await wang.sends_album([photo(1), photo(2)], "垃圾没清")
        await lies_open(t, 2)
        await li.sends("你好")
        await wait_until(lambda: bool(answers(li)))
        await lies_open(t, 2)
        assert answers(wang) == [], "another person's message does not end it"
        await wang.sends("幸福里3号楼下")
        await t.settled()
        first, second = answers(wang)
        assert first.startswith("2 张照片和话都收到了")
        assert second.startswith("您看对不对?")


async def test_two_albums_are_two_turns(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.sends_album([photo(1), photo(2)], BIN)
        await wang.sends_album([photo(3), photo(4), photo(5)])
        await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        await t.settled()
        assert "照片:5 张" in newest(wang).text
        assert await t.dead_letters() == []


async def test_an_album_of_two_people_in_one_second_is_not_mixed(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li = await t.resident(), await t.resident("李")
        await asyncio.gather(
            wang.sends_album([photo(1), photo(2)], BIN), li.sends_album([photo(3), photo(4), photo(5)], BIN)
        )
        await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        await t.settled()
        assert "照片:2 张" in newest(wang).text
        assert "照片:3 张" in newest(li).text


async def test_an_album_cut_by_a_restart_is_one_turn(tmp_path: Path) -> None:
    """Two pieces came before the stop, two after it; what was fetched is not fetched again."""
    clock = HandClock()
    async with TelegramEmulator(clock=clock.now) as telegram:
        wang = telegram.person()
        async with running(tmp_path, telegram, clock) as t:
            await wang.sends_album([photo(1), photo(2)], "垃圾没清")
            await lies_open(t, 2)
            await telegram.until(lambda: telegram.calls["getFile"] == 2)
            await fetched(t, 2)
        album = wang.messages[0].raw["media_group_id"]
        for n in (3, 4):
            files = telegram.world.files.add_photo(photo(n))
            content = {"media_group_id": album, "photo": [f.brief() | {"width": 9, "height": 9} for f in files]}
            await wang._says(content, files=files)
        async with running(tmp_path, telegram, clock) as t:
            await lies_open(t, 4)
            await passes_until(t, lambda: bool(answers(wang)))
            await t.settled()
            assert [text.splitlines()[0] for text in answers(wang)] == ["4 张照片和话都收到了,是垃圾没清的事。"]
            assert telegram.calls["getFile"] == 4


async def fetched(t: Town, files: int) -> None:
    """Until so many files are remembered as fetched."""
    for _ in range(2000):
        async with t.database.reading() as queries:
            rows = await queries.all("select fetched from inbox where fetched is not null")
        if len(rows) == files:
            return
        await asyncio.sleep(0.002)
    raise AssertionError("the files were not fetched")


async def test_one_unreadable_piece_of_an_album_is_told_and_harms_no_other(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        album = await wang.sends_album([photo(n) for n in range(4)], "垃圾没清")
        t.telegram.drop_file(album[2], 99)
        await passes_until(t, lambda: bool(answers(wang)))
        await t.settled()
        assert answers(wang)[0].splitlines()[0] == "收到 3 张,有 1 张打不开,不影响报。"


# What comes twice, and in which order


async def test_the_same_update_twice_is_done_once(tmp_path: Path) -> None:
    """In one batch, in two, and after a restart."""
    clock = HandClock()
    async with TelegramEmulator(clock=clock.now) as telegram:
        wang = telegram.person(started=True)
        text = {"message_id": 5, "date": 1_790_000_000, "chat": wang.chat.brief, "from": wang.user, "text": BIN}
        again = raw({"update_id": 424_242, "message": text}, clock.now())
        async with running(tmp_path, telegram, clock) as t:
            await t.app.inbox.receive([again, again])
            await t.settled()
            await t.app.inbox.receive([again])
            await t.settled()
        async with running(tmp_path, telegram, clock) as t:
            await t.app.inbox.receive([again])
            await t.settled()
            assert len(answers(wang)) == 1


async def test_one_persons_messages_are_answered_in_their_order(tmp_path: Path) -> None:
    """Twenty at once: a slow photo first, then words."""
    async with town(tmp_path) as t:
        wang = await t.resident()
        slow = await wang.sends_photo(photo(1), "垃圾没清")
        t.telegram.drop_file(slow, 2)
        for number in range(10):
            await wang.sends(f"找不到的地方{number}号楼边上")
        await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        await t.settled()
        first, *others = answers(wang)
        assert first.startswith("照片和话都收到了")
        told = [text for text in others if "没找着" in text]
        numbers = [int(text.partition("的地方")[2][0]) for text in told]
        assert numbers == sorted(numbers)
        assert len(numbers) == 10


async def test_a_slow_photo_of_one_person_does_not_delay_anothers_tap(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        await wang.sends(CANOPY)
        await t.settled()
        for label in ("没有照片", "不方便拍", "同意并提交"):
            await press(t, wang, label)
        zhao = await t.resident("赵")
        t.telegram.hang_next("getFile", silent=True, performs=False)
        await zhao.sends_photo(photo(4), "垃圾没清")
        await t.telegram.until(lambda: t.telegram.calls["getFile"] == 1)
        tap = await li.taps("接单", chat=leaders)
        assert "接单了" in await tap.answered(1)
        assert answers(zhao) == [], "the photo still hangs"


# A press that waits


async def test_a_press_behind_ones_own_slow_photo_is_answered_silently_in_time(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.sends(BIN)
        await t.settled()
        slow = await wang.sends_photo(photo(1))
        t.telegram.drop_file(slow, 2)
        await t.telegram.until(lambda: t.telegram.calls["getFile"] == 1)
        tap = await wang.taps("没有照片")
        await lies_open(t, 2)
        waited = await passes_until(t, lambda: tap.answer is not None)
        assert (waited <= 0.9, tap.answer) == (True, "")
        await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        await t.settled()
        assert t.telegram.calls["answerCallbackQuery"] == 1, "the words that came later were dropped"
        assert "照片:1 张" in newest(wang).text


async def test_an_answer_in_time_is_given_once(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        await wang.sends(CANOPY)
        await t.settled()
        for label in ("没有照片", "不方便拍", "同意并提交"):
            await press(t, wang, label)
        before = t.telegram.calls["answerCallbackQuery"]
        assert await press(t, li, "接单", leaders)
        t.clock.turn(t.clock.now() + timedelta(seconds=10))
        await asyncio.sleep(0.02)
        assert t.telegram.calls["answerCallbackQuery"] == before + 1


# Faults


async def test_a_fault_while_a_refusal_is_told_ends_no_lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What says why something did not happen can fail too: a dead letter, and the next message works."""

    async def fails(*_: object) -> None:
        raise RuntimeError("the refusal fails")

    async with town(tmp_path) as t:
        wang = await t.resident()
        await wang.starts()
        await t.settled()
        with monkeypatch.context() as patch:
            patch.setattr(router, "refuse", fails)
            tap = await wang.taps_data("nothing:x:1", newest(wang))
            await t.settled()
        assert (tap.answer or "").startswith("我这边出了点问题")
        assert len(await t.dead_letters()) == 1
        await wang.sends("/my")
        await t.settled()
        assert newest(wang).text.startswith("您还没报过")


@pytest.mark.parametrize("failure", [StorageFailed("the disk is full"), Conflict("always another")])
async def test_a_failing_database_is_waited_for_and_the_order_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async with town(tmp_path) as t:
        wang, times = await t.resident(), 0
        whole = router.handle

        async def fails(*arguments: Any) -> None:
            nonlocal times
            times += 1
            if (
                times <= 4 if isinstance(failure, StorageFailed) else times <= 20
            ):  # each try runs five times on Conflict
                raise failure
            await whole(*arguments)

        monkeypatch.setattr(router, "handle", fails)
        await wang.sends("找不到的地方1号楼边上,垃圾没清")
        await wang.sends("找不到的地方2号楼边上")
        waited = await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        await t.settled()
        assert 7 < waited < 9, "half a second, one, two, four"
        assert ["1" in answers(wang)[0], "2" in answers(wang)[-1]] == [True, True]
        assert await t.dead_letters() == []


async def test_all_that_a_restart_left_is_done_before_what_comes_new(tmp_path: Path) -> None:
    """More than one page of a scan."""
    clock = HandClock()
    async with TelegramEmulator(clock=clock.now) as telegram:
        wang = telegram.person(started=True)
        async with running(tmp_path, telegram, clock) as t:
            at = clock.now()

            def told(number: int) -> Raw:
                text = {"message_id": number, "date": 1, "chat": wang.chat.brief, "from": wang.user, "text": "你好"}
                body = json.dumps({"update_id": number, "message": text})
                return Raw("telegram", str(number), f"{wang.id}|{wang.id}", at, body)

            left = [told(number) for number in range(1, 1203)]
            await t.database.turn(lambda turn: inbox.add(turn, left, int(at.timestamp() * 1000)))
        async with running(tmp_path, telegram, clock) as t:
            await wang.sends(BIN)
            await wait_until(lambda: t.app.inbox.idle and not telegram.pending, 60)
            async with t.database.reading() as queries:
                ended = await queries.all("select key from inbox where channel = 'telegram' order by ended, id")
                open_rows = await queries.all("select key from inbox where state <> 'done'")
            assert open_rows == []
            assert len(ended) == 1203
            await wait_until(lambda: t.app.delivery.idle, 60)
            assert "有照片吗?" in answers(wang)[-1]


# Several processes on one database


@asynccontextmanager
async def two(folder: Path, url: str) -> AsyncIterator[tuple[Town, Town, HandClock]]:
    """Two programs on one database; only the first one polls, the second gets what the test gives it."""
    clock = HandClock()
    async with (
        TelegramEmulator(clock=clock.now) as telegram,
        TelegramEmulator(clock=clock.now, token=telegram.token) as elsewhere,
        running(folder, telegram, clock, url=url) as first,
        running(folder, elsewhere, clock, url=url) as second,
    ):
        yield first, second, clock


@pytest.mark.postgres
async def test_an_album_split_over_two_processes_is_one_turn(tmp_path: Path, postgres_url: str) -> None:
    async with two(tmp_path, postgres_url) as (first, second, _):
        wang = first.telegram.person(started=True)
        mirror = second.telegram.person(started=True, id=wang.user["id"])
        for number, t in ((1, first), (2, second), (3, first), (4, second)):
            files = t.telegram.world.files.add_photo(photo(number))
            sizes = [file.brief() | {"width": 640, "height": 480} for file in files[-1:]]
            text = {"message_id": number, "date": 1_790_000_000, "chat": wang.chat.brief, "from": wang.user,
                    "media_group_id": "7", "photo": sizes}  # fmt: skip
            await t.app.inbox.receive([raw({"update_id": number, "message": text}, t.clock.now())])
        for _ in range(60):
            first.clock.turn(first.clock.now() + timedelta(milliseconds=100))
            await asyncio.sleep(0.02)
            if first.app.inbox.idle and second.app.inbox.idle:
                break
        await wait_until(lambda: first.app.delivery.idle and second.app.delivery.idle)
        said = answers(wang) + answers(mirror)
        assert len(said) == 1, said
        assert said[0].startswith("4 张照片收到了")
        assert await first.dead_letters() == []


@pytest.mark.postgres
async def test_a_later_message_in_another_process_waits_for_the_earlier_one(tmp_path: Path, postgres_url: str) -> None:
    async with two(tmp_path, postgres_url) as (first, second, clock):
        wang = first.telegram.person(started=True)
        mirror = second.telegram.person(started=True, id=wang.user["id"])
        slow = await wang.sends_photo(photo(1), "垃圾没清")
        first.telegram.drop_file(slow, 2)
        await first.telegram.until(lambda: first.telegram.calls["getFile"] == 1)
        await mirror.sends("幸福里3号楼下")
        await lies_open(second, 2)
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert answers(wang) + answers(mirror) == []
        for _ in range(100):
            clock.turn(clock.now() + timedelta(milliseconds=100))
            await asyncio.sleep(0.02)
            if first.app.inbox.idle and second.app.inbox.idle:
                break
        await wait_until(lambda: first.app.delivery.idle and second.app.delivery.idle)
        said = [text.splitlines()[0] for text in answers(wang) + answers(mirror)]
        assert sorted(said) == ["您看对不对?", "照片和话都收到了,是垃圾没清的事。"]
        assert "照片:1 张" in "".join(answers(wang) + answers(mirror))
