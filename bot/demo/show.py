"""`jieyou demo`: the sample district on pages in the browser; nothing to set up, and nothing of it is kept."""

import asyncio
import logging
import os
import socket
import sys
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.app import App
from bot.channels.web.cast import NAME
from bot.city.known import open_district
from bot.city.sample import sample
from bot.demo.stage import CASTS, first_morning, seed
from bot.log import set_up
from bot.serve import told_to_end, until_told
from bot.server import CannotStart, bind
from bot.settings import BadSettings, Settings, read_settings
from bot.time import SystemClock
from storage.database import open_database

TICK_S, HASTENED_TICK_S = 1.0, 0.2
"""Real seconds between two looks at what is due; shorter where the clock is hastened."""
OPTIONS = {"JIEYOU_SPEED": "--speed", "JIEYOU_LISTEN": "--listen"}
"""What the settings are called on the demo's command line."""


async def show(*, speed: float, listen: str, browser: bool) -> int:
    """Serves the demo until SIGINT or SIGTERM. Raises CannotStart where the options are wrong or the port is taken."""
    told = told_to_end()  # at once, so that the folder goes however early Ctrl-C comes
    set_up("text")
    logging.getLogger().setLevel(logging.WARNING)
    with TemporaryDirectory(prefix="jieyou-demo-", ignore_cleanup_errors=True) as folder:
        try:
            own = _settings(Path(folder), speed, listen)
            sock = bind(own.address or ("", 0))
        except (BadSettings, CannotStart) as wrong:
            raise CannotStart(_in_options(str(wrong))) from None
        return await _serve(own, sock, told, browser=browser)


def _settings(folder: Path, speed: float, listen: str) -> Settings:
    given = {"SPEED": str(speed), "LISTEN": listen, "DATA": str(folder), "CITY": str(sample())}
    own = read_settings({f"JIEYOU_{name}": value for name, value in given.items()})
    if not own.listen:
        raise BadSettings("JIEYOU_LISTEN: must be host:port, for example 127.0.0.1:8321")
    return own


def _in_options(sentence: str) -> str:
    for setting, option in OPTIONS.items():
        sentence = sentence.replace(setting, option)
    return sentence


async def _serve(own: Settings, sock: socket.socket, told: asyncio.Event, *, browser: bool) -> int:
    district = open_district(own.city)
    began = first_morning(district.calendar, datetime.now(UTC))
    database = await open_database(own.database_url)
    try:
        await database.turn(lambda turn: seed(turn, NAME, began))
        clock = SystemClock(speed=own.speed, start=began)
        app = App(own, district, database, clock, CASTS, HASTENED_TICK_S if own.speed > 1 else TICK_S)
        app.add_web()
        await app.start(sock)
    except BaseException:
        await database.close()
        raise
    address = _address(sock)
    _tell(address, own.speed, district.calendar.local(began))
    if browser and _has_desktop():
        await asyncio.to_thread(webbrowser.open, f"{address}/demo")
    return await until_told(app, told)


def _address(sock: socket.socket) -> str:
    """Where a browser on this machine finds the pages."""
    host, port = sock.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _tell(address: str, speed: float, began: datetime) -> None:
    console = Console()
    pages = Table.grid(padding=(0, 2))
    pages.add_row("[bold]All side by side[/]", f"[bold]{address}/demo[/]")
    pages.add_row("居民 (a resident)", f"{address}/demo/resident")
    for path, cast in CASTS.items():
        pages.add_row(f"{cast.title} ({path})", f"{address}/demo/{path}")
    pace = "as fast as yours" if speed == 1 else f"{speed:g} times as fast as yours"
    console.print("\n[bold green]Jieyou 解忧[/]: a district on this machine.\n")
    console.print(pages, soft_wrap=True)
    console.print(f"\nIts clock began on {began:%A %Y-%m-%d at %H:%M} and runs {pace}.", soft_wrap=True)
    console.print("End it with Ctrl-C. Nothing is kept.\n")
