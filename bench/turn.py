"""One turn of twelve statements, on both databases: ours beside SQLAlchemy Core async and plain aiosqlite.

`python -m bench.turn` prints medians of five rounds; in each round every contender runs once, in the same process and
on the same tables. Both databases sync every commit to the disk."""

import asyncio
import statistics
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import aiosqlite
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import alarm, dialogue, inbox, member, outbox, person, prompt, schema, shown
from storage.database import Database, open_database
from storage.turn import Turn
from storage.writer import connect

ROUNDS = 5
NOW = 1_800_000_000_000
POSTGRES_CONNECTIONS = 4
LANES = 64
FILLED = '{"category": "exposed-rubbish", "place": [121.4737, 31.2304], "words": "楼下垃圾桶满了三天没人收"}'
BODY = '{"text": "收到,您看对不对?", "choices": [["提交", "report:D1:3"], ["取消", "cancel:D1:3"]]}'

numbers = count(1)
OneTurn = Callable[[int], Awaitable[Any]]


@dataclass
class Contender:
    """A way to run the turn, and what was measured of it, a number a round."""

    name: str
    one_turn: OneTurn
    callers: int
    turns: int
    a_second: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)

    async def measure(self) -> None:
        """One round: the callers share the turns, each asks for its next when its last is durable."""

        async def caller(lane: int) -> None:
            for _ in range(self.turns // self.callers):
                await self.one_turn(lane)

        done = self.turns // self.callers * self.callers
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*[caller(lane) for lane in range(self.callers)])
        self.a_second.append(done / (time.perf_counter() - began))
        self.cpu_us.append((time.process_time() - cpu) / done * 1e6)


@dataclass(frozen=True, slots=True)
class Came:
    channel: str
    key: str
    lane: str
    at: datetime
    body: str
    album: str = ""


def came(lane: int) -> Came:
    """Something new from a person."""
    return Came("telegram", str(next(numbers)), f"telegram|private|{lane}||", datetime.now(UTC), BODY)


def talk(number: str) -> dict[str, Any]:
    """The state a conversation is saved with."""
    return {
        "form": "report",
        "subject": number,
        "filled": FILLED,
        "asked": "photo",
        "prompt": None,
        "version": 3,
        "expires": NOW,
    }


def ours(database: Database) -> OneTurn:
    """The product's own turn, through its own queries."""

    async def one_turn(lane: int) -> None:
        raw = came(lane)
        chat, who = raw.lane, f"telegram|{lane}"

        async def work(turn: Turn) -> list[object]:
            [(number, _)] = await inbox.add(turn, [raw], NOW)
            await inbox.oldest(turn, raw.lane)
            await person.get(turn, who)
            await dialogue.get(turn, chat, who)
            await member.roles_of(turn, who)
            await dialogue.save(turn, chat, who, **talk(raw.key))
            for part in (1, 2):
                outbox.put(turn, outbox.OutboxRow(f"say:{raw.key}:{part}", chat, BODY, NOW, person=who))
            alarm.set(turn, f"draft:{who}", NOW)
            shown.save(turn, f"card:draft:{who}", chat, raw.key, "", "digest")
            prompt.save(turn, chat, BODY, NOW)
            inbox.done(turn, [number], NOW)
            return turn.handed

        await database.turn(work, lane=raw.lane)

    return one_turn


def aiosqlite_turn(connection: aiosqlite.Connection) -> OneTurn:
    """The same statements, awaited one by one on one connection."""
    alone = asyncio.Lock()

    async def one(sql: str, **values: Any) -> Any:
        async with connection.execute(sql, values) as cursor:
            return await cursor.fetchone()

    async def one_turn(lane: int) -> None:
        raw = came(lane)
        chat, who = raw.lane, f"telegram|{lane}"
        async with alone:
            await connection.execute("begin immediate")
            row = await one(
                inbox.ADD, channel="telegram", key=raw.key, lane=chat, body=BODY, album="", at=NOW, received=NOW
            )
            await one(inbox.OLDEST, lane=chat)
            await one(person.GET, key=who)
            await one(dialogue.GET, chat=chat, person=who)
            await one(member.ROLES_OF, person=who)
            await connection.execute(dialogue.SAVE, {"chat": chat, "person": who, **talk(raw.key)})
            for part in (1, 2):
                await connection.execute(outbox.PUT, said(f"say:{raw.key}:{part}", chat, who))
            await connection.execute(alarm.SET, {"subject": f"draft:{who}", "at": NOW})
            await connection.execute(shown.SAVE, card(who, chat, raw.key))
            await connection.execute(prompt.SAVE, {"chat": chat, "source": BODY, "at": NOW})
            await connection.execute(inbox.DONE, {"id": row["id"], "now": NOW})
            await connection.execute("commit")

    return one_turn


def said(key: str, chat: str, who: str) -> dict[str, Any]:
    """A row of the outbox."""
    return {
        "key": key,
        "chat": chat,
        "body": BODY,
        "card": "",
        "person": who,
        "ordered": 1,
        "urgency": "reply",
        "not_before": None,
        "picture": "",
        "created": NOW,
        "sending_since": None,
    }


def card(who: str, chat: str, message: str) -> dict[str, Any]:
    """Where a card stands."""
    return {"card": f"card:draft:{who}", "chat": chat, "message": message, "picture": "", "digest": "digest"}


