"""Who may do what: the role, its scope, the office that holds the case.

`python -m tests.domain.test_role` writes docs/permissions.md anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.action import ACTIONS
from domain.role import CLOCK, ROLES, SCOPED, Actor, Role, Who, right
from tests.domain.cases import (
    ADMIN,
    EVERYONE,
    FAR_OFFICER,
    LAMPS,
    LEADER,
    NEIGHBOUR,
    OFFICER,
    RESIDENT,
    SUPERVISOR,
    VOLUNTEER,
    a_case,
)

EVERY = frozenset(Who)
OFFICE = frozenset({Who.OFFICE})


def test_each_role_of_the_design_has_its_kind_of_scope() -> None:
    assert set(ROLES) == {"volunteer", "leader", "officer", "department", "supervisor", "admin"}
    assert set(ROLES) - set(SCOPED) == {"admin"}


def test_the_office_is_whoever_holds_the_case_now() -> None:
    case = a_case()
    assert right(LEADER, case, OFFICE, reporter=False) == LEADER.roles[0]
    assert right(NEIGHBOUR, case, OFFICE, reporter=False) is None
    moved = replace(case, holder="XFL04")
    assert right(NEIGHBOUR, moved, OFFICE, reporter=False) == NEIGHBOUR.roles[0]
    assert right(LEADER, moved, OFFICE, reporter=False) is None
    lamps = replace(case, holder="D-LAMP")
    assert right(LAMPS, lamps, OFFICE, reporter=False) == LAMPS.roles[0]
    assert right(LEADER, lamps, OFFICE, reporter=False) is None


def test_the_station_s_officers_may_finish_what_any_office_of_theirs_holds() -> None:
    for holder in ("XFL03", "D-LAMP", "S-XFL"):
        case = replace(a_case(), holder=holder)
        assert right(OFFICER, case, OFFICE, reporter=False) == OFFICER.roles[0]
        assert right(FAR_OFFICER, case, OFFICE, reporter=False) is None


def test_nobody_acts_by_being_an_administrator_a_volunteer_or_a_stranger() -> None:
    for actor in (ADMIN, VOLUNTEER, RESIDENT):
        assert right(actor, a_case(), EVERY, reporter=False) is None


def test_a_reporter_has_the_reporter_s_rights_and_no_others() -> None:
    assert right(RESIDENT, a_case(), frozenset({Who.REPORTER}), reporter=True) == Role("resident", "")
    assert right(RESIDENT, a_case(), EVERY - {Who.REPORTER}, reporter=True) is None


def test_a_leader_who_reported_in_his_own_grid_acts_as_its_leader() -> None:
    both = frozenset({Who.OFFICE, Who.REPORTER})
    assert right(LEADER, a_case(), both, reporter=True) == LEADER.roles[0]
    assert right(LEADER, a_case(), frozenset({Who.REPORTER}), reporter=True) == Role("resident", "")


def test_the_clock_has_no_right_but_its_own() -> None:
    assert right(CLOCK, a_case(), frozenset({Who.CLOCK}), reporter=False) == Role("clock", "")
    assert right(CLOCK, a_case(), EVERY - {Who.CLOCK}, reporter=True) is None


def test_a_person_is_never_taken_for_the_clock() -> None:
    for actor in EVERYONE.values():
        if actor is not CLOCK:
            assert right(actor, a_case(), frozenset({Who.CLOCK}), reporter=True) is None


def test_a_volunteer_is_no_staff() -> None:
    assert not VOLUNTEER.staff
    assert not RESIDENT.staff
    assert all(actor.staff for actor in (LEADER, OFFICER, LAMPS, SUPERVISOR, ADMIN))


_scopes = st.sampled_from(["XFL03", "XFL04", "S-XFL", "S-YH", "D-LAMP", "XF", ""])
_roles = st.lists(st.builds(Role, st.sampled_from(ROLES), _scopes), max_size=4).map(tuple)
_who = st.frozensets(st.sampled_from(list(Who)))


@given(_roles, _who, st.booleans(), st.sampled_from(["XFL03", "XFL04", "D-LAMP", "S-XFL"]))
def test_a_right_always_rests_on_a_role_that_the_person_has(
    roles: tuple[Role, ...], who: frozenset[Who], reporter: bool, holder: str
) -> None:
    case = replace(a_case(), holder=holder)
    found = right(Actor("telegram|x", roles), case, who, reporter=reporter)
    if found is None:
        return
    if found.role == "resident":
        assert reporter
        assert Who.REPORTER in who
    else:
        assert found in roles
        assert found.role == "supervisor" or found.scope in (case.holder, case.station)


@given(_roles, _roles, _who, st.booleans())
def test_more_roles_never_take_a_right_away(
    roles: tuple[Role, ...], more: tuple[Role, ...], who: frozenset[Who], reporter: bool
) -> None:
    case = a_case()
    if right(Actor("telegram|x", roles), case, who, reporter=reporter):
        assert right(Actor("telegram|x", roles + more), case, who, reporter=reporter)


# docs/permissions.md

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"

_COLUMNS: Mapping[str, str] = {
    "leader of the grid": "the grid's leader",
    "another grid's leader": "a neighbour grid's leader",
    "officer of the station": "the station's officer",
    "another station's officer": "another station's officer",
    "department that does not hold it": "a department",
    "supervisor": "the supervisor",
    "admin": "an administrator",
    "volunteer": "a volunteer",
    "its reporter": "a resident",
    "clock": "the clock",
}


def _cell(code: str, name: str) -> str:
    found = right(EVERYONE[name], a_case(), ACTIONS[code].who, reporter=name == "a resident")
    return "yes" if found else ""


def _lines() -> Iterator[str]:
    yield "# Who may do what"
    yield ""
    yield "Tried out against `domain/role.py` and `domain/action.py` with a case that a grid holds; a test holds the"
    yield "two together. `python -m tests.domain.test_role` writes this page anew."
    yield ""
    yield "A department has the rights of its office while it holds the case, and the grid's leader has none then. The"
    yield "right is checked when the action runs, with the state and the button's version; that somebody can see a"
    yield "button gives none. Anybody with a role may act as a resident too, on what he reported himself."
    yield ""
    for title, wanted in (("Built", True), ("Not built yet", False)):
        yield f"## {title}"
        yield ""
        yield f"| action | code | {' | '.join(_COLUMNS)} |"
        yield f"| --- | --- |{' --- |' * len(_COLUMNS)}"
        for row in ACTIONS.values():
            if row.built is wanted:
                cells = " | ".join(_cell(row.code, name) for name in _COLUMNS.values())
                yield f"| {row.zh} | `{row.code}` | {cells} |"
        yield ""
    yield "## Roles and their scopes"
    yield ""
    yield "| role | scope is the code of |"
    yield "| --- | --- |"
    for role in ROLES:
        yield f"| {role} | {SCOPED.get(role, 'nothing: the whole district')} |"


def page() -> str:
    """docs/permissions.md as the rules say it."""
    return "\n".join(_lines()) + "\n"


def test_the_page_about_permissions_says_what_the_rules_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale: write it anew with python -m tests.domain.test_role"


def test_everybody_stands_in_the_page() -> None:
    assert set(_COLUMNS.values()) == set(EVERYONE)


@pytest.mark.parametrize("code", ACTIONS)
def test_every_action_can_be_done_by_somebody(code: str) -> None:
    assert any(_cell(code, name) for name in EVERYONE)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
