"""The ledger's chain: whatever is changed, taken out, slipped in or swapped is found; what is erased still verifies."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import Entry
from domain.event import Event, digest, seal, verify, write
from tests.domain.cases import FILED, NUMBER

_words = st.text(max_size=20)
_values = st.dictionaries(
    st.sampled_from(["outcome", "office", "photos"]), st.one_of(_words, st.lists(_words, max_size=2))
)
_entries = st.builds(
    Entry,
    action=st.sampled_from(["report", "accept", "resolve", "add"]),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    actor=_words,
    role=st.sampled_from(["resident", "leader", "clock"]),
    name=_words,
    before=st.sampled_from(["", "dispatched"]),
    after=st.sampled_from(["dispatched", "accepted"]),
    reason=_words,
    values=_values,
)


def chain(entries: list[Entry]) -> list[Event]:
    events: list[Event] = []
    for seq, entry in enumerate(entries, 1):
        events.append(write(NUMBER, seq, entry, events[-1].hash if events else "", f"{seq:032x}"))
    return events


chains = st.lists(_entries, min_size=1, max_size=6).map(chain)


def holds(events: list[Event], expected: int | None = None) -> bool:
    return verify(NUMBER, events, len(events) if expected is None else expected) is None


@given(chains)
def test_what_was_written_verifies(events: list[Event]) -> None:
    assert holds(events)


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "number": lambda old: f"{old}1",
    "seq": lambda old: old + 1,
    "at": lambda old: old + timedelta(milliseconds=1),
    "action": lambda old: f"{old}!",
    "role": lambda old: f"{old}!",
    "name": lambda old: f"{old}!",
    "before": lambda old: f"{old}!",
    "after": lambda old: f"{old}!",
    "values": lambda old: {**old, "rating": "satisfied"},
    "actor": lambda old: f"{old}!",
    "reason": lambda old: f"{old}!",
    "salt": lambda old: f"{old}0",
    "digest": lambda old: digest("0", "somebody", "something"),
    "hash": lambda old: "0" * 64,
}


def test_every_field_of_a_line_is_tried() -> None:
    assert set(_CHANGES) == set(Event.__slots__)


@pytest.mark.parametrize("field", _CHANGES)
@settings(max_examples=30)
@given(events=chains, data=st.data())
def test_a_changed_field_is_found_at_its_line(field: str, events: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    changed = replace(events[at], **{field: _CHANGES[field](getattr(events[at], field))})
    found = verify(NUMBER, [*events[:at], changed, *events[at + 1 :]], len(events))
    assert found is not None
    assert found.seq == at + 1


@given(chains, st.data())
def test_a_line_taken_out_is_found_even_the_last(events: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    assert not holds(events[:at] + events[at + 1 :], len(events))


@given(chains, _entries, st.data())
def test_a_line_slipped_in_is_found_even_at_the_end(events: list[Event], entry: Entry, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(events)))
    forged = write(NUMBER, at + 1, entry, events[at - 1].hash if at else "", "f" * 32)
    assert not holds([*events[:at], forged, *events[at:]], len(events))


@given(st.lists(_entries, min_size=2, max_size=6).map(chain), st.data())
def test_two_lines_swapped_are_found(events: list[Event], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(events) - 2))
    second = data.draw(st.integers(first + 1, len(events) - 1))
    swapped = list(events)
    swapped[first], swapped[second] = events[second], events[first]
    assert not holds(swapped)
    renumbered = [replace(event, seq=seq) for seq, event in enumerate(swapped, 1)]
    assert not holds(renumbered)


@given(st.lists(_entries, min_size=2, max_size=6).map(chain), _entries)
def test_a_line_sealed_anew_breaks_the_one_after_it(events: list[Event], entry: Entry) -> None:
    """Who may write the table can seal one line anew, but then every later line must be forged too."""
    forged = write(NUMBER, 1, replace(entry, name="a forger"), "", "f" * 32)
    found = verify(NUMBER, [forged, *events[1:]], len(events))
    assert found is not None
    assert found.seq == 2


@given(chains, st.data())
def test_erased_words_and_persons_still_verify(events: list[Event], data: st.DataObject) -> None:
    erased = [
        replace(event, reason=None, actor=None, salt=None) if data.draw(st.booleans()) else event for event in events
    ]
    assert holds(erased)


@given(chains)
def test_erasing_only_the_salt_does_not_hide_a_changed_fact(events: list[Event]) -> None:
    erased = [replace(event, reason=None, actor=None, salt=None) for event in events]
    assert not holds([*erased[:-1], replace(erased[-1], name=f"{erased[-1].name}!")])


@given(chains)
def test_words_erased_without_their_salt_are_a_change(events: list[Event]) -> None:
    """Half an erasure is no erasure: the salt goes with the words."""
    last = events[-1]
    if last.reason:
        assert not holds([*events[:-1], replace(last, reason=None)])


def test_the_same_words_of_two_people_look_unlike_in_the_ledger() -> None:
    """Nobody can guess erased words from their digest: the salt is another each time."""
    assert digest("01", "a", "漏水") != digest("02", "a", "漏水")
    assert digest("01", "a", "漏水") != digest("01", "b", "漏水")


@given(_words.filter(lambda text: "\x1f" not in text), _words.filter(lambda text: "\x1f" not in text))
def test_person_and_words_cannot_be_shifted_into_each_other(actor: str, reason: str) -> None:
    if actor:
        assert digest("01", actor, reason) != digest("01", actor[:-1], actor[-1] + reason)


def test_a_line_is_told_by_its_place_and_what_is_wrong() -> None:
    events = chain([Entry("report", FILED, "telegram|wang", "resident", "", "", "dispatched", "漏水")] * 2)
    found = verify(NUMBER, [events[0], replace(events[1], reason="不漏水")], 2)
    assert found is not None
    assert (found.number, found.seq) == (NUMBER, 2)
    assert "changed" in found.what
    short = verify(NUMBER, events[:1], 2)
    assert short is not None
    assert "2 lines" in short.what


def test_times_are_kept_to_the_millisecond_that_a_database_keeps() -> None:
    entry = Entry("report", FILED.replace(microsecond=123_456), "", "resident", "", "", "dispatched")
    event = write(NUMBER, 1, entry, "", "01")
    assert event.at == FILED.replace(microsecond=123_000)
    assert event.hash == seal(event, "")
