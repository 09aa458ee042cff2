"""Leaders and the station at work: taking, resolving, returning, dispatching, reworking (voice, sections 2 and 5)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import Town, labels, main_people, newest, photo, press, town
from tests.emulators.telegram import Message, Person

BIN = "幸福里3号楼下垃圾桶满了,流了一地"
OUTCOMES = ["已解决", "已转办并告知", "不属管辖", "暂无法解决", "情况不实", "返回"]


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        _, _, t.people["张队员"], _, _ = await main_people(t)
        t.people["王网格长"] = await t.member("leader", "XFL02", "王网格长")
        yield t
        assert await t.dead_letters() == []


async def files_the_bin(t: Town) -> str:
    """The resident's report; gives the number of the case."""
    wang = t.people["王"]
    await wang.sends_photo(photo(1), caption=BIN)
    await t.settled()
    await press(t, wang, "同意并提交")
    return (await t.case()).number


async def taken(t: Town) -> Message:
    """The bin's card in the leaders' group, with 办结 › 已解决 chosen."""
    await files_the_bin(t)
    for label in ("接单", "办结", "已解决"):
        await press(t, t.people["王网格长"], label, t.groups["C-XFL"])
    return newest(t.groups["C-XFL"])


async def replies(t: Town, who: Person, to: Message, words: str = "", picture: bytes = b"") -> Message:
    """An answer to a card, in the card's chat."""
    group = next(group for group in t.groups.values() if group.chat is to.chat)
    if picture:
        said = await who.sends_photo(picture, caption=words or None, chat=group, reply_to=to)
    else:
        said = await who.sends(words, chat=group, reply_to=to)
    await t.settled()
    return said


def last_line(card: Message) -> str:
    return card.text.splitlines()[-1]


async def test_pressed_twice_late_and_by_a_stranger(t: Town) -> None:
    number, group = await files_the_bin(t), t.groups["C-XFL"]
    leader, deputy, stranger = (
        t.people["王网格长"],
        await t.member("leader", "XFL02"),
        await t.member("leader", "XFL04"),
    )
    card = newest(group)
    accept = next(button.data or "" for row in card.buttons for button in row if button.label == "接单")

    async def pressed(who: Person, data: str = accept) -> str | None:
        tap = await who.taps_data(data, card)
        await t.settled()
        return tap.answer

    assert await pressed(stranger) == f"{number} 待签收,等王网格长接单。只有幸福里02网格和站里的人能按。"
    assert await pressed(leader) == f"接单了:{number}"
    assert await pressed(leader) == f"{number} 王网格长 已接单 09:03"
    assert await pressed(deputy) == f"{number} 王网格长 已接单 09:03"
    assert await pressed(stranger) == f"{number} 王网格长 已接单 09:03。只有幸福里02网格和站里的人能按。"
    await press(t, leader, "办结", group)
    await press(t, leader, "情况不实", group)
    await replies(t, leader, card, "去看过,没看到")
    assert await pressed(leader) == f"{number} 现在是 待核查,王网格长 办结 11-24 09:03:情况不实"
    assert [line.action for line in await t.history()] == ["report", "accept", "resolve"]


async def test_forged_buttons_change_nothing(t: Town) -> None:
    number, leader = await files_the_bin(t), t.people["王网格长"]
    card = newest(t.groups["C-XFL"])
    before = await t.case()
    for data in ("garbage", "x" * 64, "a:b:c", f"confirm:{number}:1", f"my:{number}:1"):
        tap = await leader.taps_data(data, card)
        assert await tap.answered(), data
    for action in ("verify", "dispatch", "transfer", "pick.office.XFL04", "resolve"):
        tap = await leader.taps_data(f"{action}:{number}:1", card)
        assert (await tap.answered()).startswith(number), action
    assert (await (await leader.taps_data(f"accept:{number}:99999999", card)).answered()).startswith(number)
    for data in (f"accept:{number}:1", f"submit:{number}:1", f"rate.satisfied:{number}:1", "forget_yes:me:0"):
        await (await t.resident("生人")).taps_data(data, newest(t.people["王"]))
    await t.settled()
    assert await t.case() == before


