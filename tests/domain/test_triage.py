"""The first guess at a matter: what residents say, what is urgent, what is only talk, and what may never happen."""

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.city.folder import load
from domain.category import Category, Head
from domain.cue import TALK
from domain.hazard import danger
from domain.lexicon import GAP
from domain.reading import read
from domain.triage import Triage

HEADS = (
    Head("sanitation", "环境卫生", "cleanliness"),
    Head("order", "市容秩序", "street order"),
    Head("building", "违法建设", "illegal building"),
    Head("heating", "供暖燃气", "heating and gas"),
    Head("facility", "市政设施", "public facilities"),
    Head("other", "其他", "other"),
)


def category(code: str, head: str, short: str, matter: str, en: str, *said: str, urgent: bool = False) -> Category:
    return Category(code, head, short, short, matter, en, en, "incident", said, "", "D", hours=8, urgent=urgent)


BIN = category("BIN", "sanitation", "垃圾桶", "垃圾桶满了", "rubbish bin", "垃圾桶满", "桶满了", "bin is full")
RUBBISH = category("RUBBISH", "sanitation", "垃圾没清", "垃圾没清", "rubbish", "垃圾", "垃圾成堆", "litter")
SEWAGE = category("SEWAGE", "sanitation", "污水外流", "污水外流", "dirty water", "污水", "脏水")
ADS = category("ADS", "order", "小广告", "乱贴小广告", "small ads", "小广告", "牛皮癣", "贴满了")
CANOPY = category("CANOPY", "order", "遮雨棚", "装遮雨棚", "rain canopy", "雨棚", "下雨滴水", "装个棚")
SHED = category("SHED", "building", "违建", "私搭乱建", "illegal shed", "违建", "私搭乱建", "搭…棚")
HEAT = category("HEAT", "heating", "暖气不热", "暖气不热", "heating", "暖气不热", "暖气")
GAS = category("GAS", "heating", "燃气味", "有燃气味", "gas leak", "煤气味", "燃气泄漏", "gas smell", urgent=True)
LID = category("LID", "facility", "井盖", "井盖松动", "manhole cover", "井盖", "井盖松动", "井盖响")
HOLE = category("HOLE", "facility", "井盖没了", "井盖没了", "missing cover", "井盖没了", "没井盖", urgent=True)
LAMP = category("LAMP", "facility", "路灯", "路灯不亮", "street light", "路灯", "路灯不亮", "street light")
SCHOOL = category("SCHOOL", "other", "政务转办", "归别的部门办的事", "other offices", "学区", "工资", "医保")
CATEGORIES = (BIN, RUBBISH, SEWAGE, ADS, CANOPY, SHED, HEAT, GAS, LID, HOLE, LAMP, SCHOOL)
HERE = Triage(CATEGORIES, HEADS)


def first(words: str) -> str:
    ranked = HERE.guess(words).ranked
    return ranked[0][0].code if ranked else ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("幸福里3号楼下垃圾桶满了,流了一地", "BIN"),
        ("店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚", "CANOPY"),
        ("路燈不亮", "LAMP"),
        ("路 灯 不 亮", "LAMP"),
        ("楼下搭了个铁皮棚", "SHED"),
        ("The STREET LIGHT on our road is broken", "LAMP"),
        ("street lights are out", "LAMP"),
        ("家里暖气一点都不热", "HEAT"),
    ],
)
def test_what_residents_say_is_understood(words: str, code: str) -> None:
    guess = HERE.guess(words)
    assert (guess.ranked[0][0].code, guess.kind) == (code, "report")


def test_a_longer_word_swallows_the_shorter_one_in_it() -> None:
    scores = {category.code: score for category, score in HERE.guess("垃圾桶满了").ranked}
    assert scores["BIN"] > 3 * scores.get("RUBBISH", 0)


def test_a_clear_message_is_sure_and_a_vague_one_is_not() -> None:
    assert HERE.guess("垃圾桶满了,没人倒").sure
    for vague in ("这儿太脏了", "污水", "垃圾和路灯的事", ""):
        assert not HERE.guess(vague).sure, vague


def test_a_homophone_is_heard_where_nothing_is_found_as_written() -> None:
    assert first("路登不量了") == "LAMP"
    assert first("赃水外流污水") == "SEWAGE"
    assert first("小广高") == "ADS"


def test_a_latin_word_is_not_found_inside_another() -> None:
    assert first("my glittering cabinet") == ""
    assert first("litter everywhere") == "RUBBISH"


def test_a_gap_is_not_wider_than_a_sentence() -> None:
    assert GAP in SHED.synonyms[2]
    near, far = HERE.guess("搭的铁皮棚").ranked[0], HERE.guess("搭车来的。大棚").ranked[0]
    assert near[0] == SHED
    assert near[1] > far[1] + 1


