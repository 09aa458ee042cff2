"""The memory of `jieyou run`: small at the start, and flat however much comes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path

import psutil
import pytest

from tests.bot.processes import Program, environment, program, working_city
from tests.district import photo
from tests.emulators.telegram import Person, TelegramEmulator

MOST_MB = 200
GROWTH_MB = 12
"""What may be added after the first thousands: queues and caches that fill up, no more."""
AT_ONCE = 8
WORDS = "幸福里3号楼下垃圾桶满了"
_numbers = count(1)


def megabytes(found: Program) -> float:
    return float(psutil.Process(found.pid).memory_info().rss / 2**20)


async def one_report(telegram: TelegramEmulator) -> None:
    """Seven updates of somebody new: hello, a photo with words, 提交, the list and three that are only talk."""
    person = telegram.person(f"人{next(_numbers)}")
    await person.starts()
    await answered(person, "您好,我是解忧")
    await person.sends_photo(photo(next(_numbers), size=(1280, 960)), WORDS)
    await person.hears(button="同意并提交", timeout=60)
    await person.taps("同意并提交")
    await answered(person, "交上去了")
    for words in ("/my", "谢谢", "你好", "在吗"):
        before = len(person.posts)
        await person.sends(words)
        await telegram.until(lambda before=before: len(person.posts) > before, 60)  # type: ignore[misc]
    forget(telegram, person)


async def answered(person: Person, words: str) -> None:
    await person.hears(words, timeout=60)


def forget(telegram: TelegramEmulator, person: Person) -> None:
    """The test's own process keeps nothing of them, so that it can go on for long."""
    for message in person.messages:
        for file in message.files:
            telegram.world.files.by_id.pop(file.file_id, None)
            telegram.world.files.by_path.pop(file.path, None)
    person.chat.messages.clear()


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[TelegramEmulator, Program]]:
    async with TelegramEmulator(history=50) as telegram:
        env = environment(folder / "data", telegram, CITY=working_city(folder / "city"))
        async with program(env) as found:
            yield telegram, found


async def reports(telegram: TelegramEmulator, number: int) -> None:
    left = iter(range(number))

    async def one_after_another() -> None:
        for _ in left:
            await one_report(telegram)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


async def test_it_stays_below_200_megabytes(tmp_path: Path) -> None:
    async with serving(tmp_path) as (telegram, found):
        before = megabytes(found)
        await reports(telegram, 40)
        after = megabytes(found)
    print(f"{before:.0f} MB when ready, {after:.0f} MB after 280 updates")
    assert after < MOST_MB


@pytest.mark.prove
async def test_ten_thousand_updates_leave_it_small_and_flat(tmp_path: Path) -> None:
    async with serving(tmp_path) as (telegram, found):
        seen = [megabytes(found)]
        for _ in range(10):
            await reports(telegram, 145)
            seen.append(megabytes(found))
        with closing(sqlite3.connect(tmp_path / "data" / "jieyou.db")) as database:
            updates = database.execute("select count(*) from inbox where state = 'done'").fetchone()[0]
            dead = database.execute("select count(*) from inbox where state = 'dead'").fetchone()[0]
    print(f"{updates} updates, MB: {[round(size) for size in seen]}")
    assert (updates >= 10_000, dead) == (True, 0)
    assert max(seen) < MOST_MB
    assert max(seen[-3:]) - max(seen[2:5]) < GROWTH_MB
