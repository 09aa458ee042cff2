"""The staff's card of a case: six lines, one picture, the buttons that its chat may press.

A card is a projection of the case and the open dialogue, the same in every chat and state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from domain.action import ACTIONS, built
from domain.case import Case
from domain.casework import choices, question
from domain.district import District
from domain.event import Event
from domain.form import Dialogue
from domain.mask import masked
from domain.message import Choice, Link, Message, Picture, Rows
from domain.moment import due_stamp, span_words, staff_date, stamp
from domain.state import OPEN, State

SIGNS: Mapping[State, str] = {
    State.DISPATCHED: "🟡",
    State.ACCEPTED: "🔵",
    State.RETURNED: "🟠",
    State.WAITING: "⏳",
    State.RESOLVED: "🟣",
    State.CALLBACK: "💬",
    State.CLOSED: "✅",
    State.ARCHIVED: "🗂",
    State.SUSPENDED: "⏸",
    State.VOIDED: "⚫",
    State.MERGED: "🔗",
}
BUTTONS: Mapping[tuple[str, State], tuple[tuple[str, ...], ...]] = {
    ("office", State.DISPATCHED): (("accept", "accept_now"), ("transfer", "return")),
    ("office", State.ACCEPTED): (("resolve", "ask"), ("transfer", "return", "extend")),
    ("station", State.RETURNED): (("dispatch",),),
    ("station", State.RESOLVED): (("verify", "rework"),),
    ("station", State.CALLBACK): (("rework",),),
    ("station", State.CLOSED): (("archive",),),
}
_WORDS_AT_MOST = 120
_DONE = frozenset({State.CLOSED, State.ARCHIVED})


@dataclass(frozen=True, slots=True)
class View:
    """For whom a card is drawn: `sides` are office, station, or neither; `open` the dialogue about this case in
    this chat, `asked_of` the public name of whoever holds it."""

    sides: frozenset[str]
    now: datetime
    open: Dialogue | None = None
    asked_of: str = ""


def token(action: str, case: Case) -> str:
    """What a button carries: `action:subject:version`."""
    return f"{action}:{case.number}:{case.version}"


def case_card(case: Case, district: District, view: View) -> Message:
    """The card of a case for one chat."""
    lines = (
        first_line(case, district, view.now),
        _what(case, district),
        _where(case, district),
        _limit(case, district, view),
        _words(case, district),
        question(view.open, district, view.asked_of) if view.open else _last(case, district, view),
    )
    return Message(
        "\n".join(line for line in lines if line),
        choices=choices(view.open, case, district, view.now) if view.open else buttons(case, view.sides),
        picture=case_picture(case, district),
        links=(Link(district.say("card.map"), map_link(case, district)),),
        ask="text" if view.open else "none",
        urgency="urgent" if case.urgent else "push",
    )


def buttons(case: Case, sides: frozenset[str]) -> Rows:
    """The rows of buttons for the sides that a chat stands on; actions not built do not appear."""
    rows = []
    for side in ("office", "station"):
        if side in sides:
            for row in BUTTONS.get((side, case.state), ()):
                rows.append(tuple(Choice(ACTIONS[code].zh, token(code, case)) for code in row if built(code)))
    return tuple(row for row in rows if row)


def first_line(case: Case, district: District, now: datetime) -> str:
    """`🔵 处置中 · XF-...`; overdue, urgent and 返工 stand before the state in words."""
    state = district.say(f"state.{case.state}")
    before = [] if case.state in _DONE else list(_before(case, district, now))
    head = f"{SIGNS[case.state]} {state}" if not before else " · ".join((*before, state))
    return f"{head} · {case.number}"


def _before(case: Case, district: District, now: datetime) -> list[str]:
    words = []
    if case.state in (State.DISPATCHED, State.ACCEPTED, State.RETURNED) and now >= case.due_resolve:
        words.append(district.say("card.late", span=span_words(now - case.due_resolve)))
    if case.urgent and case.state in OPEN:
        words.append(district.say("card.urgent"))
    if case.reworks and case.state is State.ACCEPTED:
        words.append(district.say("card.rework", n=case.reworks))
    return words


def _what(case: Case, district: District) -> str:
    category = district.city.categories[case.category]
    return district.say("card.what", head=district.head_of(category).zh, category=category.zh)


def place_words(case: Case, district: District) -> str:
    """The place as staff read it, with the neighbour's name where it lies on a border."""
    place = case.place
    for station in district.city.communities.values():
        place = place.removeprefix(f"{station.name} ") or case.place
    if case.border:
        return district.say("card.border", place=place, other=district.office_name(case.border))
    return place


def _where(case: Case, district: District) -> str:
    grid = district.office_name(case.grid)
    return district.say("card.where", grid=grid, place=place_words(case, district), link=district.say("card.map"))


def map_link(case: Case, district: District) -> str:
    """The address that opens the place in a map."""
    return district.city.map_link.format(lon=f"{case.lon:.6f}", lat=f"{case.lat:.6f}", name=quote(case.number))


def _limit(case: Case, district: District, view: View) -> str:
    calendar, now = district.calendar, view.now
    resolve = due_stamp(case.due_resolve, now, calendar)
    if case.state is State.DISPATCHED and case.due_accept:
        accept = due_stamp(case.due_accept, now, calendar)
        return district.say("card.accept_by", accept=accept, resolve=resolve)
    if case.state is State.ACCEPTED and case.promised and case.due_step:
        promise = due_stamp(case.due_step, now, calendar)
        return district.say("card.promise_by", promise=promise, resolve=resolve)
    if case.state is State.RETURNED:
        return district.say("card.running", resolve=resolve)
    if case.state is State.RESOLVED and "station" in view.sides and case.due_step:
        return district.say("card.verify_by", verify=staff_date(case.due_step, calendar))
    if case.state is State.CALLBACK and "station" in view.sides and case.due_step:
        return district.say("card.callback_by", until=staff_date(case.due_step, calendar))
    if case.resolved_at and case.state in (State.RESOLVED, State.CALLBACK, State.CLOSED, State.ARCHIVED):
        return _kept(case, district)
    if case.state in (State.VOIDED, State.MERGED):
        return district.say("card.ended")
    return district.say("card.resolve_by", resolve=resolve)


