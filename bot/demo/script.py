"""`jieyou demo --script`: the whole program plays the main story in the terminal, and proves its ledger."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from bot.app import App
from bot.city.known import open_district
from bot.city.sample import sample
from bot.demo.clock import TurnedClock
from bot.demo.paper import Pane, Paper, Post
from bot.demo.photo import shop_front
from bot.demo.stage import LEADERS, STAFF, STATION, seed
from bot.demo.story import AFTER, BEFORE, LEDGER, PHOTOS, RESIDENT, STORY, YEAR, Opens, Presses, Sends, Shows, Step
from bot.demo.terminal import NAME, Terminal
from bot.ledger import verify_all
from bot.log import set_up
from bot.settings import Settings, read_settings
from domain.update import Chat, Sender
from storage import alarm, event
from storage import case as cases
from storage.database import Database, open_database
from storage.row import moment

NEVER_S = 86_400.0
"""Real seconds between two ticks by themselves: the script ticks where its story goes on."""
CHATS: Mapping[str, Chat] = {
    RESIDENT: Chat(NAME, "private", RESIDENT),
    LEADERS: Chat(NAME, "group", LEADERS),
    STATION: Chat(NAME, "group", STATION),
}
PANES: Mapping[str, Pane] = {
    RESIDENT: Pane("居民", "green"),
    LEADERS: Pane("网格长群", "yellow"),
    STATION: Pane("工作站群", "cyan"),
}
NAMES: Mapping[str, str] = {RESIDENT: "", **{each.id: each.name for each in STAFF}}


class WentAstray(Exception):
    """The story went another way than it should; the text says where and how."""


async def play() -> int:
    """Plays the story: 0 where everything came as it should and the ledger holds, else 1 and a sentence."""
    set_up("text")
    logging.getLogger().setLevel(logging.WARNING)
    console = Console()
    with TemporaryDirectory(prefix="jieyou-script-", ignore_cleanup_errors=True) as folder:
        async with _house(Path(folder), console) as house:
            try:
                for step in STORY:
                    await house.plays(step)
                return await house.proves()
            except WentAstray as astray:
                console.print(Text(f"The story went astray: {astray}", "bold red"))
                return 1


@dataclass(slots=True)
class House:
    """The running program with its terminal."""

    app: App
    database: Database
    clock: TurnedClock
    terminal: Terminal
    zone: ZoneInfo

    async def plays(self, step: Step) -> None:
        """Lets time pass up to a step, has it done, and looks whether what should follow did. Raises WentAstray."""
        await self._until(datetime.fromisoformat(f"{YEAR}-{step.at}").replace(tzinfo=self.zone))
        await self._does(step, CHATS[step.chat], Sender(NAME, step.who, NAMES[step.who]))
        await self._settle()
        for chat, words in step.told.items():
            said = [text for where, text in self.terminal.said if where == CHATS[chat]]
            if not any(words in text for text in said):
                raise WentAstray(f"{step.at}, {PANES[chat].title}: «{words}» was not said, but {said}")
        if step.answer and not any(step.answer in text for text in self.terminal.answers):
            raise WentAstray(f"{step.at}: the button did not answer «{step.answer}», but {self.terminal.answers}")

    async def _until(self, target: datetime) -> None:
        """Time passes; what becomes due on the way happens at its moment."""
        while True:
            async with self.database.reading() as queries:
                ahead = await alarm.next_at(queries)
            if ahead is None or moment(ahead) > target:
                break
            self.clock.turn(moment(ahead))
            await self._tick()
        self.clock.turn(target)
        await self._tick()

    async def _tick(self) -> None:
        await self.app.ticker.tick()
        await self._settle()

    async def _settle(self) -> None:
        await self.app.settle()
        self.terminal.paper.release()

    async def _does(self, step: Step, chat: Chat, person: Sender) -> None:
        parts: list[dict[str, Any]]
        reply: Post | None = None
        match step.does:
            case Opens():
                parts, words = [{"type": "enter"}], "/start"
            case Sends(photo, text):
                parts = [{"type": "photo", "ref": photo}, {"type": "text", "text": text}]
                words = f"〔图:{PHOTOS[photo]}〕{text}"
                reply = self.terminal.find(chat) if step.does.reply else None
            case Shows(place):
                parts = [{"type": "location", "lon": place.lon, "lat": place.lat}]
                words = f"[发送位置]〔位置:{place.lon}, {place.lat}〕"
            case Presses(label, late):
                parts, words = (
                    [self._press(step, chat, label, late=late)],
                    f"[{label}]" + ("(晚了一步)" if late else ""),
                )
        await self.terminal.takes(chat, person, parts, words, reply)

    def _press(self, step: Step, chat: Chat, label: str, *, late: bool) -> dict[str, Any]:
        post = self.terminal.find(chat, label, late=late)
        if post is None:
            raise WentAstray(f"{step.at}, {PANES[step.chat].title}: there is no button [{label}]")
        token = (post.gone if late else post.buttons)[label]
        return {"type": "choice", "token": token, "message": post.key}

    async def proves(self) -> int:
        """Prints the case's ledger and verifies all of it. Raises WentAstray where a line is missing or too much."""
        numbers = [row["number"] async for row in self.database.stream(cases.ALL)]
        if len(numbers) != 1:
            raise WentAstray(f"one case should have been filed, not {len(numbers)}")
        async with self.database.reading() as queries:
            lines = await event.of(queries, numbers[0])
        actions = tuple(line.action for line in lines)
        if actions != LEDGER:
            raise WentAstray(f"the ledger should hold {', '.join(LEDGER)}, not {', '.join(actions)}")
        self.terminal.paper.ledger(numbers[0], lines)
        return await verify_all(self.app.settings, self._opened)

    @asynccontextmanager
    async def _opened(self, _: Settings) -> AsyncIterator[Database]:
        yield self.database


@asynccontextmanager
async def _house(folder: Path, console: Console) -> AsyncIterator[House]:
    """The program on a fresh database, with the story's people and the terminal as its only channel."""
    own = read_settings({"JIEYOU_DATA": str(folder), "JIEYOU_CITY": str(sample())})
    district = open_district(own.city)
    zone = ZoneInfo(district.city.time_zone)
    clock = TurnedClock(datetime.fromisoformat(f"{YEAR}-{STORY[0].at}").replace(tzinfo=zone))
    database = await open_database(own.database_url)
    app = App(own, district, database, clock, tick_every=NEVER_S)
    shots = {BEFORE: shop_front(canopy=False), AFTER: shop_front(canopy=True)}
    subjects = {app.photos.keep(shot).sha: PHOTOS[name] for name, shot in shots.items()}
    panes = {CHATS[name].key: pane for name, pane in PANES.items()}
    terminal = Terminal(Paper(console, clock, zone, panes), clock, shots, subjects)
    app.add(terminal)
    await database.turn(lambda turn: seed(turn, NAME, clock.now()))
    await app.start()
    await asyncio.sleep(0)  # the channel's own task begins
    try:
        yield House(app, database, clock, terminal, zone)
    finally:
        await app.stop()
