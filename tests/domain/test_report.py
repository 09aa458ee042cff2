"""The summary before 提交: what it shows, what it says of keeping things, what can be pressed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.form import Dialogue
from domain.message import LOCATION, MENU, Message
from domain.report import (
    NO_PHOTO_REASONS,
    Draft,
    draft_of,
    draft_of_case,
    filed_summary,
    location_choice,
    menu,
    picks,
    shortened,
    summary,
)
from tests.district import SHOP_12, the_sample
from tests.domain.cases import CANOPY, GAS, a_case

CITY = the_sample()
WORDS = "店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚"
PLACE = {"lon": SHOP_12[0], "lat": SHOP_12[1], "words": "幸福里 12 号铺门前", "grid": "XFL03"}
FILLED: Mapping[str, Any] = {"category": CANOPY, "place": PLACE, "words": [WORDS], "photos": ["a" * 64]}
LONGEST = {"zh": 60, "en": 100}


def draft(**changes: Any) -> Draft:
    return replace(draft_of(Dialogue("report", "19ab", FILLED), CITY), **changes)


def shown(made: Draft, lang: str = "zh", *, first: bool = False, opening: str = "summary.right") -> Message:
    return summary(made, CITY, lang, subject="19ab", version=3, first=first, opening=opening)


def labels(message: Message) -> list[list[str]]:
    return [[choice.label for choice in row] for row in message.choices]


def test_the_first_summary_of_the_main_story() -> None:
    first = shown(draft(), first=True)
    assert first.text == (
        "您看对不对?\n"
        "事情:装遮雨棚(市容秩序)\n"
        "地方:幸福里 12 号铺门前,图上红点\n"
        "您的话:“店门口夏天晒,下雨滴水,客人没处躲……”\n"
        "照片:1 张\n"
        "头一回来,说两句:我存下您的账号和发来的东西,只为办事和给您回话。\n"
        "不留名发“匿名”,要删除发“忘记我”。"
    )
    assert labels(first) == [["同意并提交"], ["修改类别", "修改位置"], ["补充照片", "取消"]]


def test_from_the_second_report_on_nothing_is_said_about_keeping() -> None:
    again = shown(draft())
    assert again.text.split("\n")[-1] == "对的话,点“提交”。"
    assert labels(again)[0] == ["提交"]


def test_the_first_summary_in_english() -> None:
    first = shown(draft(), "en", first=True)
    assert first.text.split("\n")[:3] == [
        "Is this right?",
        "What: rain canopy wanted (street order)",
        "Where: 幸福里 12 号铺门前, the red pin",
    ]
    assert [label for row in labels(first) for label in row] == [
        "Agree and submit",
        "Change category",
        "Change place",
        "Add photo",
        "Cancel",
    ]


def test_without_a_photo_the_reason_stands_in_its_place() -> None:
    assert "照片:没有(不方便拍)" in shown(draft(photos=0, no_photo="awkward")).text.split("\n")
    assert "Photos: none (Too dark)" in shown(draft(photos=0, no_photo="dark"), "en").text.split("\n")


def test_a_place_on_the_border_says_so() -> None:
    assert "地方:幸福里 12 号铺门前(交界处),图上红点" in shown(draft(border=True)).text.split("\n")


def test_a_nameless_report_promises_no_account_and_no_answer() -> None:
    nameless = shown(draft(anonymous=True), first=True).text.split("\n")
    assert nameless[0] == "这件不留名,您看对不对?"
    assert nameless[-1] == "头一回来,说一句:这件不连着您的账号,凭编号问进展。"


def test_an_emergency_has_three_lines_and_the_telephone() -> None:
    gas = shown(draft(category=CITY.city.categories[GAS], urgent=True, place="幸福里 3 号楼 2 单元"), first=True)
    assert gas.text == (
        "🚨 燃气味,幸福里 3 号楼 2 单元\n点“提交”,网格长和站里的手机一起响。\n电话还没打的,先打 029-5550-0119。"
    )
    assert labels(gas) == [["提交"], ["修改位置", "取消"]]


def test_what_was_filed_keeps_its_lines_and_loses_its_buttons() -> None:
    filed = filed_summary(draft_of_case(a_case(), CITY), CITY, "zh")
    assert filed.text.split("\n")[-1] == "已提交。"
    assert filed.choices == ()
    assert filed.text.split("\n")[:-1] == shown(draft()).text.split("\n")[:-1]


def test_short_words_that_only_name_the_matter_and_the_place_are_not_repeated() -> None:
    bin_full = draft(words="幸福里12号铺下垃圾桶满了")
    assert "您的话" not in shown(bin_full).text


@pytest.mark.parametrize(
    ("words", "short"),
    [
        (WORDS, "店门口夏天晒,下雨滴水,客人没处躲……"),
        ("下雨滴水", "下雨滴水"),
        ("下雨\n滴水", "下雨 滴水"),
        ("水" * 30, "水" * 20 + "……"),
    ],
)
def test_long_words_are_cut_at_a_clause(words: str, short: str) -> None:
    assert shortened(words) == short


@given(st.text(max_size=300))
def test_shortened_words_are_one_line_and_begin_as_the_words_do(words: str) -> None:
    short = shortened(words)
    assert "\n" not in short
    assert len(short) <= 22
    assert " ".join(words.split()).startswith(short.removesuffix("……"))


_drafts = st.builds(
    draft,
    category=st.sampled_from(list(CITY.city.categories.values())),
    border=st.booleans(),
    words=st.text(max_size=200),
    photos=st.integers(0, 9),
    no_photo=st.sampled_from(["", *NO_PHOTO_REASONS]),
    urgent=st.booleans(),
    anonymous=st.booleans(),
)


@settings(deadline=None)
@given(_drafts, st.sampled_from(["zh", "en"]), st.booleans())
def test_no_summary_is_longer_than_seven_lines_and_only_the_first_has_seven(
    made: Draft, lang: str, first: bool
) -> None:
    message = shown(made, lang, first=first)
    lines = message.text.split("\n")
    assert len(lines) <= (7 if first else 6)
    assert all(len(line) <= LONGEST[lang] for line in lines)
    assert message.picture is not None
    assert message.missing_picture
    for choice in message.labels():
        assert choice.token.endswith(":19ab:3")
        assert len(choice.token.encode()) <= 64


def test_the_menu_holds_what_works_and_the_place_is_asked_with_its_own_button() -> None:
    assert [choice.label for row in menu(CITY) for choice in row] == ["我要上报", "我的上报"]
    assert all(choice.token.startswith(MENU) for row in menu(CITY, "en") for choice in row)
    assert [[choice.token for choice in row] for row in location_choice(CITY, "en")] == [[LOCATION]]


@given(st.lists(st.tuples(st.from_regex(r"[A-Z0-9-]{1,8}", fullmatch=True), st.text(max_size=9))), st.integers(1, 4))
def test_picks_lose_none_and_keep_their_order(options: list[tuple[str, str]], a_row: int) -> None:
    rows = picks("category", iter(options), "19ab:3", a_row)
    found = [(choice.token, choice.label) for row in rows for choice in row]
    assert found == [(f"pick.category.{value}:19ab:3", label) for value, label in options]
    assert all(1 <= len(row) <= a_row for row in rows)