def _kept(case: Case, district: District) -> str:
    """How the limit was kept: early, in time, late."""
    assert case.resolved_at is not None
    if case.resolved_at > case.due_resolve:
        return district.say("card.overdue", span=span_words(case.resolved_at - case.due_resolve))
    days = district.calendar.workdays_between(case.resolved_at, case.due_resolve)
    return district.say("card.early", n=days) if days else district.say("card.in_time")


def shown_words(case: Case, district: District, words: str) -> str:
    """People's words as a card shows them: numbers hidden (not in small advertisements, where they are the matter)."""
    if district.city.categories[case.category].shows_numbers:
        return words
    return masked(words, district.say("card.hidden"))


def _words(case: Case, district: District) -> str:
    told = case.note if case.note and case.state not in (State.DISPATCHED, State.ACCEPTED) else case.words
    if not told:
        return ""
    return district.say("card.words", words=_short(shown_words(case, district, told)))


def _short(words: str) -> str:
    """People's words on one line, cut where they are long."""
    line = " ".join(words.split())
    return line if len(line) <= _WORDS_AT_MOST else line[:_WORDS_AT_MOST] + "……"


def _last(case: Case, district: District, view: View) -> str:
    """Line 6: who reported, the photos, and the last that was done."""
    done = last_words(case, district, view.now, station="station" in view.sides)
    reporter = district.say(f"reporter.{case.reporter}")
    if case.reporters > 1:
        reporter += " · " + district.say("reporter.many", n=case.reporters)
    if case.last_action in _REPLACES_LINE:
        return done
    photos = district.say("card.photos", n=len(case.photos)) if case.photos else ""
    if not case.photos and case.no_photo:
        photos = district.say("card.no_photo", reason=case.no_photo)
    middle = photos if case.state is State.DISPATCHED or case.last_action == "add" else ""
    return " · ".join(part for part in (reporter, middle, done) if part)


_REPLACES_LINE = frozenset(
    {
        "return",
        "resolve",
        "verify",
        "rework",
        "unsolved",
        "confirm",
        "rate",
        "unanswered",
        "archive",
        "withdraw",
        "reopen",
    }
)


def _resolve_words(case: Case, district: District) -> str:
    outcome = district.say(f"outcome.{case.outcome}")
    if case.no_after:
        return district.say("last.outcome_no_photo", outcome=outcome, reason=case.no_after)
    return outcome


_LAST_KEY: Mapping[str, Callable[[Case, bool], str]] = {
    "return": lambda case, station: "last.return_station" if station and case.returns == 1 else "last.return",
    "verify": lambda case, station: "last.verify_clock" if case.passed else "last.verify",
    "archive": lambda case, station: "last.archive" if case.last_by else "last.archive_clock",
}
_ALWAYS_DATED = frozenset({"resolve", "archive"})


def last_words(case: Case, district: District, now: datetime, *, station: bool = False) -> str:
    """The last that was done, in words: `李网格长 已接单 09:12`; empty while nothing was."""
    action = case.last_action
    if not action or case.last_at is None:
        return ""
    choose = _LAST_KEY.get(action)
    key = choose(case, station) if choose else f"last.{action}"
    at = stamp(case.last_at, now, district.calendar)
    if action in _ALWAYS_DATED and ":" in at and "-" not in at:
        at = f"{district.calendar.local(case.last_at):%m-%d %H:%M}"
    values = {
        "who": case.last_by or district.say("who.resident"),
        "at": at,
        "reason": _short(case.last_reason),
        "n": case.returns,
    }
    if case.outcome:
        values["outcome"] = _resolve_words(case, district)
    if case.rating:
        values["rating"] = district.say(f"rating.{case.rating}")
    return district.say(key, **values)


def event_line(line: Event, district: District, now: datetime) -> str:
    """One line of a case's history as staff read it: `09:12 李网格长 接单`."""
    row = ACTIONS.get(line.action)
    who = line.name or district.say(f"who.{line.role}")
    done = row.zh if row else district.say("label.submit")
    at = stamp(line.at, now, district.calendar)
    return district.say("last.line", at=at, who=who, done=done, why=f":{line.reason}" if line.reason and row else "")


def case_picture(case: Case, district: District) -> Picture | None:
    """Before and after side by side once there is an after; else the photos; else the map with the pin."""
    if case.after and case.photos and case.state not in (State.DISPATCHED, State.RETURNED):
        return pair_picture(case.photos[0], case.after[0], district)
    if case.after and case.state not in (State.DISPATCHED, State.RETURNED):
        return Picture("photo", {"sha": case.after[0]})
    if len(case.photos) > 1:
        return Picture("collage", {"photos": list(case.photos[:4])})
    if case.photos:
        return Picture("photo", {"sha": case.photos[0]})
    return Picture("map", {"pins": [[case.lon, case.lat, ""]], "grid": case.grid})


def pair_picture(before: str, after: str, district: District, lang: str = "zh") -> Picture:
    """Two photos side by side with their words."""
    left, right = district.say("picture.before", lang), district.say("picture.after", lang)
    return Picture("pair", {"before": before, "after": after, "left": left, "right": right})