def test_what_is_ruled_out_does_not_count() -> None:
    assert first("不是垃圾,是井盖") == "LID"
    assert first("不是垃圾是井盖") == "LID"
    assert first("是不是垃圾没人收") == "RUBBISH"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("不是垃圾,是井盖", "LID"),
        ("是路灯,不是井盖", "LAMP"),
        ("说错了,是污水", "SEWAGE"),
        ("应该是小广告", "ADS"),
        ("not rubbish, it's the street light", "LAMP"),
        ("不对", None),
        ("垃圾桶满了", None),
        ("不是这个", None),
    ],
)
def test_a_correction_names_what_it_puts_in_place(words: str, code: str | None) -> None:
    corrected = HERE.correction(words)
    assert (corrected.code if corrected else None) == code


@pytest.mark.parametrize(
    "words",
    [
        "楼道里一股煤气味",
        "井盖没了",
        "井盖不知道被谁偷了",
        "电线垂下来快挨着人了",
        "门口广告牌要掉下来了",
        "垃圾桶着火了",
        "有人晕倒了",
        "路面塌了个大洞",
        "救护车堵在门口进不来",
        "i smell gas in the stairwell",
    ],
)
def test_danger_is_urgent_and_a_report(words: str) -> None:
    guess = HERE.guess(words)
    assert (guess.urgent, guess.kind) == (True, "report")


@pytest.mark.parametrize(
    "words",
    [
        "急死了!!谁的车堵门口",
        "没有闻到煤气味",
        "楼道充电怕着火",
        "燃气管生锈了,没味",
        "暖气不热冻死了",
        "路灯灭了",
        "水管爆了流了一街",
        "垃圾倒在路边",
        "墙皮脱落不好看",
        "火灭了,谢谢你们",
        "井盖响得睡不着",
    ],
)
def test_haste_fear_and_what_is_over_are_not_urgent(words: str) -> None:
    assert not HERE.guess(words).urgent


def test_danger_lifts_the_urgent_category_that_fits() -> None:
    assert first("井盖让人搬走了") == "HOLE"
    assert first("厨房一股煤气的味道") == "GAS"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("你好", "greeting"),
        ("在吗?", "greeting"),
        ("师傅您好", "greeting"),
        ("hello", "greeting"),
        ("谢谢", "thanks"),
        ("谢谢你们,辛苦了", "thanks"),
        ("路灯修好了,谢谢", "thanks"),
        ("哈哈哈", "chat"),
        ("🙂", "chat"),
        ("好的", "chat"),
        ("你是机器人吗", "chat"),
        ("你们几点上班", "query"),
        ("门头审批怎么办理", "query"),
        ("我上次报的怎么样了", "query"),
        ("前天反映的路灯不亮怎么还没修", "query"),
        ("你们到底管不管!", "anger"),
        ("那个队员骂人", "anger"),
        ("孩子学区怎么划分的", "offtopic"),
        ("老板不发工资", "offtopic"),
        ("路灯不亮了谢谢", "report"),
        ("你好,垃圾桶满了", "report"),
        ("垃圾没人管,你们到底管不管", "report"),
        ("我要反映路灯不亮没人管", "report"),
        ("我要上报垃圾没人处理", "report"),
        ("能不能来清一下垃圾", "report"),
    ],
)
def test_talk_is_told_from_reports(words: str, kind: str) -> None:
    assert HERE.guess(words).kind == kind


def test_talk_is_never_sure_nor_a_second_problem() -> None:
    for words in ("你好", "门头审批怎么办理", "老板不发工资"):
        guess = HERE.guess(words)
        assert not guess.sure
        assert guess.second is None


@pytest.mark.parametrize(
    ("words", "one", "two"),
    [
        ("3号楼下垃圾桶满了,旁边路灯也不亮", "BIN", "LAMP"),
        ("路灯不亮还有垃圾成堆没人管", "LAMP", "RUBBISH"),
        ("垃圾桶满了,流了一地", "BIN", None),
        ("井盖响,吵得睡不着", "LID", None),
        ("垃圾桶满了", "BIN", None),
    ],
)
def test_a_second_problem_is_noticed(words: str, one: str, two: str | None) -> None:
    guess = HERE.guess(words)
    assert {guess.ranked[0][0].code, guess.second.code if guess.second else None} == {one, two}


def test_two_clear_problems_are_each_sure() -> None:
    assert HERE.guess("垃圾桶满了,旁边路灯不亮").sure


def test_a_choice_is_filled_up_from_the_head_of_the_best_but_never_with_what_is_urgent() -> None:
    ranked = HERE.guess("路灯").ranked
    assert [category.code for category, _ in ranked[:2]] == ["LAMP", "LID"]
    assert HOLE not in [category for category, score in ranked if not score]


