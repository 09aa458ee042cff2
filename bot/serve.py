"""`jieyou run`: opens everything, says what is wrong before it begins, and ends within five seconds."""

import asyncio
import signal
import time
from collections.abc import Coroutine
from typing import Any

import structlog
import typer

from bot.app import App
from bot.city.known import open_district
from bot.log import set_up
from bot.memory import give_back
from bot.server import CannotStart, bind, standing, writable
from bot.settings import Settings
from bot.time import SystemClock
from storage.database import open_database

log = structlog.get_logger()


async def serve(own: Settings) -> int:
    """Runs until SIGTERM or SIGINT. Raises CannotStart, StorageRefused, CityBroken."""
    began = time.monotonic()
    told = told_to_end()
    give_back()
    set_up(own.log)
    token = own.telegram_token.get_secret_value()
    if not (token or own.listen):
        raise CannotStart("nothing to serve: set JIEYOU_TELEGRAM_TOKEN for Telegram, or JIEYOU_LISTEN for the web chat")
    standing(own.city)
    if own.font and not own.font.is_file():
        raise CannotStart(f"JIEYOU_FONT: there is no file {own.font}")
    writable(own.data)
    if not token:
        return await _serve(own, token, told, began)
    from bot.channels.telegram.failure import TokenRefused

    try:
        return await _serve(own, token, told, began)
    except TokenRefused:
        raise CannotStart("Telegram refuses the token: check JIEYOU_TELEGRAM_TOKEN with @BotFather") from None


async def _serve(own: Settings, token: str, told: asyncio.Event, began: float) -> int:
    district = open_district(own.city)
    sock = bind(own.address) if own.address else None
    database = await open_database(own.database_url)
    app = App(own, district, database, SystemClock(speed=own.speed))

    async def begin() -> None:
        if token:
            await app.add_telegram(token)
        if own.listen:
            app.add_web()
        await app.start(sock)

    try:
        database.claim()
        begun = await _unless(told, begin())
    except BaseException:
        await _let_go(app)
        raise
    if not begun:
        await _let_go(app)
        return 0
    log.info("ready", seconds=round(time.monotonic() - began, 2), channels=sorted(set(app.channels) - {"clock"}))
    if own.listen:
        typer.echo(f"The web chat is at http://{own.listen}/chat", err=True)
    return await until_told(app, told)


def told_to_end() -> asyncio.Event:
    """Set by SIGTERM and SIGINT from now on."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


async def until_told(app: App, told: asyncio.Event | None = None) -> int:
    """Serves until a signal, then stops; exit code 0. A channel that ends by a fault ends the program with it."""
    try:
        await _unless(told or told_to_end(), app.wait())
    finally:
        await app.stop()
    log.info("stopped")
    return 0


async def _unless(told: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Does something unless we are told to end before it is done; whether it was done. Raises what it raises."""
    doing, telling = asyncio.create_task(work), asyncio.create_task(told.wait())
    await asyncio.wait({doing, telling}, return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        return False
    await doing
    return True


async def _let_go(app: App) -> None:
    """Of what was opened before the program was ready."""
    for channel in app.channels.values():
        await channel.close()
    await app.database.close()
