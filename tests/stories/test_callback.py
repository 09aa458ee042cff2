"""The callback: what the resident reads by outcome, what follows from each answer, and from none (voice, section 6)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import Town, labels, main_people, newest, photo, press, town
from tests.emulators.telegram import Message

BIN = "幸福里3号楼下垃圾桶满了,流了一地"


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
    await press(t, wang, labels(newest(wang))[0])
    return (await t.case()).number


async def resolves(t: Town, outcome: str, words: str, *picks: str, after: bytes = b"") -> None:
    """The leader takes the newest case (where nobody did yet) and resolves it; the picks answer what is asked on."""
    leader, group = t.people["王网格长"], t.groups["C-XFL"]
    if (await t.case()).state == "dispatched":
        await press(t, leader, "接单", group)
    await press(t, leader, "办结", group)
    await press(t, leader, outcome, group)
    card = newest(group, f"处置中 · {(await t.case()).number}")
    if after:
        await leader.sends_photo(after, caption=words, chat=group, reply_to=card)
    else:
        await leader.sends(words, chat=group, reply_to=card)
    await t.settled()
    for pick in picks:
        await press(t, leader, pick, group)


async def asked(t: Town, outcome: str = "已解决", words: str = "清走了,地也冲了", *picks: str) -> Message:
    """The callback that the resident gets after the station has verified."""
    await resolves(t, outcome, words, *picks, after=photo(2) if outcome == "已解决" else b"")
    await press(t, t.people["张队员"], "核查通过", t.groups["S-XFL"])
    return newest(t.people["王"])


def middle(message: Message) -> list[str]:
    """What stands under number, day and place."""
    return message.text.splitlines()[3:]


async def test_handed_over_and_told(t: Town) -> None:
    number = await files_the_bin(t)
    message = await asked(t, "已转办并告知", "桶归环卫公司清运", "环卫公司", "11月27日 前")
    assert message.photo
    assert message.text.splitlines()[:3] == [
        "📷 这是您拍的照片。",
        f"{number} 垃圾桶,11月24日您报的",
        "幸福里 3 号楼下",
    ]
    assert middle(message) == [
        "这事归环卫公司管,11月24日交给他们了,他们答应 11月27日前办。",
        "我们只办到这一步,还没办好。他们的电话 029-5550-0121。",
        "照您看,算解决了吗?",
    ]
    assert labels(message) == ["解决了", "没解决"]


async def test_not_ours_names_who_and_gives_the_words_for_the_telephone(t: Town) -> None:
    await files_the_bin(t)
    assert middle(await asked(t, "不属管辖", "这是物业的桶", "供热公司")) == [
        "这事我们管不了,归供热公司管,电话 029-5550-0123。",
        f"还得麻烦您打过去,说法是:“{BIN}”",
        "照您看,算解决了吗?",
    ]


async def test_not_yet_says_why_and_when(t: Town) -> None:
    await files_the_bin(t)
    assert middle(await asked(t, "暂无法解决", "新桶还没到货", "12月1日 前")) == [
        "现在还办不了,因为:新桶还没到货。",
        "打算 12月1日前办。",
        "照您看,算解决了吗?",
    ]


async def test_not_found_calls_nobody_a_liar(t: Town) -> None:
    await files_the_bin(t)
    assert middle(await asked(t, "情况不实", "去看过,没看到")) == [
        "王网格长 11月24日上午 9:03 去看过,当时没看到。",
        "也许去晚了,也许找错了地方。",
        "现在还有吗?没有了就点“解决了”,还在就点“没解决”。",
    ]


async def test_not_found_with_a_picture_of_the_place(t: Town) -> None:
    await files_the_bin(t)
    await resolves(t, "情况不实", "去看过,没看到", after=photo(2))
    await press(t, t.people["张队员"], "核查通过", t.groups["S-XFL"])
    message = newest(t.people["王"])
    assert message.text.splitlines()[0] == "📷 左边是您拍的,右边是去看时拍的。"
    assert middle(message)[0] == "王网格长 11月24日上午 9:03 去看过(右图),当时没看到。"


async def test_answers_may_be_typed(t: Town) -> None:
    await files_the_bin(t)
    message, wang = await asked(t), t.people["王"]
    for words in ("解决了!", "２"):
        await wang.sends(words)
        await t.settled()
    assert middle(message)[0] == "您说:解决了,基本满意。谢谢您,这件就结了。"


async def test_not_solved_goes_back_at_once_and_the_words_follow(t: Town) -> None:
    number = await files_the_bin(t)
    message, leaders = await asked(t), t.groups["C-XFL"]
    await press(t, t.people["王"], "没解决")
    assert middle(message) == [
        "您说:没解决。已经退回王网格长重办。",
        "最晚明天(周三)下午 5 点前给您答复。",
        "哪儿不对?打一句或拍一张,我原样带到;不说也行。",
    ]
    post = newest(leaders)
    assert post.text == f"🔁 返工:{number}\n居民:没解决\n⏰ 11-25 周三 17:00 前办结 · 王网格长"
    assert (await t.case()).state == "accepted", "the tap has counted before a word was said"

    await t.people["王"].sends("桶清了,地没冲")
    await t.settled()
    assert newest(t.people["王"]).text == f"带给王网格长了,记在 {number} 里。"
    assert post.text.splitlines()[1] == "居民:没解决,“桶清了,地没冲”", "the post itself changes"
    assert newest(leaders) is post
    assert "“桶清了,地没冲”" in newest(leaders, f"返工第 1 次 · 处置中 · {number}").text


async def test_not_solved_may_be_followed_by_a_photo(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    await asked(t)
    await press(t, wang, "没解决")
    await t.passes(hours=1)
    await wang.sends_photo(photo(5))
    await t.settled()
    assert newest(wang).text == f"加进 {number} 了,现在 2 张,王网格长看得到。"
    assert await t.count_cases() == 1


async def test_not_solved_again_goes_to_the_supervisor(t: Town) -> None:
    number, supervisor = await files_the_bin(t), await t.member("supervisor", "XF", "刘督办")
    await asked(t)
    await press(t, t.people["王"], "没解决")
    await t.passes(hours=1)
    message = await asked(t, "已解决", "地也冲了")
    await press(t, t.people["王"], "没解决")
    assert middle(message)[0] == "您说:还是没解决。两次没办好,是我们的事。"
    assert middle(message)[-1] == "最晚明天(周三)下午 5 点前给您答复。"
    assert f"🔁 督办:{number} 垃圾桶 · 居民两次说没解决" in supervisor.posts[-2].text
    assert newest(supervisor).text.startswith(f"🔁 返工第 2 次 · 处置中 · {number}")


async def test_not_satisfied_is_read_by_the_station_only(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    message = await asked(t)
    await press(t, wang, "解决了")
    assert middle(message) == ["您说:解决了。", "办得您满意吗?"]
    await press(t, wang, "不满意")
    assert middle(message) == [
        "您说:解决了,不满意。谢谢您直说,这件就结了。",
        "哪里不好,想说就打一句,只给站里看。",
    ]
    await wang.sends("来得太慢")
    await t.settled()
    assert newest(t.groups["S-XFL"]).text == f"{number} 居民说哪里不好:“来得太慢”"
    assert not [post for post in t.groups["C-XFL"].posts if "来得太慢" in post.text]
    assert (await t.case()).rating == "unsatisfied"


async def test_no_answer_one_reminder_and_closed_as_unanswered(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    first = await asked(t)
    await t.passes(days=2, minutes=1)
    again = newest(wang)
    assert again.photo
    assert again.text == (
        f"前天的照片您看了吗?{number} 垃圾桶\n点一下就行。不回也没关系:11月29日按“未回应”结案,不算您满意。\n解决了吗?"
    )
    heard = len(wang.posts)
    await t.passes(days=3)
    assert len(wang.posts) == heard, "one reminder, and no push at the end"
    assert again.text == f"没等到您的话,{number} 按“未回应”结案了。\n7 天里发“重开”就接着办。"
    case = await t.case()
    assert (case.state, case.rating) == ("closed", "")
    assert newest(t.groups["S-XFL"]).text.splitlines()[-1] == "居民没有回话 09:03,按未回应结案"
    tap = await wang.taps("没解决", message=first)
    await t.settled()
    assert tap.answer == f"{number} 已经结了。还没好就发“重开”。"
    await t.passes(days=7)
    assert newest(t.groups["S-XFL"]).text.splitlines()[-1] == "到点自动归档 12-06 09:03"
    assert [(line.action, line.role) for line in await t.history()][-3:] == [
        ("verify", "officer"),
        ("unanswered", "clock"),
        ("archive", "clock"),
    ]


async def test_answered_on_the_reminder(t: Town) -> None:
    await files_the_bin(t)
    first = await asked(t)
    await t.passes(days=2, minutes=1)
    await press(t, t.people["王"], "解决了")
    assert first.text.splitlines()[-1] == "您看,解决了吗?"
    assert middle(newest(t.people["王"])) == ["您说:解决了。", "办得您满意吗?"]


async def test_the_station_was_too_late_to_check(t: Town) -> None:
    await files_the_bin(t)
    await resolves(t, "已解决", "清走了", after=photo(2))
    await t.passes(days=1)
    assert middle(newest(t.people["王"])) == [
        "王网格长说:“清走了”",
        "站里没赶上核对,您看到的最算数。",
        "您看,解决了吗?",
    ]
    assert newest(t.groups["S-XFL"]).text.splitlines()[-1] == "到点自动通过 09:03 · 等居民回话"


async def test_a_trembling_hand_taps_twice_and_hears_nothing_new(t: Town) -> None:
    await files_the_bin(t)
    message, wang = await asked(t), t.people["王"]
    solved = next(button.data or "" for row in message.buttons for button in row if button.label == "解决了")
    heard = len(wang.posts)
    await wang.taps_data(solved, message)
    second = await wang.taps_data(solved, message)
    await t.settled()
    assert second.answer
    assert len(wang.posts) == heard
    assert labels(message) == ["满意", "基本满意", "不满意"]


async def closes(t: Town) -> None:
    await asked(t)
    await press(t, t.people["王"], "解决了")
    await press(t, t.people["王"], "满意")


async def test_reopened_within_seven_days(t: Town) -> None:
    number, wang, leaders = await files_the_bin(t), t.people["王"], t.groups["C-XFL"]
    await closes(t)
    await t.passes(days=6)
    await wang.sends("重开")
    await t.settled()
    assert newest(wang).text == (f"{number} 重新办了,交给王网格长。\n最晚明天(周二)上午 9:03 前给您答复。")
    assert newest(leaders).text == f"🔁 重开:{number}\n居民:又不行了,请接着办\n⏰ 12-01 周二 09:03 前办结 · 王网格长"
    assert newest(leaders, f"🟡 待签收 · {number}").text.splitlines()[-1] == "居民 重开 09:03"
    await press(t, t.people["王网格长"], "接单", leaders)
    assert (await t.case()).round == 2


async def test_reopening_after_seven_days_asks_for_a_new_photo(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    await closes(t)
    await t.passes(days=7, hours=1)
    await wang.sends("重开")
    await t.settled()
    assert newest(wang).text == f"{number} 过了 7 天,不能接着办。发张新照片,我报成新的一件。"
    await press(t, wang, "我的上报")
    await press(t, wang, "1 垃圾桶")
    assert labels(newest(wang)) == []


async def test_my_reports_lists_both_and_opens_one(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    await closes(t)
    await t.passes(hours=1)
    other = await files_the_bin(t)
    await press(t, wang, "我的上报")
    listed = newest(wang)
    assert listed.photo
    assert listed.text == (
        f"您有 2 件。\n1 垃圾桶 · {other}\n等王网格长接单,最晚明天(周三)上午 10:03 前给您答复\n2 垃圾桶 · {number}\n已经结了"
    )
    assert labels(listed) == ["1 垃圾桶", "2 垃圾桶"]
    await press(t, t.people["王网格长"], "接单", t.groups["C-XFL"])
    await wang.taps("1 垃圾桶", message=listed)
    await t.settled()
    assert listed.text == (f"垃圾桶 · {other}\n上午 10:03 您交的\n上午 10:03 王网格长接单\n接下来:办完发前后照片给您")
    assert labels(listed) == ["补充"]
