"""Groups and supergroups, and what happens to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .telegram_place import Place, Stage
from .telegram_record import Act, Chat, Message
from .telegram_world import ANONYMOUS_ADMIN

if TYPE_CHECKING:
    from .telegram_people import Person


class Group(Place):
    """A group or a supergroup."""

    def __init__(self, stage: Stage, chat: Chat) -> None:
        super().__init__(stage, chat)
        self.past: list[Chat] = []

    @property
    def posts(self) -> list[Message]:
        """What the bot has posted, before a migration included."""
        chats = [*self.past, self.chat]
        return [message for chat in chats for message in chat.messages.values() if message.from_bot]

    @property
    def log(self) -> list[Act]:
        """Every act of the bot in this group, before a migration included."""
        return [act for chat in (*self.past, self.chat) for act in chat.log]

    async def migrates(self) -> int:
        """The group becomes a supergroup with a new id (returned); service messages tell it both ways."""
        old, world = self.chat, self.stage.world
        if old.kind != "group":
            raise RuntimeError("only a basic group can be upgraded")
        by = next(iter(old.members.values()))[0] if old.members else ANONYMOUS_ADMIN
        new = world.new_chat(
            Chat(
                -1_000_000_000_000 - next(world.numbers) % 1_000_000_000_000,
                "supergroup",
                old.bot_id,
                old.title,
                bot_status=old.bot_status,
                members=dict(old.members),
            )
        )
        leaving = world.post(old, by, {"migrate_to_chat_id": new.id})
        world.deliver(leaving)
        old.moved_to = new.id
        self.past.append(old)
        self.chat = new
        arriving = world.post(new, by, {"migrate_from_chat_id": old.id}, sender_chat=new.brief)
        world.deliver(arriving)
        await self._tell()
        return new.id

    async def promotes(self, person: Person | None = None) -> None:
        """Makes somebody an administrator; without a name, the bot."""
        world = self.stage.world
        if person is None:
            by = next(iter(self.chat.members.values()))[0] if self.chat.members else ANONYMOUS_ADMIN
            world.set_bot_status(self.chat, "administrator", by)
        else:
            self.chat.members[person.user["id"]] = (person.user, "administrator")
        await self._tell()

    async def adds(self, person: Person) -> Message:
        """Somebody joins; the service message tells it."""
        self.chat.members[person.user["id"]] = (person.user, "member")
        message = self.stage.world.post(self.chat, person.user, {"new_chat_members": [person.user]})
        self.stage.world.deliver(message)
        await self._tell()
        return message

    async def opens_topic(self, name: str) -> int:
        """A new topic of a forum; returns its message_thread_id."""
        world = self.stage.world
        if not self.chat.forum:
            raise RuntimeError("the group is no forum")
        thread = self.chat.last_id + 1
        self.chat.topics[thread] = name
        content = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        world.deliver(world.post(self.chat, ANONYMOUS_ADMIN, content, thread=thread))
        await self._tell()
        return thread

    async def closes_topic(self, thread: int) -> None:
        """From now on the bot cannot write there (TOPIC_CLOSED)."""
        world = self.stage.world
        self.chat.closed.add(thread)
        world.deliver(world.post(self.chat, ANONYMOUS_ADMIN, {"forum_topic_closed": {}}, thread=thread))
        await self._tell()