def test_heads_come_in_the_order_of_the_guess_and_then_of_the_city() -> None:
    heads = [head.code for head in HERE.heads(HERE.guess("路灯不亮"))]
    assert heads[0] == "facility"
    assert sorted(heads) == sorted(head.code for head in HEADS)
    assert [head.code for head in HERE.heads(HERE.guess(""))] == [head.code for head in HEADS]


def test_a_city_with_one_category_and_a_city_with_none_still_guess() -> None:
    assert Triage([LAMP], HEADS).guess("路灯不亮").ranked[0][0] == LAMP
    assert Triage([], HEADS).guess("路灯不亮,煤气味").ranked == ()
    assert Triage([], HEADS).guess("一股煤气味").urgent


def test_a_new_synonym_is_understood_at_once() -> None:
    words = "泡子憋咧"
    assert first(words) != "BULB"
    taught = Triage([*CATEGORIES, replace(LAMP, code="BULB", synonyms=("泡子憋",))], HEADS)
    assert taught.guess(words).ranked[0][0].code == "BULB"


@pytest.fixture(scope="module")
def sample() -> Triage:
    city = load(Path(__file__).parents[2] / "city")
    return Triage(city.categories.values(), city.heads)


@pytest.mark.parametrize(
    ("words", "short"),
    [
        ("店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚", "遮雨棚"),
        ("幸福里12号铺门口下雨滴水,想装个棚", "遮雨棚"),
        ("幸福里3号楼下垃圾桶满了,流了一地", "垃圾桶"),
        ("3号楼下垃圾桶满了,旁边路灯也不亮", "垃圾桶"),
        ("楼道里一股煤气味", "燃气味"),
    ],
)
def test_the_stories_of_the_sample_city_need_no_question(sample: Triage, words: str, short: str) -> None:
    guess = sample.guess(words)
    assert (guess.ranked[0][0].short, guess.sure, guess.kind) == (short, True, "report")


def test_the_sample_city_takes_a_correction_and_asks_about_what_is_vague(sample: Triage) -> None:
    corrected = sample.correction("不是垃圾,是井盖")
    assert corrected is not None
    assert corrected.short == "井盖"
    vague = sample.guess("这儿太脏了")
    assert not vague.sure
    assert {category.head for category, _ in vague.ranked[:3]} == {"sanitation"}


@given(st.text(max_size=400))
@settings(deadline=None)
def test_no_text_is_an_error(words: str) -> None:
    guess = HERE.guess(words)
    HERE.correction(words)
    assert list(guess.ranked) == sorted(guess.ranked, key=lambda pair: -pair[1])
    assert not (guess.sure and guess.kind != "report")


alphabet = "垃圾桶满了路灯不亮井盖,。是没有着火煤气味你好谢?吗怎么办 a"


@given(st.text(alphabet, max_size=30), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_categories_changes_no_score(words: str, dice: random.Random) -> None:
    shuffled = dice.sample(CATEGORIES, len(CATEGORIES))
    ours, theirs = HERE.guess(words), Triage(shuffled, HEADS).guess(words)
    assert [score for _, score in ours.ranked if score] == [score for _, score in theirs.ranked if score]
    assert ours.urgent == theirs.urgent


@given(st.text(alphabet, max_size=30))
@settings(deadline=None)
def test_blanks_and_width_change_nothing(words: str) -> None:
    wide = words.replace(",", "\uff0c").replace("?", "\uff1f").replace("a", "\uff41").replace("灯", "燈")
    ours, theirs = HERE.guess(words), HERE.guess(wide)
    assert (ours.ranked, ours.urgent, ours.kind) == (theirs.ranked, theirs.urgent, theirs.kind)


@pytest.mark.parametrize("hostile", ["啊", "好的", "不是", "井盖", "电线", "我报的", "哈哈x", "1,", "谢谢圾"])
def test_no_text_makes_it_slow(hostile: str) -> None:
    HERE.guess("赃东西")  # the sounds are loaded once
    words = hostile * (1000 // len(hostile)) + "垃"
    begun = time.process_time()
    HERE.guess(words)
    assert time.process_time() - begun < 0.25


def test_talk_is_read_to_its_end_without_going_back() -> None:
    begun = time.process_time()
    assert TALK.fullmatch(read("好的" * 150).text)
    assert not TALK.fullmatch(read("好的" * 150 + "垃圾").text)
    assert time.process_time() - begun < 0.1


def test_each_danger_has_a_name() -> None:
    assert danger("灯杆漏电") == "wire"
    assert danger("有人掉进河里") == "person"
    assert danger("今天天气不错") is None
