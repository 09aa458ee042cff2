"""The turn as a handler sees it: who said what where, questions to the database, and what is to be said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.calendar import loud_again
from domain.district import District
from domain.message import Message
from domain.notice import Told
from domain.role import Actor
from domain.update import Chat, Choice, Update
from handlers.letter import dumps
from storage import outbox, prompt, shown
from storage.outbox import OutboxRow
from storage.row import ms, text
from storage.turn import Row, Value
from storage.turn import Turn as Transaction

ERRAND, ERRANDS = "errand", "errand|page||"
"""What stands in place of a card's name for work outside, and the chat of such work that belongs to none."""


class Turn:
    """One update's handling, inside one transaction. `lang` is the language of whoever is spoken to."""

    __slots__ = ("_answered", "_inner", "_said", "actor", "chat", "city", "lang", "now", "person", "update")

    def __init__(
        self, inner: Transaction, city: District, update: Update, now: datetime, actor: Actor, person: Row | None
    ) -> None:
        self._inner = inner
        self._said = 0
        self._answered = False
        self.city = city
        self.update = update
        self.chat = update.chat
        self.now = now
        self.actor = actor
        self.person = person
        self.lang = language(person["language"]) if person else "zh"

    async def one(self, sql: str, **values: Value) -> Row | None:
        """The first row, or None."""
        return await self._inner.one(sql, **values)

    async def all(self, sql: str, **values: Value) -> list[Row]:
        """Every row."""
        return await self._inner.all(sql, **values)

    async def do(self, sql: str, **values: Value) -> int:
        """Writes, and says how many rows it touched."""
        return await self._inner.do(sql, **values)

    @property
    def inner(self) -> Transaction:
        """The transaction itself, for storage's functions."""
        return self._inner

    @property
    def told(self) -> Told:
        """The reader of this turn, for `domain.notice`."""
        return Told(self.city, self.now, self.lang)

    def words(self, key: str, /, **values: object) -> str:
        """The catalogue's words in the turn's language."""
        return self.city.say(key, self.lang, **values)

    def say(self, message: Message, chat: Chat | None = None, *, key: str = "", person: str = "") -> str:
        """Queues a message and gives its key, by which a later one may replace it or reply to it.

        A push waits for the end of the quiet hours. Choices said in private are remembered, so that they can be
        typed. `person` is whose chat it is (for /forget)."""
        where = chat or self.chat
        key = key or self._next_key()
        if where.kind == "private" and (message.choices or message.ask != "none"):
            listed = text([[choice.label, choice.token] for choice in message.labels()])
            prompt.save(self._inner, where.key, listed, ms(self.now))
        self._queue(key, where, message.urgency, body=dumps(message), person=person or self.update.sender.key)
        return key

    def show(self, card: str, chat: Chat | None = None, *, urgency: str = "reply") -> str:
        """Queues «show this card here». It is drawn when it is sent, from what is true then. A push to a chat where
        it does not stand yet waits for the end of the quiet hours."""
        where = chat or self.chat
        key = self._next_key()
        shown.intend(self._inner, card, where.key)
        if where.kind == "private":
            prompt.save(self._inner, where.key, f"card:{card}", ms(self.now))
        self._queue(key, where, urgency, card=card)
        return key

    def answer(self, words: str) -> None:
        """Answers the pressed button (弹); nothing where none was pressed. Once a turn."""
        query = next((part.query for part in self.update.parts if isinstance(part, Choice)), "")
        if query and not self._answered:
            self._answered = True
            body = text({"query": query, "text": words[:200]})
            key, now = f"answer:{self.update.channel}:{query}", ms(self.now)
            row = OutboxRow(key, self.chat.key, body, now, ordered=False, sending_since=self._claimed(now))
            outbox.put(self._inner, row)

    def errand(self, name: str, subject: str, values: Mapping[str, Any], chat: Chat | None = None) -> None:
        """Queues work outside the turn; an answer, where it has one, comes back as an Update of Act(name, subject).
        With a chat it is done in that chat's order."""
        body = text({"errand": name, "subject": subject, "values": dict(values)})
        where, now = chat.key if chat else ERRANDS, ms(self.now)
        row = OutboxRow(self._next_key(), where, body, now, card=ERRAND, sending_since=self._claimed(now))
        outbox.put(self._inner, row)

    def _next_key(self) -> str:
        self._said += 1
        return f"{self.update.channel}:{self.update.key}:{self._said}"

    def _queue(
        self, key: str, chat: Chat, urgency: str, *, body: str | None = None, card: str = "", person: str = ""
    ) -> None:
        until = self._quiet_until(chat) if urgency == "push" else None
        now = ms(self.now)
        row = OutboxRow(
            key,
            chat.key,
            body,
            now,
            card=card,
            person=person,
            urgency=urgency,
            not_before=ms(until) if until else None,
            sending_since=None if until else self._claimed(now),
        )
        outbox.put(self._inner, row)

    def _claimed(self, now: int) -> int | None:
        """On one machine a row is born claimed and handed on after the commit; where several send, it is claimed."""
        return None if self._inner.shared else now

    def _quiet_until(self, chat: Chat) -> datetime | None:
        quiet = self.city.city.quiet
        since = quiet.groups_from if chat.kind == "group" else quiet.residents_from
        return loud_again(self.now, self.city.calendar.zone, since, quiet.until)


def language(tag: str) -> str:
    """The catalogue's language for a platform's tag: Chinese unless the person's is another one."""
    return "zh" if not tag or tag.lower().startswith("zh") else "en"
