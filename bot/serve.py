"""`jieyou run`: opens everything, says what is wrong before it begins, and ends within five seconds."""

import asyncio
import signal
import time

import structlog
import typer

from bot.app import App
from bot.city.known import open_district
from bot.log import set_up
from bot.server import CannotStart, bind, writable
from bot.settings import Settings
from bot.time import SystemClock
from storage.database import open_database

log = structlog.get_logger()


async def serve(own: Settings) -> int:
    """Runs until SIGTERM or SIGINT. Raises CannotStart, StorageRefused, CityBroken."""
    began = time.monotonic()
    set_up(own.log)
    token = own.telegram_token.get_secret_value()
    if not (token or own.listen):
        raise CannotStart("nothing to serve: set JIEYOU_TELEGRAM_TOKEN for Telegram, or JIEYOU_LISTEN for the web chat")
    if not own.city.is_dir():
        raise CannotStart(
            f"there is no city folder {own.city}: set JIEYOU_CITY, or make one with `jieyou init {own.city}`"
        )
    if own.font and not own.font.is_file():
        raise CannotStart(f"JIEYOU_FONT: there is no file {own.font}")
    writable(own.data)
    district = open_district(own.city)
    sock = bind(own.address) if own.address else None
    database = await open_database(own.database_url)
    try:
        database.claim()
        app = App(own, district, database, SystemClock(speed=own.speed))
        await _channels(app, token)
        await app.start(sock)
    except BaseException:
        await database.close()
        raise
    log.info("ready", seconds=round(time.monotonic() - began, 2), channels=sorted(set(app.channels) - {"clock"}))
    if own.listen:
        typer.echo(f"The web chat is at http://{own.listen}/chat", err=True)
    return await until_told(app)


async def _channels(app: App, token: str) -> None:
    if token:
        from bot.channels.telegram.failure import TokenRefused

        try:
            await app.add_telegram(token)
        except TokenRefused:
            raise CannotStart("Telegram refuses the token: check JIEYOU_TELEGRAM_TOKEN with @BotFather") from None
    if app.settings.listen:
        app.add_web()


async def until_told(app: App) -> int:
    """Serves until a signal, then stops; exit code 0. A channel that ends by a fault ends the program with it."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    serving, stopping = asyncio.create_task(app.wait()), asyncio.create_task(told.wait())
    done, _ = await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    await app.stop()
    stopping.cancel()
    if serving in done:
        serving.result()
    serving.cancel()
    log.info("stopped")
    return 0
