"""Groups and roles: binding, joining and leaving, invitations, lists, and what does not belong into a group."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import invite
from storage.row import ms
from tests.district import Town, labels, main_people, newest, photo, press, sends, town

IN_PRIVATE = "这个请私聊我,群里人多。"
NO_RIGHT = "绑定要站里队员或管理员来发。"
OFFER = "我是解忧。这个群管哪一片?请站里队员或管理员点一个,或发 /bind 编码。"
USED = "这个邀请码用过了或过期了。请发码的人再给一个。"


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        yield t
        assert await t.dead_letters() == []


async def files_a_bin(t: Town, who: str = "王", building: int = 3) -> str:
    person = await t.resident(who)
    await person.sends_photo(photo(building), caption=f"幸福里{building}号楼下垃圾桶满了")
    await t.settled()
    await press(t, person, labels(newest(person))[0])
    return (await t.case()).number


async def code(t: Town, role: str, scope: str, hours: int = 24) -> str:
    expires = ms(t.clock.now() + timedelta(hours=hours))
    return await t.database.turn(lambda turn: invite.create(turn, role, scope, "", expires))


async def test_the_bot_comes_into_a_group_and_is_bound_by_a_button(t: Town) -> None:
    admin, officer = await t.member("admin", ""), await t.member("officer", "S-XFL", "张队员")
    passer, group = await t.resident("路人"), t.telegram.group("网格群", bot=False)
    await admin.adds_bot(group)
    await t.settled()
    assert newest(group).text == OFFER
    assert labels(newest(group))[:3] == ["幸福里", "延河社区", "奥体"]
    assert await press(t, passer, "幸福里", group) == NO_RIGHT
    assert await press(t, officer, "延河社区", group) == NO_RIGHT, "an officer binds what is the own station's"
    await press(t, officer, "幸福里", group)
    assert newest(group).text == "绑好了:幸福里。新案件会发到这个群。"
    number = await files_a_bin(t)
    assert newest(group).text.startswith(f"🟡 待签收 · {number}")


async def test_bound_by_a_typed_code(t: Town) -> None:
    admin, passer, group = await t.member("admin", ""), await t.resident("路人"), t.telegram.group("网格群")
    assert (await sends(t, passer, "/bind C-XFL", group)).text == NO_RIGHT
    assert (await sends(t, admin, "/bind NOPE", group)).text == "没有“NOPE”这个编码。点一个,或再对一下。"
    assert labels(newest(group))[-1] == "更多…"
    assert (await sends(t, admin, "/bind c-xfl", group)).text == "绑好了:幸福里。新案件会发到这个群。"
    assert (await sends(t, admin, "/bind", group)).text == "这个群已经绑定:幸福里。"
    assert (await sends(t, admin, "/bind S-XFL")).text == "请在群里发 /bind。"
    await admin.sends("/bind S-YH", chat=group, anonymous=True)
    await t.settled()
    assert newest(group).text == "看不出是哪位发的,请点卡片上的按钮。"
    number = await files_a_bin(t)
    assert newest(group).text.startswith(f"🟡 待签收 · {number}"), "it is still bound to the community"


async def test_the_bot_is_put_out_and_the_next_case_goes_to_the_station(t: Town) -> None:
    await main_people(t)
    leaders, station = t.groups["C-XFL"], t.groups["S-XFL"]
    await t.people["admin"].removes_bot(leaders)
    await t.settled()
    number = await files_a_bin(t)
    assert newest(station).text.startswith(f"🟡 待签收 · {number}")
    await t.people["admin"].adds_bot(leaders)
    await t.settled()
    assert newest(leaders).text == OFFER


async def test_a_group_becomes_a_supergroup_and_its_case_goes_on_there(t: Town) -> None:
    admin, group = await t.member("admin", ""), t.telegram.group("网格群", kind="group")
    await sends(t, admin, "/bind C-XFL", group)
    leader, first = await t.member("leader", "XFL02"), await files_a_bin(t)
    old = newest(group)
    await group.migrates()
    await t.settled()
    tap = await leader.taps("接单", message=old)
    await t.settled()
    assert tap.answer == f"接单了:{first}"
    assert newest(group, first).chat is group.chat, "the card stands in the new group"
    assert newest(group, first).text.startswith(f"🔵 处置中 · {first}")
    second = await files_a_bin(t, "赵", 5)
    assert newest(group).text.startswith(f"🟡 待签收 · {second}")
    assert await press(t, leader, "接单", group) == f"接单了:{second}"


async def test_an_invitation_is_good_once_and_for_a_day(t: Town) -> None:
    one, other = await t.resident("甲"), await t.resident("乙")
    invitation = await code(t, "leader", "XFL02")
    await one.starts(invitation)
    await t.settled()
    assert newest(one).text == "好了,王网格长。您现在是网格长(幸福里02网格)。\n新案件会发到群里,点“接单”就行。"
    for person in (other, one):
        await person.starts(invitation)
        await t.settled()
        assert newest(person).text == USED
    old = await code(t, "officer", "S-XFL")
    await t.passes(hours=24, minutes=1)
    for payload in (old, "nonsense"):
        await other.starts(payload)
        await t.settled()
        assert newest(other).text == USED
    async with t.database.reading() as queries:
        assert [row["role"] for row in await queries.all("select role from member")] == ["leader"]


@pytest.mark.parametrize("command", ["/my", "/start", "/report", "/forget", "/help", "/cancel"])
async def test_what_a_resident_asks_in_a_group_is_answered_in_private_only(t: Town, command: str) -> None:
    await main_people(t)
    await files_a_bin(t)
    group, before = t.groups["C-XFL"], len(t.people["王"].posts)
    told = await sends(t, t.people["王"], command, group)
    assert told.text == IN_PRIVATE
    assert labels(told) == []
    assert told.reply_to is group.messages[-2]
    assert len(t.people["王"].posts) == before


async def test_a_resident_cannot_read_cases_by_staffs_commands(t: Town) -> None:
    await main_people(t)
    number, group, stranger = await files_a_bin(t), t.groups["C-XFL"], await t.resident("生人")
    for command in ("/cases", f"/case {number}"):
        assert (await sends(t, stranger, command, group)).text == IN_PRIVATE
    assert (await sends(t, stranger, f"/case {number}")).text == "没找到您名下的这个编号。再对一下,或看“我的上报”。"
    assert (await sends(t, stranger, "/cases")).text == "您还没报过。看见什么不对,发张照片就行。"


async def test_words_in_a_group_that_answer_nothing_are_not_read(t: Town) -> None:
    await main_people(t)
    group = t.groups["C-XFL"]
    before = len(group.posts)
    await sends(t, t.people["王"], "幸福里3号楼下垃圾桶满了", group)
    await sends(t, t.people["王"], "/nosuch", group)
    assert len(group.posts) == before
    assert await t.count_cases() == 0


async def test_the_nameless_group_admin_is_asked_to_use_the_buttons(t: Town) -> None:
    _, leader, *_ = await main_people(t)
    person = await t.resident()
    await person.sends_photo(photo(1), caption="幸福里12号铺门前垃圾没人清")
    await t.settled()
    await press(t, person, "同意并提交")
    group = t.groups["C-XFL"]
    card = newest(group)
    for label in ("接单", "办结", "已解决"):
        await press(t, leader, label, group)
    said = await leader.sends_photo(photo(2), caption="清了", chat=group, reply_to=card, anonymous=True)
    await t.settled()
    assert newest(group).text == "看不出是哪位发的,请点卡片上的按钮。"
    assert newest(group).reply_to is said
    assert (await t.case()).state == "accepted"


async def test_lists_and_one_case_with_its_history(t: Town) -> None:
    _, _, officer, leaders, station = await main_people(t)
    leader = await t.member("leader", "XFL02")
    first = await files_a_bin(t)
    await press(t, leader, "接单", leaders)
    await t.passes(minutes=5)
    second = await files_a_bin(t, "赵", 5)
    assert (await sends(t, leader, "/cases", leaders)).text == (
        f"幸福里 · 在办 2 件 · 第 1/1 页\n1 剩 30 分钟 · {second} 垃圾桶 · 02网格 王网格长\n"
        f"2 剩 23 小时 · {first} 垃圾桶 · 02网格 王网格长"
    )
    assert (await sends(t, officer, "/cases")).text.startswith("幸福里工作站 · 在办 2 件 · 第 1/1 页")
    history = await sends(t, officer, f"/case {first}", station)
    assert history.text.splitlines() == ["09:03 居民 提交", "09:03 王网格长 接单"]
    assert history.reply_to is not None
    assert history.reply_to.text.startswith(f"🔵 处置中 · {first}")
    assert (await sends(t, officer, "/case XF-20261124-0999")).text == "没有这个编号。"


async def test_a_long_list_turns_its_pages_in_place(t: Town) -> None:
    _, _, officer, *_ = await main_people(t)
    for building in range(1, 12):
        await files_a_bin(t, f"居民{building}", building)
    listed = await sends(t, officer, "/cases")
    assert listed.text.splitlines()[0] == "幸福里工作站 · 在办 11 件 · 第 1/2 页"
    assert len(listed.text.splitlines()) == 11
    await press(t, officer, "下一页")
    assert newest(officer) is listed
    assert listed.text.splitlines()[0].endswith("第 2/2 页")
    assert labels(listed) == ["上一页"]
