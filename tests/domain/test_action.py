"""Every row of the table of actions, who may run it when, and what it does to a case (design, section 4).

`python -m tests.domain.test_action` writes docs/cases.md anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import ACTIONS, OUTCOMES, RATINGS, Action, act, built, check, report_entry
from domain.card import SIGNS
from domain.case import Case
from domain.effect import EFFECTS
from domain.refusal import GoneOn, Missing, NotYours, TooLate
from domain.reminder import REMINDERS
from domain.role import CLOCK, Actor
from domain.state import OPEN, State
from tests.district import the_sample
from tests.domain.cases import (
    AFTER,
    BEFORE,
    BIN,
    CANOPY,
    EVERYONE,
    FILED,
    GAS,
    LEADER,
    OFFICER,
    RESIDENT,
    VALUES,
    a_case,
    did,
    in_state,
    local,
    terms,
)

DAY = timedelta(days=1)

LEDGER = {"unsolved": "rework"}
"""没解决 stands in the ledger as the reporter's 返工."""


# The table, cell by cell


@dataclass(frozen=True)
class Row:
    """A row of design section 4 as it is written there; `to` empty: the state stays."""

    label: str
    sources: str
    who: str
    to: str
    needs: str = ""


UNRESOLVED = "dispatched accepted returned waiting suspended"  # any before resolved
STILL_OPEN = f"{UNRESOLVED} resolved callback"

DESIGN: Mapping[str, Row] = {
    "accept": Row("接单", "dispatched", "office", "accepted"),
    "accept_now": Row("马上办", "dispatched", "office", "accepted"),
    "transfer": Row("转交", "dispatched accepted", "office officer", "dispatched", "department"),
    "return": Row("退回", "dispatched accepted", "office", "returned", "reason"),
    "dispatch": Row("派遣", "dispatched accepted returned", "officer", "dispatched", "office"),
    "ask": Row("追问", "accepted", "office officer", "waiting", "question"),
    "reply": Row("回答", "waiting", "reporter clock", "accepted"),
    "resolve": Row("办结", "accepted", "office", "resolved", "outcome photo note"),
    "extend": Row("延期", "accepted", "office", "", "reason until"),
    "grant": Row("同意", "accepted", "officer", ""),
    "refuse": Row("不同意", "accepted", "officer", ""),
    "verify": Row("核查通过", "resolved", "officer clock", "callback"),
    "rework": Row("返工", "resolved callback", "officer", "accepted", "reason"),
    "unsolved": Row("没解决", "callback", "reporter", "accepted"),
    "confirm": Row("解决了", "callback", "reporter", "closed"),
    "rate": Row("评价", "closed", "reporter", "", "rating"),
    "unanswered": Row("未回应", "callback", "clock", "closed"),
    "suspend": Row("挂账", "dispatched accepted returned", "supervisor", "suspended", "reason until"),
    "resume": Row("恢复", "suspended", "supervisor clock", ""),
    "void": Row("作废", UNRESOLVED, "officer", "voided", "reason"),
    "merge": Row("并案", UNRESOLVED, "officer", "merged", "main"),
    "split": Row("拆开", "merged", "officer", "dispatched"),
    "withdraw": Row("撤回", "dispatched", "reporter", "voided"),
    "archive": Row("归档", "closed", "officer clock", "archived"),
    "reopen": Row("重开", "closed archived voided", "reporter officer", "dispatched"),
    "rule": Row("终审", "returned", "officer", "dispatched", "office"),
    "supervise": Row("督办", STILL_OPEN, "clock reporter", ""),
    "add": Row("补充", STILL_OPEN, "reporter", ""),
    "urge": Row("催办", STILL_OPEN, "reporter", ""),
}


def test_the_table_has_exactly_the_actions_of_the_design() -> None:
    assert set(ACTIONS) == set(DESIGN)
    assert {row.code for row in ACTIONS.values()} == set(ACTIONS)


