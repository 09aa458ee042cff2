"""The district's people for stories: the whole program over real HTTP against Telegram's emulator."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from bot.app import App
from bot.city.known import open_district
from bot.city.sample import sample
from bot.settings import read_settings
from domain.case import Case
from domain.district import District
from domain.event import Event
from storage import alarm, event, invite
from storage import case as cases
from storage.database import Database, open_database
from storage.row import moment, ms
from tests.clock import HandClock
from tests.emulators.telegram import Group, Message, Person, Tap, TelegramEmulator

SHOP_12 = (108.759301, 34.43785)
"""In front of 幸福里 12 号铺, in 幸福里03网格."""

_known: dict[str, District] = {}


def the_sample() -> District:
    """The sample city, read once for all tests."""
    if "sample" not in _known:
        _known["sample"] = open_district(sample())
    return _known["sample"]


def photo(seed: int = 1, *, size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture unlike any of another seed."""
    import random

    from PIL import Image

    rng = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), bytes(rng.randrange(256) for _ in range(16 * 12 * 3)))
    out = BytesIO()
    small.resize(size).save(out, "JPEG", quality=80)
    return out.getvalue()


@dataclass(slots=True)
class Town:
    """One running district: the program, Telegram, the clock, and the people as they are met."""

    app: App
    telegram: TelegramEmulator
    clock: HandClock
    database: Database
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    # Meeting people

    async def resident(self, name: str = "王", *, language: str = "zh-hans") -> Person:
        if name not in self.people:
            self.people[name] = self.telegram.person(name, language_code=language)
        return self.people[name]

    async def member(self, role: str, scope: str, name: str = "") -> Person:
        """Somebody with a role, given as the operator gives it."""
        person = self.telegram.person(name or role)
        expires = ms(self.clock.now() + timedelta(hours=24))
        code = await self.database.turn(lambda turn: invite.create(turn, role, scope, name, expires))
        await person.starts(code)
        await person.hears("好了")
        return person

    async def group(self, code: str, title: str = "", *, forum: bool = False) -> Group:
        """A group bound to an office's code."""
        admin = self.people.get("admin") or await self.member("admin", "")
        self.people["admin"] = admin
        group = self.telegram.group(title or code, forum=forum)
        await admin.sends(f"/bind {code}", chat=group)
        await group.hears("绑好了")
        self.groups[code] = group
        return group

    # Time

    async def passes(self, **span: float) -> None:
        """Time passes; what becomes due on the way happens at its moment."""
        await self.until(self.clock.now() + timedelta(**span))

    async def until(self, target: datetime) -> None:
        while True:
            async with self.database.reading() as queries:
                ahead = await alarm.next_at(queries)
            at = moment(ahead) if ahead is not None else None
            if at is None or at > target:
                break
            self.clock.turn(max(at, self.clock.now()))
            await self._tick()
        self.clock.turn(target)
        await self._tick()

    async def _tick(self) -> None:
        await self.app.ticker.tick()
        await self.settled()

    async def settled(self) -> None:
        """Until everything that came was handled and everything said was sent."""

        def busy() -> bool:
            return bool(self.telegram.pending) or not (self.app.inbox.idle and self.app.delivery.idle)

        await wait_until(lambda: not busy())

    # Looking

    async def case(self, number: str = "") -> Case:
        """A case by its number; the newest where none is named."""
        async with self.database.reading() as queries:
            if not number:
                row = await queries.one("select number from cases order by filed_at desc, number desc limit 1")
                assert row is not None, "there is no case"
                number = row["number"]
            found = await cases.find(queries, number)
        assert found is not None
        return found

    async def count_cases(self) -> int:
        async with self.database.reading() as queries:
            row = await queries.one("select count(*) as n from cases")
        return int(row["n"]) if row else 0

    async def history(self, number: str = "") -> list[Event]:
        case = await self.case(number)
        async with self.database.reading() as queries:
            return await event.of(queries, case.number)

    async def dead_letters(self) -> list[str]:
        async with self.database.reading() as queries:
            return [str(row["trace"]) for row in await queries.all("select trace from inbox where state = 'dead'")]


async def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Polls a condition for a moment; fails loudly where it never comes true."""
    for _ in range(int(seconds / 0.002)):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("what was waited for did not happen")


@asynccontextmanager
async def town(
    folder: Path, *, clock: HandClock | None = None, url: str = "", city: District | None = None
) -> AsyncIterator[Town]:
    """A running district on a fresh database in a folder."""
    clock = clock or HandClock()
    async with (
        TelegramEmulator(clock=clock.now) as telegram,
        running(folder, telegram, clock, url=url, city=city) as found,
    ):
        yield found


@asynccontextmanager
async def running(
    folder: Path, telegram: TelegramEmulator, clock: HandClock, *, url: str = "", city: District | None = None
) -> AsyncIterator[Town]:
    """The program alone, against a Telegram that was there before it."""
    environment = {
        "JIEYOU_DATA": str(folder),
        "JIEYOU_DATABASE": url,
        "JIEYOU_TELEGRAM_TOKEN": telegram.token,
        "JIEYOU_TELEGRAM_API": telegram.base,
    }
    own = read_settings(environment)
    database = await open_database(own.database_url)
    app = App(own, city or the_sample(), database, clock, tick_every=86_400)
    await app.add_telegram(telegram.token)
    await app.start()
    try:
        yield Town(app, telegram, clock, database)
    finally:
        await app.stop()


async def main_people(town: Town) -> tuple[Person, Person, Person, Group, Group]:
    """Resident, leader of 03, officer, leaders' group, station group: the cast of the main story."""
    leaders, station = await town.group("C-XFL", "幸福里网格群"), await town.group("S-XFL", "幸福里工作站")
    leader = await town.member("leader", "XFL03")
    officer = await town.member("officer", "S-XFL", "张队员")
    resident = await town.resident()
    await town.settled()
    return resident, leader, officer, leaders, station


async def press(town: Town, person: Person, label: str, chat: Group | None = None, **more: object) -> str:
    """Presses a button, waits until all of it is done, and gives the answer on the button."""
    tap: Tap = await person.taps(label, chat=chat, **more)  # type: ignore[arg-type]
    await town.settled()
    return tap.answer or ""


def newest(place: Person | Group, containing: str = "") -> Message:
    """The last message of the bot in a chat, as it stands now."""
    for message in reversed(place.posts):
        if not message.deleted and containing in (message.text or ""):
            return message
    raise AssertionError(f"nobody said {containing!r}; the last was {[m.text for m in place.posts[-3:]]}")


def numbers_in(text: str) -> list[str]:
    return re.findall(r"XF-\d{8}-\d{4}", text)


def labels(message: Message) -> list[str]:
    """What stands on a message's buttons, in reading order."""
    return [label for row in message.labels for label in row]


async def sends(town: Town, who: Person, words: str, group: Group | None = None) -> Message:
    """Somebody types in private or in a group; gives what the bot said last, once all is done."""
    await who.sends(words, chat=group)
    await town.settled()
    return newest(group or who)


async def shows(town: Town, who: Person, picture: bytes, words: str = "") -> Message:
    """Somebody sends a photo in private; gives what the bot said last, once all is done."""
    await who.sends_photo(picture, caption=words or None)
    await town.settled()
    return newest(who)
