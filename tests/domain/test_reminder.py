"""What becomes due by itself: each thing once, at its moment, however late the clock rings."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import ACTIONS, built
from domain.case import Case
from domain.reminder import REMINDERS, due, mark, next_moment, rung
from domain.role import CLOCK, Who
from domain.state import State
from tests.district import the_sample
from tests.domain.cases import (
    BIN,
    CANOPY,
    FILED,
    GAS,
    LEADER,
    NEIGHBOUR,
    OFFICER,
    RESIDENT,
    a_case,
    did,
    in_state,
    local,
    terms,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def codes(case: Case, now: datetime) -> list[str]:
    return [reminder.code for reminder in due(case, now, terms(case.category))]


def moment(case: Case) -> datetime | None:
    return next_moment(case, terms(case.category))


def given_now(case: Case, now: datetime) -> Case:
    return rung(case, now, terms(case.category))


def all_rings(case: Case, until: str | datetime = "11-30 12:00") -> list[tuple[datetime, list[str]]]:
    """When the alarm of a case rings up to a moment while nobody does anything, and what it then finds due. It ends
    where the clock acts by itself."""
    rings: list[tuple[datetime, list[str]]] = []
    end = local(until) if isinstance(until, str) else until
    while (at := moment(case)) is not None and at <= end:
        found = due(case, at, terms(case.category))
        rings.append((at, [reminder.code for reminder in found]))
        if any(reminder.action for reminder in found):
            break
        case = given_now(case, at)
    return rings


# The moments of design, section 4


def test_a_case_that_nobody_accepts_goes_from_the_group_to_the_station_to_the_supervisor() -> None:
    assert all_rings(a_case())[:3] == [
        (local("11-24 09:20"), ["accept_half"]),
        (local("11-24 09:35"), ["accept_late"]),
        (local("11-24 10:05"), ["accept_twice"]),
    ]


def test_a_case_that_nobody_resolves_warns_at_three_quarters_then_at_the_limit_then_a_working_day_later() -> None:
    taken = did(a_case(BIN, local("11-24 10:00")), "accept", LEADER, local("11-24 10:05"))
    assert all_rings(taken) == [
        (local("11-24 16:00"), ["resolve_near"]),
        (local("11-25 10:00"), ["resolve_late"]),
        (local("11-26 17:00"), ["resolve_later", "late_news"]),
        (local("11-27 17:00"), ["late_news"]),
    ]


def test_a_resident_whose_answer_is_late_hears_of_it_once_every_working_day() -> None:
    """We said «by then I tell you how it stands»; a weekend or a long stop makes no flood of it."""
    taken = did(a_case(BIN, local("11-24 10:00")), "accept", LEADER, local("11-24 10:05"))
    told = [at for at, found in all_rings(taken, "12-03 12:00") if "late_news" in found]
    assert told == [local(f"{day} 17:00") for day in ("11-26", "11-27", "11-30", "12-01", "12-02")]
    stopped = given_now(given_now(taken, local("11-26 17:00")), local("12-03 09:00"))
    assert [code for at, code in all_rings(stopped, "12-04 17:00")] == [["late_news"]]


def test_what_is_urgent_goes_by_the_clock_through_the_night() -> None:
    gas = a_case(GAS, local("11-28 23:30"))
    assert all_rings(gas) == [
        (local("11-28 23:45"), ["accept_half"]),
        (local("11-29 00:00"), ["accept_late"]),
        (local("11-29 00:15"), ["resolve_near"]),
        (local("11-29 00:30"), ["accept_twice", "resolve_late"]),
        (local("11-30 00:30"), ["resolve_later"]),
    ]
    assert all_rings(gas, "11-30 17:00")[-1] == (local("11-30 17:00"), ["late_news"])


def test_a_promise_that_is_over_is_said_to_the_group_and_the_resident_and_the_others_go_on() -> None:
    soon = did(a_case(), "accept_now", LEADER, local("11-24 09:12"))
    rings = all_rings(soon, "12-02 12:00")
    assert rings[0] == (local("11-24 11:12"), ["promise_late", "promise_news"])
    assert [found for _, found in rings[1:]] == [["resolve_near"], ["resolve_late"]]


def test_the_callback_has_one_reminder_after_two_days_and_ends_after_five() -> None:
    asked = did(in_state(State.RESOLVED), "verify", OFFICER, local("11-27 16:05"))
    assert all_rings(asked, "12-31 12:00") == [
        (local("11-29 16:05"), ["callback_again"]),
        (local("12-02 16:05"), ["callback_over"]),
    ]


@pytest.mark.parametrize(
    ("state", "rule", "action"),
    [
        (State.RESOLVED, "verify_over", "verify"),
        (State.CALLBACK, "callback_over", "unanswered"),
        (State.CLOSED, "archive", "archive"),
    ],
)
def test_what_the_clock_does_by_itself_happens_at_the_step_s_end(state: State, rule: str, action: str) -> None:
    case = in_state(state)
    assert case.due_step is not None
    assert rule not in codes(case, case.due_step - MINUTE)
    found = due(case, case.due_step, terms())
    assert [reminder.action for reminder in found if reminder.action] == [action]
    after = did(case, action, CLOCK, case.due_step)
    assert rule not in codes(after, case.due_step)


@pytest.mark.parametrize("state", [State.ARCHIVED, State.VOIDED, State.MERGED, State.WAITING, State.SUSPENDED])
def test_nothing_rings_where_nothing_is_waited_for_or_the_limit_stands_still(state: State) -> None:
    case = in_state(state)
    assert moment(case) is None
    assert codes(case, FILED + 400 * DAY) == []


# Once


def test_a_double_ring_gives_nothing_the_second_time() -> None:
    late = local("11-24 09:35")
    case = given_now(a_case(), late)
    assert codes(case, late) == []
    assert given_now(case, late) is case


def test_after_a_long_stop_each_overdue_one_is_given_once_and_the_weaker_are_left_out() -> None:
    much_later = local("12-20 12:00")
    case = a_case()
    assert codes(case, much_later) == ["accept_late", "accept_twice", "resolve_late", "resolve_later"]
    assert codes(given_now(case, much_later), much_later) == []
    assert moment(given_now(case, much_later)) == local("12-21 17:00"), "only the daily word to the resident is left"


def test_a_gathered_reminder_is_given_while_its_limit_is_still_ahead() -> None:
    assert codes(a_case(), local("11-24 09:34")) == ["accept_half"]
    assert codes(a_case(), local("11-24 09:35")) == ["accept_late"]


def test_another_office_gets_its_own_reminders() -> None:
    reminded = given_now(a_case(), local("11-24 09:50"))
    returned = did(reminded, "return", LEADER, local("11-24 09:55"))
    again = did(returned, "dispatch", OFFICER, local("11-24 14:00"))
    assert all_rings(again)[:2] == [
        (local("11-24 14:15"), ["accept_half"]),
        (local("11-24 14:30"), ["accept_late"]),
    ]


def test_a_new_round_is_reminded_anew_of_its_own_deadline() -> None:
    late = given_now(in_state(State.ACCEPTED), local("12-01 17:00"))
    done = did(late, "resolve", LEADER, local("12-02 10:00"))
    again = did(done, "rework", OFFICER, local("12-02 11:00"))
    rings = all_rings(again, "12-04 17:00")
    assert [found for _, found in rings] == [["resolve_near"], ["resolve_late"], ["resolve_later", "late_news"]]
    assert rings[1][0] == again.due_resolve


def test_what_a_resident_adds_moves_no_warning() -> None:
    again = did(in_state(State.CALLBACK), "unsolved", RESIDENT, local("11-25 10:00"))
    assert moment(did(again, "add", RESIDENT, local("11-27 10:00"))) == moment(again)


def test_a_second_office_s_promise_in_the_same_round_is_reminded_too() -> None:
    soon = given_now(did(a_case(), "accept_now", LEADER, local("11-24 09:12")), local("11-24 11:12"))
    sent = did(did(soon, "return", LEADER, local("11-24 11:30")), "dispatch", OFFICER, local("11-24 11:40"))
    again = did(sent, "accept_now", NEIGHBOUR, local("11-24 11:50"))
    assert all_rings(again)[0] == (local("11-24 13:50"), ["promise_late", "promise_news"])


def test_a_second_callback_has_its_own_reminder() -> None:
    asked = in_state(State.CALLBACK)
    reminded = given_now(asked, asked.due_step - 3 * DAY) if asked.due_step else asked
    assert reminded.rung
    again = did(reminded, "unsolved", RESIDENT, local("11-27 10:00"))
    done = did(again, "resolve", LEADER, local("11-27 11:00"))
    second = did(done, "verify", OFFICER, local("11-27 12:00"))
    assert all_rings(second, "12-31 12:00")[0] == (local("11-29 12:00"), ["callback_again"])


_STATES = st.sampled_from(
    [State.DISPATCHED, State.ACCEPTED, State.RETURNED, State.RESOLVED, State.CALLBACK, State.CLOSED]
)
_CATEGORIES = st.sampled_from([CANOPY, BIN, GAS])
_waits = st.timedeltas(timedelta(), timedelta(days=12))


@settings(deadline=None)
@given(_STATES, _CATEGORIES, st.lists(_waits, min_size=1, max_size=8))
def test_whenever_the_clock_rings_nothing_is_said_twice(state: State, category: str, waits: list[timedelta]) -> None:
    case = in_state(state, category)
    now, said = case.last_at or FILED, []
    for wait in waits:
        now += wait
        found = due(case, now, terms(category))
        said += [mark(reminder, case, now) for reminder in found if not reminder.action]
        case = given_now(case, now)
        assert not [reminder for reminder in due(case, now, terms(category)) if not reminder.action]
    assert len(said) == len(set(said))


@settings(deadline=None)
@given(_STATES, _CATEGORIES, st.lists(_waits, min_size=1, max_size=8))
def test_after_ringing_the_next_moment_lies_ahead_and_never_before_the_last(
    state: State, category: str, waits: list[timedelta]
) -> None:
    case = in_state(state, category)
    now, last = case.last_at or FILED, moment(case)
    for wait in waits:
        now += wait
        acts = any(reminder.action for reminder in due(case, now, terms(category)))
        case = given_now(case, now)
        after = moment(case)
        if after is not None and last is not None:
            assert after >= last
        assert acts or after is None or after > now
        last = after


@settings(deadline=None)
@given(_STATES, _CATEGORIES, _waits)
def test_one_late_ring_gives_what_many_punctual_ones_would_but_for_the_weaker(
    state: State, category: str, wait: timedelta
) -> None:
    case = in_state(state, category)
    end = (case.last_at or FILED) + wait
    punctual = {code for _, found in all_rings(case, end) for code in found}
    weaker = {"accept_half": "accept_late", "resolve_near": "resolve_late", "late_news": "resolve_late"}
    late = codes(case, end)
    assert len(late) == len(set(late))
    assert set(late) == {code for code in punctual if weaker.get(code) not in punctual}


@settings(deadline=None)
@given(_STATES, _CATEGORIES)
def test_the_alarm_is_set_for_the_very_moment_at_which_something_is_due(state: State, category: str) -> None:
    case = in_state(state, category)
    at = moment(case)
    assert at is not None
    assert codes(case, at)
    assert codes(case, at - timedelta(seconds=1)) == []


def test_ringing_writes_nothing_down_but_the_marks() -> None:
    case = a_case()
    after = given_now(case, local("11-24 09:35"))
    assert replace(after, rung=case.rung) == case
    assert len(after.rung) == 2


# The table is whole


def test_every_reminder_has_words_or_does_something_built_that_the_clock_may_do() -> None:
    wording = the_sample().wording
    for reminder in REMINDERS:
        if reminder.to == "clock":
            assert not reminder.words
            assert built(reminder.action), reminder.code
            assert Who.CLOCK in ACTIONS[reminder.action].who
            assert reminder.state in ACTIONS[reminder.action].sources
        else:
            assert not reminder.action
            assert wording.has(reminder.words), reminder.code
            assert reminder.to in ("office", "station", "supervisor", "reporter")


def test_what_is_gathered_goes_to_an_office_and_what_goes_to_an_office_is_gathered() -> None:
    for reminder in REMINDERS:
        assert reminder.gathered == (reminder.to == "office"), reminder.code


def test_no_two_rules_of_a_state_share_a_code() -> None:
    known = [(reminder.code, reminder.state) for reminder in REMINDERS]
    assert len(known) == len(set(known))
