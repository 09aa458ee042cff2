"""The forms of the case actions that need something: 办结, 退回, 派遣, 返工, and the choices of their slots."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.action import OUTCOMES
from domain.case import Case
from domain.city import Grid
from domain.district import District
from domain.form import Dialogue, Filled, Form, Slot
from domain.message import Choice, Rows
from domain.report import NO_PHOTO_REASONS

BACK = "back"
RETURN_REASONS = ("not_here", "department", "unclear")
DAYS_AHEAD = (1, 3, 5, 10)


def _photographed(filled: Filled) -> bool:
    return filled.get("outcome") == "solved" and not filled.get("unphotographed")


def _unphotographed(filled: Filled) -> bool:
    return filled.get("outcome") == "solved" and bool(filled.get("unphotographed")) and not filled.get("photos")


RESOLVE = Form(
    "resolve",
    (
        Slot("outcome", frozenset({"outcome"}), "resolve.outcome"),
        Slot("photos", frozenset({"photo"}), "resolve.photo", _photographed, many=True),
        Slot("unphotographed", frozenset({"unphotographed"}), ""),
        Slot("no_photo", frozenset({"no_photo"}), "resolve.no_photo", _unphotographed),
        Slot("note", frozenset({"text"}), "resolve.note"),
        Slot("who", frozenset({"who"}), "resolve.who", lambda f: f.get("outcome") in ("referred", "not_ours")),
        Slot("until", frozenset({"until"}), "resolve.until", lambda f: f.get("outcome") in ("referred", "not_yet")),
    ),
)
RETURN = Form("return", (Slot("reason", frozenset({"reason", "text"}), "return.reason"),))
DISPATCH = Form("dispatch", (Slot("office", frozenset({"office"}), "dispatch.office"),))
REWORK = Form("rework", (Slot("reason", frozenset({"text"}), "rework.reason"),))

FORMS = {form.name: form for form in (RESOLVE, RETURN, DISPATCH, REWORK)}
"""The forms by the action they lead to."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a slot: the finding it stands for, and its label."""

    kind: str
    value: str
    label: str


def _outcomes(case: Case, district: District, now: datetime) -> Iterator[Option]:
    return (Option("outcome", code, district.say(f"outcome.{code}")) for code in OUTCOMES)


def _no_photo(case: Case, district: District, now: datetime) -> Iterator[Option]:
    return (Option("no_photo", code, district.say(f"label.{code}")) for code in NO_PHOTO_REASONS)


def _unphotograph(case: Case, district: District, now: datetime) -> Iterator[Option]:
    yield Option("unphotographed", "yes", district.say("label.no_photo"))


def _reasons(case: Case, district: District, now: datetime) -> Iterator[Option]:
    return (Option("reason", code, district.say(f"return.{code}")) for code in RETURN_REASONS)


def _departments(case: Case, district: District, now: datetime) -> Iterator[Option]:
    """The category's own department first, then the others that the case's station works with."""
    own = district.city.categories[case.category].department
    station = district.city.stations.get(case.station)
    codes = dict.fromkeys((own, *(station.departments if station else ()), *district.city.departments))
    known = [code for code in codes if code in district.city.departments][:8]
    return (Option("who", code, district.city.departments[code].name) for code in known)


def _offices(case: Case, district: District, now: datetime) -> Iterator[Option]:
    """The case's own grid, its neighbours on the map, and the way to the departments."""
    own = district.city.grids[case.grid]
    near = [own, *district.grids.neighbours(own)]
    for grid in [grid for grid in near if grid.code != case.holder][:6]:
        yield Option("office", grid.code, district.say("dispatch.grid", grid=_short(grid), leader=grid.leader))
    for option in list(_departments(case, district, now))[:4]:
        yield Option("office", option.value, option.label)


def _short(grid: Grid) -> str:
    """`03网格` of `幸福里03网格`: what stands before the digits is left out where digits follow."""
    start = next((i for i, sign in enumerate(grid.name) if sign.isdigit()), 0)
    return grid.name[start:] or grid.name


def short_grid(district: District, code: str) -> str:
    """A grid's short name for lists; the code where the city does not know it."""
    grid = district.city.grids.get(code)
    return _short(grid) if grid else code


def _days(case: Case, district: District, now: datetime) -> Iterator[Option]:
    for ahead in DAYS_AHEAD:
        day = district.calendar.local(district.calendar.close_of_day(now, ahead) - timedelta(minutes=1))
        yield Option("until", f"{day:%Y-%m-%d}", district.say("resolve.day", date=f"{day.month}月{day.day}日"))


OPTIONS: dict[str, Callable[[Case, District, datetime], Iterator[Option]]] = {
    "resolve.outcome": _outcomes,
    "resolve.photos": _unphotograph,
    "resolve.no_photo": _no_photo,
    "resolve.who": _departments,
    "resolve.until": _days,
    "return.reason": _reasons,
    "dispatch.office": _offices,
}


def options(dialogue: Dialogue, case: Case, district: District, now: datetime) -> list[Option]:
    """The choices of the open question."""
    make = OPTIONS.get(f"{dialogue.form}.{dialogue.asked}")
    return list(make(case, district, now)) if make else []


def choices(dialogue: Dialogue, case: Case, district: District, now: datetime) -> Rows:
    """The buttons under the open question, two a row, 返回 last."""
    subject, version = case.number, case.version
    buttons = [
        Choice(option.label, f"pick.{option.kind}.{option.value}:{subject}:{version}")
        for option in options(dialogue, case, district, now)
    ]
    buttons.append(Choice(district.say("label.back"), f"{BACK}:{subject}:{version}"))
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def question(dialogue: Dialogue, district: District, who: str) -> str:
    """The words of the open question."""
    slot = FORMS[dialogue.form].slot(dialogue.asked)
    key = slot.words
    if key == "resolve.note" and not dialogue.filled.get("photos"):
        key = "resolve.note_only"
    return district.say(key, who=who)


def values_of(dialogue: Dialogue, case: Case, district: District, now: datetime) -> dict[str, object]:
    """What the filled form gives to the action."""
    filled = dialogue.filled
    values: dict[str, object] = {key: filled[key] for key in ("outcome", "photos", "note", "office") if key in filled}
    if "no_photo" in filled:
        values["no_photo"] = district.say(f"label.{filled['no_photo']}")
    if "reason" in filled:
        code = str(filled["reason"])
        values["code"] = code if code in RETURN_REASONS else ""
        values["reason"] = district.say(f"return.{code}") if code in RETURN_REASONS else code
    if "until" in filled:
        values["until"] = filled["until"]
    if department := district.city.departments.get(str(filled.get("who", ""))):
        values |= {"who": department.name, "phone": department.telephone}
    if filled.get("outcome") == "referred":
        values["handed"] = f"{district.calendar.local(now):%Y-%m-%d}"
    return values
