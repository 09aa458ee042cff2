"""The order of a chat, against a model: any sequence of events gives the row that the rules in words would give."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage import outbox
from storage.database import Database, open_database
from storage.outbox import OutboxRow
from storage.turn import Turn

CHAT = "chat"
ABANDONED_AFTER = 50


@dataclass
class Said:
    """A row as the rules see it."""

    key: str
    ordered: bool
    held_until: int
    next_try: int = 0
    sending_since: int | None = None

    def held(self, now: int) -> bool:
        return self.held_until > now

    def on_its_way(self, now: int) -> bool:
        return self.sending_since is not None and self.sending_since >= now - ABANDONED_AFTER

    def ready(self, now: int) -> bool:
        return not self.held(now) and self.next_try <= now and not self.on_its_way(now)


def expected(rows: list[Said], now: int) -> Said | None:
    """An answer that is ready; else the first of the order, if it is ready and none of the order is on its way."""
    for row in rows:
        if not row.ordered and row.ready(now):
            return row
    order = [row for row in rows if row.ordered and not row.held(now)]
    if order and order[0].ready(now) and not any(row.on_its_way(now) for row in order):
        return order[0]
    return None


class Order(RuleBasedStateMachine):
    """One chat, one sender that may be slow, and time that passes."""

    runner: asyncio.Runner
    database: Database

    @initialize()
    def begin(self) -> None:
        self.rows: list[Said] = []
        self.now = 1000
        self.count = 0
        self.turn(lambda turn: turn.do("delete from outbox"))

    def turn(self, work: Callable[[Turn], Coroutine[Any, Any, Any]]) -> Any:
        return self.runner.run(self.database.turn(work))

    @rule(ordered=st.booleans(), held=st.sampled_from([0, 0, 0, 20, 60]))
    def say(self, ordered: bool, held: int) -> None:
        self.count += 1
        row = Said(str(self.count), ordered, self.now + held if held else 0)
        self.rows.append(row)
        until = row.held_until or None

        async def work(turn: Turn) -> None:
            outbox.put(turn, OutboxRow(row.key, CHAT, "{}", self.now, ordered=ordered, not_before=until))

        self.turn(work)

    @rule()
    def claim(self) -> None:
        row = self.turn(lambda turn: outbox.claim(turn, CHAT, self.now, self.now - ABANDONED_AFTER))
        should = expected(self.rows, self.now)
        assert (row and row["key"]) == (should and should.key)
        if should is not None:
            should.sending_since = self.now

    def sending(self) -> list[Said]:
        return [row for row in self.rows if row.sending_since is not None]

    @precondition(lambda self: self.sending())
    @rule(data=st.data(), how=st.sampled_from(["sent", "dead", "retry"]))
    def end(self, data: st.DataObject, how: str) -> None:
        row = data.draw(st.sampled_from(self.sending()))
        if how == "retry":
            self.turn(lambda turn: outbox.retry(turn, row.key, self.now + 15, "cut"))
            row.sending_since, row.next_try = None, self.now + 15
            return
        self.rows.remove(row)
        if how == "sent":
            self.turn(lambda turn: outbox.sent(turn, row.key, "1", "", self.now))
        else:
            self.turn(lambda turn: outbox.dead(turn, row.key, "blocked", self.now))

    @precondition(lambda self: any(row.held_until for row in self.rows))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from([row for row in self.rows if row.held_until]))
        self.turn(lambda turn: outbox.release(turn, row.key))
        row.held_until, row.sending_since = 0, None

    @rule(passes=st.sampled_from([1, 10, 15, 40, 51]))
    def wait(self, passes: int) -> None:
        self.now += passes

    @invariant()
    def the_scan_finds_the_chat_exactly_when_a_claim_would_succeed(self) -> None:
        async def scan() -> list[str]:
            async with self.database.reading() as queries:
                return await outbox.chats_with_work(queries, self.now, self.now - ABANDONED_AFTER, 10)

        if hasattr(self, "rows"):
            assert bool(self.runner.run(scan())) == (expected(self.rows, self.now) is not None)


def test_the_order_of_a_chat_follows_the_rules(sqlite_url: str) -> None:
    with asyncio.Runner() as runner:
        database = runner.run(open_database(sqlite_url))
        machine = type("OrderOfAChat", (Order,), {"runner": runner, "database": database})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
            ),
        )
        runner.run(database.close())
