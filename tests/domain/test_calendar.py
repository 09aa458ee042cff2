"""Which minutes count, where a limit ends, and when it is quiet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Calendar, NoWorkingTime, loud_again, weekdays
from domain.city import Hours
from tests.domain.cases import BIN, CANOPY, FILED, GAS, local, terms

XIAN = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def calendar(hours: Hours = Hours(), zone: ZoneInfo = XIAN) -> Calendar:  # noqa: B008
    return Calendar(hours, zone, weekdays(hours))


# Voice's own examples


def test_eight_hours_from_tuesday_two_o_clock_end_on_wednesday_at_two() -> None:
    assert terms(BIN).resolve_by(local("11-24 14:00"), urgent=False) == local("11-25 14:00")


def test_what_was_resolved_on_friday_afternoon_is_verified_by_monday_at_the_same_hour() -> None:
    assert calendar().add(local("11-27 15:40"), 8 * HOUR) == local("11-30 15:40")


def test_five_days_from_tuesday_end_at_the_close_of_the_next_tuesday() -> None:
    assert terms(CANOPY).resolve_by(FILED, urgent=False) == local("12-01 17:00")
    assert terms(CANOPY).resolve_by(local("11-24 23:59"), urgent=False) == local("12-01 17:00")


def test_half_an_hour_from_five_past_nine_ends_at_nine_thirty_five() -> None:
    assert terms().accept_by(FILED, urgent=False) == local("11-24 09:35")


def test_half_an_hour_from_the_evening_ends_on_the_next_morning() -> None:
    assert terms().accept_by(local("11-24 18:20"), urgent=False) == local("11-25 09:30")


def test_what_is_urgent_counts_the_hours_of_the_night() -> None:
    assert terms(GAS).resolve_by(local("11-28 23:30"), urgent=True) == local("11-29 00:30")
    assert terms(GAS).accept_by(local("11-28 23:30"), urgent=True) == local("11-29 00:00")


# Edges


def test_work_may_end_at_the_very_close_but_nothing_begins_there() -> None:
    assert calendar().add(local("11-24 16:00"), HOUR) == local("11-24 17:00")
    assert calendar().add(local("11-24 17:00"), MINUTE) == local("11-25 09:01")
    assert not calendar().is_open(local("11-24 17:00"))
    assert calendar().is_open(local("11-24 09:00"))


def test_nothing_to_add_gives_the_moment_itself_or_the_next_opening() -> None:
    assert calendar().add(local("11-24 10:00"), timedelta()) == local("11-24 10:00")
    assert calendar().add(local("11-28 10:00"), timedelta()) == local("11-30 09:00")


def test_a_holiday_is_skipped_and_a_made_up_saturday_is_worked() -> None:
    hours = Hours(holidays=frozenset({date(2026, 11, 27)}), workdays=frozenset({date(2026, 11, 28)}))
    assert calendar(hours).add(local("11-26 16:00"), 2 * HOUR) == local("11-28 10:00")
    assert calendar(hours).close_of_day(local("11-26 12:00"), 1) == local("11-28 17:00")


def test_a_day_named_as_both_is_worked() -> None:
    both = frozenset({date(2026, 11, 25)})
    assert weekdays(Hours(holidays=both, workdays=both))(date(2026, 11, 25))


def test_a_calendar_without_a_working_day_says_so_instead_of_searching_for_ever() -> None:
    never = calendar(Hours(days=frozenset()))
    with pytest.raises(NoWorkingTime):
        never.add(FILED, HOUR)
    with pytest.raises(NoWorkingTime):
        never.close_of_day(FILED, 1)


def test_the_days_between_do_not_count_the_first_and_count_the_last() -> None:
    assert calendar().workdays_between(local("11-27 15:40"), local("12-01 17:00")) == 2
    assert calendar().workdays_between(local("12-01 10:00"), local("12-01 17:00")) == 0


# All calendars

_days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
_zones = st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Offices whose hours lie within the day, so that no change of the clocks falls into them."""
    opens = draw(st.integers(5 * 60, 12 * 60))
    closes = draw(st.integers(opens + 90, 22 * 60))
    near = st.frozensets(st.dates(date(2026, 3, 20), date(2026, 4, 20)), max_size=6)
    hours = Hours(
        frozenset(draw(st.sets(st.integers(1, 7), min_size=3))),
        time(*divmod(opens, 60)),
        time(*divmod(closes, 60)),
        draw(near),
        draw(near),
    )
    return Calendar(hours, ZoneInfo(draw(_zones)), weekdays(hours))


