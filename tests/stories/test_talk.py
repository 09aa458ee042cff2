"""What is no report: voice, stickers, greetings, anger; and what stands open meanwhile (voice, V10 to V13)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import Town, labels, main_people, newest, photo, press, sends, town
from tests.emulators.telegram import Message, Person

SEEN = "看到啦。要报事的话,发张照片或一句话就行。"
WHERE = "在哪儿?点“发送位置”,或打字,比如“幸福里12号铺”。"
ANGER = "听出来您心里有火。事情我照样记、照样送。\n出了什么事?"
HEADS = ["环境卫生", "市容秩序", "违法建设", "供暖燃气", "市政设施", "停车交通", "噪声油烟", "其他"]


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        await main_people(t)
        yield t
        assert await t.dead_letters() == []


async def draft(t: Town) -> Person:
    """A resident with a draft that waits for its place."""
    wang = t.people["王"]
    await wang.sends_photo(photo(1), caption="楼下垃圾没人清")
    await t.settled()
    return wang


def keys(message: Message) -> list[str]:
    """What stands on the keyboard that came with a message."""
    return [key.label for row in message.keyboard for key in row]


async def test_a_voice_message_is_not_pretended_to_be_understood(t: Town) -> None:
    wang = t.people["王"]
    await wang.sends_voice(b"twelve seconds of sound", 12)
    await t.settled()
    told = newest(wang)
    assert told.text == "语音我听不懂。\n请打几个字:是什么事?"
    assert labels(told) == HEADS
    assert (await sends(t, wang, "楼下垃圾没人清")).text == f"听明白了:垃圾没清。\n{WHERE}"


async def test_stickers_contacts_and_polls_are_seen(t: Town) -> None:
    wang = t.people["王"]
    await wang.sends_sticker()
    await wang.sends_contact("13800138000")
    await wang.sends_poll("哪天?", ["今天", "明天"])
    await t.settled()
    assert [post.text for post in wang.posts] == [SEEN] * 3
    assert keys(wang.posts[0]) == ["我要上报", "我的上报"]


async def test_a_sticker_in_a_draft_leaves_the_question_open(t: Town) -> None:
    wang = await draft(t)
    await wang.sends_sticker()
    await t.settled()
    assert newest(wang).text == f"看到啦。\n{WHERE}"
    assert "垃圾没清" in (await sends(t, wang, "幸福里3号楼")).text


async def test_a_file_or_a_film_is_declined_kindly(t: Town) -> None:
    wang = t.people["王"]
    data = Path(__file__).parents[1] / "data" / "photos"
    await wang.sends_document((data / "document.pdf").read_bytes(), "合同.pdf", "application/pdf")
    await t.settled()
    assert newest(wang).text == "这种文件我看不了。发照片或打字都行。"
    await wang.sends_document((data / "plain.jpg").read_bytes(), "照片.jpg", "image/jpeg", caption="楼下垃圾没人清")
    await t.settled()
    assert newest(wang).text.startswith("照片和话都收到了,是垃圾没清的事。"), "a photo sent as a file is a photo"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("你好", "您好,我在呢。\n有什么不顺心的,拍张照,写一句。"),
        ("在吗", "在的,您说。我随时在;网格长是工作时间办事,紧急的夜里也叫得到。"),
        ("谢谢", "不客气,有事您说话。"),
        ("今天天气真好", SEEN),
        ("办公室电话多少", "这个我答不准,打站里 029-5550-0101 问最快。\n要报事的话,发张照片或一句话就行。"),
    ],
)
async def test_chatter_is_answered_and_never_filed(t: Town, said: str, answer: str) -> None:
    told = await sends(t, t.people["王"], said)
    assert told.text == answer
    assert keys(told) == ["我要上报", "我的上报"]
    assert (await sends(t, t.people["王"], "我的上报")).text == "您还没报过。看见什么不对,发张照片就行。"


async def test_chatter_in_a_draft_is_answered_and_the_open_question_follows(t: Town) -> None:
    wang = await draft(t)
    assert (await sends(t, wang, "你好")).text == f"您好,我在呢。\n{WHERE}"
    assert (await sends(t, wang, "谢谢")).text == f"不客气,有事您说话。\n{WHERE}"
    summary = await sends(t, wang, "幸福里3号楼")
    before = summary.text
    assert (await sends(t, wang, "你好")).text.startswith("您好,我在呢。\n对的话,点“")
    assert summary.text == before
    await press(t, wang, "同意并提交")
    assert (await t.case()).words == "楼下垃圾没人清", "greetings are no words of a case"


@pytest.mark.parametrize("said", ["你们都是吃干饭的", "你们到底管不管!"])
async def test_anger_without_a_case_is_heard_and_nobody_is_lectured(t: Town, said: str) -> None:
    wang = t.people["王"]
    assert (await sends(t, wang, said)).text == ANGER
    assert await t.count_cases() == 0
    assert (await sends(t, wang, "幸福里3号楼下垃圾桶满了")).text.startswith("听明白了:垃圾桶,幸福里 3 号楼下。")


async def test_start_again_is_short_for_somebody_known(t: Town) -> None:
    wang = t.people["王"]
    assert (await sends(t, wang, "开始")).text.startswith("您好,我是解忧,城管工作站的聊天助手。")
    await wang.sends_photo(photo(1), caption="幸福里3号楼下垃圾桶满了")
    await t.settled()
    await press(t, wang, "同意并提交")
    assert (await sends(t, wang, "/start")).text == "您好,我在呢。\n有什么不顺心的,拍张照,写一句。"
    assert keys(newest(wang)) == ["我要上报", "我的上报"]


async def test_what_does_not_work_yet_says_so(t: Town) -> None:
    wang = t.people["王"]
    assert (await sends(t, wang, "/nosuch")).text.startswith("拍张照、写一句、说在哪儿")
    for entry in ("menu:services", "menu:opinion", "menu:questions"):
        await wang.taps_data(entry, newest(wang))
        await t.settled()
        assert newest(wang).text == "这一项我还没学会。要报事的话,发张照片或一句话就行。"


async def test_a_very_long_text_keeps_its_beginning_and_says_so(t: Town) -> None:
    wang = t.people["王"]
    told = await sends(t, wang, "幸福里3号楼下垃圾桶满了。" + "一直没人来收。" * 200)
    assert "字太多了,我留下了前 1000 字。要紧的请再说一句。" in told.text
    await press(t, wang, "没有照片")
    await press(t, wang, "不方便拍")
    await press(t, wang, "同意并提交")
    assert len((await t.case()).words) == 1000


async def test_a_late_edit_of_an_old_message_is_not_answered_as_talk(t: Town) -> None:
    wang = t.people["王"]
    said = await wang.sends("你好")
    await t.settled()
    await wang.edits(said, "你好呀")
    await t.settled()
    assert len(wang.posts) == 1


async def test_who_blocked_the_bot_and_comes_back_goes_on(t: Town) -> None:
    wang = await draft(t)
    await wang.blocks_bot()
    await t.settled()
    await wang.unblocks_bot()
    await t.settled()
    assert "垃圾没清" in (await sends(t, wang, "幸福里3号楼")).text
