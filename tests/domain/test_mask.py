"""Telephone and identity numbers do not reach a group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mask import has_number, masked

HIDDEN = "〔号码已隐去〕"


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "86 13800138000",
        "１３８００１３８０００",
        "029-55500101",
        "02955500101",
        "0912-5550-010",
        "610102199003071234",
        "61010219900307123X",
        "61010219900307123x",
    ],
)
def test_a_number_in_the_words_is_hidden_and_the_rest_stays(number: str) -> None:
    assert masked(f"请打{number},3号楼", HIDDEN) == f"请打{HIDDEN},3号楼"
    assert has_number(f"请打{number}")


@pytest.mark.parametrize(
    "words",
    [
        "幸福里3号楼2单元1201",
        "XF-20261124-0007",
        "2026-11-24 09:05",
        "打12345没人接",
        "打了110和119",
        "车牌陕A12345",
        "尾号 0007",
        "１２号铺",
        "138001380001234567890",
        "",
    ],
)
def test_houses_dates_case_numbers_and_short_calls_stay(words: str) -> None:
    assert masked(words, HIDDEN) == words
    assert not has_number(words)


def test_two_numbers_in_one_line_are_both_hidden() -> None:
    assert masked("13800138000或13900139000", HIDDEN) == f"{HIDDEN}或{HIDDEN}"


@given(
    st.text(alphabet="东西南北楼下,。 "), st.integers(13_000_000_000, 19_999_999_999), st.text(alphabet="上下左右,。 ")
)
def test_no_mobile_number_survives_wherever_it_stands(before: str, number: int, after: str) -> None:
    shown = masked(f"{before}{number}{after}", HIDDEN)
    assert str(number) not in shown
    assert shown == f"{before}{HIDDEN}{after}"


@given(st.text(max_size=40))
def test_hiding_twice_is_hiding_once_and_nothing_is_left(words: str) -> None:
    once = masked(words, HIDDEN)
    assert masked(once, HIDDEN) == once
    assert not has_number(once)
