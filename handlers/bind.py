"""「绑好了」: a group becomes an office's; the bot is put in, moved or put out."""

from collections.abc import Iterator

from domain.message import Choice, Message, Rows
from domain.role import Actor
from domain.update import Chat
from handlers.turn import Turn
from storage import chat as groups
from storage.row import ms

OFFERED = 8


async def offer(turn: Turn) -> None:
    """The codes as buttons, when the bot comes into a group or /bind names none."""
    bound = await groups.code_of(turn, turn.chat.key)
    if bound:
        turn.say(Message(turn.city.say("bind.already", name=turn.city.office_name(bound)), choices=_codes(turn, 0)))
        return
    turn.say(Message(turn.city.say("bind.offer"), choices=_codes(turn, 0)))


def _offices(turn: Turn) -> Iterator[tuple[str, str]]:
    """Codes and names, as groups are most often: communities, stations, departments, the district, grids."""
    city = turn.city.city
    for table in (city.communities, city.stations, city.departments):
        yield from ((code, office.name) for code, office in table.items())
    yield city.prefix, city.name
    yield from ((code, grid.name) for code, grid in city.grids.items())


def _codes(turn: Turn, page: int) -> Rows:
    offices = list(_offices(turn))
    shown = offices[page * OFFERED : (page + 1) * OFFERED]
    buttons = [Choice(name, f"bind:{code}:0") for code, name in shown]
    if (page + 1) * OFFERED < len(offices):
        buttons.append(Choice(turn.city.say("bind.page"), f"bind_page:{page + 1}:0"))
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


async def page(turn: Turn, number: str, *, replaces: str) -> None:
    """更多: the next codes, in the same message."""
    turn.answer("")
    chosen = int(number) if number.isdecimal() else 0
    turn.say(Message(turn.city.say("bind.offer"), choices=_codes(turn, chosen), replaces=replaces))


async def bind(turn: Turn, code: str) -> None:
    """/bind CODE, typed or pressed: by an officer or an administrator only."""
    if turn.chat.kind != "group":
        turn.say(Message(turn.city.say("bind.private")))
        return
    if turn.update.sender.nameless:
        _tell(turn, turn.city.say("role.nameless"))
        return
    known = next((name for name, _ in _offices(turn) if name.lower() == code.lower()), "")
    if not code:
        await offer(turn)
    elif not known:
        turn.say(Message(turn.city.say("bind.unknown", code=code[:20]), choices=_codes(turn, 0)))
    elif not _may(turn.actor, turn, known):
        _tell(turn, turn.city.say("bind.right"))
    else:
        await groups.bind(turn.inner, turn.chat.key, known, turn.update.sender.key, ms(turn.now))
        turn.answer("")
        turn.say(Message(turn.city.say("bind.done", name=turn.city.office_name(known))))


def _may(actor: Actor, turn: Turn, code: str) -> bool:
    """An administrator binds any office, an officer those of the own station."""
    if actor.has("admin"):
        return True
    city = turn.city.city
    area = city.grids.get(code) or city.communities.get(code)
    if area:
        return actor.has("officer", area.station) is not None
    station = next((s for s in city.stations.values() if code == s.code or code in s.departments), None)
    return station is not None and actor.has("officer", station.code) is not None


def _tell(turn: Turn, words: str) -> None:
    """On the button where one was pressed, else as a message."""
    if any(hasattr(part, "query") and part.query for part in turn.update.parts):
        turn.answer(words)
    else:
        turn.say(Message(words))


async def leave(turn: Turn) -> None:
    """The bot was put out of a group: it is nobody's any more."""
    await groups.unbind(turn.inner, turn.chat.key)


async def move(turn: Turn, old: Chat, to: str) -> None:
    """A group got a new id: all that is kept by chat moves along."""
    await groups.move(turn.inner, f"{old.channel}|{old.kind}|{old.id}|", f"{old.channel}|{old.kind}|{to}|")
