"""A conversation is a form: what came goes into its slots, in whatever order it came."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.casework import FORMS, RESOLVE
from domain.form import Dialogue, Finding, Form, Slot
from domain.report import REPORT

PLACE = {"lon": 108.75, "lat": 34.43, "words": "幸福里 12 号铺门前", "grid": "XFL03"}
EVERYTHING = (
    Finding("photo", "a" * 64),
    Finding("photo", "b" * 64),
    Finding("words", "下雨滴水"),
    Finding("category", "CG-0204"),
    Finding("place", PLACE),
)


def test_a_report_asks_for_what_is_missing_in_its_order() -> None:
    empty = Dialogue("report", "d1")
    assert empty.missing(REPORT) == REPORT.slot("category")
    matter = empty.take(REPORT, [Finding("category", "CG-0204")])
    assert matter.missing(REPORT) == REPORT.slot("place")
    placed = matter.take(REPORT, [Finding("place", PLACE)])
    assert placed.missing(REPORT) == REPORT.slot("photos")
    assert placed.take(REPORT, [Finding("photo", "a")]).missing(REPORT) is None


def test_without_a_photo_the_reason_is_asked_once_and_a_photo_after_all_settles_it() -> None:
    report = Dialogue("report", "d1").take(REPORT, [*EVERYTHING[2:], Finding("unphotographed", "yes")])
    assert report.missing(REPORT) == REPORT.slot("no_photo")
    assert report.take(REPORT, [Finding("no_photo", "dark")]).missing(REPORT) is None
    assert report.take(REPORT, [Finding("photo", "a")]).missing(REPORT) is None


def test_an_emergency_is_not_asked_for_a_photo() -> None:
    gas = Dialogue("report", "d1").take(
        REPORT, [Finding("category", "CG-0401"), Finding("urgent", "yes"), Finding("place", PLACE)]
    )
    assert gas.missing(REPORT) is None


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [
        ("solved", ["photos", "note"]),
        ("referred", ["note", "who", "until"]),
        ("not_ours", ["note", "who"]),
        ("not_yet", ["note", "until"]),
        ("not_found", ["note"]),
    ],
)
def test_each_outcome_asks_for_its_own_things(outcome: str, asked: list[str]) -> None:
    dialogue = Dialogue("resolve", "XF-1").take(RESOLVE, [Finding("outcome", outcome)])
    order = []
    while (slot := dialogue.missing(RESOLVE)) is not None:
        order.append(slot.name)
        dialogue = dialogue.take(RESOLVE, [Finding(min(slot.accepts), f"{slot.name}!")])
    assert order == asked


def test_the_asked_slot_comes_before_the_first_that_would_take_it() -> None:
    form = Form(
        "two",
        (Slot("first", frozenset({"text"}), "a.first"), Slot("second", frozenset({"text"}), "a.second")),
    )
    asked = Dialogue("two", "", asked="second").take(form, [Finding("text", "hello")])
    assert asked.filled == {"second": "hello"}
    assert Dialogue("two", "").take(form, [Finding("text", "hello")]).filled == {"first": "hello"}


def test_what_fits_nowhere_changes_nothing_at_all() -> None:
    dialogue = Dialogue("report", "d1", filled={"category": "CG-0204"}, asked="place", version=4)
    assert dialogue.take(REPORT, [Finding("rating", "satisfied")]) is dialogue
    assert dialogue.take(REPORT, [Finding("category", "CG-0204")]) is dialogue


def test_a_change_makes_older_buttons_old() -> None:
    dialogue = Dialogue("report", "d1", version=4)
    assert dialogue.take(REPORT, [Finding("category", "CG-0204")]).version == 5


def test_an_unknown_slot_is_told_by_name() -> None:
    with pytest.raises(KeyError, match="colour"):
        REPORT.slot("colour")


@given(st.permutations(EVERYTHING))
def test_any_order_of_the_same_findings_fills_the_same_slots(findings: Sequence[Finding]) -> None:
    straight = Dialogue("report", "d1").take(REPORT, EVERYTHING)
    mixed = Dialogue("report", "d1").take(REPORT, findings)
    assert {**mixed.filled, "photos": sorted(mixed.filled["photos"])} == {
        **straight.filled,
        "photos": ["a" * 64, "b" * 64],
    }
    assert mixed.missing(REPORT) is None


@given(st.permutations(EVERYTHING), st.integers(0, len(EVERYTHING)))
def test_what_comes_in_two_messages_is_as_good_as_in_one(findings: Sequence[Finding], cut: int) -> None:
    once = Dialogue("report", "d1").take(REPORT, findings)
    twice = Dialogue("report", "d1").take(REPORT, findings[:cut]).take(REPORT, findings[cut:])
    assert once.filled == twice.filled


_kinds = sorted(
    {kind for form in (REPORT, *FORMS.values()) for slot in form.slots for kind in slot.accepts} | {"noise"}
)
_findings = st.lists(st.builds(Finding, st.sampled_from(_kinds), st.sampled_from(["x", "y", "solved", "referred"])))


@given(st.sampled_from((REPORT, *FORMS.values())), _findings, st.data())
def test_take_never_loses_what_was_filled_and_never_repeats_a_photo(
    form: Form, findings: list[Finding], data: st.DataObject
) -> None:
    asked = data.draw(st.sampled_from(["", *(slot.name for slot in form.slots)]))
    before = Dialogue(form.name, "s", asked=asked)
    after = before.take(form, findings)
    assert set(after.filled) <= {slot.name for slot in form.slots}
    again = after.take(form, [])
    assert again is after
    for slot in form.slots:
        if slot.many:
            held = after.filled.get(slot.name, [])
            assert len(held) == len(set(held))
    missing = after.missing(form)
    assert missing is None or (missing.words and not after.filled.get(missing.name))


@given(st.sampled_from((REPORT, *FORMS.values())))
def test_answering_each_question_ends_every_conversation(form: Form) -> None:
    dialogue = Dialogue(form.name, "s")
    for _ in range(len(form.slots) + 1):
        slot = dialogue.missing(form)
        if slot is None:
            return
        asked = Dialogue(form.name, "s", dialogue.filled, slot.name)
        dialogue = asked.take(form, [Finding(min(slot.accepts), "solved")])
        assert dialogue.filled[slot.name]
    raise AssertionError(f"{form.name} never ends")
