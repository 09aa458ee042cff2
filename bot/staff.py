"""`jieyou invite`: a one-time code that gives a role."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import typer

from bot.city.folder import load
from bot.server import CannotStart, standing
from bot.settings import Settings
from domain.city import City
from domain.role import ROLES, SCOPED
from storage import invite, setting
from storage.row import ms

LASTS = timedelta(hours=24)


async def invited(own: Settings, role: str, scope: str, name: str, opened: Callable[..., Any]) -> int:
    """Prints the code and, where the bot's name is known, its deep link. Raises CannotStart for a wrong scope."""
    if role not in ROLES:
        raise CannotStart(f"there is no role {role}; there are {', '.join(ROLES)}")
    scope = _scope(load(standing(own.city)), role, scope)
    expires = ms(datetime.now(UTC) + LASTS)
    async with opened(own, migrate=True) as database:
        code = await database.turn(lambda turn: invite.create(turn, role, scope, name, expires))
        async with database.reading() as queries:
            bot = await setting.get(queries, "telegram.name")
    typer.echo(code)
    if bot:
        typer.echo(f"https://t.me/{bot}?start={code}")
    else:
        typer.echo(f"Send the bot in private: /start {code}   (link: ...?start={code})")
    typer.echo("It works once, within 24 hours.", err=True)
    return 0


def _scope(city: City, role: str, scope: str) -> str:
    """The scope in the city's spelling. Raises CannotStart where the role needs another."""
    kind = SCOPED.get(role, "")
    if not kind:
        return ""
    tables: dict[str, list[str]] = {
        "grid": list(city.grids),
        "station": list(city.stations),
        "department": list(city.departments),
        "district": [city.prefix],
    }
    if kind == "district" and not scope:
        return city.prefix
    found = next((code for code in tables[kind] if code.lower() == scope.lower()), "")
    if not found:
        codes = ", ".join(tables[kind][:12])
        raise CannotStart(f"a {role} needs --scope with the code of a {kind}: {codes} ...")
    return found
