"""The inbox: what came, kept before anything is done with it. A key is seen once; lanes are read in order of `id`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from storage.turn import Queries, Row, Turn


class Came(Protocol):
    """What a channel brings (`bot.channels.channel.Raw`)."""

    @property
    def channel(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def lane(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def body(self) -> str: ...
    @property
    def album(self) -> str: ...


C = TypeVar("C", bound=Came)

ADD = """
insert into inbox (channel, key, lane, body, album, at, received)
values (:channel, :key, :lane, :body, :album, :at, :received)
on conflict (channel, key) do nothing returning id
"""
COLUMNS = "id, channel, key, lane, body, album, at, received, fetched, attempts"
OLDEST = f"select {COLUMNS} from inbox where lane = :lane and state = 'new' order by id limit 1"
ALBUM = f"select {COLUMNS} from inbox where lane = :lane and album = :album and state = 'new' order by id"
FIND = f"select {COLUMNS}, state from inbox where id = :id"
FETCHED = "update inbox set fetched = :fetched, attempts = attempts + 1 where id = :id and state = 'new'"
DONE = "update inbox set state = 'done', body = null, fetched = null, ended = :now where id = :id and state = 'new'"
DEAD = """
update inbox set state = 'dead', trace = :trace, attempts = :attempts, ended = :now where id = :id and state = 'new'
"""
LEFT = f"""
select {COLUMNS} from inbox where state = 'new' and received < :before and id > :after order by id limit :limit
"""
DEAD_LETTERS = f"select {COLUMNS}, trace, ended from inbox where state = 'dead' order by id"
FORGET = "update inbox set body = null, fetched = null, trace = null where lane = :lane and state = 'dead'"
PURGE = "delete from inbox where state = 'done' and ended < :before"


async def add(turn: Turn, raws: Iterable[C], now: int) -> list[tuple[int, C]]:
    """Keeps what came; the new ones with their ids, in order. What was seen before is left out."""
    new: list[tuple[int, C]] = []
    for raw in raws:
        row = await turn.one(
            ADD,
            channel=raw.channel,
            key=raw.key,
            lane=raw.lane,
            body=raw.body,
            album=raw.album,
            at=int(raw.at.timestamp() * 1000),
            received=now,
        )
        if row is not None:
            new.append((row["id"], raw))
    return new


async def oldest(turn: Queries, lane: str) -> Row | None:
    """The open row that a lane must do next. Ask in a turn of that lane: then no other process does the same."""
    return await turn.one(OLDEST, lane=lane)


async def album(queries: Queries, lane: str, album: str) -> list[Row]:
    """The open pieces of an album."""
    return await queries.all(ALBUM, lane=lane, album=album)


async def find(queries: Queries, id: int) -> Row | None:
    """A row by its id, with its state."""
    return await queries.one(FIND, id=id)


async def keep_fetched(turn: Turn, id: int, fetched: str) -> None:
    """Keeps what was fetched for it (JSON), so that it is not fetched again; counts the attempt."""
    await turn.do(FETCHED, id=id, fetched=fetched)


def done(turn: Turn, ids: Sequence[int], now: int) -> None:
    """Ends rows, at the end of the turn: their raw form is erased, their key stays."""
    for id in ids:
        turn.put(DONE, id=id, now=now)


async def dead(turn: Turn, id: int, trace: str, now: int, attempts: int) -> None:
    """Ends a row that cannot be handled; it is kept whole, with its traceback."""
    await turn.do(DEAD, id=id, trace=trace, now=now, attempts=attempts)


async def left(queries: Queries, before: int, limit: int, after: int = 0) -> list[Row]:
    """Open rows received before a moment, by id: what a restart or another process's end left. `after` turns pages."""
    return await queries.all(LEFT, before=before, limit=limit, after=after)


async def dead_letters(queries: Queries) -> list[Row]:
    """What could not be handled, with `trace` and `ended`."""
    return await queries.all(DEAD_LETTERS)


async def forget(turn: Turn, lane: str) -> None:
    """Erases the words of a lane's dead letters; an open row is erased when it is done."""
    await turn.do(FORGET, lane=lane)


FORGET_LANE = "update inbox set lane = '' where lane = :lane and state <> 'new'"


async def forget_lane(turn: Turn, lane: str) -> None:
    """Ended rows keep their keys, and no longer whose they were."""
    await turn.do(FORGET_LANE, lane=lane)


async def purge(turn: Turn, before: int) -> int:
    """Drops the keys of rows done before a moment (14 days ago); returns how many."""
    return await turn.do(PURGE, before=before)
