"""「您有 2 件」: a resident's own cases, their state, and what can be done about each."""

from datetime import timedelta

from domain.case import Case
from domain.message import Choice, Message, Picture
from domain.notice import history, progress
from domain.refusal import Unknown
from domain.state import OPEN, State
from handlers.turn import Turn
from storage import case as cases
from storage import reporter

LISTED = 5
_STEPS = (
    frozenset({State.DISPATCHED, State.RETURNED}),
    frozenset({State.ACCEPTED, State.WAITING, State.SUSPENDED}),
    frozenset({State.RESOLVED, State.CALLBACK}),
)
_ENDED = frozenset({State.CLOSED, State.ARCHIVED, State.VOIDED})


async def show_all(turn: Turn) -> None:
    """我的上报: the newest five, each with where it stands, and one picture of their progress."""
    person = turn.update.sender.key
    own = await reporter.cases(turn, person, LISTED)
    if not own:
        turn.say(Message(turn.words("my.none")))
        return
    total = await reporter.count(turn, person) if len(own) == LISTED else len(own)
    lines, buttons = [turn.words("my.count", n=total)], []
    for i, case in enumerate(own, 1):
        facts = turn.told.facts(case)
        lines += [turn.words("my.row", i=i, **facts), progress(case, turn.told)]
        buttons.append(Choice(f"{i} {facts['thing']}", f"my.one:{case.number}:{case.version}"))
    if total > len(own):
        lines.append(turn.words("my.more", n=total - len(own)))
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    turn.say(Message("\n".join(lines), choices=rows, picture=_picture(turn, own)))


async def show_one(turn: Turn, number: str, *, replaces: str = "") -> None:
    """One case: what happened, what comes next. Anyone who has the number of a nameless case may ask how it stands."""
    case = await cases.find(turn, number)
    own = await reporter.find(turn, number, turn.update.sender.key)
    turn.answer("")
    if case is None or (own is None and case.reporter != "anonymous"):
        raise Unknown(number=number)
    if own is None:
        text = f"{turn.words('my.one', **turn.told.facts(case))}\n{progress(case, turn.told)}"
        turn.say(Message(text, replaces=replaces))
        return
    text = "\n".join(history(case, turn.told))
    turn.say(Message(text, choices=_choices(turn, case), picture=_picture(turn, [case]), replaces=replaces))


def _choices(turn: Turn, case: Case) -> tuple[tuple[Choice, ...], ...]:
    """What the reporter can do in this state."""
    codes = []
    if case.state in OPEN and case.state is not State.CALLBACK:
        codes.append("add")
    if case.state is State.DISPATCHED:
        codes.append("withdraw")
    within = timedelta(days=turn.city.city.limits.reopen_days)
    if case.state in _ENDED and case.closed_at and turn.now - case.closed_at <= within:
        codes.append("reopen")
    row = tuple(Choice(turn.words(f"label.{code}"), f"{code}:{case.number}:{case.version}") for code in codes)
    return (row,) if row else ()


def _picture(turn: Turn, shown: list[Case]) -> Picture:
    """The lines of progress, as data."""
    steps = turn.words("my.step").split()
    rows = []
    for case in shown:
        reached = next((i for i, states in enumerate(_STEPS) if case.state in states), len(steps))
        facts = turn.told.facts(case)
        title = f"{facts['thing']} · {case.number}"
        rows.append({"title": title, "steps": steps, "current": reached, "late": turn.now > case.due_resolve})
    return Picture("progress", {"rows": rows})


async def by_serial(turn: Turn, serial: str) -> str:
    """The number of the person's own newest case that ends in these digits; empty where there is none."""
    own = await reporter.cases(turn, turn.update.sender.key, 50)
    return next((case.number for case in own if case.number.endswith(f"-{serial}")), "")
