"""A change of mind, before and after 提交 (voice, V15, V16, V19, V20, V22, V23, V25)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import Town, labels, main_people, newest, photo, press, sends, shows, town
from tests.emulators.telegram import Message, Person

BIN = "幸福里3号楼下垃圾桶满了,流了一地"
CANCELLED = "好,不报了。什么都没交上去,照片也删了。\n想起来再找我。"
WHERE = "在哪儿?点“发送位置”,或打字,比如“幸福里12号铺”。"


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        await main_people(t)
        t.people["leader"] = await t.member("leader", "XFL02", "王网格长")
        yield t
        assert await t.dead_letters() == []


async def files_the_bin(t: Town, who: Person, *, picture: bytes = b"") -> str:
    summary = await shows(t, who, picture or photo(1), BIN)
    await press(t, who, labels(summary)[0])
    return (await t.case()).number


def token(message: Message, label: str) -> str:
    """What the button of that label carries."""
    return next(button.data or "" for row in message.buttons for button in row if button.label == label)


def kept(folder: Path) -> list[Path]:
    return list((folder / "photos").rglob("*.jpg"))


async def test_cancelling_leaves_nothing_behind_not_even_the_photo(t: Town, tmp_path: Path) -> None:
    wang = t.people["王"]
    summary = await shows(t, wang, photo(1), BIN)
    assert kept(tmp_path)
    await press(t, wang, "取消")
    assert summary.text == CANCELLED
    assert labels(summary) == []
    assert kept(tmp_path) == []
    assert (await sends(t, wang, "取消")).text == "现在没有要取消的。有事发张照片就行。"

    await shows(t, wang, photo(2), "垃圾没人清")
    assert (await sends(t, wang, "取消")).text == CANCELLED
    assert kept(tmp_path) == []
    assert await t.count_cases() == 0


async def test_cancelling_an_old_summary_does_not_touch_the_report_of_now(t: Town, tmp_path: Path) -> None:
    wang = t.people["王"]
    old = await shows(t, wang, photo(1), BIN)
    cancel = token(old, "取消")
    await sends(t, wang, "我要上报")
    assert kept(tmp_path) == [], "what was begun before is given up, its photo too"
    assert labels(old) == []
    await shows(t, wang, photo(2), "幸福里5号楼下路灯不亮了")
    await wang.taps_data(cancel, old)
    await t.settled()
    assert len(kept(tmp_path)) == 2, "the photo and its small copy"
    await press(t, wang, "同意并提交")
    assert (await t.case()).category == "CG-0503"


async def test_not_rubbish_but_a_manhole_cover(t: Town) -> None:
    wang = t.people["王"]
    summary = await shows(t, wang, photo(1), BIN)
    assert await sends(t, wang, "不是垃圾,是井盖") is summary, "the summary itself changes"
    lines = summary.text.splitlines()
    assert lines[:3] == ["改好了,您再看看。", "事情:井盖松动(市政设施)", "地方:幸福里 3 号楼下,图上红点"]
    assert "照片:1 张" in lines
    assert labels(summary) == ["同意并提交", "修改类别", "修改位置", "补充照片", "取消"]


async def test_kind_place_and_photos_are_changed_by_buttons_and_the_rest_stays(t: Town) -> None:
    wang = t.people["王"]
    first = await shows(t, wang, photo(1), BIN)
    await press(t, wang, "修改类别")
    assert newest(wang).text == "那是哪一类的事?"
    await press(t, wang, "市政设施")
    await press(t, wang, "路灯不亮")
    assert newest(wang).text.splitlines()[:3] == [
        "改好了,您再看看。",
        "事情:路灯不亮(市政设施)",
        "地方:幸福里 3 号楼下,图上红点",
    ]
    assert labels(first) == [], "only the newest summary can be pressed"
    await press(t, wang, "修改位置")
    assert newest(wang).text == WHERE
    assert "地方:幸福里 12 号铺,图上红点" in (await sends(t, wang, "幸福里12号铺")).text
    await press(t, wang, "补充照片")
    assert newest(wang).text == "发过来吧,一张一张发也行。"
    summary = await shows(t, wang, photo(2))
    assert "照片:2 张" in summary.text
    await press(t, wang, "同意并提交")
    case = await t.case()
    assert (case.category, case.grid, len(case.photos)) == ("CG-0503", "XFL03", 2)


async def test_a_change_of_mind_after_filing_is_told_to_the_leader(t: Town) -> None:
    wang = t.people["王"]
    number = await files_the_bin(t, wang)
    assert (await sends(t, wang, "不是垃圾,是井盖")).text == (
        f"告诉网格长了:不是垃圾,是井盖。\n还是 {number},最晚明天(周三)上午 9:03 前给您答复。"
    )
    assert "“不是垃圾,是井盖”" in newest(t.groups["C-XFL"], number).text


async def test_submit_pressed_again_or_on_an_old_summary_files_nothing_twice(t: Town) -> None:
    wang = t.people["王"]
    old = await shows(t, wang, photo(1), BIN)
    submit, edit, cancel = (token(old, label) for label in ("同意并提交", "修改类别", "取消"))
    await wang.taps_data(submit, old)
    await wang.taps_data(submit, old)
    await t.settled()
    number = (await t.case()).number
    again = f"这件已经交了,编号 {number},不会交两次。"
    assert newest(wang).text == again
    for late in (edit, cancel):
        tap = await wang.taps_data(late, old)
        await t.settled()
        assert tap.answer == again
    assert (await sends(t, wang, "提交")).text == again
    assert await t.count_cases() == 1


async def test_every_button_of_a_report_has_a_typed_equal(t: Town) -> None:
    wang = t.people["王"]
    await sends(t, wang, "幸福里3号楼下垃圾桶满了")
    assert (await sends(t, wang, "没有照片。")).text.startswith("没关系。怎么没拍成?")
    summary = await sends(t, wang, "③")
    assert "照片:没有(人已经走开)" in summary.text
    assert (await sends(t, wang, "8")).text == "没有 8,请回 1 到 5 里的一个。"
    await sends(t, wang, "修改位置")
    summary = await sends(t, wang, "幸福里5号楼")
    assert "地方:幸福里 5 号楼" in summary.text
    assert (await sends(t, wang, " 提 交 ")).text.startswith("✅ 交上去了。"), "where the button says 同意并提交"
    assert (await t.case()).place == "幸福里 5 号楼"


@pytest.mark.parametrize("one", ["1", "１", "①", "一", "1。"])
async def test_one_is_one_however_it_is_typed(t: Town, one: str) -> None:
    wang = t.people["王"]
    await shows(t, wang, photo(1), BIN)
    assert (await sends(t, wang, one)).text.startswith("✅ 交上去了。")


async def test_a_number_typed_to_a_question_that_is_over(t: Town) -> None:
    wang = t.people["王"]
    number = await files_the_bin(t, wang)
    told = await sends(t, wang, "2")
    assert told.text.splitlines()[0] == "“2”没对上,刚才那一问已经过去了。"
    assert number in told.text.splitlines()[1]
    assert told.text.splitlines()[2] == "要报新的,发照片就行。"
    assert (await sends(t, wang, "0001")).text.startswith(f"垃圾桶 · {number}"), "four digits are a serial"


async def test_photos_and_words_of_the_next_half_hour_join_the_case(t: Town) -> None:
    wang = t.people["王"]
    number = await files_the_bin(t, wang)
    await t.passes(minutes=29)
    assert (await shows(t, wang, photo(2))).text == f"加进 {number} 了,现在 2 张,王网格长看得到。"
    assert (await sends(t, wang, "流到门口了,很臭")).text == f"带给王网格长了,记在 {number} 里。"
    card = newest(t.groups["C-XFL"], f"待签收 · {number}")
    assert card.text.splitlines()[4:] == ["“流到门口了,很臭”", "居民 · 首次反馈 · 照片 2 张 · 居民 补充 09:32"]
    assert await t.count_cases() == 1


async def test_an_answer_to_a_message_belongs_to_its_case_however_late(t: Town) -> None:
    wang, number = t.people["王"], await files_the_bin(t, t.people["王"])
    await press(t, t.people["leader"], "接单", t.groups["C-XFL"])
    taken = newest(wang)
    await t.passes(hours=3)
    await wang.sends("桶后面还有一袋", reply_to=taken)
    await t.settled()
    assert newest(wang).text == f"带给王网格长了,记在 {number} 里。"


async def test_after_half_an_hour_or_for_another_matter_it_asks_which_one(t: Town) -> None:
    wang = t.people["王"]
    number = await files_the_bin(t, wang)
    asked = await sends(t, wang, "旁边路灯也不亮")
    assert number in asked.text
    assert asked.text.endswith("还是新的一件?")
    assert labels(asked) == ["补充", "我要上报"]
    await wang.taps("我要上报", message=asked)
    await t.settled()
    assert newest(wang).text == f"听明白了:路灯。\n{WHERE}"
    await sends(t, wang, "取消")
    await t.passes(minutes=31)
    asked = await shows(t, wang, photo(3))
    assert labels(asked) == ["补充", "我要上报"]
    await press(t, wang, "补充")
    assert newest(wang).text == f"加进 {number} 了,现在 2 张,王网格长看得到。"


async def test_withdrawing_while_nobody_took_it(t: Town) -> None:
    wang = t.people["王"]
    number = await files_the_bin(t, wang)
    await press(t, wang, "我的上报")
    await press(t, wang, "1 垃圾桶")
    one = newest(wang)
    assert labels(one) == ["补充", "撤回"]
    await press(t, wang, "撤回")
    assert newest(wang).text == f"{number} 还没人接单,可以撤回。\n撤回就不办了,您定了吗?"
    assert labels(newest(wang)) == ["撤回", "不撤"]
    await press(t, wang, "不撤")
    assert newest(wang).text == f"好,{number} 接着办。"
    await wang.taps("撤回", message=one)
    await t.settled()
    await press(t, wang, "撤回")
    assert newest(wang).text == f"撤回了:{number} 不办了。"
    card = newest(t.groups["C-XFL"])
    assert card.text.splitlines()[0] == f"⚫ 已作废 · {number}"
    assert labels(card) == []
    await wang.taps("撤回", message=one)
    await t.settled()
    assert newest(wang).text == f"撤回了:{number} 不办了。", "and not: somebody took it"


async def test_withdrawing_after_it_was_taken_and_what_is_typed_then_reaches_the_leader(t: Town) -> None:
    wang, leader = t.people["王"], t.people["leader"]
    number = await files_the_bin(t, wang)
    await press(t, wang, "我的上报")
    await press(t, wang, "1 垃圾桶")
    await press(t, leader, "接单", t.groups["C-XFL"])
    await press(t, wang, "撤回")
    assert newest(wang).text == (f"王网格长已经接单,{number} 撤不回来了。\n想说明情况,直接打字,我带给王网格长。")
    await t.passes(hours=1)
    assert (await sends(t, wang, "是对面那个桶")).text == f"带给王网格长了,记在 {number} 里。"
    assert "“是对面那个桶”" in newest(t.groups["C-XFL"], f"处置中 · {number}").text


async def test_nameless(t: Town) -> None:
    wang = t.people["王"]
    summary = await shows(t, wang, photo(1), BIN)
    await sends(t, wang, "匿名")
    assert summary.text.splitlines()[0] == "这件不留名,您看对不对?"
    await press(t, wang, "同意并提交")
    number = (await t.case()).number
    assert newest(wang).text.splitlines()[3:] == ["网格长和站里都看不到是您报的。编号请留好,凭编号问进展。"]
    assert newest(t.groups["C-XFL"]).text.splitlines()[5] == "居民 · 匿名 · 照片 1 张"
    assert (await sends(t, wang, "我的上报")).text == "您还没报过。看见什么不对,发张照片就行。"
    assert (await sends(t, wang, number)).text == (
        f"垃圾桶 · {number}\n等王网格长接单,最晚明天(周三)上午 9:03 前给您答复"
    )
    assert "telegram|" not in str([(line.actor, line.values) for line in await t.history()])


async def test_nameless_said_before_the_first_photo(t: Town) -> None:
    wang = t.people["王"]
    assert (await sends(t, wang, "匿名")).text == "好。先发张照片或一句话,这一件就不留名。"
    summary = await shows(t, wang, photo(1), BIN)
    assert summary.text.splitlines()[0] == "这件不留名,您看对不对?"
    await press(t, wang, "同意并提交")
    assert (await t.case()).reporter == "anonymous"
