"""The program as a process of its own: started with an environment, watched until it is ready, ended or killed."""

import asyncio
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from tests.emulators.telegram import TelegramEmulator

ROOT = Path(__file__).parents[2]
READY_S = 20.0
"""Seconds after which a start counts as failed; a busy machine needs a few."""
END_S = 10.0
"""Seconds after which an end counts as failed; the promise is five."""


def environment(data: Path, telegram: TelegramEmulator | None = None, **more: object) -> dict[str, str]:
    """This process's environment with the program's settings and no others; `more` are settings, LISTEN for
    JIEYOU_LISTEN."""
    settings: dict[str, object] = {"CITY": ROOT / "city", "DATA": data}
    if telegram is not None:
        settings |= {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API": telegram.base}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("JIEYOU_")}
    return plain | {f"JIEYOU_{name}": str(value) for name, value in (settings | more).items()}


class Program:
    """`python -m bot run` under way. `log` holds its standard error so far, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.began = time.monotonic()
        self.ready_after = 0.0
        self.log: list[str] = []
        self._process = process
        self._ready = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, env: Mapping[str, str], *arguments: str) -> "Program":
        """Starts it and waits for nothing."""
        return cls(await _process(env, *(arguments or ("run",)), stdout=asyncio.subprocess.DEVNULL))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def over(self) -> bool:
        return self._process.returncode is not None

    async def ready(self) -> "Program":
        """Waits for the line `ready`. Raises AssertionError with the log where it does not come."""
        waiting = asyncio.create_task(self._ready.wait())
        await asyncio.wait((waiting, self._reader), timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self._ready.is_set():
            await self.killed()
            raise AssertionError("it did not become ready:\n" + "\n".join(self.log))
        return self

    def kill(self) -> None:
        """SIGKILL, at this very moment."""
        if not self.over:
            self._process.kill()

    async def killed(self) -> None:
        """Kills it where it still lives, and waits until the system has taken all that it held."""
        self.kill()
        await self.gone()

    async def ends(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Sends a signal; the exit code, and how many seconds the end took."""
        began = time.monotonic()
        self._process.send_signal(number)
        return await self.gone(), time.monotonic() - began

    async def gone(self) -> int:
        """Waits for its end; the exit code. Raises AssertionError, and kills it, where it does not end."""
        try:
            code = await asyncio.wait_for(self._process.wait(), END_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise AssertionError(f"it did not end within {END_S} s:\n" + "\n".join(self.log)) from None
        finally:
            await self._reader
        return code

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.log.append(line.decode("utf-8", "replace").rstrip())
            if re.search(r"\bready\b", self.log[-1]):
                self.ready_after = time.monotonic() - self.began
                self._ready.set()


@asynccontextmanager
async def program(env: Mapping[str, str]) -> AsyncIterator[Program]:
    """`run`, from ready on; killed at the end where the test did not end it."""
    found = await Program.start(env)
    try:
        yield await found.ready()
    finally:
        await found.killed()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


async def command(env: Mapping[str, str], *arguments: str, cwd: Path = ROOT) -> Ended:
    """A command, run to its end."""
    process = await _process(env, *arguments, stdout=asyncio.subprocess.PIPE, cwd=cwd)
    try:
        out, err = await asyncio.wait_for(process.communicate(), READY_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"`jieyou {' '.join(arguments)}` did not end within {READY_S} s") from None
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def _process(
    env: Mapping[str, str], *arguments: str, stdout: int, cwd: Path = ROOT
) -> asyncio.subprocess.Process:
    env = {**env, "PYTHONPATH": str(ROOT)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=cwd, env=env, stdout=stdout, stderr=asyncio.subprocess.PIPE
    )


def working_city(folder: Path) -> Path:
    """The sample city, moved to where it is ten o'clock in the morning now, and worked on every day."""
    shutil.copytree(ROOT / "city", folder)
    now = datetime.now(UTC)
    east = (10 - now.hour + 11) % 24 - 11
    today = now.astimezone(timezone(timedelta(hours=east))).date()
    text = (folder / "city.yaml").read_text("utf-8")
    for line, instead in (
        (r"^time_zone: \S+", f"time_zone: Etc/GMT{-east:+d}"),
        (r"^  days: \[[^]]*\]", "  days: [1, 2, 3, 4, 5, 6, 7]"),
        (r"^  workdays: \[\]", f"  workdays: [{today}]"),
    ):
        text, changed = re.subn(line, instead, text, flags=re.MULTILINE)
        assert changed == 1, f"city.yaml has changed: {line} is not there"
    (folder / "city.yaml").write_text(text, "utf-8")
    return folder
