"""A turn: one transaction, the same on both databases, and what can go wrong with it.

SQL is written once for both: `:name` parameters, integers for moments (milliseconds UTC) and for yes and no (1, 0),
JSON as text, `on conflict`, `returning`.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

T = TypeVar("T")
Value = str | int | float | bytes | None

ATTEMPTS = 5
"""How often a turn is run where others are always first."""


class Row(Protocol):
    """One row of an answer: `row["name"]`."""

    def __getitem__(self, key: str, /) -> Any: ...

    def keys(self) -> Iterable[str]: ...


class Queries(Protocol):
    """Whatever can be asked: a turn, or a reader outside of turns."""

    async def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""

    async def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row."""


class Conflict(Exception):
    """A case was saved by another first: the turn runs again."""


class StorageFailed(Exception):
    """The database could not keep a turn (disk full, connection lost): no fault of the handler, so ask again later.

    Nothing of the turn was kept, unless PostgreSQL was lost in the very commit: an inbox row found open tells."""


class StorageRefused(Exception):
    """The database cannot be opened or used as it is; the reason is a sentence for the operator, without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Turn(ABC):
    """One transaction. Raising out of the work keeps nothing of it, returning keeps all.

    `handed` is what the work hands on after the commit: return it, and it arrives when the rows are durable."""

    __slots__ = ("_later", "handed")
    shared: ClassVar[bool]
    """Whether other processes take part (PostgreSQL), so that a row must be claimed before it is worked on."""

    def __init__(self) -> None:
        self._later: dict[str, list[dict[str, Value]]] = {}
        self.handed: list[object] = []

    @abstractmethod
    async def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""

    @abstractmethod
    async def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row."""

    @abstractmethod
    async def do(self, sql: str, **values: Value) -> int:
        """Writes at once, and says how many rows it touched."""

    def put(self, sql: str, **values: Value) -> None:
        """Writes at the end of the turn, all rows of one SQL text together, the texts in order of their first use.

        What was put is not seen by the turn's own reads, and how many rows it touched is not told."""
        self._later.setdefault(sql, []).append(values)


Work = Callable[[Turn], Coroutine[Any, Any, T]]
"""What is done in a turn. It may be run more than once, and waits for nothing but its turn."""


async def again(once: Callable[[], Awaitable[T]]) -> T:
    """Runs a turn, and runs it again where another was first. Raises Conflict where others always were."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await once()
        except Conflict:
            continue
    return await once()


def refuse(work: Coroutine[Any, Any, Any]) -> NoReturn:
    """Raises RuntimeError at the line where a handler waits for something else than its turn.

    A handler that swallows it is ended all the same, and the turn is not kept."""
    refusal = RuntimeError("a handler waited for something that is not its turn")
    try:
        work.throw(refusal)
    except StopIteration:
        raise refusal from None
    work.close()
    raise refusal