async def test_two_leaders_at_once_the_second_waits(t: Town) -> None:
    number, group, leader = await files_the_bin(t), t.groups["C-XFL"], t.people["王网格长"]
    deputy = await t.member("leader", "XFL02", "副网格长")
    await press(t, leader, "接单", group)
    await press(t, leader, "办结", group)
    card = newest(group)
    assert labels(card) == OUTCOMES
    assert await press(t, deputy, "已解决", group) == f"{number} 正等王网格长选结果,您先别动。"
    assert labels(card) == OUTCOMES
    assert last_line(card) == "办得怎么样?王网格长请选"
    await press(t, leader, "返回", group)
    await press(t, leader, "退回", group)
    assert await press(t, deputy, "不在本网格", group) == f"{number} 正等王网格长写理由,您先别动。"
    await press(t, leader, "返回", group)
    await press(t, deputy, "办结", group)
    assert last_line(card) == "办得怎么样?副网格长请选"


async def test_what_stands_on_a_button_may_be_typed_as_an_answer_to_the_card(t: Town) -> None:
    await files_the_bin(t)
    card = newest(t.groups["C-XFL"])
    for words in ("接单", "办结。", "已解决"):
        await replies(t, t.people["王网格长"], card, words)
    assert last_line(card) == "请王网格长回复本卡:办后照片 + 一句话"
    assert (await t.case()).note == "", "a label is no note"


async def test_a_question_left_open_closes_after_five_minutes(t: Town) -> None:
    card = await taken(t)
    assert last_line(card) == "请王网格长回复本卡:办后照片 + 一句话"
    assert labels(card) == ["没有照片", "返回"]
    await t.passes(minutes=4, seconds=59)
    assert labels(card) == ["没有照片", "返回"]
    await t.passes(seconds=2)
    assert labels(card) == ["办结", "退回"]
    assert last_line(card) == "居民 · 首次反馈 · 王网格长 已接单 09:03"


async def test_resolved_without_a_photo_needs_a_reason(t: Town) -> None:
    card = await taken(t)
    await press(t, t.people["王网格长"], "没有照片", t.groups["C-XFL"])
    assert last_line(card) == "为什么没有照片?王网格长请选,居民会看到"
    assert labels(card) == ["天黑拍不清", "不方便拍", "人已经走开", "返回"]
    await press(t, t.people["王网格长"], "天黑拍不清", t.groups["C-XFL"])
    await replies(t, t.people["王网格长"], card, "夜里清走的")
    assert last_line(card) == "王网格长 办结 11-24 09:03:已解决(没有照片:天黑拍不清)"
    await press(t, t.people["张队员"], "核查通过", t.groups["S-XFL"])
    assert newest(t.people["王"]).text.splitlines()[3:] == [
        "王网格长说:“夜里清走的”。没有办后照片,因为:天黑拍不清。",
        "您看到的最算数。",
        "您看,解决了吗?",
    ]


async def test_the_same_photo_as_before_is_refused(t: Town) -> None:
    card, leader = await taken(t), t.people["王网格长"]
    said = await replies(t, leader, card, "清了", photo(1))
    refused = newest(t.groups["C-XFL"], "一样")
    assert refused.text == f"{(await t.case()).number} 这张和办之前的一样,请发办完后拍的。"
    assert refused.reply_to is said
    assert said.reactions == []
    assert (await t.case()).state == "accepted"
    said = await replies(t, leader, card, "", photo(2))
    assert said.reactions == ["👍"]
    assert (await t.case()).note == "清了", "the line said with the first photo is not asked for again"


async def test_a_photo_without_a_line_asks_for_the_line(t: Town) -> None:
    card, leader = await taken(t), t.people["王网格长"]
    await replies(t, leader, card, "", photo(2))
    assert last_line(card) == "照片收到了,请王网格长回复本卡写一句做了什么"
    await t.passes(minutes=10)
    assert labels(card) == ["返回"], "what was begun is not closed after five minutes"
    await replies(t, leader, card, "清走了")
    assert card.text.splitlines()[0].startswith("🟣 待核查")


async def test_a_photo_in_reply_to_the_card_begins_the_resolution_by_itself(t: Town) -> None:
    await files_the_bin(t)
    leader, group = t.people["王网格长"], t.groups["C-XFL"]
    await press(t, leader, "接单", group)
    card = newest(group)
    await replies(t, leader, card, "清走了", photo(2))
    assert labels(card) == OUTCOMES
    await press(t, leader, "已解决", group)
    assert card.text.splitlines()[0].startswith("🟣 待核查")


async def test_evidence_sent_in_private_counts_for_the_question_open_in_the_group(t: Town) -> None:
    card, leader = await taken(t), t.people["王网格长"]
    said = await leader.sends_photo(photo(2), caption="清走了,地也冲了")
    await t.settled()
    assert said.reactions == ["👍"]
    assert card.text.splitlines()[0].startswith("🟣 待核查")
    assert await t.count_cases() == 1


