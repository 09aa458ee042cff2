"""What a resident reads about his case, from the number to the last word of the callback."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.card import pair_picture, token
from domain.case import Case
from domain.district import District
from domain.message import Choice, Message, Picture, Rows
from domain.moment import by_words, date_words, day_words, hour_words
from domain.report import menu
from domain.state import State

_LATEST = re.compile(r"最晚(?=\d)")


@dataclass(frozen=True, slots=True)
class Told:
    """To whom and when: the reader's language and the moment of the turn."""

    district: District
    now: datetime
    lang: str = "zh"

    def say(self, key: str, /, **values: object) -> str:
        """The words of a key; a date that begins with a digit keeps its distance from the sign before it."""
        return _LATEST.sub("最晚 ", self.district.say(key, self.lang, **values))

    def by(self, moment: datetime, *, today: bool = True) -> str:
        return by_words(moment, self.now, self.district.calendar, self.lang, today=today)

    def facts(self, case: Case) -> dict[str, object]:
        """The arguments that most texts take."""
        limit = case.due_step if case.promised and case.due_step else case.due_resolve
        return {
            "number": case.number,
            "thing": self.district.thing(case.category, self.lang),
            "leader": self.district.holder_name(case),
            "by": self.by(limit),
        }


def filed(case: Case, told: Told) -> Message:
    """The number, who has it, by when; brings the menu back."""
    lines = _filed_urgent(case, told) if case.urgent else _filed(case, told)
    if case.reporter == "anonymous":
        lines.append(told.say("filed.anonymous"))
    elif not case.urgent:
        lines += [told.say("filed.chase"), told.say("filed.photos")]
    return Message("\n".join(lines), choices=menu(told.district, told.lang))


def _filed(case: Case, told: Told) -> list[str]:
    key = "filed.leader" if case.holder in told.district.city.grids else "filed.station"
    return [
        told.say("filed.number", number=case.number),
        told.say(key, leader=told.district.holder_name(case)),
        told.say("filed.by", accept=_accept_by(case, told), resolve=told.by(case.due_resolve)),
    ]


def _filed_urgent(case: Case, told: Told) -> list[str]:
    call = told.district.city.categories[case.category].call_first
    return [
        told.say("filed.number_urgent", number=case.number),
        told.say("filed.both", leader=told.district.holder_name(case), accept=_accept_by(case, told)),
        told.say("filed.stay_out" if call == "gas" else "filed.stay_away"),
    ]


def _accept_by(case: Case, told: Told) -> str:
    return told.by(case.due_accept, today=False) if case.due_accept else ""


def accepted(case: Case, told: Told) -> Message:
    key = "accepted.now" if case.promised else "accepted.text"
    return _pushed(case, told.say(key, **told.facts(case)))


def resolved(case: Case, told: Told) -> Message:
    """Only worth an edit of what was said at 接单."""
    return replace(_pushed(case, told.say("accepted.resolved", **told.facts(case))), news=False)


def moved(case: Case, told: Told) -> Message:
    facts = told.facts(case)
    if case.holder in told.district.city.grids and case.holder != case.grid:
        facts["leader"] = told.say("moved.new_leader", **facts)
    return _pushed(case, told.say("moved.text", **facts))


def late(case: Case, told: Told, later: datetime) -> Message:
    facts = {**told.facts(case), "due": told.by(case.due_resolve), "by": told.by(later)}
    return _pushed(case, told.say("moved.late", **facts))


def late_still(case: Case, told: Told, later: datetime) -> Message:
    """The day after, as was promised: where it stands, and when the next word comes."""
    return _pushed(case, told.say("moved.late_still", **{**told.facts(case), "by": told.by(later)}))


def promise_late(case: Case, told: Told) -> Message:
    """马上办 was not kept; the case's own limit still runs."""
    facts = {**told.facts(case), "by": told.by(case.due_resolve), "due": told.by(case.due_step or told.now)}
    return _pushed(case, told.say("moved.promise_late", **facts))


