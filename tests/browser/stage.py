"""A web chat that runs: its pages, a real database, and in the inbox's place whoever the test puts there."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
import yaml
from starlette.applications import Starlette

from bot.channels.channel import Drawn, Raw
from bot.channels.web.cast import Cast, Person
from bot.channels.web.channel import WebChannel
from bot.channels.web.pages import routes
from domain.message import Choice, Link, Native, Picture, Rows, Shown
from domain.update import Chat, Update
from storage import web_message
from storage.database import Database, open_database
from storage.turn import Turn

LEADERS = Cast(
    "leaders",
    "幸福里 · 网格长群",
    (
        Person("li", "李网格长", "幸福里03网格"),
        Person("wang", "王网格长", "幸福里02网格"),
        Person("zhao", "赵网格长", "幸福里04网格"),
    ),
)
STATION = Cast("station", "幸福里工作站群", (Person("zhang", "张队员", "执法队员"), Person("chen", "陈队长", "督办")))
LABELS = yaml.safe_load((Path(__file__).parents[2] / "domain/words/page.yaml").read_text())


def square(lon: float, lat: float) -> list[list[list[float]]]:
    east, north = round(lon + 0.005, 6), round(lat + 0.004, 6)
    return [[[lon, lat], [east, lat], [east, north], [lon, north]]]


MAP = {
    "name": "示例区",
    "grids": [
        {"name": "幸福里02网格", "polygons": [[[[109.0, 34.0], [109.005, 34.0], [109.005, 34.004], [109.0, 34.004]]]]},
        {
            "name": "幸福里03网格",
            "polygons": [[[[109.005, 34.0], [109.01, 34.0], [109.01, 34.004], [109.005, 34.004]]]],
        },
    ],
    "landmarks": [
        {"name": "幸福里 3 号楼", "also": ["3号楼"], "at": [109.002, 34.002], "kind": "building"},
        {"name": "幸福里 12 号铺", "also": ["12号铺"], "at": [109.0075, 34.0021], "kind": "shop"},
    ],
}
START = datetime(2026, 11, 24, 1, 3, tzinfo=UTC)  # 09:03 in Xi'an


async def make_tables(database: Database) -> None:
    """The tables as `storage.web_message` describes them, where the schema does not have them yet."""
    text = re.sub(r"--.*", "", web_message.__doc__ or "")

    async def work(turn: Turn) -> None:
        for statement in re.findall(r"create [^;]+", text):
            await turn.do(re.sub(r"(table|index) ", r"\1 if not exists ", statement, count=1))

    await database.turn(work)


def jpeg(width: int = 320, height: int = 240, colour: str = "#7a9e8c") -> bytes:
    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


def drawn(picture: bytes, key: str) -> Drawn:
    async def load() -> bytes:
        return picture

    return Drawn(key, load)


@dataclass
class Stage:
    """`heard` are the updates that came in; `on_update`, if set, answers each."""

    channel: WebChannel
    database: Database
    app: Starlette
    now: datetime = START
    heard: list[Update] = field(default_factory=list)
    photos: dict[str, bytes] = field(default_factory=dict)
    on_update: Callable[[Update], Awaitable[None]] | None = None
    broken: Exception | None = None
    _seen: set[str] = field(default_factory=set)

    async def receive(self, raws: Sequence[Raw]) -> None:
        """As the inbox does: what has a key that was seen is harmless."""
        if self.broken:
            raise self.broken
        for raw in raws:
            if raw.key in self._seen:
                continue
            self._seen.add(raw.key)
            update = self.channel.read(raw.body)
            self.heard.append(update)
            if self.on_update:
                await self.on_update(update)

    async def say(self, chat: Chat, text: str, rows: Sequence[Sequence[str]] = (), **more: Any) -> Shown:
        """The bot speaks; a button is its label, or `label=token`."""
        picture = more.pop("drawn", None)
        return await self.channel.send(chat, Native(text, rows=buttons(rows), **more), picture)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def texts(self) -> list[Any]:
        return [part for update in self.heard for part in update.parts]


def buttons(rows: Sequence[Sequence[str]]) -> Rows:
    pairs = [[(*label.split("="), label)[:2] for label in row] for row in rows]
    return tuple(tuple(Choice(label, token) for label, token in row) for row in pairs)


@cache
def empty() -> bytes:
    """A database file with all tables, made once."""

    async def make(path: Path) -> None:
        database = await open_database(f"sqlite:///{path}")
        await make_tables(database)
        await database.close()

    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as worker:
        path = Path(folder) / "empty.db"
        worker.submit(asyncio.run, make(path)).result()
        return path.read_bytes()


@asynccontextmanager
async def opened(folder: Path, city_map: Any = MAP, serving: bool = True) -> AsyncIterator[Stage]:
    """The stage with its channel running."""
    (folder / "chat.db").write_bytes(empty())
    database = await open_database(f"sqlite:///{folder}/chat.db")
    photos: dict[str, bytes] = {}

    async def photo(sha: str) -> bytes | None:
        return photos.get(sha)

    channel = WebChannel(database, folder, lambda: stage.now, photo)
    pages = routes(
        channel,
        casts={"leaders": LEADERS, "station": STATION},
        city_map=city_map,
        labels=LABELS,
        secret=b"s" * 32,
        time_zone="Asia/Shanghai",
        wall_clock=lambda: stage.now.timestamp(),
    )
    stage = Stage(channel, database, Starlette(routes=pages), photos=photos)
    running = asyncio.create_task(channel.run(stage.receive)) if serving else None
    await asyncio.sleep(0)
    try:
        yield stage
    finally:
        await channel.close()
        if running:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        await database.close()


class Server(uvicorn.Server):
    """A server that says when it is ready, and leaves the process's signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def capture_signals(self) -> Any:
        return nullcontext()


@asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[str]:
    """The stage on a loopback port; its address."""
    config = uvicorn.Config(stage.app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=2)
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await stage.channel.close()
        server.should_exit = True
        await serving


__all__ = ["LEADERS", "MAP", "STATION", "Link", "Picture", "Stage", "drawn", "jpeg", "opened", "served"]
