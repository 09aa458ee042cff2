"""The plain form of words: what makes no difference to a reader makes none here."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.address import cut, plain, spaced
from domain.reading import Phrases, read, sounds


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("垃圾 桶", "垃圾桶"),
        ("Ｇarbage　ＢＩＮ", "garbagebin"),
        ("路燈壞了!", "路灯坏了!"),
        ("井盖,松了", "井盖松了"),
        ("1、2号楼", "1 2号楼"),
        ("①号", "1号"),
        ("第一行\n第二行", "第一行\n第二行"),
    ],
)
def test_width_case_blanks_and_traditional_signs_make_no_difference(words: str, form: str) -> None:
    assert read(words).text == form


@given(st.text(max_size=40))
def test_a_plain_form_is_plain_already(words: str) -> None:
    once = read(words).text
    assert read(once).text == once


address = st.text("三十二百3一1 ，号楼栋幢座#铺店a单元下道口", max_size=12)


@given(st.one_of(st.text(max_size=30), address))
@example("0座楼")
def test_a_plain_address_is_plain_already(words: str) -> None:
    once = plain(words).text
    assert plain(once).text == once


@given(st.one_of(st.text(max_size=30), address))
def test_each_sign_knows_where_it_stood(words: str) -> None:
    for reading in (read(words), plain(words)):
        assert len(reading.text) == len(reading.starts) == len(reading.ends)
        assert all(0 <= a < b <= len(words) for a, b in zip(reading.starts, reading.ends, strict=True))
        assert list(reading.starts) == sorted(reading.starts)


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("三号楼", "3栋"),
        ("3幢", "3栋"),
        ("3#楼", "3栋"),
        ("A座", "a栋"),
        ("二十三号楼", "23栋"),
        ("一百零五号铺", "105铺"),
        ("二零三室", "203室"),
        ("十二号商铺", "12铺"),
        ("3号楼下", "3栋下"),
        ("3栋楼道", "3栋楼道"),
        ("三楼", "3楼"),
        ("三心二意", "三心二意"),
    ],
)
def test_numbers_and_kinds_of_houses_have_one_form(words: str, form: str) -> None:
    assert plain(words).text == form


def test_a_numbered_name_is_cut_before_its_number() -> None:
    assert cut("幸福里12栋") == ("幸福里", "12栋")
    assert cut("幸福里南门") == ("幸福里南门", "")


def test_blanks_stand_around_numbers() -> None:
    assert spaced("幸福里12号铺") == spaced("幸福里 12 号铺") == "幸福里 12 号铺"


def test_what_many_do_not_tell_apart_sounds_alike() -> None:
    assert sounds("辛") == sounds("星")
    assert sounds("吉") == sounds("级")
    assert sounds("里") != sounds("路")
    assert sounds("A") == ("A",)


@given(st.sets(st.text("垃圾桶井盖", min_size=1, max_size=4), max_size=8), st.text("垃圾桶井盖灯", max_size=12))
def test_phrases_are_found_wherever_they_stand(known: set[str], text: str) -> None:
    spans = {(i, j) for i in range(len(text)) for j in range(i + 1, len(text) + 1) if text[i:j] in known}
    assert set(Phrases(known).all(text)) == spans