async def test_the_station_sends_it_back_and_the_resident_hears_nothing_yet(t: Town) -> None:
    card, zhang, station = await taken(t), t.people["张队员"], t.groups["S-XFL"]
    number, wang = (await t.case()).number, t.people["王"]
    await replies(t, t.people["王网格长"], card, "清走了", photo(2))
    heard, progress = len(wang.posts), newest(wang)
    assert progress.text.startswith("王网格长说办完了")
    await press(t, zhang, "返工", station)
    assert last_line(newest(station)) == "哪里要返工?请张队员回复本卡写一句"
    await replies(t, zhang, newest(station), "桶后面还有一袋")
    post = newest(t.groups["C-XFL"])
    assert post.reply_to is card
    assert post.text == f"🔁 返工:{number}\n站里:“桶后面还有一袋”\n⏰ 11-25 周三 17:00 前办结 · 王网格长"
    assert labels(post) == ["办结"]
    assert card.text.splitlines()[0] == f"🔁 返工第 1 次 · 处置中 · {number}"
    assert last_line(card) == "张队员 返工 09:03:桶后面还有一袋"
    assert len(wang.posts) == heard
    assert progress.text.startswith("王网格长接单了,会去办。")


async def test_returned_dispatched_to_another_grid_and_returned_again(t: Town) -> None:
    number, leaders, station = await files_the_bin(t), t.groups["C-XFL"], t.groups["S-XFL"]
    leader, zhang, zhao = t.people["王网格长"], t.people["张队员"], await t.member("leader", "XFL04", "赵网格长")
    card = newest(leaders)
    await press(t, leader, "退回", leaders)
    assert last_line(card) == "为什么退回?点一个,或回复本卡写一句"
    assert labels(card) == ["不在本网格", "归部门管", "地方说不清", "返回"]
    await press(t, leader, "不在本网格", leaders)
    assert card.text.splitlines()[0] == f"🟠 待重派 · {number}"
    assert last_line(card) == "王网格长 退回 09:03:不在本网格(第 1 次)"
    at_station = newest(station)
    assert at_station.text.splitlines()[3] == "⏰ 11-25 周三 09:03 前办结(时限没停)"
    assert last_line(at_station) == "王网格长 退回 09:03:不在本网格(第 1 次,再退由站里终审)"
    assert labels(at_station) == ["派遣"]

    await press(t, zhang, "派遣", station)
    assert labels(at_station)[-1] == "返回"
    await press(t, zhang, "04网格 赵网格长", station)
    assert newest(t.people["王"]).text == (
        f"换管那一片的赵网格长来办了。\n{number} 垃圾桶\n最晚时间没变:明天(周三)上午 9:03 前给您答复。"
    )
    await press(t, zhao, "退回", leaders)
    await replies(t, zhao, card, "真不是我这片的")
    assert last_line(at_station).startswith("赵网格长 退回 09:03:真不是我这片的(第 2 次")
    assert labels(at_station) == ["派遣"]
    await press(t, zhang, "派遣", station)
    await press(t, zhang, "02网格 王网格长", station)
    assert (await t.case()).holder == "XFL02"
    assert await press(t, leader, "接单", leaders) == f"接单了:{number}"


async def test_dispatched_to_a_department(t: Town) -> None:
    number, station = await files_the_bin(t), t.groups["S-XFL"]
    clean, master = await t.group("D-CLEAN", "环卫公司"), await t.member("department", "D-CLEAN", "赵师傅")
    await press(t, t.people["王网格长"], "退回", t.groups["C-XFL"])
    await press(t, t.people["王网格长"], "归部门管", t.groups["C-XFL"])
    await press(t, t.people["张队员"], "派遣", station)
    await press(t, t.people["张队员"], "环卫公司", station)
    assert newest(t.people["王"]).text.splitlines()[0] == "换环卫公司来办了。"
    assert await press(t, master, "接单", clean) == f"接单了:{number}"
    assert newest(t.people["王"]).text.splitlines()[0] == "赵师傅接单了,会去办。"


async def test_a_vacant_grid_without_a_group_falls_to_the_station(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        station = await t.group("S-XFL", "幸福里工作站")
        zhang = await t.member("officer", "S-XFL", "张队员")
        await t.resident()
        number = await files_the_bin(t)
        assert newest(t.people["王"]).text.splitlines()[1] == "交给了幸福里工作站。"
        assert labels(newest(station, number)) == ["接单", "马上办", "退回"]
        await press(t, zhang, "接单", station)
        assert newest(t.people["王"]).text.splitlines()[0] == "张队员接单了,会去办。"
