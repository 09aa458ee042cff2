"""Delivery: the outbox goes out, in order per chat, at least once; cards are drawn as things are now."""

import asyncio
import json
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import structlog

from bot.answer import Answers
from bot.channels.channel import SendFailed
from bot.errand import Errands
from bot.letter import ChatLane, Letter, handed, of_row
from bot.sender import Sender
from bot.time import Clock
from domain.district import District
from domain.message import Message, Shown
from domain.update import Chat
from handlers.card import render
from handlers.letter import dumps, loads
from handlers.turn import ERRAND
from storage import outbox, shown
from storage.database import Database
from storage.outbox import OutboxRow
from storage.row import ms
from storage.turn import Row, StorageFailed, Turn

STALE = timedelta(minutes=5)
"""A claim older than this was abandoned."""
FIRST_S, LONGEST_S = 1.0, 300.0
"""Seconds of the first and the longest pause between two attempts."""
ATTEMPTS = 40
"""Attempts after which a message is given up."""
FAULTS = 6
"""The same where the fault is our own: half a minute, since all of the chat waits for it."""
log = structlog.get_logger()


class Delivery:
    """Sends what turns queued. `report` puts an act into the inbox (undelivered, moved)."""

    def __init__(
        self,
        database: Database,
        district: District,
        sender: Sender,
        clock: Clock,
        answers: Answers,
        errands: Errands,
        report: Callable[[str, str, Chat, Mapping[str, str]], Awaitable[None]],
    ) -> None:
        self._database = database
        self._district = district
        self._sender = sender
        self._clock = clock
        self._answers = answers
        self._errands = errands
        self._report = report
        self._lanes: dict[str, ChatLane] = {}
        self._blocked: set[str] = set()
        self._broken: set[str] = set()
        self._loose: set[asyncio.Task[None]] = set()

    def hand_on(self, rows: Sequence[object]) -> None:
        """Rows that a turn queued, after its commit."""
        for row in rows:
            if isinstance(row, OutboxRow):
                self._hand(row)

    def _hand(self, row: OutboxRow) -> None:
        letter = handed(row)
        if not row.ordered:
            task = asyncio.create_task(self._answer(letter))
            self._loose.add(task)
            task.add_done_callback(self._loose.discard)
            return
        lane = self._lanes.setdefault(row.chat, ChatLane())
        if row.sending_since is not None:
            lane.letters.append(letter)
        lane.behind = lane.behind or row.sending_since is None or row.chat in self._blocked
        self._wake(row.chat, lane)

    async def start(self) -> None:
        """After a restart: every chat with open rows is behind, and on one machine all old claims are void."""
        if not self._database.shared:
            await self._database.turn(outbox.free)
        after = 0
        async with self._database.reading() as queries:
            while rows := await outbox.left(queries, 500, after):
                self._blocked.update(row["chat"] for row in rows)
                after = rows[-1]["id"]
        await self.scan()

    async def scan(self) -> None:
        """Finds what waits in the database: after a failure, at the end of the quiet hours, of other processes."""
        now = self._clock.now()
        if left := [] if self._database.shared else [chat for chat in self._broken if chat not in self._lanes]:
            await self._database.turn(lambda turn: outbox.free(turn, left))
            self._broken.difference_update(left)
        async with self._database.reading() as queries:
            chats = await outbox.chats_with_work(queries, ms(now), ms(now - STALE), 500)
        for chat in chats:
            lane = self._lanes.setdefault(chat, ChatLane())
            lane.behind = True
            self._wake(chat, lane)

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way out."""
        return not self._lanes and not self._loose

    def _wake(self, chat: str, lane: ChatLane) -> None:
        if lane.task is None:
            lane.task = asyncio.create_task(self._work(chat, lane))

    async def _work(self, chat: str, lane: ChatLane) -> None:
        """One chat, until nothing may be sent any more. What waits in the database is older: it goes first."""
        try:
            while lane.behind or lane.letters:
                if lane.behind:
                    lane.behind = False
                    if lane.letters:
                        await self._release(lane)
                    await self._send_claimed(chat)
                elif not await self._send(lane.letters.popleft()):
                    self._blocked.add(chat)
                    await self._release(lane)
        except StorageFailed as failure:
            self._blocked.add(chat)
            self._broken.add(chat)
            log.error("delivery.storage_failed", reason=str(failure))
        finally:
            del self._lanes[chat]

    async def _send_claimed(self, chat: str) -> None:
        """Claims and sends one row after another, until none may be sent."""
        while (row := await self._claim(chat)) is not None:
            letter = of_row(row)
            if not letter.ordered:
                await self._answer(letter)
            elif not await self._send(letter):
                self._blocked.add(chat)
                return
        async with self._database.reading() as queries:
            if not await outbox.waiting(queries, chat, ms(self._clock.now())):
                self._blocked.discard(chat)

    async def _claim(self, chat: str) -> Row | None:
        now = self._clock.now()
        return await self._database.turn(lambda turn: outbox.claim(turn, chat, ms(now), ms(now - STALE)), lane=chat)

    async def _release(self, lane: ChatLane) -> None:
        """Rows in hand go back to the database: an earlier one of the chat waits for its next attempt."""
        letters = list(lane.letters)
        lane.letters.clear()

        async def work(turn: Turn) -> None:
            for letter in letters:
                await outbox.release(turn, letter.key)

        if letters:
            await self._database.turn(work)

    async def _send(self, letter: Letter) -> bool:
        """Sends one row and records how it ended. False: it waits for another attempt."""
        try:
            if letter.card == ERRAND:
                await self._errands.run(json.loads(letter.body or "{}"))
                await self._database.turn(lambda turn: outbox.drop(turn, letter.key))
            elif letter.card:
                await self._send_card(letter)
            else:
                await self._send_message(letter)
        except SendFailed as failed:
            return await self._failed(letter, failed)
        except StorageFailed:
            raise
        except Exception as fault:
            last = traceback.extract_tb(fault.__traceback__)[-1]  # not the message: it may hold people's words
            log.error("delivery.fault", key=letter.key, fault=type(fault).__name__, at=f"{last.filename}:{last.lineno}")
            return await self._failed(letter, SendFailed(type(fault).__name__, permanent=letter.attempts >= FAULTS))
        return True

    async def _answer(self, letter: Letter) -> None:
        """The answer to a pressed button: once, outside the order; nobody waits for it for long."""
        held = json.loads(letter.body or "{}")
        try:
            await self._answers.give(Chat.of(letter.chat).channel, held["query"], held["text"])
            await self._ended(letter, Shown(""), "")
        except SendFailed as failed:
            await self._dead(letter, failed.reason)
        except StorageFailed as failure:
            log.error("delivery.storage_failed", reason=str(failure))

    async def _send_card(self, letter: Letter) -> None:
        chat = Chat.of(letter.chat)
        message, stands = await self._database.turn(lambda turn: self._drawn(turn, letter.card, chat))
        if message is None:
            await self._dead(letter, "nothing to show")
            return
        digest = _digest(message)
        if stands and stands["message"] and stands["digest"] == digest:
            await self._ended(letter, Shown(stands["message"], stands["picture"]), "")
            return
        before = Shown(stands["message"], stands["picture"]) if stands and stands["message"] else None
        now = await self._sender.say(chat, message, before, "")
        if now is None:
            await self._dead(letter, "nothing to edit")
            return

        async def work(turn: Turn) -> None:
            shown.save(turn, letter.card, letter.chat, now.message, now.picture, digest)
            await outbox.sent(turn, letter.key, "", now.picture, ms(self._clock.now()))

        await self._database.turn(work)

    async def _drawn(self, turn: Turn, card: str, chat: Chat) -> tuple[Message | None, Row | None]:
        """The card as it is now and where it stands; read in a turn, which costs one hop to the writer, not ten."""
        message = await render(turn, self._district, card, chat, self._clock.now())
        return message, await shown.get(turn, card, chat.key)

    async def _send_message(self, letter: Letter) -> None:
        message, chat = loads(letter.body or "{}"), Chat.of(letter.chat)
        replaces, reply_to = None, message.reply_to.removeprefix("at:") if message.reply_to.startswith("at:") else ""
        if message.replaces or (message.reply_to and not reply_to):
            target, standing = await self._database.turn(lambda turn: self._referred(turn, message, letter.chat))
            reply_to = reply_to or standing
            if target is not None and target["state"] == "new" and target["id"]:
                await self._instead(letter, message, target)
                return
            if target is not None and target["message"]:
                replaces = Shown(target["message"], target["picture"])
            elif target is not None and target["reason"] == "outdated":
                message = replace(message, news=True)
        sent = await self._sender.say(chat, message, replaces, reply_to)
        if sent is None:
            await self._dead(letter, "nothing to edit")
        else:
            await self._ended(letter, sent, sent.picture)

    async def _referred(self, turn: Turn, message: Message, chat: str) -> tuple[Row | None, str]:
        """The row that a message replaces, and the platform's id of what it replies to: a card, or a message."""
        target = await outbox.find(turn, message.replaces) if message.replaces else None
        if message.reply_to.startswith("card:"):
            row = await shown.get(turn, message.reply_to.removeprefix("card:"), chat)
        else:
            row = await outbox.find(turn, message.reply_to) if message.reply_to else None
        return target, str(row["message"] or "") if row else ""

    async def _instead(self, letter: Letter, message: Message, target: Row) -> None:
        """What would be edited was not said yet: it ends as outdated, and this waits in its stead."""

        async def work(turn: Turn) -> None:
            await outbox.outdated(turn, target["key"], ms(self._clock.now()))
            await outbox.hold(turn, letter.key, target["not_before"] or ms(self._clock.now()))

        await self._database.turn(work)

    async def _ended(self, letter: Letter, sent: Shown, picture: str) -> None:
        now = ms(self._clock.now())
        await self._database.turn(lambda turn: outbox.sent(turn, letter.key, sent.message, picture, now))

    async def _dead(self, letter: Letter, reason: str) -> None:
        now = ms(self._clock.now())
        await self._database.turn(lambda turn: outbox.dead(turn, letter.key, reason, now))

    async def _failed(self, letter: Letter, failed: SendFailed) -> bool:
        """A message that did not go out: moved, dead with its reason, or tried again later."""
        chat = Chat.of(letter.chat)
        if failed.migrated_to:
            await self._later(letter, "the group moved", 1.0)
            self._blocked.add(replace(chat, id=failed.migrated_to).key)
            await self._report("moved", letter.chat, chat, {"to": failed.migrated_to})
            return False
        if failed.permanent or letter.attempts >= ATTEMPTS:
            await self._dead(letter, failed.reason)
            log.warning("delivery.dead", key=letter.key, reason=failed.reason)
            if failed.unreachable:
                await self._report("unreachable", letter.key, chat, {})
            return True
        pause = min(FIRST_S * 2.0 ** min(letter.attempts, 10), LONGEST_S) * (0.5 + random.random() / 2)
        await self._later(letter, failed.reason, failed.retry_after or pause)
        return False

    async def _later(self, letter: Letter, reason: str, seconds: float) -> None:
        at = self._clock.now() + timedelta(seconds=seconds)
        await self._database.turn(lambda turn: outbox.retry(turn, letter.key, ms(at), reason))


def _digest(message: Message) -> str:
    return sha256(dumps(message).encode()).hexdigest()[:32]