@pytest.mark.parametrize("code", DESIGN)
def test_every_cell_of_a_row_is_as_the_design_has_it(code: str) -> None:
    row, design = ACTIONS[code], DESIGN[code]
    assert row.zh == design.label
    assert set(row.sources) == {State(name) for name in design.sources.split()}
    assert row.to == (State(design.to) if design.to else None)
    assert set(row.who) == set(design.who.split())
    assert set(row.needs) == set(design.needs.split())
    assert row.en


def test_the_open_states_are_those_that_wait_for_somebody() -> None:
    assert {State(name) for name in STILL_OPEN.split()} == OPEN
    assert set(State) - OPEN == {State.CLOSED, State.ARCHIVED, State.VOIDED, State.MERGED}


def test_outcomes_and_ratings_are_those_of_the_design() -> None:
    assert OUTCOMES == {
        "solved": "已解决",
        "referred": "已转办并告知",
        "not_ours": "不属管辖",
        "not_yet": "暂无法解决",
        "not_found": "情况不实",
    }
    assert RATINGS == {"satisfied": "满意", "mostly": "基本满意", "unsatisfied": "不满意"}


def test_what_is_built_has_an_effect_and_nothing_else_has_one() -> None:
    assert set(EFFECTS) == {code for code in ACTIONS if built(code)}
    assert not built("report")
    assert not built("no such action")


# Everybody, everywhere, everything

BUILT = tuple(code for code in ACTIONS if built(code))

ALLOWED: Mapping[str, frozenset[str]] = {
    "office": frozenset({"the grid's leader", "the station's officer"}),
    "officer": frozenset({"the station's officer"}),
    "supervisor": frozenset({"the supervisor"}),
    "reporter": frozenset({"a resident"}),
    "clock": frozenset({"the clock"}),
}
"""Who each word of the table means, for a case that the grid's leader holds and the resident reported."""


def tried(case: Case, code: str, name: str, *, version: int | None = None, **given: Any) -> Case:
    now = (case.last_at or case.filed_at) + timedelta(minutes=5)
    values = {**VALUES.get(code, {}), **given}
    reporter = name == "a resident"
    return act(case, code, EVERYONE[name], now, values, terms(case.category), reporter=reporter, version=version).case


@pytest.mark.parametrize("code", BUILT)
def test_an_action_happens_exactly_where_the_table_says_and_is_refused_everywhere_else(code: str) -> None:
    row = DESIGN[code]
    people = {name for who in row.who.split() for name in ALLOWED[who]}
    for state, name in product(State, EVERYONE):
        case = replace(in_state(state), holder="XFL03", station="S-XFL")
        if name not in people:
            with pytest.raises(NotYours):
                tried(case, code, name)
        elif state not in row.sources.split():
            with pytest.raises(GoneOn):
                tried(case, code, name)
        else:
            after = tried(case, code, name)
            expected = "returned" if (code, state) == ("reopen", State.VOIDED) else row.to or state
            assert after.state == expected, (state, name)


@pytest.mark.parametrize("code", BUILT)
def test_an_older_button_is_refused_and_the_newest_is_not(code: str) -> None:
    name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
    for state in DESIGN[code].sources.split():
        case = replace(in_state(State(state)), holder="XFL03", station="S-XFL")
        for other in (case.version - 1, case.version + 1, 0, 10**8):
            with pytest.raises(GoneOn):
                tried(case, code, name, version=other)
        assert tried(case, code, name, version=case.version).events == case.events + 1


@pytest.mark.parametrize("code", BUILT)
def test_an_action_pressed_twice_happens_once(code: str) -> None:
    name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
    state = State(DESIGN[code].sources.split()[0])
    case = replace(in_state(state), holder="XFL03", station="S-XFL")
    after = tried(case, code, name, version=case.version)
    if code in ("add", "rate"):  # they may be repeated, and their buttons stay
        assert after.version == case.version
    else:
        assert after.version == case.version + 1
        with pytest.raises((GoneOn, NotYours)):
            tried(after, code, name, version=case.version)


def test_a_stranger_is_told_so_even_where_the_state_is_another() -> None:
    with pytest.raises(NotYours):
        check(in_state(State.CLOSED), "accept", RESIDENT)


