"""Where an office is reached: its group, else the next one up, else its people in private."""

from collections.abc import Iterator

from domain.case import Case
from domain.district import District
from domain.update import Chat
from storage import chat as groups
from storage import member, person
from storage.turn import Queries


def _chain(city: District, office: str, station: str) -> Iterator[str]:
    """The codes whose groups may stand for an office, the nearest first."""
    yield office
    grid = city.city.grids.get(office)
    if grid:
        yield grid.community
    if station and station != office:
        yield station


async def chats_of_office(queries: Queries, city: District, office: str, station: str = "") -> list[Chat]:
    """Where an office is reached. `station` is the one that stands in for a grid or department without a group."""
    home = station or _station_of(city, office)
    for code in _chain(city, office, home):
        rows = await groups.of_codes(queries, [code])
        if rows:
            return [Chat.of(row["chat"]) for row in rows]
    return await _people(queries, "officer", home) or await _people(queries, "admin", "")


async def chats_of_holder(queries: Queries, city: District, case: Case) -> list[Chat]:
    """Where whoever holds a case is reached."""
    return await chats_of_office(queries, city, case.holder, case.station)


async def chats_of_supervisor(queries: Queries, city: District, station: str) -> list[Chat]:
    """The supervisors in private, else the district's group, else the station."""
    found = await _people(queries, "supervisor", city.city.prefix)
    if found:
        return found
    rows = await groups.of_codes(queries, [city.city.prefix])
    return [Chat.of(row["chat"]) for row in rows] or await chats_of_office(queries, city, station)


async def sides(queries: Queries, city: District, case: Case, chat: Chat) -> frozenset[str]:
    """On which sides of a case a chat stands: the office's, the station's, both or none."""
    office = await chats_of_holder(queries, city, case)
    station = await chats_of_office(queries, city, case.station)
    return frozenset(side for side, chats in (("office", office), ("station", station)) if chat in chats)


async def _people(queries: Queries, role: str, scope: str) -> list[Chat]:
    """The private chats of those who have a role and can be reached."""
    chats = []
    for row in await member.by_scope(queries, role, [scope]):
        known = await person.get(queries, row["person"])
        if known and known["chat"] and known["unreachable"] is None:
            chats.append(Chat.of(known["chat"]))
    return chats


def _station_of(city: District, office: str) -> str:
    """The station of a grid or community; the office itself where it is one; else the first of the district."""
    if office in city.city.stations:
        return office
    area = city.city.grids.get(office) or city.city.communities.get(office)
    return area.station if area else next(iter(city.city.stations))
