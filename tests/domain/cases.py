"""Cases, people and terms of the sample district, for tests of the rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from domain.action import act
from domain.case import Case, Terms
from domain.form import Dialogue
from domain.role import CLOCK, Actor, Role
from domain.state import State
from tests.clock import TUESDAY_0903
from tests.district import SHOP_12, the_sample

NUMBER = "XF-20261124-0007"
FILED = TUESDAY_0903 + timedelta(minutes=2)
"""Tuesday 24 November 2026, 09:05 in Xi'an."""

CANOPY, BIN, GAS, ADS = "CG-0204", "CG-0101", "CG-0401", "CG-0203"
"""遮雨棚 (5 working days), 垃圾桶 (8 working hours), 燃气味 (1 hour of the clock), 小广告."""

LEADER = Actor("telegram|li", (Role("leader", "XFL03", "李网格长"),))
NEIGHBOUR = Actor("telegram|zhao", (Role("leader", "XFL04", "赵网格长"),))
OFFICER = Actor("telegram|zhang", (Role("officer", "S-XFL", "张队员"),))
FAR_OFFICER = Actor("telegram|he", (Role("officer", "S-YH", "何队员"),))
LAMPS = Actor("telegram|lamps", (Role("department", "D-LAMP", "路灯所"),))
SUPERVISOR = Actor("telegram|tang", (Role("supervisor", "XF", "唐主任"),))
ADMIN = Actor("telegram|admin", (Role("admin", "", "管理员"),))
VOLUNTEER = Actor("telegram|sun", (Role("volunteer", "XFL03", "孙大妈"),))
RESIDENT = Actor("telegram|wang")

EVERYONE: Mapping[str, Actor] = {
    "the grid's leader": LEADER,
    "a neighbour grid's leader": NEIGHBOUR,
    "the station's officer": OFFICER,
    "another station's officer": FAR_OFFICER,
    "a department": LAMPS,
    "the supervisor": SUPERVISOR,
    "an administrator": ADMIN,
    "a volunteer": VOLUNTEER,
    "a resident": RESIDENT,
    "the clock": CLOCK,
}

BEFORE, AFTER = "b" * 64, "a" * 64
"""Names of photos."""

VALUES: Mapping[str, Mapping[str, Any]] = {
    "return": {"reason": "不在本网格"},
    "dispatch": {"office": "XFL04", "office_name": "赵网格长"},
    "resolve": {"outcome": "solved", "photos": [AFTER], "note": "装好了,和整排铺子同款"},
    "rework": {"reason": "棚角还在滴水"},
    "rate": {"rating": "satisfied"},
    "add": {"words": "今天又滴水了", "photos": ["c" * 64]},
    "reopen": {"reason": "又滴水了"},
}
"""What each action is given where it needs something."""


def terms(category: str = CANOPY) -> Terms:
    return the_sample().terms(category)


def local(words: str) -> datetime:
    """A moment on the office's clock in November or December 2026: `11-27 15:40`."""
    return datetime.fromisoformat(f"2026-{words}").replace(tzinfo=the_sample().calendar.zone)


def a_case(category: str = CANOPY, filed: datetime = FILED, **changes: Any) -> Case:
    """A case as it is just after 提交, in the canopy's place."""
    known = the_sample().city.categories[category]
    own = terms(category)
    case = Case(
        number=NUMBER,
        state=State.DISPATCHED,
        category=category,
        grid="XFL03",
        station="S-XFL",
        holder="XFL03",
        source="resident",
        reporter="first",
        lon=SHOP_12[0],
        lat=SHOP_12[1],
        place="幸福里 12 号铺门前",
        filed_at=filed,
        due_resolve=own.resolve_by(filed, urgent=known.urgent),
        due_accept=own.accept_by(filed, urgent=known.urgent),
        dispatched_at=filed,
        events=1,
        urgent=known.urgent,
        words="店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚",
        photos=(BEFORE,),
        draft="19ab",
        holder_name="李网格长",
    )
    return replace(case, **changes)


def did(case: Case, code: str, by: Actor, now: datetime, **values: Any) -> Case:
    """The case after one action, with what the action needs."""
    given = {**VALUES.get(code, {}), **values}
    return act(case, code, by, now, given, terms(case.category), reporter=by is RESIDENT).case


_WAY: Mapping[State, tuple[tuple[str, Actor], ...]] = {
    State.DISPATCHED: (),
    State.ACCEPTED: (("accept", LEADER),),
    State.RETURNED: (("return", LEADER),),
    State.RESOLVED: (("accept", LEADER), ("resolve", LEADER)),
    State.CALLBACK: (("accept", LEADER), ("resolve", LEADER), ("verify", OFFICER)),
    State.CLOSED: (("accept", LEADER), ("resolve", LEADER), ("verify", OFFICER), ("confirm", RESIDENT)),
    State.ARCHIVED: (
        ("accept", LEADER),
        ("resolve", LEADER),
        ("verify", OFFICER),
        ("confirm", RESIDENT),
        ("archive", OFFICER),
    ),
    State.VOIDED: (("withdraw", RESIDENT),),
}
_UNREACHED = (State.WAITING, State.SUSPENDED, State.MERGED)
"""States to which no built action leads yet; a case is put there by hand."""


def in_state(state: State, category: str = CANOPY, *, step: timedelta = timedelta(minutes=7), **changes: Any) -> Case:
    """A case that came into a state by the actions that lead there, one each `step`."""
    case = a_case(category, **changes)
    if state in _UNREACHED:
        return replace(did(case, "accept", LEADER, FILED + step), state=state)
    for i, (code, by) in enumerate(_WAY[state], 1):
        case = did(case, code, by, case.filed_at + step * i)
    return case


def resolved_as(outcome: str, **values: Any) -> Case:
    """The canopy resolved with an outcome and verified, waiting for the resident."""
    given = {"outcome": outcome, "note": "看过了,要换件", **values}
    if outcome == "solved" and "no_photo" not in given:
        given.setdefault("photos", [AFTER])
    case = did(a_case(), "accept", LEADER, local("11-24 09:12"))
    case = did(case, "resolve", LEADER, local("11-27 15:40"), **{"photos": [], **given})
    return did(case, "verify", OFFICER, local("11-27 16:05"))


DETAIL: Mapping[str, Mapping[str, Any]] = {
    "solved": {"note": "装好了,和整排铺子同款"},
    "referred": {"who": "路灯所", "phone": "029-5550-0122", "until": "2026-12-05", "handed": "2026-11-27"},
    "not_ours": {"who": "供电所", "phone": "029-5550-0129"},
    "not_yet": {"note": "棚布没到货", "until": "2026-12-20"},
    "not_found": {"photos": [AFTER]},
}
"""What each outcome is told with."""

OPENS: Mapping[str, tuple[str, ...]] = {
    "resolve": ("outcome", "photos", "no_photo", "note", "who", "until"),
    "return": ("reason",),
    "dispatch": ("office",),
    "rework": ("reason",),
}


def open_questions() -> list[Dialogue]:
    """Every question that can stand open in a card."""
    asked = [(form, slot) for form, slots in OPENS.items() for slot in slots]
    return [Dialogue(form, NUMBER, asked=slot) for form, slot in asked]


SIDES: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"office"}),
    frozenset({"station"}),
    frozenset({"office", "station"}),
)
EVERY_STATE_AND_SIDE = tuple(product(State, SIDES))