@pytest.mark.parametrize("code", [code for code in BUILT if "reason" in DESIGN[code].needs])
@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_a_reason_that_is_needed_and_missing_is_asked_for_by_name(code: str, reason: str) -> None:
    case = in_state(State(DESIGN[code].sources.split()[0]))
    with pytest.raises(Missing) as refused:
        act(case, code, OFFICER, FILED + DAY, {"reason": reason}, terms())
    assert refused.value.values == {"number": case.number, "need": "reason"}


@pytest.mark.parametrize(
    ("code", "need"),
    [(code, need) for code in BUILT for need in DESIGN[code].needs.split() if need != "photo"],
)
def test_every_need_that_is_not_met_is_asked_for_by_name(code: str, need: str) -> None:
    name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
    case = replace(in_state(State(DESIGN[code].sources.split()[0])), holder="XFL03", station="S-XFL")
    without = {key: value for key, value in VALUES[code].items() if key != need}
    with pytest.raises(Missing) as refused:
        act(case, code, EVERYONE[name], FILED + DAY, without, terms(), reporter=name == "a resident")
    assert refused.value.values == {"number": case.number, "need": need}


def test_solved_without_a_picture_or_a_reason_for_none_is_refused() -> None:
    case = in_state(State.ACCEPTED)
    with pytest.raises(Missing) as refused:
        act(case, "resolve", LEADER, FILED + DAY, {"outcome": "solved", "note": "好了"}, terms())
    assert refused.value.values == {"number": case.number, "need": "photo"}
    for enough in ({"photos": [AFTER]}, {"no_photo": "天黑拍不清"}):
        done = act(case, "resolve", LEADER, FILED + DAY, {"outcome": "solved", "note": "好了", **enough}, terms())
        assert done.case.state is State.RESOLVED


@pytest.mark.parametrize("outcome", [code for code in OUTCOMES if code != "solved"])
def test_only_solved_needs_a_picture(outcome: str) -> None:
    done = act(in_state(State.ACCEPTED), "resolve", LEADER, FILED + DAY, {"outcome": outcome, "note": "看过"}, terms())
    assert done.case.outcome == outcome


def test_an_action_that_nobody_knows_is_no_action() -> None:
    with pytest.raises(KeyError):
        check(a_case(), "explode", OFFICER)


# What is written down


@pytest.mark.parametrize("code", BUILT)
def test_every_action_writes_one_line_with_actor_time_states_and_reason(code: str) -> None:
    name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
    case = replace(in_state(State(DESIGN[code].sources.split()[0])), holder="XFL03", station="S-XFL")
    now = (case.last_at or case.filed_at) + timedelta(minutes=5)
    values = VALUES.get(code, {})
    done = act(case, code, EVERYONE[name], now, values, terms(), reporter=name == "a resident")
    entry, after = done.entry, done.case
    assert (entry.action, entry.at, entry.actor) == (LEDGER.get(code, code), now, EVERYONE[name].person)
    assert (entry.before, entry.after) == (case.state, after.state)
    assert entry.reason == str(values.get("reason") or values.get("note") or values.get("words") or "")
    assert after.events == case.events + 1
    assert (after.last_action, after.last_at) == (code, now)
    assert after.last_by == entry.name
    assert not {"words", "note", "reason"} & set(entry.values), "people's words belong into the part that can be erased"


def test_the_first_line_says_what_was_reported_and_where() -> None:
    entry = report_entry(a_case(), "telegram|wang", "resident", "")
    assert (entry.action, entry.before, entry.after) == ("report", "", State.DISPATCHED)
    assert entry.values == {"category": CANOPY, "grid": "XFL03", "office": "XFL03", "photos": [BEFORE]}
    assert entry.reason == a_case().words


# Limits


@pytest.mark.parametrize("code", [code for code in BUILT if code not in ("rework", "unsolved", "reopen")])
def test_nothing_but_rework_and_reopening_ever_moves_the_deadline(code: str) -> None:
    name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
    for state in DESIGN[code].sources.split():
        case = replace(in_state(State(state)), holder="XFL03", station="S-XFL")
        after = tried(case, code, name)
        assert after.due_resolve == case.due_resolve
        assert after.filed_at == case.filed_at


