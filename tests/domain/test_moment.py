"""Moments as people say them and as staff read them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.moment import by_words, date_words, day_words, due_stamp, hour_words, span_words, staff_date, stamp
from tests.district import the_sample
from tests.domain.cases import FILED, local

HERE = the_sample().calendar


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        ("11-24 09:35", "今天上午 9:35 ", "9:35 am today"),
        ("11-24 16:00", "今天下午 4 点", "4 pm today"),
        ("11-25 10:00", "明天(周三)上午 10 点", "tomorrow (Wed), 10 am"),
        ("12-01 17:00", "12月1日(周二)下午 5 点", "Tue 1 Dec, 5 pm"),
        ("11-25 14:00", "明天(周三)下午 2 点", "tomorrow (Wed), 2 pm"),
        ("11-24 14:30", "今天下午 2:30 ", "2:30 pm today"),
    ],
)
def test_a_limit_as_a_resident_reads_it(at: str, zh: str, en: str) -> None:
    assert by_words(local(at), FILED, HERE) == zh
    assert by_words(local(at), FILED, HERE, "en") == en


def test_today_can_be_left_out_where_the_next_words_say_it() -> None:
    assert by_words(local("11-24 09:35"), FILED, HERE, today=False) == "上午 9:35 "
    assert by_words(local("11-25 09:30"), FILED, HERE, today=False) == "明天(周三)上午 9:30 "


@pytest.mark.parametrize(
    ("hour", "zh", "en"),
    [
        (0, "凌晨 0 点", "12 am"),
        (5, "凌晨 5 点", "5 am"),
        (8, "早上 8 点", "8 am"),
        (9, "上午 9 点", "9 am"),
        (12, "中午 12 点", "12 pm"),
        (13, "下午 1 点", "1 pm"),
        (19, "晚上 7 点", "7 pm"),
        (23, "晚上 11 点", "11 pm"),
    ],
)
def test_the_hours_of_the_day(hour: int, zh: str, en: str) -> None:
    at = local(f"11-24 {hour:02d}:00")
    assert (hour_words(at), hour_words(at, "en")) == (zh, en)


def test_yesterday_has_a_name_and_a_far_year_is_named() -> None:
    assert day_words(local("11-23 10:00"), FILED, HERE) == "昨天"
    assert day_words(datetime.fromisoformat("2027-03-15T00:00+00:00"), FILED, HERE) == "3月15日(周一)"
    assert day_words(datetime.fromisoformat("2027-12-01T00:00+00:00"), FILED, HERE) == "2027年12月1日(周三)"
    assert date_words(FILED, HERE) == "11月24日"
    assert date_words(FILED, HERE, "en") == "24 Nov"


def test_days_are_the_district_s_and_not_greenwich_s() -> None:
    midnight = local("11-25 00:10")
    assert day_words(midnight, FILED, HERE) == "明天(周三)"
    assert day_words(midnight, midnight, HERE) == "今天"


def test_staff_read_dates_in_the_short_form() -> None:
    assert staff_date(local("12-01 17:00"), HERE) == "12-01 周二 17:00"
    assert stamp(local("11-24 09:12"), FILED, HERE) == "09:12"
    assert stamp(local("11-27 15:40"), FILED, HERE) == "11-27 15:40"
    assert due_stamp(local("11-24 09:35"), FILED, HERE) == "09:35"
    assert due_stamp(local("12-01 17:00"), FILED, HERE) == "12-01 周二 17:00"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=1), "1 分钟"),
        (timedelta(minutes=15, seconds=59), "15 分钟"),
        (timedelta(minutes=59), "59 分钟"),
        (timedelta(hours=1), "1 小时"),
        (timedelta(hours=23, minutes=59), "23 小时"),
        (timedelta(days=1), "1 天"),
        (timedelta(days=9, hours=23), "9 天"),
    ],
)
def test_spans_are_rounded_down_and_never_nothing(span: timedelta, words: str) -> None:
    assert span_words(span) == words


@given(st.integers(-500, 500), st.integers(0, 1439), st.sampled_from(["zh", "en"]))
def test_two_limits_that_read_the_same_are_the_same_minute(days: int, minute: int, lang: str) -> None:
    at = local("11-24 00:00") + timedelta(days=days, minutes=minute)
    other = at + timedelta(minutes=1)
    assert by_words(at, FILED, HERE, lang) != by_words(other, FILED, HERE, lang)
