"""The demo's people and chats: who has which role, which group is whose, and who may speak on which page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.channels.web.cast import Cast, Person
from domain.calendar import Calendar
from domain.update import Chat, Sender
from storage import chat as chats
from storage import member, person
from storage.row import ms
from storage.turn import Turn

FIRST_HOUR = time(9)
"""Local time at which a demo begins."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff. `role` and `scope` are what storage keeps, `title` stands beside the name on a page."""

    id: str
    name: str
    role: str
    scope: str
    title: str


STAFF = (
    Member("li", "李网格长", "leader", "XFL03", "幸福里03网格"),
    Member("wang", "王网格长", "leader", "XFL02", "幸福里02网格"),
    Member("zhao", "赵网格长", "leader", "XFL04", "幸福里04网格"),
    Member("sun", "孙网格长", "leader", "XFL05", "幸福里05网格"),
    Member("zhang", "张队员", "officer", "S-XFL", "执法队员"),
    Member("chen", "陈队长", "supervisor", "XF", "督办"),
    Member("he", "何管理员", "admin", "", "管理员"),
)
LEADERS, STATION, SUPERVISOR = "leaders", "station", "supervisor"
BOUND: Mapping[str, str] = {LEADERS: "C-XFL", STATION: "S-XFL"}
"""The groups' chat ids, and whose group each is."""


def of_roles(*roles: str) -> tuple[Person, ...]:
    """The staff of some roles, as they stand on a page."""
    return tuple(Person(each.id, each.name, each.title) for each in STAFF if each.role in roles)


CASTS: Mapping[str, Cast] = {
    LEADERS: Cast(LEADERS, "幸福里网格群", of_roles("leader")),
    STATION: Cast(STATION, "幸福里工作站群", of_roles("officer", "admin")),
    SUPERVISOR: Cast("chen", "陈队长的手机", of_roles("supervisor"), kind="private"),
}
"""The pages of the demo beside the resident's, by the last part of their paths."""


async def seed(turn: Turn, channel: str, now: datetime) -> None:
    """Gives the staff their roles and the groups their offices on a channel, as the operator would."""
    for each in STAFF:
        key = Sender(channel, each.id).key
        await person.seen(turn, key, Chat(channel, "private", each.id).key, "zh", ms(now))
        await member.add(turn, key, each.role, each.scope, each.name, ms(now))
    admin = next(each for each in STAFF if each.role == "admin")
    for id, code in BOUND.items():
        await chats.bind(turn, Chat(channel, "group", id).key, code, Sender(channel, admin.id).key, ms(now))


def first_morning(calendar: Calendar, now: datetime) -> datetime:
    """Nine o'clock on today's local date where it is worked, else on the next date that is."""
    day = calendar.local(now).date()
    while not calendar.workday(day):
        day += timedelta(days=1)
    return calendar.at(day, FIRST_HOUR)
