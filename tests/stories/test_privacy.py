"""What is kept of a person, what others see of him, and how it goes (voice, V23, V24 and section 1)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.event import verify
from tests.district import Town, labels, main_people, newest, photo, press, sends, shows, town

SECRET = "紫薯"
"""A word that only the resident says."""


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        _, _, t.people["张队员"], _, _ = await main_people(t)
        t.people["王网格长"] = await t.member("leader", "XFL02", "王网格长")
        yield t
        assert await t.dead_letters() == []


async def files_the_bin(t: Town, words: str = f"幸福里3号楼下垃圾桶满了,{SECRET}烂了一地") -> str:
    wang = t.people["王"]
    await press(t, wang, labels(await shows(t, wang, photo(1), words))[0])
    return (await t.case()).number


async def runs_through(t: Town) -> None:
    """Taken, done, not solved with words, done again, solved, not satisfied with words."""
    leader, group, wang = t.people["王网格长"], t.groups["C-XFL"], t.people["王"]
    await press(t, leader, "接单", group)
    for picture, answer in ((photo(2), "没解决"), (photo(3), "解决了")):
        await press(t, leader, "办结", group)
        await press(t, leader, "已解决", group)
        card = newest(group, "处置中")
        await leader.sends_photo(picture, caption="清走了", chat=group, reply_to=card)
        await t.settled()
        await press(t, t.people["张队员"], "核查通过", t.groups["S-XFL"])
        await press(t, wang, answer)
        if answer == "没解决":
            await sends(t, wang, f"{SECRET}还在")
    await press(t, wang, "不满意")
    await sends(t, wang, f"{SECRET}来得太慢")


async def rows_with(t: Town, *needles: str) -> list[str]:
    """Every row of every table in which all the needles stand."""
    found = []
    async with t.database.reading() as queries:
        for table in await queries.all("select name from sqlite_master where type = 'table'"):
            for row in await queries.all(f'select * from "{table["name"]}"'):
                whole = " ".join(str(row[key]) for key in row.keys())  # noqa: SIM118 (a row iterates over its values)
                if all(needle in whole for needle in needles):
                    found.append(f"{table['name']}: {whole}")
    return found


def kept(folder: Path) -> set[str]:
    return {path.name for path in (folder / "photos").rglob("*.jpg") if not path.name.endswith(".t.jpg")}


async def test_forgotten_nothing_personal_is_left_in_any_table(t: Town, tmp_path: Path) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    await runs_through(t)
    await t.passes(hours=1)
    await shows(t, wang, photo(8), f"路灯不亮,{SECRET}看不见")
    account = str(wang.user["id"])
    assert await rows_with(t, account)
    assert await rows_with(t, SECRET)

    asked = await sends(t, wang, "忘记我")
    assert asked.text == (
        "我会删掉:您的账号、您写的话、没交的草稿。\n会留下:案件和现场照片,但不再连着您。\n真的要删吗?"
    )
    assert labels(asked) == ["删掉", "不删"]
    await press(t, wang, "删掉")
    assert newest(wang).text == "删好了。以后再来,就当是头一回见面。"
    assert await rows_with(t, account) == []
    assert await rows_with(t, SECRET) == []

    case, history = await t.case(number), await t.history(number)
    named = {sha for line in history for sha in line.values.get("photos", ())}
    assert len(named) == 3, "before, and after each of the two rounds"
    assert kept(tmp_path) == {f"{sha}.jpg" for sha in named}, "the draft's photo is gone, the case's stay"
    assert verify(number, history, case.events) is None, "the ledger still holds"


async def test_forgotten_with_one_unfinished_it_goes_on_without_words_and_without_telling(t: Town) -> None:
    await files_the_bin(t)
    wang, group = t.people["王"], t.groups["C-XFL"]
    assert "还没办完的 1 件会接着办,只是没法再告诉您结果。" in (await sends(t, wang, "/forget")).text
    await sends(t, wang, "删掉")
    heard = len(wang.posts)
    assert SECRET not in newest(group).text, "the card is drawn anew at once"
    await press(t, t.people["王网格长"], "接单", group)
    assert (await t.case()).state == "accepted"
    assert len(wang.posts) == heard
    assert (await sends(t, wang, "我的上报")).text == "您还没报过。看见什么不对,发张照片就行。"
    again = await shows(t, wang, photo(4), "幸福里5号楼下垃圾桶满了")
    assert labels(again)[0] == "同意并提交", "a first meeting again"


async def test_not_deleted_everything_stays(t: Town) -> None:
    number, wang = await files_the_bin(t), t.people["王"]
    await sends(t, wang, "忘记我。")
    await press(t, wang, "不删")
    assert newest(wang).text == "好,都留着。"
    assert number in (await sends(t, wang, "我的上报")).text
    assert SECRET in newest(t.groups["C-XFL"]).text


async def test_a_nameless_case_is_tied_to_nobody_in_any_table(t: Town) -> None:
    wang = t.people["王"]
    await shows(t, wang, photo(1), "幸福里3号楼下垃圾桶满了")
    await sends(t, wang, "匿名")
    await press(t, wang, "同意并提交")
    number, account = (await t.case()).number, str(wang.user["id"])
    assert await rows_with(t, number)
    assert await rows_with(t, number, account) == []


async def test_groups_never_see_who_reported(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        _, _, zhang, leaders, station = await main_people(t)
        t.people |= {"张队员": zhang, "王网格长": await t.member("leader", "XFL02", "王网格长")}
        t.people["王"] = t.telegram.person("欧阳", last_name="特别", username="ouyang_tebie")
        await files_the_bin(t)
        await runs_through(t)
        said = "\n".join(post.text for group in (leaders, station) for post in group.posts)
        for mark in ("欧阳", "特别", "ouyang", str(t.people["王"].user["id"])):
            assert mark not in said
        assert "居民" in said


@pytest.mark.parametrize("number", ["13912345678", "029-88886666", "610102198001011234"])
async def test_numbers_in_a_residents_words_are_hidden_from_the_group(t: Town, number: str) -> None:
    await files_the_bin(t, f"幸福里3号楼下垃圾桶满了,打我电话{number}")
    assert "〔号码已隐去〕" in newest(t.groups["C-XFL"]).text
    assert number not in newest(t.groups["C-XFL"]).text


async def test_on_small_advertisements_the_number_is_the_matter(t: Town) -> None:
    await files_the_bin(t, "幸福里3号楼下乱贴小广告,开锁13912345678")
    assert (await t.case()).category == "CG-0203"
    assert "13912345678" in newest(t.groups["C-XFL"]).text


async def test_another_residents_number_tells_nothing(t: Town) -> None:
    number, zhao = await files_the_bin(t), await t.resident("赵")
    unknown = "没找到您名下的这个编号。再对一下,或看“我的上报”。"
    assert (await sends(t, zhao, number)).text == unknown
    assert (await sends(t, zhao, "XF-20261124-0999")).text == unknown
    for action in ("my", "add", "withdraw", "reopen", "confirm", "unsolved"):
        await zhao.taps_data(f"{action}:{number}:1", newest(zhao))
        await t.settled()
        assert SECRET not in newest(zhao).text
    assert (await t.case()).state == "dispatched"
