"""Nobody acts: who is reminded when, who is told instead, and when everybody is left in peace (voice, section 5)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.district import Town, labels, main_people, newest, photo, press, town
from tests.emulators.telegram import Group, Message, Person

TEN_PM = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EIGHT_AM = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        _, _, t.people["张队员"], _, _ = await main_people(t)
        t.people["王网格长"] = await t.member("leader", "XFL02", "王网格长")
        yield t
        assert await t.dead_letters() == []


async def files_a_bin(t: Town, building: int = 3, who: str = "王") -> str:
    """A full bin below a building, reported by somebody; gives the number of the case."""
    person = await t.resident(who)
    await person.sends_photo(photo(building), caption=f"幸福里{building}号楼下垃圾桶满了")
    await t.settled()
    await press(t, person, labels(newest(person))[0])
    return (await t.case()).number


def reminders(group: Group) -> list[Message]:
    """The reminder posts of a group, those that a later one replaced too."""
    return [post for post in group.posts if "要动一动了" in post.text or post.text == "看下面最新一条。"]


def escalations(place: Group | Person) -> list[str]:
    return [post.text for post in place.posts if post.text.startswith("⏫")]


async def test_not_accepted_first_the_group_then_the_station_then_the_supervisor(t: Town) -> None:
    supervisor = await t.member("supervisor", "XF", "刘督办")
    number, leaders, station = await files_a_bin(t), t.groups["C-XFL"], t.groups["S-XFL"]
    await t.passes(minutes=14, seconds=59)
    assert reminders(leaders) == []
    await t.passes(seconds=1)
    assert newest(leaders).text == (f"⏰ 1 件要动一动了(09:18)\n1 快到接单时限 · {number} 垃圾桶 · 02网格 · 剩 15 分钟")
    assert labels(newest(leaders)) == ["1 接单"]
    assert escalations(station) == []

    await t.passes(minutes=15)
    assert escalations(station) == [
        f"⏫ 到点没人接单:{number} 垃圾桶 · 02网格\n09:03 派给王网格长,应在 09:33 前接单。\n"
        "请打个电话问一声。\n10:03 还没接,报督办。"
    ]
    assert escalations(supervisor) == []
    await t.passes(minutes=30)
    assert escalations(supervisor) == [
        f"⏫ 1 小时没人接单:{number} 垃圾桶 · 02网格\n王网格长、站里都已提醒。\n请定一个人来接。"
    ]
    assert len(reminders(leaders)) == 1

    await press(t, t.people["王网格长"], "1 接单", leaders)
    assert newest(leaders, "要动一动了").text.splitlines()[1] == f"1 ✔ {number} 垃圾桶 · 王网格长 已接单 10:03"
    assert labels(newest(leaders, "要动一动了")) == []
    await t.passes(hours=1)
    assert len(escalations(station)) == len(escalations(supervisor)) == 1


async def test_without_a_supervisor_the_station_gets_both(t: Town) -> None:
    await files_a_bin(t)
    await t.passes(hours=1)
    told = escalations(t.groups["S-XFL"])
    assert [text.partition(":")[0] for text in told] == ["⏫ 到点没人接单", "⏫ 1 小时没人接单"]


async def test_not_resolved_the_group_the_station_and_the_resident_then_the_supervisor(t: Town) -> None:
    supervisor = await t.member("supervisor", "XF", "刘督办")
    number, leaders, station = await files_a_bin(t), t.groups["C-XFL"], t.groups["S-XFL"]
    wang = t.people["王"]
    await press(t, t.people["王网格长"], "接单", leaders)
    await t.passes(hours=6)
    assert newest(leaders).text.splitlines()[1] == f"1 快到办结时限 · {number} 垃圾桶 · 02网格 · 剩 18 小时"
    assert labels(newest(leaders)) == ["1 办结"]
    heard = len(wang.posts)

    await t.passes(hours=18)
    assert newest(wang).text == (
        f"说好今天上午 9:03 前答复您,没做到,对不住。\n{number} 垃圾桶,还在王网格长手里。\n"
        "站里已经接手盯着。\n明天(周四)下午 5 点前,再告诉您到哪一步了。"
    )
    assert escalations(station) == [
        f"⏫ 到期没办结:{number} 垃圾桶 · 王网格长\n原因没写。11-26 周四 17:00 还没办结,报督办。"
    ]
    assert newest(leaders, f"处置中 · {number}").text.startswith("🔴 超时 ")
    assert len(wang.posts) == heard + 1

    await t.passes(days=1, hours=8)
    assert len(escalations(supervisor)) == 1
    assert number in newest(wang).text
    assert len(wang.posts) == heard + 2, "what was promised for Thursday is said on Thursday"


async def test_a_missed_at_once_is_said_to_the_resident_and_the_group(t: Town) -> None:
    number, leaders = await files_a_bin(t), t.groups["C-XFL"]
    await press(t, t.people["王网格长"], "马上办", leaders)
    await t.passes(hours=2)
    assert newest(leaders).text.splitlines()[1].startswith("1 ")
    assert number in newest(leaders).text
    assert newest(t.people["王"]).text == (
        f"说好今天上午 11:03 前答复您,没赶上,对不住。\n{number} 垃圾桶,王网格长还在办。\n"
        "最晚明天(周三)上午 9:03 前给您答复。"
    )


async def test_reminders_are_gathered_at_most_one_post_each_quarter_of_an_hour(t: Town) -> None:
    leaders = t.groups["C-XFL"]
    first = await files_a_bin(t)
    await t.passes(minutes=5)
    second = await files_a_bin(t, 5, "赵")
    await t.passes(minutes=5)
    third = await files_a_bin(t, 7, "钱")
    await t.passes(minutes=5)
    assert len(reminders(leaders)) == 1
    await t.passes(minutes=14)
    assert len(reminders(leaders)) == 1
    await t.passes(minutes=1)
    old, new = reminders(leaders)
    assert old.text == "看下面最新一条。"
    assert labels(old) == []
    rows = new.text.splitlines()
    assert rows[0].startswith("⏰ 3 件要动一动了(")
    assert all(any(number in row for row in rows) for number in (first, second, third))
    assert len(labels(new)) == 3


async def test_filed_at_ten_in_the_evening_the_group_reads_it_at_eight(t: Town) -> None:
    await t.until(TEN_PM)
    number, leaders, wang = await files_a_bin(t), t.groups["C-XFL"], t.people["王"]
    assert newest(wang).text.splitlines()[2] == ("明天(周三)上午 9:30 前接单,最晚明天(周三)下午 5 点前给您答复。")
    await t.until(EIGHT_AM - timedelta(seconds=1))
    assert not [post for post in leaders.posts if number in post.text]
    await t.until(EIGHT_AM)
    assert newest(leaders).text.startswith(f"🟡 待签收 · {number}")


async def test_taken_at_ten_in_the_evening_the_resident_reads_it_at_eight(t: Town) -> None:
    await files_a_bin(t)
    await t.until(TEN_PM)
    wang = t.people["王"]
    heard = len(wang.posts)
    await press(t, t.people["王网格长"], "接单", t.groups["C-XFL"])
    await t.until(EIGHT_AM - timedelta(seconds=1))
    assert len(wang.posts) == heard
    await t.until(EIGHT_AM)
    assert newest(wang).text.startswith("王网格长接单了,会去办。")


async def test_urgent_goes_out_at_night_to_the_leaders_the_station_and_the_resident(t: Town) -> None:
    await t.until(TEN_PM)
    wang = t.people["王"]
    for words in ("楼道里一股煤气味", "幸福里3号楼2单元", "提交"):
        await wang.sends(words)
        await t.settled()
    number = (await t.case()).number
    assert "晚上 10:30 前有人接" in newest(wang).text
    for group in (t.groups["C-XFL"], t.groups["S-XFL"]):
        assert newest(group).text.startswith(f"🚨 紧急 · 待签收 · {number}")
    await t.passes(minutes=30)
    assert escalations(t.groups["S-XFL"])
    await press(t, t.people["王网格长"], "接单", t.groups["C-XFL"])
    assert newest(wang).text.startswith("王网格长接单了")


async def test_a_long_stop_gives_what_is_overdue_once(t: Town) -> None:
    supervisor = await t.member("supervisor", "XF", "刘督办")
    number, station, leaders = await files_a_bin(t), t.groups["S-XFL"], t.groups["C-XFL"]
    wang = t.people["王"]
    await press(t, t.people["王网格长"], "接单", leaders)
    heard = len(wang.posts)
    t.clock.turn(t.clock.now() + timedelta(days=6))
    for _ in range(3):
        await t.app.ticker.tick()
        await t.settled()
    assert len(escalations(station)) == len(escalations(supervisor)) == 1
    assert reminders(leaders) == [], "the later warning says it"
    assert newest(leaders, number).text.startswith("🔴 超时 5 天")
    late = [post.text for post in wang.posts[heard:]]
    assert late[0].startswith("说好11月25日(周三)上午 9:03 前答复您,没做到,对不住。")
    assert len(late) == 1, late
