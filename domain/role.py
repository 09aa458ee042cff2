"""Who somebody is, and whether that gives the right to act on a case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.case import Case

ROLES = ("volunteer", "leader", "officer", "department", "supervisor", "admin")
SCOPED = {
    "leader": "grid",
    "volunteer": "grid",
    "officer": "station",
    "department": "department",
    "supervisor": "district",
}
"""What each role's scope is the code of; an admin has none."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role in a scope (the code of a grid, a station, a department, the district). `name` is the public name."""

    role: str
    scope: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with his roles, or the clock (`person` empty)."""

    person: str
    roles: tuple[Role, ...] = ()

    def has(self, role: str, *scopes: str) -> Role | None:
        """The person's role of that name in one of the scopes (in any, where none is named)."""
        return next((r for r in self.roles if r.role == role and (not scopes or r.scope in scopes)), None)

    @property
    def staff(self) -> bool:
        return any(role.role != "volunteer" for role in self.roles)


CLOCK = Actor("")


class Who(StrEnum):
    """The kinds of people in the table of actions."""

    OFFICE = "office"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    REPORTER = "reporter"
    CLOCK = "clock"


def _of_office(actor: Actor, case: "Case") -> Role | None:
    """The office that holds the case: its leader, its department's people; and always the station's officers."""
    return (
        actor.has("leader", case.holder) or actor.has("department", case.holder) or actor.has("officer", case.station)
    )


_HOLDS: Mapping[Who, Callable[[Actor, "Case"], Role | None]] = {
    Who.OFFICE: _of_office,
    Who.OFFICER: lambda actor, case: actor.has("officer", case.station),
    Who.SUPERVISOR: lambda actor, case: actor.has("supervisor"),
}


def right(actor: Actor, case: "Case", who: frozenset[Who], *, reporter: bool) -> Role | None:
    """The role in which the actor may do what `who` may do on this case; None where he may not.
    `reporter` tells whether the person is one of the case's reporters."""
    if not actor.person:
        return Role("clock", "") if Who.CLOCK in who else None
    for kind in Who:
        if kind in who and kind in _HOLDS and (role := _HOLDS[kind](actor, case)):
            return role
    return Role("resident", "") if reporter and Who.REPORTER in who else None
