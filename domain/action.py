"""The table of all case actions: from which state, by whom, to which state, with what it needs.

A row that is not `built` has no conversation yet: it stands here as data, and its button appears nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.case import Case, Entry, Outcome, Terms
from domain.effect import EFFECTS
from domain.refusal import GoneOn, Missing, NotYours
from domain.role import Actor, Role, Who, right
from domain.state import OPEN, State

_UNRESOLVED = frozenset({State.DISPATCHED, State.ACCEPTED, State.RETURNED, State.WAITING, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Action:
    """One row. `to` None leaves the state as it is. `needs` are the slots that the conversation asks for.
    `ending`: the clock may do it by itself."""

    code: str
    zh: str
    en: str
    sources: frozenset[State]
    to: State | None
    who: frozenset[Who]
    needs: tuple[str, ...] = ()
    built: bool = True


def _row(
    code: str, zh: str, en: str, sources: str, to: str, who: str, needs: str = "", *, built: bool = True
) -> Action:
    named = {"open": OPEN, "unresolved": _UNRESOLVED}
    states = named.get(sources) or frozenset(State(name) for name in sources.split())
    goal = State(to) if to else None
    return Action(code, zh, en, states, goal, frozenset(Who(name) for name in who.split()), tuple(needs.split()), built)


_ROWS = (
    _row("accept", "接单", "Accept", "dispatched", "accepted", "office"),
    _row("accept_now", "马上办", "At once", "dispatched", "accepted", "office"),
    _row(
        "transfer", "转交", "Transfer", "dispatched accepted", "dispatched", "office officer", "department", built=False
    ),
    _row("return", "退回", "Return", "dispatched accepted", "returned", "office", "reason"),
    _row("dispatch", "派遣", "Dispatch", "dispatched accepted returned", "dispatched", "officer", "office"),
    _row("ask", "追问", "Ask", "accepted", "waiting", "office officer", "question", built=False),
    _row("reply", "回答", "Answer", "waiting", "accepted", "reporter clock", built=False),
    _row("resolve", "办结", "Resolve", "accepted", "resolved", "office", "outcome photo note"),
    _row("extend", "延期", "Extend", "accepted", "", "office", "until reason", built=False),
    _row("grant", "同意", "Grant", "accepted", "", "officer", built=False),
    _row("refuse", "不同意", "Refuse", "accepted", "", "officer", built=False),
    _row("verify", "核查通过", "Verify", "resolved", "callback", "officer clock"),
    _row("rework", "返工", "Rework", "resolved callback", "accepted", "officer", "reason"),
    _row("unsolved", "没解决", "Not solved", "callback", "accepted", "reporter"),
    _row("confirm", "解决了", "Solved", "callback", "closed", "reporter"),
    _row("rate", "评价", "Rate", "closed", "", "reporter", "rating"),
    _row("unanswered", "未回应", "Unanswered", "callback", "closed", "clock"),
    _row(
        "suspend",
        "挂账",
        "Suspend",
        "dispatched accepted returned",
        "suspended",
        "supervisor",
        "reason until",
        built=False,
    ),
    _row("resume", "恢复", "Resume", "suspended", "", "supervisor clock", built=False),
    _row("void", "作废", "Void", "unresolved", "voided", "officer", "reason", built=False),
    _row("merge", "并案", "Merge", "unresolved", "merged", "officer", "main", built=False),
    _row("split", "拆开", "Split", "merged", "dispatched", "officer", built=False),
    _row("withdraw", "撤回", "Withdraw", "dispatched", "voided", "reporter"),
    _row("archive", "归档", "Archive", "closed", "archived", "officer clock"),
    _row("reopen", "重开", "Reopen", "closed archived voided", "dispatched", "reporter officer"),
    _row("rule", "终审", "Final ruling", "returned", "dispatched", "officer", "office", built=False),
    _row("supervise", "督办", "Supervise", "open", "", "clock reporter", built=False),
    _row("add", "补充", "Add words", "open", "", "reporter"),
    _row("urge", "催办", "Chase", "open", "", "reporter", built=False),
)

ACTIONS = {row.code: row for row in _ROWS}
"""Every action on a case but `report`, which makes one."""

OUTCOMES = {
    "solved": "已解决",
    "referred": "已转办并告知",
    "not_ours": "不属管辖",
    "not_yet": "暂无法解决",
    "not_found": "情况不实",
}
RATINGS = {"satisfied": "满意", "mostly": "基本满意", "unsatisfied": "不满意"}


def built(code: str) -> bool:
    """Whether the action has its conversation, so that a button for it may appear."""
    return code in ACTIONS and ACTIONS[code].built


_LEDGER = {"unsolved": "rework"}
"""没解决 is the reporter's 返工: the ledger knows one action."""
_KEEPS_BUTTONS = frozenset({"add", "rate"})
_FACTS = ("outcome", "photos", "no_photo", "office", "rating", "who", "phone", "until", "handed", "code")


def check(case: Case, code: str, by: Actor, *, reporter: bool = False, version: int | None = None) -> Role:
    """The role in which the actor may run an action now.

    Raises NotYours where he has no right, GoneOn where the state (or the button's version) is another."""
    row = ACTIONS[code]
    role = right(by, case, row.who, reporter=reporter)
    if role is None:
        raise NotYours(number=case.number)
    if case.state not in row.sources or (version is not None and version != case.version):
        raise GoneOn(number=case.number)
    return role


def act(
    case: Case,
    code: str,
    by: Actor,
    now: datetime,
    values: Mapping[str, Any],
    terms: Terms,
    *,
    reporter: bool = False,
    version: int | None = None,
) -> Outcome:
    """Runs one action. `version` is the button's; None where nothing older can be meant (a reply, the clock).

    Raises NotYours where the actor has no right, GoneOn where the state (or the version) is another,
    Missing where a need is not met, KeyError for an unknown action."""
    row = ACTIONS[code]
    role = check(case, code, by, reporter=reporter, version=version)
    reason = str(values.get("reason", ""))
    for need in row.needs:
        if need != "photo" and not str(values.get(need) or "").strip():
            raise Missing(number=case.number, need=need)
    changed = EFFECTS[code](case, role, by, now, values, terms)
    state = changed.state if changed.state is not case.state else (row.to or case.state)
    words = reason or str(values.get("note") or values.get("words") or "")
    changed = replace(
        changed,
        state=state,
        version=case.version + (code not in _KEEPS_BUTTONS),
        events=case.events + 1,
        last_action=code,
        last_by=role.name,
        last_reason=reason,
        last_at=now,
    )
    facts = {key: values[key] for key in _FACTS if values.get(key)}
    entry = Entry(_LEDGER.get(code, code), now, by.person, role.role, role.name, case.state, state, words, facts)
    return Outcome(changed, entry)


def report_entry(case: Case, actor: str, role: str, name: str) -> Entry:
    """The first line of a case's ledger."""
    facts = {"category": case.category, "grid": case.grid, "office": case.holder, "photos": list(case.photos)}
    return Entry("report", case.filed_at, actor, role, name, "", case.state, case.words, facts)
