"""`jieyou demo --script`: the whole program plays the main story in the terminal, and proves its ledger."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from bot.demo.paper import Pane, Paper
from bot.demo.photo import shop_front
from bot.demo.stage import LEADERS, STAFF, STATION, seed
from bot.demo.story import AFTER, BEFORE, LEDGER, PHOTOS, RESIDENT, STORY, YEAR, Opens, Presses, Sends, Shows, Step
from bot.demo.terminal import NAME, Terminal
from bot.ledger import print_case, verify_all
from bot.log import set_up
from bot.settings import read_settings
from domain.update import Chat, Sender
from storage import alarm, event
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
                return await house.proves(console)
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
        await self._until(_at(step.at, self.zone))
        await self._does(step)
        await self.app.settle()
        for chat, words in step.told.items():
            said = [text for where, text in self.terminal.said if where == CHATS[chat]]
            if not any(words in text for text in said):
                raise WentAstray(f"at {step.at} nobody said «{words}» in {PANES[chat].title}, but {said}")
        if not any(step.answer in text for text in ["", *self.terminal.answers][not step.answer - 1 :]):
            raise WentAstray(f"at {step.at} the button did not answer «{step.answer}», but {self.terminal.answers}")