def reopened(case: Case, told: Told) -> Message:
    return Message(told.say("reopen.done", **told.facts(case)))


def _pushed(case: Case, text: str) -> Message:
    return Message(text, urgency="urgent" if case.urgent else "push")


def callback(case: Case, told: Told) -> Message:
    """解决了吗: number, pictures, place, date and what was done."""
    key, picture = _callback_picture(case, told)
    lines = [told.say(key), *_callback_frame(case, told), *_OUTCOMES[case.outcome](case, told)]
    ask = {"solved": "callback.solved_ask", "not_found": "callback.not_found_ask"}.get(
        case.outcome, "callback.other_ask"
    )
    return Message("\n".join([*lines, told.say(ask)]), choices=_answers(case, told), picture=picture, urgency="push")


def _callback_picture(case: Case, told: Told) -> tuple[str, Picture]:
    if case.photos and case.after:
        key = "callback.looked" if case.outcome == "not_found" else "callback.pair"
        return key, pair_picture(case.photos[0], case.after[0], told.district, told.lang)
    if case.after:
        key = "callback.looked_alone" if case.outcome == "not_found" else "callback.after"
        return key, Picture("photo", {"sha": case.after[0]})
    if case.photos:
        return "callback.before", Picture("photo", {"sha": case.photos[0]})
    return "callback.map", Picture("map", {"pins": [[case.lon, case.lat, ""]], "grid": case.grid})


def _callback_frame(case: Case, told: Told) -> Iterator[str]:
    date = date_words(case.filed_at, told.district.calendar, told.lang)
    facts = {**told.facts(case), "date": date}
    yield told.say("callback.reported", **facts)
    yield case.place


def _solved(case: Case, told: Told) -> Iterator[str]:
    said = told.say("callback.said", leader=told.district.holder_name(case), note=case.note)
    if case.no_after:
        yield said + told.say("callback.no_after", reason=case.no_after)
    else:
        yield said
        yield told.say("callback.unchecked" if case.passed else "callback.checked")


def _referred(case: Case, told: Told) -> Iterator[str]:
    yield told.say("callback.referred", **_detail(case, told))


def _not_ours(case: Case, told: Told) -> Iterator[str]:
    yield told.say("callback.not_ours", **_detail(case, told), words=case.words or told.facts(case)["thing"])


def _not_yet(case: Case, told: Told) -> Iterator[str]:
    yield told.say("callback.not_yet", **_detail(case, told), note=case.note)


def _not_found(case: Case, told: Told) -> Iterator[str]:
    calendar = told.district.calendar
    moment = calendar.local(case.resolved_at or told.now)
    when = f"{date_words(moment, calendar, told.lang)}{' ' if told.lang == 'en' else ''}{hour_words(moment, told.lang)}"
    when += " " if told.lang == "zh" and when[-1].isdigit() else ""
    shown = told.say("callback.right_picture") if case.photos and case.after else ""
    yield told.say("callback.not_found", leader=told.district.holder_name(case), when=when, shown=shown)


_OUTCOMES: Mapping[str, Callable[[Case, Told], Iterator[str]]] = {
    "solved": _solved,
    "referred": _referred,
    "not_ours": _not_ours,
    "not_yet": _not_yet,
    "not_found": _not_found,
}


def _detail(case: Case, told: Told) -> dict[str, str]:
    """The outcome's who, telephone and dates in words."""

    def date(text: str) -> str:
        if not text:
            return ""
        return date_words(datetime.fromisoformat(f"{text}T12:00+00:00"), told.district.calendar, told.lang)

    detail = case.detail
    return {
        "who": detail.get("who", ""),
        "phone": detail.get("phone", ""),
        "until": date(detail.get("until", "")),
        "handed": date(detail.get("handed", "")),
    }


def _answers(case: Case, told: Told) -> Rows:
    return (
        (
            Choice(told.say("label.solved"), token("confirm", case)),
            Choice(told.say("label.unsolved"), token("unsolved", case)),
        ),
    )


