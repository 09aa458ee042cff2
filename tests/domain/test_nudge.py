"""The gathered reminder: one row a case, changed in place when somebody acts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import ACTIONS
from domain.nudge import ROWS, NudgeRow, nudge_card, remaining
from domain.reminder import REMINDERS
from domain.state import State
from tests.district import the_sample
from tests.domain.cases import GAS, LEADER, a_case, did, in_state, local

CITY = the_sample()
GATHERED = sorted({rule.code for rule in REMINDERS if rule.gathered})


def test_the_reminder_as_voice_has_it() -> None:
    lamp = a_case("CG-0503", local("11-24 10:15"), number="XF-20261124-0012", grid="XFL02", holder="XFL02")
    ads = did(
        a_case("CG-0203", local("11-18 09:00"), number="XF-20261119-0007"), "accept", LEADER, local("11-18 09:10")
    )
    shown = nudge_card([NudgeRow("accept_half", lamp), NudgeRow("resolve_near", ads)], CITY, local("11-24 10:30"))
    assert shown.text == (
        "⏰ 2 件要动一动了(10:30)\n"
        "1 快到接单时限 · XF-20261124-0012 路灯 · 02网格 · 剩 15 分钟\n"
        "2 快到办结时限 · XF-20261119-0007 小广告 · 03网格 · 剩 6 小时"
    )
    assert [choice.label for choice in shown.labels()] == ["1 接单", "2 办结"]
    assert [choice.token for choice in shown.labels()] == ["accept:XF-20261124-0012:1", "resolve:XF-20261119-0007:2"]


def test_a_row_that_was_acted_on_shows_what_was_done_and_has_no_button() -> None:
    case = did(a_case(), "accept", LEADER, local("11-24 09:22"))
    shown = nudge_card([NudgeRow("accept_half", case)], CITY, local("11-24 09:25"))
    assert shown.text.split("\n")[1] == f"1 ✔ {case.number} 遮雨棚 · 李网格长 已接单 09:22"
    assert shown.choices == ()


def test_five_rows_and_then_how_many_more() -> None:
    rows = [NudgeRow("accept_half", a_case(number=f"XF-20261124-{n:04d}")) for n in range(8)]
    text = nudge_card(rows, CITY, local("11-24 09:20")).text.split("\n")
    assert text[0] == "⏰ 8 件要动一动了(09:20)"
    assert len(text) == 1 + ROWS + 1
    assert text[-1] == "还有 3 件,发 /cases"


def test_one_urgent_case_makes_the_post_urgent() -> None:
    assert nudge_card([NudgeRow("accept_half", a_case())], CITY, local("11-24 09:20")).urgency == "push"
    both = [NudgeRow("accept_half", a_case()), NudgeRow("accept_half", a_case(GAS))]
    assert nudge_card(both, CITY, local("11-24 09:20")).urgency == "urgent"


def test_what_is_left_and_what_is_over() -> None:
    assert remaining(local("11-24 10:45"), local("11-24 10:30"), CITY) == "剩 15 分钟"
    assert remaining(local("11-24 10:31"), local("11-24 10:30"), CITY) == "剩 1 分钟"
    assert remaining(local("11-24 10:30"), local("11-24 10:30"), CITY) == "超时 1 分钟"
    assert remaining(local("11-23 10:00"), local("11-24 10:30"), CITY) == "超时 1 天"


@pytest.mark.parametrize("rule", GATHERED)
def test_every_gathered_reminder_has_a_row(rule: str) -> None:
    for state in State:
        text = nudge_card([NudgeRow(rule, in_state(state))], CITY, local("11-24 12:00")).text
        assert in_state(state).number in text.split("\n")[1]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(GATHERED), st.sampled_from(list(State))), min_size=1, max_size=9),
)
def test_every_button_works_and_bears_the_number_of_its_row(rows: list[tuple[str, State]]) -> None:
    made = [NudgeRow(rule, in_state(state, number=f"XF-20261124-{n:04d}")) for n, (rule, state) in enumerate(rows, 1)]
    shown = nudge_card(made, CITY, local("11-24 12:00"))
    text = shown.text.split("\n")
    assert len(text) <= ROWS + 2
    for choice in shown.labels():
        i, _, label = choice.label.partition(" ")
        code, number, version = choice.token.split(":")
        case = made[int(i) - 1].case
        assert (number, int(version)) == (case.number, case.version)
        assert case.state in ACTIONS[code].sources
        assert label == ACTIONS[code].zh
        assert text[int(i)].startswith(f"{i} ")
        assert len(choice.token.encode()) <= 64
