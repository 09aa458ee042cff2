"""Who takes part in the benchmark of whole conversations: each a process of its own, prepared as its handbook says."""

import asyncio
import io
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import psutil
from PIL import Image

from bench.people import People
from tests.emulators.telegram import TelegramEmulator

ROOT = Path(__file__).parents[1]
T = TypeVar("T")


class Failed(Exception):
    """A contestant that ended or fell silent before its time; the last lines that it wrote."""


class Bot:
    """A contestant's process."""

    def __init__(self, process: asyncio.subprocess.Process, environment: Mapping[str, str], log: Path) -> None:
        self.environment = environment
        self._process = process
        self._watched = psutil.Process(process.pid)
        self._log = log

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Does something that needs the process. Raises Failed where that fails or the process ends meanwhile."""
        task, end = asyncio.ensure_future(work), asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and task.exception() is None:
                return task.result()
            raise Failed(self._log.read_text("utf-8", "replace")[-2000:]) from (
                task.exception() if task.done() else None
            )
        finally:
            for one in (task, end):
                one.cancel()
            await asyncio.gather(task, end, return_exceptions=True)

    def cpu(self) -> float:
        """CPU seconds so far, those of processes that it started included."""
        times = [process.cpu_times() for process in (self._watched, *self._watched.children(recursive=True))]
        return float(sum(time.user + time.system for time in times))

    async def ends(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


Settle = Callable[[People, Bot], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who takes part: the module that `python -m` runs, how its group is bound, and what it cannot do without."""

    name: str
    arguments: tuple[str, ...]
    settle: Settle
    needs: str = ""

    @property
    def there(self) -> bool:
        return not self.needs or _importable(self.needs)


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


async def bind_peer(people: People, _: Bot) -> None:
    """A peer takes whoever binds the group for its leader."""
    await people.leader.sends("/bind XFL02", chat=people.group)
    await people.group.hears()


async def bind_ours(people: People, bot: Bot) -> None:
    """As the handbook has it: an officer and a leader by invitation, the group bound by the officer."""
    officer = people.telegram.person("张队员")
    for person, role, scope in ((officer, "officer", "S-XFL"), (people.leader, "leader", "XFL02")):
        await person.starts(await invitation(bot, role, scope))
        await person.hears()
    await officer.sends("/bind XFL02", chat=people.group)
    await people.group.hears()


async def invitation(bot: Bot, role: str, scope: str) -> str:
    """The one-time code that `jieyou invite` prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "invite", role, "--scope", scope,
        cwd=ROOT, env=bot.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    found = re.search(r"start=([\w-]+)", out.decode())
    if process.returncode or found is None:
        raise Failed(f"`invite {role}` printed no deep link: {out.decode()[-2000:]}")
    return found[1]


PICKLE = Contestant("PTB, pickle", ("bench.peer_pickle",), bind_peer)
SAVING = Contestant("PTB, pickle at every update", ("bench.peer_pickle", "--save", "always"), bind_peer)
REQUEST = Contestant("PTB, pickle, our HTTP", ("bench.peer_pickle", "--request", "ours"), bind_peer)
AIOGRAM = Contestant("aiogram 3, not durable", ("bench.peer_aiogram",), bind_peer, "aiogram")
OURS = Contestant("Jieyou", ("bot", "run"), bind_ours, "bot.__main__")
CONTESTANTS = (PICKLE, SAVING, REQUEST, AIOGRAM, OURS)


@asynccontextmanager
async def running(contestant: Contestant, telegram: TelegramEmulator, folder: Path) -> AsyncIterator[Bot]:
    """The contestant's process, from its first getUpdates on. Raises Failed where it does not come so far."""
    data, log = folder / "data", folder / "log"
    data.mkdir()
    (data / "map.jpg").write_bytes(drawn_map())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JIEYOU_")} | {
        "JIEYOU_TELEGRAM_TOKEN": telegram.token,
        "JIEYOU_TELEGRAM_API": telegram.base,
        "JIEYOU_DATA": str(data),
        "JIEYOU_CITY": str(city_by_day(folder / "city")),
    }
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *contestant.arguments, cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        bot = Bot(process, environment, log)
        try:
            await bot.during(telegram.until(lambda: telegram.calls["getUpdates"], 30, "it never asked for updates"))
            yield bot
        finally:
            await bot.ends()


def drawn_map() -> bytes:
    """A picture of a map's size for the peers."""
    kept = io.BytesIO()
    Image.new("RGB", (1000, 750), "beige").save(kept, "JPEG")
    return kept.getvalue()


def city_by_day(folder: Path) -> Path:
    """The sample city, moved to where it is ten o'clock in the morning now."""
    shutil.copytree(ROOT / "city", folder)
    east = (10 - datetime.now(UTC).hour + 11) % 24 - 11
    text, changed = re.subn(
        r"^time_zone: \S+", f"time_zone: Etc/GMT{-east:+d}", (folder / "city.yaml").read_text("utf-8"), flags=re.M
    )
    if not changed:
        raise Failed("city.yaml names no time zone to be changed")
    (folder / "city.yaml").write_text(text, "utf-8")
    return folder