def _kept_lines(case: Case, told: Told) -> list[str]:
    """The first lines of the callback, kept above what the resident answered."""
    key, _ = _callback_picture(case, told)
    return [told.say(key), *_callback_frame(case, told)]


def confirmed(case: Case, told: Told) -> Message:
    """您说:解决了, and the question whether it satisfied."""
    ratings = tuple(
        Choice(told.say(f"label.{name}"), token(f"rate.{name}", case))
        for name in ("satisfied", "mostly", "unsatisfied")
    )
    lines = [*_kept_lines(case, told), told.say("callback.said_solved"), told.say("callback.rate_ask")]
    return Message("\n".join(lines), choices=(ratings,), picture=_callback_picture(case, told)[1])


def rated(case: Case, told: Told) -> Message:
    """The last word: the thanks, and how to open it again."""
    if case.rating == "unsatisfied":
        end = [told.say("callback.rated_bad"), told.say("callback.rated_bad_ask")]
    else:
        rating = told.say(f"rating.{case.rating}")
        end = [told.say("callback.rated", rating=rating), told.say("callback.reopen")]
    return Message("\n".join([*_kept_lines(case, told), *end]), picture=_callback_picture(case, told)[1])


def unsolved(case: Case, told: Told, before: Case) -> Message:
    """没解决 has counted; `before` is the case as it was when the resident was asked."""
    facts = told.facts(case)
    twice = case.reworks > 1
    end = [told.say("callback.unsolved_twice" if twice else "callback.unsolved", **facts)]
    if twice:
        end.append(told.say("callback.unsolved_twice_on", **facts))
    if told.now > before.due_resolve:
        end.append(told.say("callback.unsolved_late", **facts))
    else:
        moved_on = case.due_resolve != before.due_resolve
        end.append(told.say("callback.unsolved_new" if moved_on or twice else "callback.unsolved_by", **facts))
    if not twice:
        end.append(told.say("callback.unsolved_ask"))
    picture = _callback_picture(before, told)[1]
    return Message("\n".join([*_kept_lines(before, told), *end]), picture=picture, ask="text")


def again(case: Case, told: Told) -> Message:
    """The one reminder of a callback, the picture again."""
    until = date_words(case.due_step or told.now, told.district.calendar, told.lang)
    text = told.say("callback.again", **told.facts(case), until=until)
    return Message(text, choices=_answers(case, told), picture=_callback_picture(case, told)[1], urgency="push")


def unanswered(case: Case, told: Told) -> Message:
    """Closed for want of an answer; only worth an edit."""
    return Message(told.say("callback.unanswered", **told.facts(case)), news=False, urgency="push")


def progress(case: Case, told: Told) -> str:
    """Where a case stands, in one line of 我的上报."""
    return told.say(f"my.{case.state}", **told.facts(case))


def history(case: Case, told: Told) -> Iterator[str]:
    """The lines of one case of 我的上报: what happened, and what comes next."""
    yield told.say("my.one", **told.facts(case))
    yield told.say("my.filed_at", at=_at(case.filed_at, told))
    if case.accepted_at and case.assignee_name:
        yield told.say("my.accepted_at", at=_at(case.accepted_at, told), leader=case.assignee_name)
    if case.resolved_at and case.state not in (State.DISPATCHED, State.ACCEPTED, State.RETURNED):
        yield told.say("my.resolved_at", at=_at(case.resolved_at, told), leader=told.district.holder_name(case))
    key = f"my.next_{case.state}"
    yield told.say(key, **told.facts(case)) if told.district.wording.has(key) else progress(case, told)


def _at(moment: datetime, told: Told) -> str:
    """`上午 9:05`; on another day the day before it."""
    calendar = told.district.calendar
    hour = hour_words(calendar.local(moment), told.lang)
    day = day_words(moment, told.now, calendar, told.lang)
    if abs(told.now - moment) < timedelta(days=1) and day in ("今天", "today"):
        return hour
    return f"{day} {hour}" if told.lang == "en" else f"{day}{hour}"
