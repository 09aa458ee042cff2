"""A report is filed: from a photo, a place or words, in any order (voice, V0 to V7 and V14)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import SHOP_12, Town, labels, main_people, newest, photo, press, sends, shows, town, wait_until
from tests.emulators.telegram import Message, Person

WHERE = "在哪儿?点“发送位置”,或打字,比如“幸福里12号铺”。"
FIRST_TIME = "头一回来,说两句:我存下您的账号和发来的东西,只为办事和给您回话。\n不留名发“匿名”,要删除发“忘记我”。"
HEADS = ["环境卫生", "市容秩序", "违法建设", "供暖燃气", "市政设施", "停车交通", "噪声油烟", "其他"]
SUMMARY = ["同意并提交", "修改类别", "修改位置", "补充照片", "取消"]
BROKEN = Path(__file__).parents[1] / "data" / "photos" / "truncated.jpg"


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        await main_people(t)
        yield t
        assert await t.dead_letters() == []


async def pins(t: Town, who: Person, place: tuple[float, float] = SHOP_12) -> Message:
    await who.sends_location(*place)
    await t.settled()
    return newest(who)


async def test_photo_first_without_start_and_a_draft_left_alone_goes_after_seven_days(t: Town, tmp_path: Path) -> None:
    wang = t.people["王"]
    asked = await shows(t, wang, photo(1), "店门口下雨滴水,能不能装个棚")
    assert asked.text == f"照片和话都收到了,是遮雨棚的事。\n{WHERE}"
    await wang.taps("发送位置", location=SHOP_12)
    await t.settled()
    summary = newest(wang)
    assert summary.text == (
        "您看对不对?\n事情:装遮雨棚(市容秩序)\n地方:幸福里 12 号铺门前,图上红点\n"
        f"您的话:“店门口下雨滴水,能不能装个棚”\n照片:1 张\n{FIRST_TIME}"
    )
    assert labels(summary) == SUMMARY
    assert list((tmp_path / "photos").rglob("*.jpg"))

    await t.passes(days=7, minutes=1)
    assert len(wang.posts) == 2, "nothing is pushed about a draft"
    assert not list((tmp_path / "photos").rglob("*.jpg"))
    await press(t, wang, "同意并提交")
    assert newest(wang).text == "这一份已经过去了。要报新的,发照片就行。"
    assert await t.count_cases() == 0


async def test_place_first(t: Town) -> None:
    wang = t.people["王"]
    asked = await pins(t, wang)
    assert asked.text == "地方记下了:幸福里 12 号铺门前。\n是什么事?发张照片,写一句就行。"
    summary = await shows(t, wang, photo(1), "下雨滴水,想装个棚")
    assert summary.text.splitlines()[:5] == [
        "您看对不对?",
        "事情:装遮雨棚(市容秩序)",
        "地方:幸福里 12 号铺门前,图上红点",
        "您的话:“下雨滴水,想装个棚”",
        "照片:1 张",
    ]


async def test_words_only_with_a_known_place_and_no_photo_for_a_reason(t: Town) -> None:
    wang = t.people["王"]
    asked = await sends(t, wang, "幸福里12号铺门口下雨滴水,想装个棚")
    assert asked.text == "听明白了:遮雨棚,幸福里 12 号铺门前。\n有照片吗?发一张,网格长一看就懂。"
    assert labels(asked) == ["没有照片"]
    await press(t, wang, "没有照片")
    assert newest(wang).text == "没关系。怎么没拍成?点一个就行。"
    assert labels(newest(wang)) == ["天黑拍不清", "不方便拍", "人已经走开"]
    await press(t, wang, "不方便拍")
    assert newest(wang).text == (
        f"您看对不对?\n事情:装遮雨棚(市容秩序)\n地方:幸福里 12 号铺门前,图上红点\n照片:没有(不方便拍)\n{FIRST_TIME}"
    )
    await press(t, wang, "同意并提交")
    card = newest(t.groups["C-XFL"])
    assert card.photo, "without a photo the card shows the map"
    assert card.text.splitlines()[4:] == [
        "“幸福里12号铺门口下雨滴水,想装个棚”",
        "居民 · 首次反馈 · 没有照片(不方便拍)",
    ]


async def sends_together(t: Town, who: Person, pictures: list[bytes], words: str) -> None:
    await who.sends_album(pictures, caption=words)
    await wait_until(lambda: not t.telegram.pending)


async def test_an_album_gets_one_answer_after_two_seconds_of_quiet(t: Town) -> None:
    wang = t.people["王"]
    await sends_together(t, wang, [photo(n) for n in range(4)], "楼下垃圾没人清")
    assert wang.posts == []
    await t.passes(seconds=3)
    assert [post.text for post in wang.posts] == [f"4 张照片和话都收到了,是垃圾没清的事。\n{WHERE}"]
    summary = await sends(t, wang, "幸福里3号楼")
    assert "照片:4 张" in summary.text
    await press(t, wang, "同意并提交")
    assert len((await t.case()).photos) == 4


async def test_one_photo_of_an_album_that_cannot_be_opened_does_no_harm(t: Town) -> None:
    wang = t.people["王"]
    await sends_together(t, wang, [photo(1), photo(2), BROKEN.read_bytes(), photo(3)], "楼下垃圾没人清")
    await t.passes(seconds=3)
    assert [post.text for post in wang.posts] == [f"收到 3 张,有 1 张打不开,不影响报。\n{WHERE}"]


async def test_a_single_photo_that_cannot_be_opened_is_asked_for_again_and_the_words_are_kept(t: Town) -> None:
    wang = t.people["王"]
    told = await shows(t, wang, BROKEN.read_bytes(), "楼下垃圾没人清")
    assert told.text.splitlines()[0] == "这张打不开,可能没传完。再发一次,或发一张截图。"
    summary = await shows(t, wang, photo(1), "幸福里3号楼")
    assert "事情:垃圾没清(环境卫生)" in summary.text
    assert "照片:1 张" in summary.text


async def test_unclear_what_it_is_first_likely_ones_then_heads_then_finer(t: Town) -> None:
    wang = t.people["王"]
    asked = await shows(t, wang, photo(1), "这儿太脏了")
    assert asked.text == "照片收到了。更像哪一种?点一个,或打几个字。"
    assert "垃圾没清" in labels(asked)
    assert labels(asked)[-1] == "都不是"
    await press(t, wang, "都不是")
    assert newest(wang) is asked, "the same message changes"
    assert asked.text == "那是哪一类的事?"
    assert labels(asked) == HEADS
    await press(t, wang, "环境卫生")
    assert asked.text == "环境卫生里的哪一种?点一个,或打几个字。"
    assert labels(asked)[-1] == "返回"
    await press(t, wang, "返回")
    assert labels(asked) == HEADS
    await press(t, wang, "环境卫生")
    await press(t, wang, "公厕又脏又臭")
    assert newest(wang).text == WHERE
    summary = await sends(t, wang, "幸福里3号楼")
    assert "事情:公厕又脏又臭(环境卫生)" in summary.text


async def test_outside_the_district_nothing_is_lost(t: Town) -> None:
    wang = t.people["王"]
    await shows(t, wang, photo(1), "垃圾没人清")
    told = await pins(t, wang, (109.02, 34.36))
    assert told.photo
    assert told.text == (
        "这个点不在我们这片,最近的是港兴二路和柳园路路口附近,约 650 米。\n"
        "那边的事,请打 12345,他们会转给当地。\n"
        "要是点偏了,改一下位置就行,照片和话都留着。"
    )
    assert labels(told) == ["修改位置", "取消"]
    await press(t, wang, "修改位置")
    assert newest(wang).text == WHERE
    summary = await sends(t, wang, "幸福里3号楼")
    assert "事情:垃圾没清(环境卫生)" in summary.text
    assert "照片:1 张" in summary.text


async def test_the_second_short_story_of_somebody_known(t: Town) -> None:
    """The overflowing bin: two inputs, and the leader goes at once."""
    leader, wang = await t.member("leader", "XFL02"), t.people["王"]
    await shows(t, wang, photo(1), "幸福里5号楼下垃圾桶满了,流了一地")
    await press(t, wang, "同意并提交")
    await t.passes(hours=4, minutes=57)
    before = len(wang.posts)

    summary = await shows(t, wang, photo(2), "幸福里3号楼下垃圾桶满了,流了一地")
    assert summary.text == (
        "您看对不对?\n事情:垃圾桶满了(环境卫生)\n地方:幸福里 3 号楼下,图上红点\n照片:1 张\n对的话,点“提交”。"
    )
    assert labels(summary)[0] == "提交"
    await press(t, wang, "提交")
    number = (await t.case()).number
    assert newest(wang).text.splitlines()[:3] == [
        f"✅ 交上去了。编号 {number}",
        "交给了管这一片的王网格长。",
        "下午 2:30 前接单,最晚明天(周三)下午 2 点前给您答复。",
    ]
    assert labels(newest(t.groups["C-XFL"], number)) == ["接单", "马上办", "退回"]
    await leader.taps("马上办", message=newest(t.groups["C-XFL"], number))
    await t.settled()
    assert newest(wang).text == f"王网格长马上去办。\n{number} 垃圾桶\n最晚今天下午 4 点前给您答复。"
    assert newest(t.groups["C-XFL"], number).text.splitlines()[3] == "⏰ 马上办:16:00 前 · 11-25 周三 14:00 前办结"
    assert len(wang.posts) - before == 3


async def test_a_short_matter_behind_a_place_is_heard(t: Town) -> None:
    """路灯不亮 has four signs: it was taken for a mere place once."""
    summary = await shows(t, t.people["王"], photo(1), "幸福里3号楼下路灯不亮")
    assert "事情:路灯不亮(市政设施)\n地方:幸福里 3 号楼下,图上红点" in summary.text


async def test_danger_behind_a_place_is_heard(t: Town) -> None:
    wang = t.people["王"]
    await sends(t, wang, "幸福里3号楼着火了")
    assert wang.posts[0].text.startswith("🚨 先离远一点,打火警 119。")
    await press(t, wang, "提交")
    assert (await t.case()).urgent


async def test_a_gas_smell_gets_the_telephone_numbers_before_any_question(t: Town) -> None:
    wang = t.people["王"]
    await t.member("leader", "XFL02")
    first = await sends(t, wang, "楼道里一股煤气味")
    assert first.text == (
        "🚨 先到屋外。别开灯,别点火,别按门铃。\n到了外面打:燃气抢修 029-5550-0119 · 火警 119\n"
        "我只能传话,代替不了这些电话。\n人安全了,告诉我在哪儿。"
    )
    summary = await sends(t, wang, "3号楼2单元")
    assert summary.text == (
        "🚨 燃气味,幸福里 3 号楼 2 单元\n点“提交”,网格长和站里的手机一起响。\n电话还没打的,先打 029-5550-0119。"
    )
    assert labels(summary) == ["提交", "修改位置", "取消"]
    await press(t, wang, "提交")
    number = (await t.case()).number
    assert summary.text == "🚨 燃气味,幸福里 3 号楼 2 单元\n已提交。"
    assert newest(wang).text == (
        f"叫到了:{number}\n王网格长和站里都收到了,上午 9:33 前有人接,我告诉您是谁。\n先别回屋,等抢修的人来。"
    )
    for group in (t.groups["C-XFL"], t.groups["S-XFL"]):
        assert newest(group).text.startswith(f"🚨 紧急 · 待签收 · {number}")


async def test_who_filed_an_emergency_first_still_reads_what_is_kept_of_him_at_the_next_report(t: Town) -> None:
    wang = t.people["王"]
    await sends(t, wang, "楼道里一股煤气味")
    await sends(t, wang, "3号楼2单元")
    await press(t, wang, "提交")
    await t.passes(hours=1)
    summary = await shows(t, wang, photo(1), "幸福里3号楼下垃圾桶满了")
    assert summary.text.endswith(FIRST_TIME)
    assert labels(summary)[0] == "同意并提交"


async def test_two_residents_at_once_keep_their_own_drafts(t: Town) -> None:
    wang, zhao = t.people["王"], await t.resident("赵")
    await shows(t, wang, photo(1), "垃圾没人清")
    await shows(t, zhao, photo(2), "路灯不亮")
    await wang.sends("幸福里3号楼")
    await zhao.sends("幸福里12号铺")
    await t.settled()
    assert "事情:垃圾没清(环境卫生)\n地方:幸福里 3 号楼,图上红点" in newest(wang).text
    assert "事情:路灯不亮(市政设施)\n地方:幸福里 12 号铺,图上红点" in newest(zhao).text
    await wang.taps("同意并提交")
    await zhao.taps("同意并提交")
    await t.settled()
    assert await t.count_cases() == 2
    assert "王网格长" in newest(wang).text
    assert "李网格长" in newest(zhao).text
