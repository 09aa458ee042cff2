"""The staff's card: six lines, the same everywhere, with the buttons that work."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import ACTIONS, OUTCOMES, built
from domain.card import BUTTONS, SIGNS, View, buttons, case_card, case_picture, last_words, place_words, token
from domain.case import Case
from domain.message import Message
from domain.role import CLOCK
from domain.state import OPEN, State
from tests.district import the_sample
from tests.domain.cases import (
    ADS,
    AFTER,
    BEFORE,
    BIN,
    DETAIL,
    EVERY_STATE_AND_SIDE,
    FILED,
    GAS,
    LEADER,
    NUMBER,
    OFFICER,
    RESIDENT,
    a_case,
    did,
    in_state,
    local,
    open_questions,
    resolved_as,
)

CITY = the_sample()
OFFICE, STATION, BOTH = frozenset({"office"}), frozenset({"station"}), frozenset({"office", "station"})
LATER = local("11-27 15:50")


def card(case: Case, sides: frozenset[str] = OFFICE, **view: object) -> Message:
    now = view.pop("now", case.last_at or case.filed_at)
    return case_card(case, CITY, View(sides, now, **view))  # type: ignore[arg-type]


def lines(case: Case, sides: frozenset[str] = OFFICE, **view: object) -> list[str]:
    return card(case, sides, **view).text.split("\n")


def labels(message: Message) -> list[list[str]]:
    return [[choice.label for choice in row] for row in message.choices]


# The main story, card by card


def test_the_new_case_in_the_leaders_group() -> None:
    new = card(a_case())
    assert new.text == (
        f"🟡 待签收 · {NUMBER}\n"
        "市容秩序 › 门头遮雨棚\n"
        "📍 幸福里03网格 · 12 号铺门前 · 看地图\n"
        "⏰ 09:35 前接单 · 12-01 周二 17:00 前办结\n"
        "“店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚”\n"
        "居民 · 首次反馈 · 照片 1 张"
    )
    assert new.picture is not None
    assert (new.picture.kind, new.picture.values) == ("photo", {"sha": BEFORE})
    assert [link.label for link in new.links] == ["看地图"]
    assert "108.759301,34.437850" in new.links[0].url


def test_the_accepted_case() -> None:
    taken = lines(did(a_case(), "accept", LEADER, local("11-24 09:12")))
    assert taken[0] == f"🔵 处置中 · {NUMBER}"
    assert taken[3] == "⏰ 12-01 周二 17:00 前办结"
    assert taken[5] == "居民 · 首次反馈 · 李网格长 已接单 09:12"


def test_the_resolved_case_for_the_office_and_for_the_station() -> None:
    taken = did(a_case(), "accept", LEADER, local("11-24 09:12"))
    done = did(taken, "resolve", LEADER, local("11-27 15:40"))
    assert lines(done)[3:] == [
        "⏰ 提前 2 个工作日办结",
        "“装好了,和整排铺子同款”",
        "李网格长 办结 11-27 15:40:已解决",
    ]
    assert lines(done, STATION)[3] == "⏰ 11-30 周一 15:40 前核查,到点自动通过"
    pair = case_picture(done, CITY)
    assert pair is not None
    assert pair.kind == "pair"
    assert (pair.values["before"], pair.values["after"]) == (BEFORE, AFTER)


def test_the_callback_the_closed_and_the_archived_case() -> None:
    asked = resolved_as("solved", **DETAIL["solved"])
    assert lines(asked, STATION)[0] == f"💬 回访中 · {NUMBER}"
    assert lines(asked, STATION)[5] == "张队员 核查通过 16:05 · 等居民回话"
    closed = did(asked, "confirm", RESIDENT, local("11-27 18:20"))
    assert lines(closed)[5] == "居民:解决了"
    rated = did(closed, "rate", RESIDENT, local("11-27 18:20"))
    assert lines(rated)[0] == f"✅ 已结案 · {NUMBER}"
    assert lines(rated)[5] == "居民:解决了 · 满意"
    filed = did(rated, "archive", OFFICER, local("11-30 09:10"))
    assert lines(filed)[0] == f"🗂 已归档 · {NUMBER}"
    assert lines(filed)[5] == "张队员 归档 11-30 09:10"


def test_what_the_clock_did_says_so() -> None:
    passed = did(in_state(State.RESOLVED), "verify", CLOCK, local("11-25 10:00"))
    assert lines(passed)[5] == "到点自动通过 10:00 · 等居民回话"
    archived = did(in_state(State.CLOSED), "archive", CLOCK, local("12-02 10:00"))
    assert lines(archived)[5] == "到点自动归档 12-02 10:00"


def test_a_returned_case_says_why_and_that_the_limit_runs_on() -> None:
    back = did(a_case(), "return", LEADER, local("11-24 10:02"))
    assert lines(back)[0] == f"🟠 待重派 · {NUMBER}"
    assert lines(back)[3] == "⏰ 12-01 周二 17:00 前办结(时限没停)"
    assert lines(back)[5] == "李网格长 退回 10:02:不在本网格(第 1 次)"
    assert lines(back, STATION)[5] == "李网格长 退回 10:02:不在本网格(第 1 次,再退由站里终审)"


def test_overdue_urgent_and_rework_stand_before_the_state_in_words() -> None:
    assert lines(in_state(State.ACCEPTED), now=local("12-02 17:30"))[0] == f"🔴 超时 1 天 · 处置中 · {NUMBER}"
    assert lines(a_case(GAS))[0] == f"🚨 紧急 · 待签收 · {NUMBER}"
    again = did(in_state(State.CALLBACK), "unsolved", RESIDENT, local("11-25 10:00"))
    assert lines(again)[0] == f"🔁 返工第 1 次 · 处置中 · {NUMBER}"


def test_a_closed_case_is_not_called_overdue() -> None:
    assert lines(in_state(State.CLOSED), now=local("12-20 12:00"))[0] == f"✅ 已结案 · {NUMBER}"


def test_the_limit_as_it_was_kept() -> None:
    taken = in_state(State.ACCEPTED)
    assert lines(did(taken, "resolve", LEADER, local("12-01 16:00")))[3] == "⏰ 按时办结"
    assert lines(did(taken, "resolve", LEADER, local("12-01 19:30")))[3] == "⏰ 超时 2 小时办结"


def test_a_round_that_was_in_time_is_not_called_late_for_the_one_before() -> None:
    late = did(in_state(State.ACCEPTED), "resolve", LEADER, local("12-02 10:00"))
    again = did(late, "rework", OFFICER, local("12-02 11:00"))
    done = did(again, "resolve", LEADER, local("12-03 10:00"))
    assert done.late
    assert lines(done)[3] == "⏰ 按时办结"


def test_a_promise_stands_before_the_deadline() -> None:
    soon = did(a_case(), "accept_now", LEADER, local("11-24 09:12"))
    assert lines(soon)[3] == "⏰ 马上办:11:12 前 · 12-01 周二 17:00 前办结"


def test_a_place_on_the_border_names_the_neighbour() -> None:
    assert place_words(a_case(border="XFL04"), CITY) == "12 号铺门前(交界处,隔壁是幸福里04网格)"


def test_several_reporters_are_counted_and_never_named() -> None:
    assert lines(a_case(reporters=3))[5] == "居民 · 首次反馈 · 共 3 人反映 · 照片 1 张"


@pytest.mark.parametrize(
    ("reporter", "words"),
    [
        ("first", "居民 · 首次反馈"),
        ("again", "居民 · 反馈过"),
        ("anonymous", "居民 · 匿名"),
        ("volunteer", "志愿者"),
        ("hotline", "电话来电"),
        ("patrol", "巡查发现"),
    ],
)
def test_all_that_a_card_ever_shows_of_who_reported(reporter: str, words: str) -> None:
    assert lines(a_case(reporter=reporter))[5] == f"{words} · 照片 1 张"


# Every state, every side


def test_every_state_has_a_sign_of_its_own_and_a_name() -> None:
    assert set(SIGNS) == set(State)
    assert len(set(SIGNS.values())) == len(State)
    for state in State:
        assert CITY.say(f"state.{state}")


@pytest.mark.parametrize(("state", "sides"), EVERY_STATE_AND_SIDE)
def test_every_state_renders_for_every_side_as_six_lines(state: State, sides: frozenset[str]) -> None:
    for changes in ({}, {"urgent": True}, {"photos": (), "no_photo": "天黑拍不清"}, {"border": "XFL04"}):
        shown = card(replace(in_state(state), **changes), sides, now=LATER)
        assert len(shown.text.split("\n")) == 6
        assert len(shown.text) <= 600
        assert NUMBER in shown.text.split("\n")[0]
        assert shown.text.split("\n")[0].count(NUMBER) == 1
        assert all(line == line.strip() and "  " not in line for line in shown.text.split("\n"))
        assert shown.picture is not None


@pytest.mark.parametrize("category", CITY.city.categories)
def test_every_category_makes_a_card(category: str) -> None:
    known = CITY.city.categories[category]
    assert lines(a_case(category))[1] == f"{CITY.head_of(known).zh} › {known.zh}"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_stands_on_the_card(outcome: str) -> None:
    done = did(in_state(State.ACCEPTED), "resolve", LEADER, LATER, outcome=outcome, **DETAIL[outcome])
    assert lines(done)[5] == f"李网格长 办结 11-27 15:50:{OUTCOMES[outcome]}"
    without = did(in_state(State.ACCEPTED), "resolve", LEADER, LATER, photos=[], no_photo="天黑拍不清")
    assert lines(without)[5] == "李网格长 办结 11-27 15:50:已解决(没有照片:天黑拍不清)"


def test_every_open_question_takes_the_last_line_and_the_buttons() -> None:
    for dialogue in open_questions():
        for state in (State.ACCEPTED, State.RETURNED, State.RESOLVED):
            asked = card(in_state(state), BOTH, open=dialogue, asked_of="李网格长")
            assert len(asked.text.split("\n")) == 6
            assert asked.choices[-1][-1].label == "返回"
            assert asked.ask == "text"


# Buttons


@pytest.mark.parametrize(
    ("side", "state", "shown"),
    [
        (OFFICE, State.DISPATCHED, [["接单", "马上办"], ["转交", "退回"]]),
        (OFFICE, State.ACCEPTED, [["办结", "追问"], ["转交", "退回", "延期"]]),
        (STATION, State.RETURNED, [["派遣"]]),
        (STATION, State.RESOLVED, [["核查通过", "返工"]]),
        (STATION, State.CALLBACK, [["返工"]]),
        (STATION, State.CLOSED, [["归档"]]),
    ],
)
def test_the_buttons_of_voice_less_those_that_are_not_built(
    side: frozenset[str], state: State, shown: list[list[str]]
) -> None:
    """The labels are those of voice, section 5; what is not built yet is left out, and so is an empty row."""
    unbuilt = {row.zh for row in ACTIONS.values() if not row.built}
    left = [[label for label in row if label not in unbuilt] for row in shown]
    assert labels(card(in_state(state), side)) == [row for row in left if row]


def test_no_other_state_has_a_button_on_any_side() -> None:
    assert {state for _, state in BUTTONS} <= OPEN | {State.CLOSED}
    for state, sides in EVERY_STATE_AND_SIDE:
        expected = [code for side in sorted(sides) for row in BUTTONS.get((side, state), ()) for code in row]
        found = [choice.token.partition(":")[0] for row in buttons(in_state(state), sides) for choice in row]
        assert found == [code for code in expected if built(code)]


@pytest.mark.parametrize(("state", "sides"), EVERY_STATE_AND_SIDE)
def test_every_button_is_built_may_run_from_there_and_fits_a_telegram_token(
    state: State, sides: frozenset[str]
) -> None:
    case = replace(in_state(state), number="XIXIAN-20261124-9999", version=99_999)
    for row in buttons(case, sides):
        for choice in row:
            code, number, version = choice.token.split(":")
            assert built(code)
            assert state in ACTIONS[code].sources
            assert (number, version) == (case.number, "99999")
            assert len(choice.token.encode()) <= 64


def test_a_token_is_action_subject_and_version() -> None:
    assert token("accept", a_case()) == f"accept:{NUMBER}:1"


def test_a_chat_on_neither_side_sees_the_case_and_presses_nothing() -> None:
    assert card(a_case(), frozenset()).choices == ()


# What was done last


@pytest.mark.parametrize("code", [row.code for row in ACTIONS.values() if row.built])
def test_every_built_action_has_a_line_on_the_card(code: str) -> None:
    assert CITY.wording.has(f"last.{code}")


def test_nothing_was_done_yet() -> None:
    assert last_words(a_case(), CITY, FILED) == ""


# Words


def test_numbers_in_the_words_are_hidden() -> None:
    shown = lines(a_case(words="打我电话13800138000,身份证61010219900307123X"))[4]
    assert shown == "“打我电话〔号码已隐去〕,身份证〔号码已隐去〕”"


def test_numbers_in_small_advertisements_are_the_matter_and_are_shown() -> None:
    assert lines(a_case(ADS, words="墙上写着13800138000"))[4] == "“墙上写着13800138000”"


def test_long_words_are_cut_and_nothing_else_is() -> None:
    long = lines(a_case(words="水" * 500))
    assert long[4] == f"“{'水' * 120}……”"
    assert lines(a_case(words="水" * 120))[4] == f"“{'水' * 120}”"
    assert [line for i, line in enumerate(long) if i != 4] == [line for i, line in enumerate(lines(a_case())) if i != 4]


def test_a_reason_is_cut_as_words_are_and_stays_on_its_line() -> None:
    long = did(a_case(), "return", LEADER, local("11-24 10:02"), reason="远" * 1000)
    assert lines(long)[5] == f"李网格长 退回 10:02:{'远' * 120}……(第 1 次)"
    two = did(a_case(), "return", LEADER, local("11-24 10:02"), reason="不在\n本网格")
    assert lines(two)[5] == "李网格长 退回 10:02:不在 本网格(第 1 次)"


def test_the_resident_who_reopened_is_called_so() -> None:
    again = did(in_state(State.CLOSED), "reopen", RESIDENT, local("11-26 10:00"))
    assert lines(again)[5] == "居民 重开 10:00"


def test_the_newest_words_are_the_office_s_once_there_are_any() -> None:
    assert lines(in_state(State.RESOLVED))[4] == "“装好了,和整排铺子同款”"
    assert lines(in_state(State.ACCEPTED))[4].startswith("“店门口")


_anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=1000)


@settings(deadline=None)
@given(st.sampled_from(EVERY_STATE_AND_SIDE), _anything, _anything, _anything)
def test_whatever_people_write_the_card_stays_six_lines_within_its_length(
    where: tuple[State, frozenset[str]], words: str, note: str, reason: str
) -> None:
    state, sides = where
    case = replace(in_state(state), words=words, note=note, last_reason=reason)
    text = card(case, sides, now=LATER).text
    assert len(text.split("\n")) <= 6
    assert len(text) <= 600
    assert text.split("\n")[0].endswith(NUMBER)
    assert re.search(r"^⏰ ", text, re.MULTILINE)


_numbers = st.one_of(
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.sampled_from(["029-55500101", "61010219900307123X"]),
)


@settings(deadline=None)
@given(st.text("漏水了电话是 ,", max_size=150), _numbers, st.text("漏水了电话是 ,", max_size=30))
def test_no_number_reaches_a_card_wherever_it_stands_in_the_words(before: str, number: str, after: str) -> None:
    assert number not in card(a_case(words=f"{before}{number}{after}")).text


# Pictures


def test_the_picture_follows_the_case() -> None:
    none = a_case(photos=(), no_photo="天黑拍不清")
    assert getattr(case_picture(none, CITY), "kind", "") == "map"
    four = a_case(photos=tuple(f"{n}" * 64 for n in range(6)))
    collage = case_picture(four, CITY)
    assert collage is not None
    assert collage.kind == "collage"
    assert len(collage.values["photos"]) == 4
    after_only = replace(in_state(State.RESOLVED), photos=())
    assert getattr(case_picture(after_only, CITY), "values", {}) == {"sha": AFTER}


def test_only_what_is_urgent_disturbs_the_quiet_hours() -> None:
    assert card(a_case()).urgency == "push"
    assert card(a_case(GAS)).urgency == "urgent"
    assert card(a_case(BIN), now=FILED + timedelta(hours=1)).urgency == "push"