_starts = st.integers(0, 31 * 24 * 60).map(lambda n: datetime(2026, 3, 15, tzinfo=UTC) + n * MINUTE)
_spans = st.integers(0, 2_400).map(lambda n: n * MINUTE)
_short = st.integers(1, 300).map(lambda n: n * MINUTE)


@given(calendars(), _starts, _spans, _spans.filter(bool))
def test_working_time_can_be_added_in_any_pieces(
    known: Calendar, start: datetime, first: timedelta, then: timedelta
) -> None:
    assert known.add(known.add(start, first), then) == known.add(start, first + then)


@given(calendars(), _starts, _spans, _spans)
def test_who_starts_later_or_has_more_to_do_never_ends_earlier(
    known: Calendar, start: datetime, less: timedelta, later: timedelta
) -> None:
    end = known.add(start, less)
    assert end >= start
    assert known.add(start, less + later) >= end
    assert known.add(start + later, less) >= end


def _worked(known: Calendar, minute: datetime) -> bool:
    """Read off the clock on the wall, without the calendar's own rules."""
    on_the_wall, hours = minute.astimezone(known.zone), known.hours
    day = on_the_wall.date()
    named = day in hours.workdays or (day.isoweekday() in hours.days and day not in hours.holidays)
    return named and hours.opens <= on_the_wall.time() < hours.closes


@settings(max_examples=30, deadline=None)
@given(calendars(), _starts, _short)
def test_what_is_added_agrees_with_counting_minute_by_minute(known: Calendar, start: datetime, span: timedelta) -> None:
    left, now = span, start
    while left:
        left -= _worked(known, now) * MINUTE
        now += MINUTE
    assert known.add(start, span) == now


@given(calendars(), _starts, _spans)
def test_what_was_added_is_what_lies_between(known: Calendar, start: datetime, span: timedelta) -> None:
    end = known.add(start, span)
    assert known.between(start, end) == span
    assert known.between(end, start) == timedelta() or end == start


@given(calendars(), _starts, st.integers(0, 20_000), st.integers(0, 20_000))
def test_the_time_between_splits_at_any_moment(known: Calendar, start: datetime, first: int, then: int) -> None:
    middle, end = start + first * MINUTE, start + (first + then) * MINUTE
    assert known.between(start, middle) + known.between(middle, end) == known.between(start, end)


@given(calendars(), _starts, st.integers(1, 12))
def test_the_nth_close_is_a_close_and_n_working_days_ahead(known: Calendar, start: datetime, days: int) -> None:
    close = known.close_of_day(start, days)
    day = known.local(close).date()
    assert known.local(close).time() == known.hours.closes
    assert known.workday(day)
    assert day > known.local(start).date()
    assert known.workdays_between(start, close) == days


@given(calendars(), _starts, st.integers(1, 12))
def test_each_close_lies_before_the_next(known: Calendar, start: datetime, days: int) -> None:
    assert known.close_of_day(start, days) < known.close_of_day(start, days + 1)


# Quiet hours


@pytest.mark.parametrize(
    ("at", "since", "again"),
    [
        ("11-24 19:59", time(20), ""),
        ("11-24 20:00", time(20), "11-25 08:00"),
        ("11-24 20:30", time(21), ""),
        ("11-24 23:59", time(21), "11-25 08:00"),
        ("11-25 00:00", time(21), "11-25 08:00"),
        ("11-25 07:59", time(21), "11-25 08:00"),
        ("11-25 08:00", time(21), ""),
    ],
)
def test_quiet_hours_last_over_midnight(at: str, since: time, again: str) -> None:
    assert loud_again(local(at), XIAN, since, time(8)) == (local(again) if again else None)


def test_quiet_hours_within_one_day() -> None:
    assert loud_again(local("11-24 13:00"), XIAN, time(12), time(14)) == local("11-24 14:00")
    assert loud_again(local("11-24 14:00"), XIAN, time(12), time(14)) is None


@given(_starts, st.times(), st.times(), _zones)
def test_when_it_is_loud_again_it_is_not_quiet_any_more(at: datetime, since: time, until: time, zone: str) -> None:
    since, until = since.replace(microsecond=0), until.replace(microsecond=0)
    again = loud_again(at, ZoneInfo(zone), since, until)
    if again is not None and since != until:
        assert again > at
        assert again - at <= timedelta(hours=25)