def test_accepting_is_counted_anew_for_each_office() -> None:
    returned = did(a_case(), "return", LEADER, local("11-24 10:02"))
    assert returned.due_accept is None
    assert (returned.holder, returned.returns) == ("S-XFL", 1)
    again = did(returned, "dispatch", OFFICER, local("11-24 14:10"))
    assert (again.holder, again.holder_name) == ("XFL04", "赵网格长")
    assert again.due_accept == local("11-24 14:40")
    assert again.due_resolve == a_case().due_resolve


def test_at_once_promises_two_working_hours_but_never_beyond_the_deadline() -> None:
    soon = did(a_case(BIN, local("11-24 14:00")), "accept_now", LEADER, local("11-24 14:05"))
    assert (soon.due_step, soon.promised) == (local("11-24 16:05"), True)
    over_night = did(a_case(BIN, local("11-24 14:00")), "accept_now", LEADER, local("11-24 16:30"))
    assert over_night.due_step == local("11-25 10:30")
    late = did(a_case(BIN, local("11-24 14:00")), "accept_now", LEADER, local("11-25 13:30"))
    assert late.due_step == local("11-25 14:00")


def test_in_an_urgent_case_the_promise_counts_the_clock() -> None:
    gas = did(a_case(GAS, local("11-24 23:00")), "accept_now", LEADER, local("11-24 23:05"))
    assert gas.due_step == local("11-25 00:00")


def test_verifying_has_eight_working_hours() -> None:
    case = did(did(a_case(), "accept", LEADER, local("11-24 09:12")), "resolve", LEADER, local("11-27 15:40"))
    assert case.due_step == local("11-30 15:40")


def test_the_callback_has_five_days_and_archiving_seven_by_the_calendar() -> None:
    case = in_state(State.RESOLVED)
    asked = did(case, "verify", OFFICER, local("11-27 16:05"))
    assert asked.due_step == local("12-02 16:05")
    assert not asked.passed
    closed = did(asked, "confirm", RESIDENT, local("11-27 18:20"))
    assert closed.due_step == local("12-04 18:20")
    assert closed.closed_at == local("11-27 18:20")


def test_what_the_clock_verified_says_so() -> None:
    assert did(in_state(State.RESOLVED), "verify", CLOCK, local("11-30 15:40")).passed


def test_rework_keeps_a_deadline_that_is_far_enough() -> None:
    case = in_state(State.CALLBACK)
    again = did(case, "unsolved", RESIDENT, local("11-25 10:00"))
    assert again.due_resolve == case.due_resolve
    assert (again.round, again.reworks, again.late) == (2, 1, False)
    assert (again.state, again.assignee) == (State.ACCEPTED, LEADER.person)


def test_rework_gives_one_working_day_where_less_is_left() -> None:
    case = in_state(State.CALLBACK)
    assert did(case, "unsolved", RESIDENT, local("12-01 10:00")).due_resolve == local("12-02 17:00")
    over_the_weekend = did(replace(case, due_resolve=local("11-27 17:00")), "rework", OFFICER, local("11-27 16:00"))
    assert over_the_weekend.due_resolve == local("11-30 17:00")


def test_lateness_of_an_earlier_round_stays_counted() -> None:
    late = did(in_state(State.ACCEPTED), "resolve", LEADER, local("12-02 10:00"))
    assert late.late
    again = did(late, "rework", OFFICER, local("12-02 11:00"))
    done = did(again, "resolve", LEADER, local("12-03 10:00"))
    assert done.resolved_at is not None
    assert done.resolved_at < done.due_resolve
    assert done.late


def test_what_was_resolved_in_time_is_not_late_for_a_verification_after_the_deadline() -> None:
    done = did(in_state(State.ACCEPTED), "resolve", LEADER, local("12-01 16:00"))
    assert not did(done, "rework", OFFICER, local("12-02 11:00")).late


