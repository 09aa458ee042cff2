"""Which stored photo stands in which draft or case, so that none is deleted that somebody still needs."""

from collections.abc import Iterable

from storage.turn import Queries, Turn

USE = "insert into photo_use (sha, owner) values (:sha, :owner) on conflict (sha, owner) do nothing"
MOVE = "update photo_use set owner = :new where owner = :old"
DROP = "delete from photo_use where owner = :owner"
USED = "select 1 as yes from photo_use where sha = :sha limit 1"


def use(turn: Turn, shas: Iterable[str], owner: str) -> None:
    """A draft (by its id) or a case (by its number) shows these photos."""
    for sha in shas:
        turn.put(USE, sha=sha, owner=owner)


async def move(turn: Turn, old: str, new: str) -> None:
    """A draft became a case."""
    await turn.do(MOVE, old=old, new=new)


async def drop(turn: Turn, owner: str) -> None:
    """A draft is gone."""
    await turn.do(DROP, owner=owner)


async def used(queries: Queries, sha: str) -> bool:
    return await queries.one(USED, sha=sha) is not None
