"""The questions that open in a card, and what their answers give to the action."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.action import ACTIONS, OUTCOMES, act
from domain.casework import FORMS, OPTIONS, choices, options, question, short_grid, values_of
from domain.form import Dialogue, Finding
from domain.role import Who
from domain.state import State
from tests.district import the_sample
from tests.domain.cases import AFTER, CANOPY, LEADER, OFFICER, a_case, in_state, local, open_questions, terms

CITY = the_sample()
NOW = local("11-27 15:38")


def labels(form: str, asked: str) -> list[str]:
    return [option.label for option in options(Dialogue(form, "", asked=asked), in_state(State.ACCEPTED), CITY, NOW)]


def test_the_outcomes_and_then_the_way_back() -> None:
    rows = choices(Dialogue("resolve", "", asked="outcome"), in_state(State.ACCEPTED), CITY, NOW)
    shown = [[choice.label for choice in row] for row in rows]
    assert shown == [["已解决", "已转办并告知"], ["不属管辖", "暂无法解决"], ["情况不实", "返回"]]


def test_the_after_photo_can_be_refused_with_a_reason() -> None:
    assert labels("resolve", "photos") == ["没有照片"]
    assert labels("resolve", "no_photo") == ["天黑拍不清", "不方便拍", "人已经走开"]


def test_the_reasons_of_a_return() -> None:
    assert labels("return", "reason") == ["不在本网格", "归部门管", "地方说不清"]


def test_days_are_the_closes_of_working_days_ahead() -> None:
    assert labels("resolve", "until") == ["11月30日 前", "12月2日 前", "12月4日 前", "12月11日 前"]


def test_the_category_s_own_department_comes_first_then_the_station_s() -> None:
    assert labels("resolve", "who")[:4] == ["执法中队", "环卫公司", "路灯所", "供热公司"]
    assert len(labels("resolve", "who")) == 8


def test_a_case_is_sent_to_its_own_grid_a_neighbour_or_a_department_but_not_back_to_its_holder() -> None:
    dialogue = Dialogue("dispatch", "", asked="office")
    returned = in_state(State.RETURNED)
    offered = options(dialogue, returned, CITY, NOW)
    assert offered[0].label == "03网格 李网格长"
    assert all(CITY.kind_of(option.value) in ("grid", "department") for option in offered)
    held = options(dialogue, in_state(State.ACCEPTED), CITY, NOW)
    assert "XFL03" not in [option.value for option in held]


def test_the_short_name_of_a_grid() -> None:
    assert short_grid(CITY, "XFL03") == "03网格"
    assert short_grid(CITY, "S-XFL") == "S-XFL"


# Held together


def test_every_form_leads_to_an_action_that_an_office_or_an_officer_may_run() -> None:
    for name, form in FORMS.items():
        assert form.name == name
        assert ACTIONS[name].built
        assert ACTIONS[name].who & {Who.OFFICE, Who.OFFICER}


def test_every_need_of_a_built_action_of_staff_is_a_slot_of_its_form() -> None:
    """`photo` is collected in the slot `photos`; a resident's rating is its button."""
    for row in ACTIONS.values():
        if row.built and row.needs and row.code != "rate":
            slots = {slot.name for slot in FORMS[row.code].slots}
            assert {need.replace("photo", "photos") for need in row.needs} <= slots, row.code


def test_every_question_that_has_choices_belongs_to_a_slot_that_takes_them() -> None:
    for place in OPTIONS:
        form, _, asked = place.partition(".")
        slot = FORMS[form].slot(asked)
        found = options(Dialogue(form, "", asked=asked), in_state(State.ACCEPTED), CITY, NOW)
        assert found, place
        kinds = {kind for other in FORMS[form].slots for kind in other.accepts}
        assert {option.kind for option in found} <= kinds
        assert slot.words


def test_every_question_has_words_and_every_button_fits_the_tightest_channel() -> None:
    for dialogue in open_questions():
        assert question(dialogue, CITY, "李网格长")
        for case in (in_state(State.ACCEPTED), in_state(State.RETURNED)):
            for row in choices(dialogue, case, CITY, NOW):
                assert 1 <= len(row) <= 2
                assert all(len(choice.token.encode()) <= 64 for choice in row)
            assert choices(dialogue, case, CITY, NOW)[-1][-1].label == "返回"


def test_the_question_for_a_note_knows_whether_there_was_a_photo() -> None:
    asked = Dialogue("resolve", "", asked="note")
    assert question(asked, CITY, "李网格长") == "请李网格长回复本卡写一句,居民会看到"
    photographed = replace(asked, filled={"photos": [AFTER]})
    assert question(photographed, CITY, "李网格长") == "照片收到了,请李网格长回复本卡写一句做了什么"


# From the first press to the action


def _ends(form: str, pick: int) -> Iterator[Dialogue]:
    """A conversation answered to its end: each time a choice where there are any, else words."""
    case, dialogue = in_state(State.ACCEPTED), Dialogue(form, "")
    while (slot := dialogue.missing(FORMS[form])) is not None:
        asked = Dialogue(form, "", dialogue.filled, slot.name)
        offered = options(asked, case, CITY, NOW)
        if offered:
            option = offered[pick % len(offered)]
            finding = Finding(option.kind, option.value)
        else:
            finding = Finding("text", "装好了")
        dialogue = asked.take(FORMS[form], [finding])
        yield dialogue


@settings(deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 20))
def test_whatever_is_chosen_the_action_gets_all_it_needs(form: str, pick: int) -> None:
    done = list(_ends(form, pick))[-1]
    case = in_state(State.ACCEPTED if form != "rework" else State.RESOLVED)
    by = OFFICER if form in ("dispatch", "rework") else LEADER
    outcome = act(case, form, by, NOW, values_of(done, case, CITY, NOW), terms())
    assert outcome.case.state is ACTIONS[form].to


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_an_outcome_is_told_with_is_in_the_case(outcome: str) -> None:
    filled = {"outcome": outcome, "note": "看过了", "who": "D-LAMP", "until": "2026-12-05", "photos": [AFTER]}
    wanted = {
        "solved": set(),
        "referred": {"who", "phone", "until", "handed"},
        "not_ours": {"who", "phone"},
        "not_yet": {"until"},
        "not_found": set(),
    }[outcome]
    case = in_state(State.ACCEPTED)
    values = values_of(Dialogue("resolve", "", filled), case, CITY, NOW)
    done = act(case, "resolve", LEADER, NOW, values, terms()).case
    assert wanted <= set(done.detail)
    if outcome == "referred":
        assert done.detail["handed"] == "2026-11-27"
        assert (done.detail["who"], done.detail["phone"]) == ("路灯所", "029-5550-0122")


def test_a_reason_that_was_tapped_is_kept_as_a_code_beside_its_words() -> None:
    case = a_case(CANOPY)
    tapped = values_of(Dialogue("return", "", {"reason": "not_here"}), case, CITY, NOW)
    assert tapped == {"reason": "不在本网格", "code": "not_here"}
    written = values_of(Dialogue("return", "", {"reason": "门牌在隔壁"}), case, CITY, NOW)
    assert written == {"reason": "门牌在隔壁", "code": ""}
