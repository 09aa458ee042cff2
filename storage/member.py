"""Who has which role, and where: leaders, officers, departments, supervisors, volunteers, admins."""

from collections.abc import Iterable

from storage.turn import Queries, Row, Turn

COLUMNS = "person, role, scope, name, since, ended"
ADD = """
insert into member (person, role, scope, name, since) values (:person, :role, :scope, :name, :now)
on conflict (person, role, scope) do update
set name = excluded.name, ended = null, since = case when member.ended is null then member.since else excluded.since end
"""
END = "update member set ended = :now where person = :person and role = :role and scope = :scope and ended is null"
ROLES_OF = f"select {COLUMNS} from member where person = :person and ended is null order by since, role, scope"
BY_SCOPE = f"""
select {COLUMNS} from member where role = :role and scope = :scope and ended is null order by since, person
"""
ALL = f"select {COLUMNS} from member where ended is null order by role, scope, since, person"
FORGET = "update member set name = '', ended = coalesce(ended, :now) where person = :person"


async def add(turn: Turn, person: str, role: str, scope: str, name: str, now: int) -> None:
    """Gives a role in a scope (a code; empty for admins); given again it keeps its date and takes the new name."""
    await turn.do(ADD, person=person, role=role, scope=scope, name=name, now=now)


async def end(turn: Turn, person: str, role: str, scope: str, now: int) -> bool:
    """Takes a role away; its row stays. False: there was none."""
    return await turn.do(END, person=person, role=role, scope=scope, now=now) == 1


async def roles_of(queries: Queries, person: str) -> list[Row]:
    """The roles a person has now: `role`, `scope`, `name` (the public one), `since`."""
    return await queries.all(ROLES_OF, person=person)


async def by_scope(queries: Queries, role: str, codes: Iterable[str]) -> list[Row]:
    """Who has a role in one of the codes now; in the codes' order, then by date."""
    return [row for code in codes for row in await queries.all(BY_SCOPE, role=role, scope=code)]


async def everyone(queries: Queries) -> list[Row]:
    """Everyone who has a role now."""
    return await queries.all(ALL)


async def forget(turn: Turn, person: str, now: int) -> None:
    """Ends all of a person's roles and erases the name."""
    await turn.do(FORGET, person=person, now=now)
