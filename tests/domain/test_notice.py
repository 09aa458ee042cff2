"""What a resident reads about his case, message by message, held to the ten rules of voice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from domain import notice
from domain.action import OUTCOMES, RATINGS
from domain.case import Case
from domain.message import Message
from domain.notice import Told
from domain.role import CLOCK
from domain.state import State
from tests.district import the_sample
from tests.domain.cases import (
    AFTER,
    BEFORE,
    CANOPY,
    DETAIL,
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
    resolved_as,
)

CITY = the_sample()
LANGUAGES = ("zh", "en")
LONGEST = {"zh": 60, "en": 100}


def told(now: datetime, lang: str = "zh") -> Told:
    return Told(CITY, now, lang)


def text(make: Callable[[Case, Told], Message], case: Case, lang: str = "zh") -> str:
    return make(case, told(case.last_at or case.filed_at, lang)).text


ASKED = resolved_as("solved", **DETAIL["solved"])
CLOSED = did(ASKED, "confirm", RESIDENT, local("11-27 18:20"))


# The main story


def test_the_number_who_has_it_and_by_when() -> None:
    assert text(notice.filed, a_case()) == (
        f"✅ 交上去了。编号 {NUMBER}\n"
        "交给了管这一片的李网格长。\n"
        "上午 9:35 前接单,最晚 12月1日(周二)下午 5 点前给您答复。\n"
        "到点没动静,我会去催,您不用盯着。\n"
        "半小时内再发照片,都算进这一件。"
    )


def test_filed_in_the_evening_the_day_is_named() -> None:
    evening = text(notice.filed, a_case(filed=local("11-24 18:20")))
    assert "明天(周三)上午 9:30 前接单" in evening


def test_a_nameless_report_is_not_promised_that_it_will_be_chased_for_him() -> None:
    nameless = text(notice.filed, a_case(reporter="anonymous"))
    assert nameless.split("\n")[-1] == "网格长和站里都看不到是您报的。编号请留好,凭编号问进展。"
    assert "催" not in nameless


def test_a_station_that_has_the_case_is_not_called_a_leader_of_the_area() -> None:
    assert "交给了幸福里工作站。" in text(notice.filed, a_case(holder="S-XFL", holder_name=""))


def test_taken_at_once_and_done() -> None:
    taken = did(a_case(), "accept", LEADER, local("11-24 09:12"))
    assert text(notice.accepted, taken) == (
        f"李网格长接单了,会去办。\n{NUMBER} 遮雨棚\n"
        "最晚 12月1日(周二)下午 5 点前给您答复。\n办完后,我把前后照片发给您看。"
    )
    soon = did(a_case(), "accept_now", LEADER, local("11-24 14:00"))
    assert text(notice.accepted, soon) == f"李网格长马上去办。\n{NUMBER} 遮雨棚\n最晚今天下午 4 点前给您答复。"
    done = notice.resolved(in_state(State.RESOLVED), told(FILED))
    assert done.text == f"李网格长说办完了,站里正在核对。\n{NUMBER} 遮雨棚\n核对好,就把前后照片发给您。"
    assert not done.news, "only worth an edit"


def test_the_callback_of_the_main_story() -> None:
    asked = notice.callback(ASKED, told(local("11-27 16:05")))
    assert asked.text == (
        "📷 左边是您拍的,右边是办完后的。\n"
        f"{NUMBER} 遮雨棚,11月24日您报的\n"
        "幸福里 12 号铺门前\n"
        "李网格长说:“装好了,和整排铺子同款”\n"
        "站里也核对过了。\n"
        "您看,解决了吗?"
    )
    assert [choice.label for choice in asked.labels()] == ["解决了", "没解决"]
    assert asked.picture is not None
    assert (asked.picture.values["before"], asked.picture.values["after"]) == (BEFORE, AFTER)


def test_where_the_clock_verified_the_station_is_not_said_to_have_looked() -> None:
    passed = did(in_state(State.RESOLVED), "verify", CLOCK, local("11-30 15:40"))
    shown = text(notice.callback, passed)
    assert "站里没赶上核对,您看到的最算数。" in shown
    assert "核对过了" not in shown


def test_the_answers_and_the_thanks() -> None:
    confirmed = notice.confirmed(CLOSED, told(local("11-27 18:20")))
    assert confirmed.text.split("\n")[-2:] == ["您说:解决了。", "办得您满意吗?"]
    assert [choice.label for choice in confirmed.labels()] == ["满意", "基本满意", "不满意"]
    rated = text(notice.rated, did(CLOSED, "rate", RESIDENT, local("11-27 18:21")))
    assert rated.split("\n")[-2:] == ["您说:解决了,满意。谢谢您,这件就结了。", "7 天里又不行了,发“重开”就接着办。"]
    bad = text(notice.rated, did(CLOSED, "rate", RESIDENT, local("11-27 18:21"), rating="unsatisfied"))
    assert bad.split("\n")[-2:] == ["您说:解决了,不满意。谢谢您直说,这件就结了。", "哪里不好,想说就打一句,只给站里看。"]


def test_not_solved_the_limit_unchanged_moved_or_over() -> None:
    def last_lines(at: str) -> list[str]:
        again = did(ASKED, "unsolved", RESIDENT, local(at))
        return notice.unsolved(again, told(local(at)), ASKED).text.split("\n")[3:5]

    first = "您说:没解决。已经退回李网格长重办。"
    assert last_lines("11-27 18:20") == [first, "最晚时间没变:12月1日(周二)下午 5 点前给您答复。"]
    assert last_lines("12-01 10:00") == [first, "最晚明天(周三)下午 5 点前给您答复。"]
    assert last_lines("12-01 18:00") == [first, "已经过了最晚时间,站里盯着,明天(周三)下午 5 点前给您答复。"]


def test_not_solved_the_second_time_is_our_fault_and_asks_nothing_more() -> None:
    again = did(ASKED, "unsolved", RESIDENT, local("11-27 18:20"))
    done = did(again, "resolve", LEADER, local("11-30 10:00"))
    second = did(done, "verify", OFFICER, local("11-30 11:00"))
    twice = did(second, "unsolved", RESIDENT, local("11-30 12:00"))
    shown = notice.unsolved(twice, told(local("11-30 12:00")), second).text
    assert "两次没办好,是我们的事。" in shown
    assert "不再只由李网格长说了算" in shown
    assert "哪儿不对" not in shown


def test_a_new_holder_and_a_promise_that_was_missed() -> None:
    returned = did(a_case(), "return", LEADER, local("11-24 10:02"))
    moved = did(returned, "dispatch", OFFICER, local("11-24 10:10"))
    assert text(notice.moved, moved) == (
        f"换管那一片的赵网格长来办了。\n{NUMBER} 遮雨棚\n最晚时间没变:12月1日(周二)下午 5 点前给您答复。"
    )
    late = notice.late(in_state(State.ACCEPTED), told(local("12-01 17:00")), local("12-02 17:00"))
    assert late.text.split("\n")[0] == "说好今天下午 5 点前答复您,没做到,对不住。"
    assert late.text.split("\n")[-1] == "明天(周三)下午 5 点前,再告诉您到哪一步了。"


def test_the_one_reminder_of_the_callback_says_when_it_ends() -> None:
    again = notice.again(ASKED, told(local("11-29 16:05")))
    assert "12月2日按“未回应”结案,不算您满意" in again.text
    assert [choice.label for choice in again.labels()] == ["解决了", "没解决"]
    ended = did(ASKED, "unanswered", CLOCK, local("12-02 16:05"))
    assert not notice.unanswered(ended, told(local("12-02 16:05"))).news


# By outcome (voice, section 6)


@pytest.mark.parametrize(
    ("outcome", "said", "asked"),
    [
        ("solved", ["李网格长说:“装好了,和整排铺子同款”", "站里也核对过了。"], "您看,解决了吗?"),
        (
            "not_ours",
            [
                "这事我们管不了,归供电所管,电话 029-5550-0129。",
                "还得麻烦您打过去,说法是:“店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚”",
            ],
            "照您看,算解决了吗?",
        ),
    ],
)
def test_each_outcome_has_its_own_two_lines(outcome: str, said: list[str], asked: str) -> None:
    shown = text(notice.callback, resolved_as(outcome, **DETAIL[outcome])).split("\n")
    assert shown[3:-1] == said
    assert shown[-1] == asked


def test_solved_without_a_photo_says_why_in_the_same_line() -> None:
    shown = text(notice.callback, resolved_as("solved", no_photo="天黑拍不清", note="夜里清走的")).split("\n")
    assert shown[3:-1] == ["李网格长说:“夜里清走的”。没有办后照片,因为:天黑拍不清。", "您看到的最算数。"]
    assert len(shown) == 6


def test_what_was_handed_on_is_never_called_fixed() -> None:
    shown = text(notice.callback, resolved_as("referred", **DETAIL["referred"]))
    assert "归路灯所管" in shown
    assert "11月27日" in shown
    assert "12月5日前" in shown
    assert "我们只办到这一步" in shown
    assert "029-5550-0122" in shown


def test_what_was_not_found_blames_nobody() -> None:
    shown = text(notice.callback, resolved_as("not_found", **DETAIL["not_found"]))
    assert "11月27日下午 3:40 去看过" in shown
    assert "也许去晚了,也许找错了地方。" in shown
    assert shown.endswith("现在还有吗?没有了就点“解决了”,还在就点“没解决”。")


def test_what_cannot_be_done_yet_has_a_reason_and_a_date() -> None:
    shown = text(notice.callback, resolved_as("not_yet", **DETAIL["not_yet"]))
    assert "现在还办不了,因为:棚布没到货。" in shown
    assert "打算 12月20日前办" in shown


# Everything that can be said


def _callbacks(lang: str) -> Iterator[tuple[str, Message]]:
    for outcome in OUTCOMES:
        asked = resolved_as(outcome, **DETAIL[outcome])
        for photos in ((BEFORE,), ()):
            case = replace(asked, photos=photos)
            at = told(local("11-27 16:05"), lang)
            yield f"callback {outcome} {len(photos)}", notice.callback(case, at)
            yield f"again {outcome} {len(photos)}", notice.again(case, at)
            yield f"unanswered {outcome}", notice.unanswered(did(case, "unanswered", CLOCK, local("12-02 16:05")), at)
            closed = did(case, "confirm", RESIDENT, local("11-27 18:20"))
            yield f"confirmed {outcome}", notice.confirmed(closed, at)
            for rating in RATINGS:
                yield f"rated {rating}", notice.rated(replace(closed, rating=rating), at)
            yield from _unsolved(case, lang)


def _unsolved(case: Case, lang: str) -> Iterator[tuple[str, Message]]:
    for at in ("11-27 18:20", "12-01 10:00", "12-02 18:00"):
        for reworks in (0, 1):
            before = replace(case, reworks=reworks)
            again = did(before, "unsolved", RESIDENT, local(at))
            yield f"unsolved {at} {reworks}", notice.unsolved(again, told(local(at), lang), before)


def _others(lang: str) -> Iterator[tuple[str, Message]]:
    for category in (CANOPY, GAS):
        for reporter in ("first", "anonymous"):
            yield f"filed {category} {reporter}", notice.filed(a_case(category, reporter=reporter), told(FILED, lang))
    taken, soon = (did(a_case(), code, LEADER, local("11-24 09:12")) for code in ("accept", "accept_now"))
    moved = did(did(a_case(), "return", LEADER, FILED), "dispatch", OFFICER, FILED)
    at = told(local("11-24 09:12"), lang)
    yield "accepted", notice.accepted(taken, at)
    yield "accepted now", notice.accepted(soon, at)
    yield "resolved", notice.resolved(in_state(State.RESOLVED), at)
    yield "moved", notice.moved(moved, at)
    yield "late", notice.late(taken, told(local("12-01 17:00"), lang), local("12-02 17:00"))
    yield "reopened", notice.reopened(did(CLOSED, "reopen", RESIDENT, local("11-28 10:00")), at)


SAID: Mapping[str, list[tuple[str, Message]]] = {lang: [*_callbacks(lang), *_others(lang)] for lang in LANGUAGES}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_has_more_than_six_lines_and_no_line_is_too_long(lang: str) -> None:
    for name, message in SAID[lang]:
        lines = message.text.split("\n")
        assert len(lines) <= 6, (name, message.text)
        assert all(len(line) <= LONGEST[lang] for line in lines), (name, message.text)
        assert all(line and line == line.strip() for line in lines), (name, message.text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_about_a_case_names_its_whole_number(lang: str) -> None:
    for name, message in SAID[lang]:
        assert message.text.count(NUMBER) == 1, (name, message.text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_is_told_in_words_and_every_question_stands_last(lang: str) -> None:
    for name, message in SAID[lang]:
        lines = message.text.split("\n")
        if message.picture and not name.startswith("again"):
            assert lines[0].startswith("📷 "), name
        asking = [i for i, line in enumerate(lines) if line.rstrip('"”').endswith(("?", "?"))]
        if message.choices and name.startswith(("callback", "again", "confirmed")):
            assert asking[-1:] == [len(lines) - 1] or "没解决" in lines[-1] or "Not solved" in lines[-1], message.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_has_more_than_one_sign_and_that_at_the_start(lang: str) -> None:
    for name, message in SAID[lang]:
        signs = [i for i, sign in enumerate(message.text) if sign > "\u2190" and not "\u2e80" <= sign <= "\uffef"]
        assert len(signs) <= 1, (name, message.text)
        assert signs in ([], [0]), (name, message.text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_button_carries_case_and_version_and_fits_the_tightest_channel(lang: str) -> None:
    for name, message in SAID[lang]:
        for choice in message.labels():
            assert len(choice.token.encode()) <= 64
            if not choice.token.startswith("menu:"):
                assert choice.token.split(":")[1] == NUMBER, name


def test_only_what_is_urgent_may_wake_somebody() -> None:
    for name, message in SAID["zh"]:
        assert message.urgency != "urgent", name
    gas = did(a_case(GAS), "accept", LEADER, FILED)
    assert notice.accepted(gas, told(FILED)).urgency == "urgent"


# 我的上报


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", State)
def test_every_state_has_a_line_and_a_history_under_my_reports(state: State, lang: str) -> None:
    case, at = in_state(state), told(local("11-24 17:00"), lang)
    line = notice.progress(case, at)
    assert line
    assert len(line) <= LONGEST[lang]
    history = list(notice.history(case, at))
    assert NUMBER in history[0]
    assert len(history) <= 6
    assert all(len(line) <= LONGEST[lang] for line in history)


def test_the_history_of_voice() -> None:
    taken = did(a_case(), "accept", LEADER, local("11-24 09:12"))
    assert list(notice.history(taken, told(local("11-24 10:00")))) == [
        f"遮雨棚 · {NUMBER}",
        "上午 9:05 您交的",
        "上午 9:12 李网格长接单",
        "接下来:办完发前后照片给您",
    ]


def test_after_a_rework_the_old_resolution_is_not_shown_as_the_present_one() -> None:
    again = did(ASKED, "unsolved", RESIDENT, local("11-27 18:20"))
    assert not any(
        "办完" in line and "接下来" not in line for line in notice.history(again, told(local("11-27 18:30")))
    )
