"""The outbox: in order per chat, never one row twice, whatever happens to the senders."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from storage import outbox
from storage.database import Database
from storage.outbox import OutboxRow
from storage.turn import Row, Turn

NOW = 1_795_482_000_000
CHAT = "telegram|private|1||"
STALE = NOW - 60_000


def said(key: str, chat: str = CHAT, **more: Any) -> OutboxRow:
    return OutboxRow(key, chat, f'{{"text": "{key}"}}', NOW, **more)


async def put(database: Database, *rows: OutboxRow) -> list[object]:
    async def work(turn: Turn) -> list[object]:
        for row in rows:
            outbox.put(turn, row)
        return turn.handed

    return await database.turn(work)


async def claim(database: Database, chat: str = CHAT, now: int = NOW, stale: int = STALE) -> str | None:
    row = await database.turn(lambda turn: outbox.claim(turn, chat, now, stale), lane=chat)
    return None if row is None else str(row["key"])


async def do(database: Database, work: Callable[[Turn], Coroutine[Any, Any, Any]]) -> None:
    await database.turn(work)


async def find(database: Database, key: str) -> Row:
    async with database.reading() as queries:
        row = await outbox.find(queries, key)
    assert row is not None
    return row


async def sent(database: Database, key: str) -> None:
    await do(database, lambda turn: outbox.sent(turn, key, f"id of {key}", "", NOW))


async def test_a_row_is_kept_with_all_its_parts_and_handed_on(database: Database) -> None:
    row = OutboxRow(
        "k", CHAT, None, NOW, card="card:case:XF-1", person="telegram|1", ordered=False, urgency="push", picture="sha"
    )
    assert await put(database, row) == [row]
    found = await find(database, "k")
    assert {name: found[name] for name in ("chat", "body", "card", "person", "ordered", "urgency", "picture")} == {
        "chat": CHAT,
        "body": None,
        "card": "card:case:XF-1",
        "person": "telegram|1",
        "ordered": 0,
        "urgency": "push",
        "picture": "sha",
    }
    assert (found["state"], found["attempts"], found["sending_since"], found["created"]) == ("new", 0, None, NOW)


async def test_a_key_is_said_once(database: Database) -> None:
    await put(database, said("k"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await put(database, said("other"), said("k"))
    async with database.reading() as queries:
        assert await outbox.find(queries, "other") is None


async def test_a_chat_is_sent_in_order_one_at_a_time(database: Database) -> None:
    await put(database, said("1"), said("2"), said("elsewhere", chat="other"), said("3"))
    for key in ("1", "2", "3"):
        assert await claim(database) == key
        assert await claim(database) is None, "one at a time"
        await sent(database, key)
    assert await claim(database) is None
    assert await claim(database, "other") == "elsewhere"


async def test_what_was_sent_keeps_its_message_and_loses_its_words(database: Database) -> None:
    await put(database, said("1"))
    await claim(database)
    await do(database, lambda turn: outbox.sent(turn, "1", "4711", "sha", NOW + 9))
    found = await find(database, "1")
    assert (found["state"], found["message"], found["picture"], found["ended"], found["body"]) == (
        "sent",
        "4711",
        "sha",
        NOW + 9,
        None,
    )
    async with database.reading() as queries:
        by_message = await outbox.of_message(queries, CHAT, "4711")
        assert by_message is not None
        assert by_message["key"] == "1"
        assert await outbox.of_message(queries, "other", "4711") is None


async def test_the_chat_waits_for_a_row_that_is_tried_again(database: Database) -> None:
    await put(database, said("1"), said("2"))
    await claim(database)
    await do(database, lambda turn: outbox.retry(turn, "1", NOW + 1000, "429"))
    assert await claim(database) is None
    assert await claim(database, now=NOW + 999) is None
    assert await claim(database, now=NOW + 1000) == "1"
    found = await find(database, "1")
    assert (found["attempts"], found["reason"], found["sending_since"]) == (1, "429", NOW + 1000)


async def test_a_dead_row_lets_the_next_one_pass(database: Database) -> None:
    await put(database, said("1"), said("2"))
    await claim(database)
    await do(database, lambda turn: outbox.dead(turn, "1", "blocked", NOW + 1))
    found = await find(database, "1")
    assert (found["state"], found["reason"], found["ended"], found["body"]) == ("dead", "blocked", NOW + 1, None)
    assert await claim(database) == "2"


async def test_a_held_row_stands_outside_the_order_and_is_not_handed_on(database: Database) -> None:
    held = said("held", not_before=NOW + 5000)
    assert await put(database, held, said("1")) == [said("1")]
    assert await claim(database) == "1"
    await sent(database, "1")
    assert await claim(database) is None
    assert await claim(database, now=NOW + 5000) == "held"


async def test_a_released_row_rejoins_the_order(database: Database) -> None:
    await put(database, said("held", not_before=NOW + 5000), said("1"), said("2"))
    assert await claim(database) == "1"
    await do(database, lambda turn: outbox.release(turn, "held"))
    assert await claim(database) is None, "the one on its way is waited for"
    await sent(database, "1")
    assert await claim(database) == "held"
    await sent(database, "held")
    assert await claim(database) == "2"


async def test_a_row_can_be_held_later_and_ended_as_outdated(database: Database) -> None:
    await put(database, said("1"), said("2"))
    await do(database, lambda turn: outbox.hold(turn, "1", NOW + 5000))
    assert await claim(database) == "2"
    await do(database, lambda turn: outbox.outdated(turn, "1", NOW))
    found = await find(database, "1")
    assert (found["state"], found["reason"]) == ("dead", "outdated")


async def test_an_answer_to_a_button_waits_for_nothing(database: Database) -> None:
    await put(database, said("1"), said("2"))
    await claim(database)
    await put(database, said("answer", ordered=False))
    assert await claim(database) == "answer"
    await do(database, lambda turn: outbox.retry(turn, "1", NOW + 1000, "cut"))
    await put(database, said("another", ordered=False))
    assert await claim(database) == "another"
    assert await claim(database) is None


async def test_an_answer_does_not_hold_up_the_order(database: Database) -> None:
    await put(database, said("answer", ordered=False), said("1"))
    assert [await claim(database), await claim(database)] == ["answer", "1"]


async def test_a_claim_that_was_abandoned_is_taken_over(database: Database) -> None:
    await put(database, said("1"), said("2"))
    assert await claim(database) == "1"
    assert await claim(database, now=NOW + 60_000, stale=NOW) is None
    assert await claim(database, now=NOW + 60_001, stale=NOW + 1) == "1"
    assert await claim(database, now=NOW + 60_001, stale=NOW + 1) is None


async def test_a_row_inserted_as_already_being_sent_is_left_to_its_sender(database: Database) -> None:
    await put(database, said("1", sending_since=NOW), said("2"))
    assert await claim(database) is None
    await sent(database, "1")
    assert await claim(database) == "2"


async def test_chats_with_work_are_exactly_those_where_a_claim_succeeds(database: Database) -> None:
    await put(
        database,
        said("sending", chat="a"),
        said("behind it", chat="a"),
        said("free", chat="b"),
        said("held", chat="c", not_before=NOW + 1),
        said("waits", chat="d"),
        said("behind that", chat="d"),
        said("answer", chat="e", ordered=False),
        said("done", chat="f"),
    )
    await claim(database, "a")
    await claim(database, "d")
    await do(database, lambda turn: outbox.retry(turn, "waits", NOW + 1000, "cut"))
    await claim(database, "f")
    await sent(database, "done")
    async with database.reading() as queries:
        assert await outbox.chats_with_work(queries, NOW, STALE, 10) == ["b", "e"]
        assert await outbox.chats_with_work(queries, NOW, STALE, 1) == ["b"]
        assert await outbox.chats_with_work(queries, NOW + 1000, STALE, 10) == ["b", "c", "d", "e"]
        open_keys = [row["key"] for row in await outbox.left(queries, 100)]
    assert open_keys == ["sending", "behind it", "free", "held", "waits", "behind that", "answer"]
    for chat in "abcdef":
        assert (await claim(database, chat) is not None) == (chat in "be")


async def test_eight_senders_never_get_a_row_twice_and_keep_the_order(database: Database) -> None:
    chats = [f"chat {number}" for number in range(5)]
    await put(database, *[said(f"{chat}:{number:02d}", chat=chat) for number in range(20) for chat in chats])
    taken: list[str] = []

    async def sender() -> None:
        async def left() -> list[str]:
            async with database.reading() as queries:
                return await outbox.chats_with_work(queries, NOW, STALE, 10)

        while len(taken) < 100:
            for chat in await left() or chats:
                # without the lane: the row's own lock must do
                row = await database.turn(lambda turn, chat=chat: outbox.claim(turn, chat, NOW, STALE))  # type: ignore[misc]
                if row is not None:
                    taken.append(row["key"])
                    await asyncio.sleep(0)
                    await sent(database, row["key"])

    await asyncio.gather(*[sender() for _ in range(8)])
    assert len(taken) == len(set(taken)) == 100
    for chat in chats:
        mine = [key for key in taken if key.startswith(chat)]
        assert mine == sorted(mine)


async def test_forgetting_ends_what_is_queued_for_a_person_but_not_the_farewell(database: Database) -> None:
    await put(
        database,
        said("to the person"),
        said("of the person", chat="group", person="telegram|1"),
        said("of another", chat="group", person="telegram|2"),
    )

    async def forget(turn: Turn) -> None:
        await outbox.forget(turn, "telegram|1", CHAT, NOW)
        outbox.put(turn, said("farewell"))

    await database.turn(forget)
    for key in ("to the person", "of the person"):
        found = await find(database, key)
        assert (found["state"], found["reason"], found["body"]) == ("dead", "forgotten", None)
    assert await claim(database) == "farewell"
    assert await claim(database, "group") == "of another"


async def test_an_end_is_an_end(database: Database) -> None:
    """The sender that was thought dead comes back and tells what it did, after another one sent the row."""
    await put(database, said("1"))
    await do(database, lambda turn: outbox.sent(turn, "1", "first", "", NOW))
    await do(database, lambda turn: outbox.sent(turn, "1", "second", "", NOW))
    await do(database, lambda turn: outbox.retry(turn, "1", NOW, "cut"))
    await do(database, lambda turn: outbox.dead(turn, "1", "late", NOW))
    found = await find(database, "1")
    assert (found["state"], found["message"], found["attempts"], found["reason"]) == ("sent", "first", 0, None)
