"""The platform itself: who is there, which chats, what was said; people and bot act through it."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .telegram_call import Call, Refusal, bad
from .telegram_file import File, Files
from .telegram_record import BOT_INSIDE, Act, Chat, Json, Message, Tap
from .telegram_update import Updates

ANONYMOUS_ADMIN = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
SERVICE = {
    "new_chat_members", "left_chat_member", "group_chat_created", "migrate_to_chat_id", "pinned_message",
    "migrate_from_chat_id", "forum_topic_created", "forum_topic_closed", "forum_topic_reopened",
}  # fmt: skip


@dataclass(slots=True)
class Fault:
    """A failure on order, for the next calls of a method."""

    method: str
    times: int
    chat: str = ""
    refusal: Refusal | None = None
    performs: bool = False
    silent: bool = False


class World:
    """Everything that the platform knows. Ids of people are above 2**33, to find 32-bit fields."""

    def __init__(self, clock: Callable[[], datetime], *, token: str, privacy: bool, history: int | None) -> None:
        self.clock = clock
        self.token = token
        self.privacy = privacy
        self.history = history
        self.answer_within = 15.0
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "解忧",
            "username": "jieyou_test_bot",
        }
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.updates = Updates()
        self.taps: dict[str, Tap] = {}
        self.faults: list[Fault] = []
        self.calls: Counter[str] = Counter()
        self.settings: dict[str, Any] = {}
        self.numbers = itertools.count(7_000_000_001)

    def seconds(self) -> int:
        return int(self.clock().timestamp())

    # Reading a call

    def chat_of(self, call: Call, access: str = "write") -> Chat:
        """The chat that a call names, if the bot may "read", "edit" or "write" there; else the refusal."""
        name = call.text("chat_id")
        if not name:
            raise bad("chat_id is empty")
        try:
            chat = self.chats.get(int(name))
        except ValueError:
            chat = None
        if chat is None:
            raise bad("chat not found")
        if chat.private:
            if access != "read":
                _check_person(chat)
        else:
            _check_group(chat, access)
        return chat

    def take_fault(self, call: Call) -> Fault | None:
        """The failure that was ordered for this call, if any; counts it down."""
        for fault in self.faults:
            if fault.method in ("*", call.method) and fault.chat in ("", call.text("chat_id")):
                fault.times -= 1
                if fault.times == 0:
                    self.faults.remove(fault)
                return fault
        return None

    # Messages

    def post(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        *,
        files: Iterable[File] = (),
        reply_to: Message | None = None,
        thread: int | None = None,
        markup: Json | None = None,
        sender_chat: Json | None = None,
    ) -> Message:
        """Puts a message into a chat; nothing is delivered by this."""
        chat.last_id += 1
        raw: Json = {"message_id": chat.last_id, "from": sender, "chat": chat.brief, "date": self.seconds()}
        if sender_chat is not None:
            raw["sender_chat"] = sender_chat
        if thread is not None and chat.forum:
            raw |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to is not None:
            raw["reply_to_message"] = shallow(reply_to.raw)
        raw |= content
        if markup is not None and "inline_keyboard" in markup:
            raw["reply_markup"] = markup
        message = Message(chat, raw, markup, list(files), reply_to)
        chat.messages[chat.last_id] = message
        if self.history is not None and len(chat.messages) > self.history:
            del chat.messages[next(iter(chat.messages))]
        return message

    def record(self, chat: Chat, kind: str, method: str, message: Message | None = None, text: str = "") -> None:
        chat.log.append(Act(kind, self.clock(), method, message, text or (message.text if message else "")))

    def deliver(self, message: Message, kind: str = "message") -> int | None:
        """Tells the bot of a person's message, if it is there and allowed to see it."""
        chat = message.chat
        if chat.blocked or (not chat.private and chat.bot_status not in BOT_INSIDE):
            return None
        if not chat.private and not self._sees(message):
            return None
        return self.updates.push(kind, message.raw, chat.id)

    def _sees(self, message: Message) -> bool:
        """The privacy mode: commands, replies to the bot and service messages get through."""
        raw, chat = message.raw, message.chat
        if not self.privacy or chat.bot_status != "member" or SERVICE & raw.keys():
            return True
        if message.reply_to is not None and message.reply_to.from_bot:
            return True
        words = message.text
        for entity in message.entities:
            if entity["type"] == "bot_command" and entity["offset"] == 0:
                addressee = words[: entity["length"]].partition("@")[2]
                return addressee.lower() in ("", self.bot["username"].lower())
        return False

    # Chats

    def new_chat(self, chat: Chat) -> Chat:
        if self.history is not None:
            chat.log = deque(maxlen=self.history)
        self.chats[chat.id] = chat
        return chat

    def member(self, chat: Chat, user: Json, status: str) -> Json:
        """A ChatMember object."""
        member: Json = {"user": user, "status": status}
        if status == "administrator":
            member |= dict.fromkeys(RIGHTS, False) | {"can_manage_chat": True, "can_delete_messages": True}
            member["can_be_edited"] = False
        elif status == "creator":
            member["is_anonymous"] = False
        elif status == "kicked":
            member["until_date"] = 0
        return member

    def set_bot_status(self, chat: Chat, status: str, by: Json, old: str | None = None) -> None:
        """Changes the bot's place in a chat and tells it (`my_chat_member`)."""
        before = old or chat.bot_status
        chat.bot_status = status
        change = {
            "chat": chat.brief,
            "from": by,
            "date": self.seconds(),
            "old_chat_member": self.member(chat, self.bot, before),
            "new_chat_member": self.member(chat, self.bot, status),
        }
        self.updates.push("my_chat_member", change, chat.id)


RIGHTS = (
    "is_anonymous", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip


def shallow(raw: Json) -> Json:
    """A message as another one quotes it: without what it replied to itself."""
    return {name: value for name, value in raw.items() if name != "reply_to_message"}


def _check_person(chat: Chat) -> None:
    if not chat.started:
        raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    if chat.blocked:
        raise Refusal(403, "Forbidden: bot was blocked by the user")


def _check_group(chat: Chat, access: str) -> None:
    if chat.moved_to is not None:
        if access == "write":
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if access == "edit":
            raise bad("can't access the chat")
        return
    if chat.kind == "group" and access == "read":
        return
    if chat.bot_status == "kicked":
        raise Refusal(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
    if chat.bot_status not in BOT_INSIDE:
        raise Refusal(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