def test_an_urgent_case_that_is_reworked_has_a_day_of_the_clock() -> None:
    gas = in_state(State.CALLBACK, GAS, filed=local("11-27 16:00"))
    assert did(gas, "unsolved", RESIDENT, local("11-27 18:00")).due_resolve == local("11-28 18:00")


def test_what_is_resolved_in_time_is_not_late() -> None:
    assert not did(in_state(State.ACCEPTED), "resolve", LEADER, local("12-01 17:00")).late
    assert did(in_state(State.ACCEPTED), "resolve", LEADER, local("12-01 17:01")).late


def test_reopening_gives_the_category_s_limit_anew_to_the_office_that_had_it() -> None:
    closed = in_state(State.CLOSED)
    again = did(closed, "reopen", RESIDENT, local("11-26 10:00"))
    assert again.due_resolve == terms().resolve_by(local("11-26 10:00"), urgent=False) == local("12-03 17:00")
    assert again.due_accept == local("11-26 10:30")
    assert (again.holder, again.assignee, again.round) == ("XFL03", "", 2)
    assert (again.answer, again.rating, again.outcome, again.closed_at) == ("", "", "", None)


def test_a_voided_case_is_reopened_at_the_station() -> None:
    again = did(in_state(State.VOIDED), "reopen", RESIDENT, local("11-24 12:00"))
    assert (again.state, again.holder, again.holder_name) == (State.RETURNED, "S-XFL", "")


def test_after_seven_days_nothing_is_reopened() -> None:
    closed = did(in_state(State.CALLBACK), "confirm", RESIDENT, local("11-24 18:20"))
    assert did(closed, "reopen", RESIDENT, local("12-01 18:20")).state is State.DISPATCHED
    with pytest.raises(TooLate) as refused:
        did(closed, "reopen", RESIDENT, local("12-01 18:21"))
    assert refused.value.values == {"number": closed.number}


def test_an_addition_keeps_what_was_there_and_counts_no_photo_twice() -> None:
    case = did(a_case(), "add", RESIDENT, local("11-24 09:20"), words="", photos=[BEFORE, AFTER])
    assert case.photos == (BEFORE, AFTER)
    assert case.words == a_case().words
    assert did(case, "add", RESIDENT, local("11-24 09:21"), words="更大了", photos=[]).words == "更大了"


def test_what_a_return_leaves_behind_is_nobody_s() -> None:
    case = did(in_state(State.ACCEPTED), "return", LEADER, local("11-24 10:02"))
    assert (case.assignee, case.assignee_name, case.due_step, case.promised) == ("", "", None, False)


def test_who_resolves_without_having_accepted_is_named() -> None:
    case = replace(in_state(State.ACCEPTED), assignee="", assignee_name="")
    done = did(case, "resolve", OFFICER, local("11-25 10:00"))
    assert (done.assignee, done.assignee_name) == (OFFICER.person, "张队员")


# Any life of a case


def _possible(case: Case) -> list[tuple[str, Actor]]:
    people = {"office": LEADER, "officer": OFFICER, "reporter": RESIDENT, "clock": CLOCK}
    found = []
    for code in BUILT:
        for who in sorted(ACTIONS[code].who):
            try:
                check(case, code, people[who], reporter=who == "reporter")
            except (NotYours, GoneOn):
                continue
            found.append((code, people[who]))
    return found


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([CANOPY, BIN, GAS]))
def test_whatever_happens_to_a_case_its_numbers_only_grow_and_its_limit_never_shrinks(
    data: st.DataObject, category: str
) -> None:
    case, now = a_case(category), FILED
    for _ in range(data.draw(st.integers(1, 14))):
        possible = _possible(case)
        if not possible:
            break
        code, by = data.draw(st.sampled_from(possible))
        now += data.draw(st.timedeltas(timedelta(seconds=1), timedelta(days=3)))
        try:
            after = did(case, code, by, now)
        except TooLate:
            break
        assert after.events == case.events + 1
        assert after.version >= case.version
        assert after.round >= case.round
        assert after.returns >= case.returns
        assert after.late >= case.late
        assert after.due_resolve >= case.due_resolve
        assert set(case.photos) <= set(after.photos)
        assert (after.number, after.grid, after.category, after.filed_at) == (
            case.number,
            case.grid,
            case.category,
            case.filed_at,
        )
        case = after


