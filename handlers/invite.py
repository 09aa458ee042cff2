"""「好了,您现在是……」: a one-time code gives a role to whoever opens it first."""

from domain.message import Message
from handlers.turn import Turn
from storage import invite, member
from storage.row import ms

_NEXT = {"leader": "role.leader", "officer": "role.officer", "admin": "role.admin"}


async def enter(turn: Turn, code: str) -> None:
    """The deep link or /start CODE: gives the role, or says that the code is used or too old."""
    now = ms(turn.now)
    taken = await invite.take(turn.inner, code, turn.update.sender.key, now)
    if taken is None:
        turn.say(Message(turn.words("trouble.invite")))
        return
    role, scope = str(taken["role"]), str(taken["scope"])
    grid = turn.city.city.grids.get(scope)
    name = str(taken["name"] or (grid.leader if grid else "") or turn.city.say(f"who.{role}"))
    await member.add(turn.inner, turn.update.sender.key, role, scope, name, now)
    given = turn.city.say(
        "role.given",
        name=name,
        role=turn.city.say(f"who.{role}"),
        scope=turn.city.office_name(scope or turn.city.city.prefix),
    )
    turn.say(Message(f"{given}\n{turn.city.say(_NEXT.get(role, 'role.other'))}"))