def sqlalchemy_turn(engine: AsyncEngine) -> OneTurn:
    """The same turn as SQLAlchemy's documentation would write it: Core, async, one transaction."""
    dialect: Any = sqlite if engine.dialect.name == "sqlite" else postgresql

    async def save(connection: AsyncConnection, table: Any, keys: list[str], values: dict[str, Any]) -> None:
        statement = dialect.insert(table).values(**values)
        new = {name: statement.excluded[name] for name in values if name not in keys}
        await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=new))

    async def one_turn(lane: int) -> None:
        raw = came(lane)
        chat, who = raw.lane, f"telegram|{lane}"
        box = schema.inbox.c
        async with engine.begin() as connection:
            if dialect is postgresql:
                await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(chat, 0))))
            new = dialect.insert(schema.inbox).values(
                channel="telegram", key=raw.key, lane=chat, body=BODY, album="", at=NOW, received=NOW
            )
            new = new.on_conflict_do_nothing(index_elements=["channel", "key"]).returning(box.id)
            number = (await connection.execute(new)).scalar_one()
            oldest = select(schema.inbox).where(box.lane == chat, box.state == "new").order_by(box.id).limit(1)
            (await connection.execute(oldest)).first()
            (await connection.execute(select(schema.person).where(schema.person.c.key == who))).first()
            open_talk = schema.dialogue.c
            mine = select(schema.dialogue).where(open_talk.chat == chat, open_talk.person == who)
            (await connection.execute(mine)).first()
            role = schema.member.c
            roles = select(schema.member).where(role.person == who, role.ended.is_(None)).order_by(role.since)
            (await connection.execute(roles)).all()
            await save(connection, schema.dialogue, ["chat", "person"], {"chat": chat, "person": who, **talk(raw.key)})
            for part in (1, 2):
                await connection.execute(insert(schema.outbox).values(said(f"say:{raw.key}:{part}", chat, who)))
            await save(connection, schema.alarm, ["subject"], {"subject": f"draft:{who}", "at": NOW})
            await save(connection, schema.shown, ["card", "chat"], card(who, chat, raw.key))
            await save(connection, schema.prompt, ["chat"], {"chat": chat, "source": BODY, "at": NOW})
            done = update(schema.inbox).where(box.id == number, box.state == "new")
            await connection.execute(done.values(state="done", body=None, fetched=None, ended=NOW))

    return one_turn


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    """A database of ours."""
    database = await open_database(url, **options)
    yield database
    await database.close()


@asynccontextmanager
async def engine_of(url: str, **options: Any) -> AsyncIterator[AsyncEngine]:
    """SQLAlchemy's, with the same settings of the database and the statement cache it has by default."""
    engine = create_async_engine(url, **options)
    if engine.dialect.name == "sqlite":

        def set_up(connection: Any, record: object) -> None:
            for habit in ("foreign_keys = on", "journal_mode = wal", "synchronous = full"):
                connection.execute(f"pragma {habit}")

        event.listen(engine.sync_engine, "connect", set_up)
    yield engine
    await engine.dispose()


async def sqlite_contenders(stack: AsyncExitStack, folder: Path) -> list[Contender]:
    """Each on a file of its own."""
    for name in ("ours", "peer", "core"):
        async with opened(f"sqlite:///{folder}/{name}.db"):
            pass
    database = await stack.enter_async_context(opened(f"sqlite:///{folder}/ours.db"))
    peer = await stack.enter_async_context(aiosqlite.Connection(lambda: connect(folder / "peer.db"), 64))
    engine = await stack.enter_async_context(
        engine_of(f"sqlite+aiosqlite:///{folder}/core.db", pool_size=1, max_overflow=0)
    )
    return [
        Contender("SQLAlchemy Core async over aiosqlite", sqlalchemy_turn(engine), 1, 200),
        Contender("aiosqlite, statement by statement", aiosqlite_turn(peer), 1, 400),
        Contender("ours, a commit each", ours(database), 1, 1_500),
        Contender("ours, up to 32 share a commit", ours(database), LANES, 9_600),
    ]


async def postgres_contenders(stack: AsyncExitStack, url: str) -> list[Contender]:
    """All on one server, 16 callers on 4 connections."""
    database = await stack.enter_async_context(opened(url, connections=POSTGRES_CONNECTIONS))
    import asyncpg

    engine = await stack.enter_async_context(
        engine_of(
            "postgresql+asyncpg://",
            async_creator=lambda: asyncpg.connect(url),
            pool_size=POSTGRES_CONNECTIONS,
            max_overflow=0,
        )
    )
    return [
        Contender("SQLAlchemy Core async over asyncpg", sqlalchemy_turn(engine), 16, 480),
        Contender("ours", ours(database), 16, 2_400),
    ]


def table_of(title: str, contenders: list[Contender]) -> Table:
    """Medians, and how often the first contender's they are."""
    table = Table(title=title)
    for heading in ("one turn", "callers", "turns/s", "CPU µs a turn", "x first"):
        table.add_column(heading, justify="left" if heading == "one turn" else "right")
    first = statistics.median(contenders[0].a_second)
    for contender in contenders:
        rate, cpu = statistics.median(contender.a_second), statistics.median(contender.cpu_us)
        table.add_row(contender.name, str(contender.callers), f"{rate:,.0f}", f"{cpu:,.0f}", f"{rate / first:.1f}")
    return table


async def run(folder: Path, server: Any) -> None:
    """Five rounds of everything, then the tables."""
    async with AsyncExitStack() as stack:
        tables = {
            "SQLite": await sqlite_contenders(stack, folder),
            "PostgreSQL": await postgres_contenders(stack, server.get_uri()),
        }
        for _ in range(ROUNDS):
            for contenders in tables.values():
                for contender in contenders:
                    await contender.measure()
    for title, contenders in tables.items():
        Console().print(table_of(f"{title}, median of {ROUNDS}", contenders))


def main() -> None:
    """Starts a PostgreSQL of its own, and measures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
        try:
            asyncio.run(run(Path(folder), server))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