def test_an_action_changes_no_field_that_is_none_of_its_business() -> None:
    """The number, the place, the reporter: nothing but filing sets them."""
    fixed = {"number", "grid", "station", "source", "reporter", "lon", "lat", "place", "border", "filed_at", "draft"}
    assert fixed <= {field.name for field in fields(Case)}
    for code in BUILT:
        name = next(iter(ALLOWED[DESIGN[code].who.split()[0]]))
        for state in DESIGN[code].sources.split():
            case = replace(in_state(State(state)), holder="XFL03", station="S-XFL", border="XFL04")
            after = tried(case, code, name)
            assert all(getattr(after, field) == getattr(case, field) for field in fixed), code


# docs/cases.md

PAGE = Path(__file__).parents[2] / "docs" / "cases.md"

_WAITS_FOR: Mapping[State, str] = {
    State.DISPATCHED: "its office to accept",
    State.ACCEPTED: "its office to resolve it before the deadline",
    State.RETURNED: "the station to dispatch it",
    State.WAITING: "the reporter's answer to one question",
    State.RESOLVED: "the station to verify; passes by itself after the city's limit, and says so",
    State.CALLBACK: "the resident's answer",
    State.CLOSED: "the station to archive; by itself after the city's days",
    State.ARCHIVED: "nothing",
    State.SUSPENDED: "the date until which a supervisor let it rest",
    State.VOIDED: "nothing; the reason was told to the resident",
    State.MERGED: "its main case",
}


def _action_line(row: Action) -> str:
    sources = ", ".join(state for state in State if state in row.sources)
    who = ", ".join(sorted(row.who))
    goal = row.to or "unchanged"
    return f"| {row.zh} | `{row.code}` | {sources} | {who} | {goal} | {', '.join(row.needs)} |"


def _actions(rows: Iterator[Action]) -> Iterator[str]:
    yield "| action | code | from | who | to | needs |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from map(_action_line, rows)


def _lines() -> Iterator[str]:
    say = the_sample().say
    yield "# The life of a case"
    yield ""
    yield "Made from the tables in `domain/state.py`, `domain/action.py` and `domain/reminder.py`; a test holds the two"
    yield "together. `python -m tests.domain.test_action` writes this page anew."
    yield ""
    yield "## States"
    yield ""
    yield "| state | on cards | waits for |"
    yield "| --- | --- | --- |"
    for state in State:
        yield f"| `{state}` | {SIGNS[state]} {say(f'state.{state}')} | {_WAITS_FOR[state]} |"
    yield ""
    yield "## Actions"
    yield ""
    yield "`report` (提交) makes a case, dispatched. `unchanged`: the state stays, or is what it was before. 重开 of a"
    yield "voided case leads to `returned`. Who the words mean is in [permissions](permissions.md)."
    yield ""
    yield from _actions(row for row in ACTIONS.values() if row.built)
    yield ""
    yield "In the table, but without a conversation yet; no button for them appears:"
    yield ""
    yield from _actions(row for row in ACTIONS.values() if not row.built)
    yield ""
    yield "## Reminders"
    yield ""
    yield "What becomes due by itself. `clock`: it does the action; `gathered`: it joins the group's one reminder post."
    yield ""
    yield "| reminder | in state | tells | |"
    yield "| --- | --- | --- | --- |"
    for rule in REMINDERS:
        what = f"does `{rule.action}`" if rule.action else "gathered" if rule.gathered else ""
        yield f"| `{rule.code}` | {rule.state} | {rule.to} | {what} |"


def page() -> str:
    """docs/cases.md as the tables say it."""
    return "\n".join(_lines()) + "\n"


def test_the_page_about_cases_says_what_the_tables_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale: write it anew with python -m tests.domain.test_action"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
