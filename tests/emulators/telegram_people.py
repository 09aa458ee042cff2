"""People: what the clients of Telegram do when somebody types, taps, blocks the bot or throws it out."""

from __future__ import annotations

from typing import Any

from .telegram_file import photo_sizes
from .telegram_group import Group
from .telegram_markup import Button
from .telegram_place import Place, Stage, find_button, match, newest
from .telegram_record import BOT_INSIDE, Chat, Json, Message, Tap
from .telegram_text import find_marks
from .telegram_world import ANONYMOUS_ADMIN, World


class Person(Place):
    """Somebody with a Telegram client; without `chat` they speak in their private chat with the bot."""

    def __init__(self, stage: Stage, user: Json, chat: Chat) -> None:
        super().__init__(stage, chat)
        self.user = user

    @property
    def heard(self) -> list[Message]:
        """What the bot has said in the private chat, as it stands now."""
        return self.posts

    # Speaking

    async def sends(self, text: str, **how: Any) -> Message:
        """Types a text. `how`, here and in every `sends_…`: `chat` (a Group), `reply_to` (a Message),
        `thread` (of a forum), `anonymous` (as the group itself).
        """
        entities = find_marks(text)
        return await self._says({"text": text, **({"entities": entities} if entities else {})}, **how)

    async def starts(self, payload: str = "") -> Message:
        """Presses START, or opens a deep link `?start=payload`."""
        return await self.sends(f"/start {payload}".rstrip())

    async def sends_photo(self, data: bytes, caption: str | None = None, **how: Any) -> Message:
        """Sends a picture the usual way: in several sizes; the largest holds exactly these bytes."""
        files = self.world.files.add_photo(data)
        return await self._says({"photo": photo_sizes(files), **_caption(caption)}, files=files, **how)

    async def sends_album(self, pictures: list[bytes], caption: str | None = None, **how: Any) -> list[Message]:
        """Sends pictures together: one update each, a shared media_group_id, the caption on the first."""
        album = str(14_000_000_000_000_000 + next(self.world.numbers))
        sent = []
        for number, data in enumerate(pictures):
            files = self.world.files.add_photo(data)
            content = {"media_group_id": album, "photo": photo_sizes(files)}
            content |= _caption(None if number else caption)
            sent.append(await self._says(content, files=files, **how))
        return sent

    async def sends_document(
        self, data: bytes, filename: str, mime: str, caption: str | None = None, **how: Any
    ) -> Message:
        """Sends a file as it is (a photo "as file" keeps its metadata)."""
        file = self.world.files.add("document", data, filename, mime)
        content = {"document": {**file.brief(), "file_name": filename, "mime_type": mime}, **_caption(caption)}
        return await self._says(content, files=[file], **how)

    async def sends_voice(self, data: bytes, seconds: int, **how: Any) -> Message:
        """Speaks for so many seconds."""
        file = self.world.files.add("voice", data, mime="audio/ogg")
        content = {"voice": {**file.brief(), "duration": seconds, "mime_type": "audio/ogg"}}
        return await self._says(content, files=[file], **how)

    async def sends_sticker(self, emoji: str = "👍", **how: Any) -> Message:
        """Sends a sticker."""
        file = self.world.files.add("sticker", f"sticker {emoji}".encode(), mime="image/webp")
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return await self._says({"sticker": {**file.brief(), **shape, "emoji": emoji}}, files=[file], **how)

    async def sends_location(
        self, lon: float, lat: float, live_period: int | None = None, accuracy: float | None = None, **how: Any
    ) -> Message:
        """Sends a pin (degrees), or with `live_period` (seconds) a live one; `accuracy` in metres."""
        return await self._says({"location": _pin(lon, lat, live_period, accuracy)}, **how)

    async def moves_live(self, message: Message, lon: float, lat: float) -> Message:
        """Moves a live location: an edited_message."""
        period = message.raw["location"]["live_period"]
        message.raw["location"] = _pin(lon, lat, period, None)
        return await self._edited(message)

    async def sends_venue(self, lon: float, lat: float, title: str, address: str, **how: Any) -> Message:
        """Sends a named place; `location` is set too, as Telegram does."""
        pin = _pin(lon, lat, None, None)
        return await self._says(
            {"venue": {"location": pin, "title": title, "address": address}, "location": pin}, **how
        )

    async def sends_contact(self, phone: str, name: str = "", **how: Any) -> Message:
        """Sends a telephone number; their own, unless a name is given."""
        contact: Json = {"phone_number": phone, "first_name": name or self.user["first_name"]}
        if not name:
            contact["user_id"] = self.user["id"]
        return await self._says({"contact": contact}, **how)

    async def sends_poll(self, question: str, options: list[str], **how: Any) -> Message:
        """Sends a poll."""
        poll = {
            "id": str(next(self.world.numbers)),
            "question": question,
            "options": [
                {"text": text, "voter_count": 0, "persistent_id": str(number)} for number, text in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
        return await self._says({"poll": poll}, **how)

    async def edits(self, message: Message, text: str) -> Message:
        """Changes the words of an own message (a caption, where it has a picture)."""
        name = "text" if "text" in message.raw else "caption"
        entities = "entities" if name == "text" else "caption_entities"
        message.raw.pop(entities, None)
        message.raw[name] = text
        if marks := find_marks(text):
            message.raw[entities] = marks
        return await self._edited(message)

    async def _edited(self, message: Message) -> Message:
        message.raw["edit_date"] = self.world.seconds()
        message.edited += 1
        self.world.deliver(message, "edited_message")
        await self._tell()
        return message

    async def _says(
        self,
        content: Json,
        *,
        chat: Place | None = None,
        reply_to: Message | None = None,
        thread: int | None = None,
        anonymous: bool = False,
        files: Any = (),
    ) -> Message:
        where = self._enter(chat)
        if thread is None and reply_to is not None:
            thread = reply_to.thread
        sender, sender_chat = (ANONYMOUS_ADMIN, where.brief) if anonymous else (self.user, None)
        message = self.world.post(
            where, sender, content, files=files, reply_to=reply_to, thread=thread, sender_chat=sender_chat
        )
        self.world.deliver(message)
        await self._tell()
        return message

    def _enter(self, place: Place | None) -> Chat:
        chat = (place or self).chat
        if chat.private:
            if chat is not self.chat:
                raise RuntimeError("nobody can write in another person's private chat")
            if chat.blocked:
                raise RuntimeError("who has blocked the bot must unblock it before writing")
            chat.started = True
        else:
            chat.members.setdefault(self.user["id"], (self.user, "member"))
        return chat

    # Tapping

    async def taps(
        self,
        label: str,
        message: Message | None = None,
        *,
        chat: Place | None = None,
        location: tuple[float, float] | None = None,
    ) -> Tap:
        """Presses the newest button of that label, inline or on the open reply keyboard.

        An emoji before the label may be left out. A key of the reply keyboard sends its label; one that
        asks for a place sends `location` (lon, lat). Raises AssertionError where there is no such button.
        """
        where = message.chat if message is not None else (chat or self).chat
        inline = message if message is not None else newest(where, label)
        button = find_button(inline, label) if inline is not None else None
        board = where.shown_keyboard() if message is None else None
        key = match((key for row in board.keyboard for key in row), label) if board is not None else None
        if board is not None and key is not None and (inline is None or button is None or board.id > inline.id):
            return await self._presses(key, board, chat, location)
        if inline is None or button is None:
            shown = [m for m in where.messages.values() if m.from_bot][-4:]
            raise AssertionError(f"there is no button {label!r}; the bot said last: {shown}")
        if button.data is None:
            raise AssertionError(f"the button {label!r} opens {button.url!r}; the bot is not told of that")
        return await self.taps_data(button.data, inline)

    async def _presses(
        self, key: Button, board: Message, chat: Place | None, location: tuple[float, float] | None
    ) -> Tap:
        if board.markup is not None and board.markup.get("one_time_keyboard"):
            board.markup = {}
        if key.asks == "request_location":
            if location is None:
                raise AssertionError(f"{key.label!r} asks for a place: give `location=(lon, lat)`")
            sent = await self.sends_location(*location, chat=chat, reply_to=board)
        elif key.asks is not None:
            raise AssertionError(f"{key.label!r} asks for something that the emulator leaves out: {key.asks}")
        else:
            sent = await self.sends(key.label, chat=chat)
        return Tap("", self.world.clock(), None, board, sent)

    async def taps_data(self, data: str, message: Message) -> Tap:
        """Sends a callback query with these raw data, shown or not: clients can be forged."""
        world, chat = self.world, message.chat
        tap = Tap(str(next(world.numbers) * 1_000_003), world.clock(), data, message)
        world.taps[tap.id] = tap
        inaccessible = {"chat": chat.brief, "message_id": message.id, "date": 0}
        query = {
            "id": tap.id,
            "from": self.user,
            "message": inaccessible if message.deleted else message.raw,
            "chat_instance": str(-chat.id * 7919),
            "data": data,
        }
        if chat.private or chat.bot_status in BOT_INSIDE:
            world.updates.push("callback_query", query, chat.id)
        await self._tell()
        return tap

    # Coming and going

    async def blocks_bot(self) -> None:
        """Stops the bot: my_chat_member, and 403 for whatever it sends."""
        self.chat.blocked = True
        self.world.set_bot_status(self.chat, "kicked", self.user, old="member")
        await self._tell()

    async def unblocks_bot(self) -> None:
        """Lets the bot write again."""
        self.chat.blocked = False
        self.chat.started = True
        self.world.set_bot_status(self.chat, "member", self.user, old="kicked")
        await self._tell()

    async def adds_bot(self, group: Group) -> None:
        """Brings the bot into a group: my_chat_member, then the service message."""
        chat = self._enter(group)
        self.world.set_bot_status(chat, "member", self.user, old="left")
        self.world.deliver(self.world.post(chat, self.user, {"new_chat_members": [self.world.bot]}))
        await self._tell()

    async def removes_bot(self, group: Group) -> None:
        """Throws the bot out of a group."""
        chat = self._enter(group)
        self.world.set_bot_status(chat, "kicked", self.user)
        self.world.post(chat, self.user, {"left_chat_member": self.world.bot})
        await self._tell()

    async def reacts(self, message: Message, emoji: str) -> None:
        """Puts a reaction on a message; the bot is told only where it asked for it (and is admin)."""
        world, chat = self.world, message.chat
        if chat.private or chat.bot_status == "administrator":
            change = {
                "chat": chat.brief,
                "message_id": message.id,
                "user": self.user,
                "date": world.seconds(),
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            }
            world.updates.push("message_reaction", change, chat.id)
        await self._tell()

    @property
    def world(self) -> World:
        return self.stage.world


def _caption(caption: str | None) -> Json:
    if not caption:
        return {}
    marks = find_marks(caption)
    return {"caption": caption, **({"caption_entities": marks} if marks else {})}


def _pin(lon: float, lat: float, live_period: int | None, accuracy: float | None) -> Json:
    pin: Json = {"latitude": lat, "longitude": lon}
    if accuracy is not None:
        pin["horizontal_accuracy"] = accuracy
    if live_period is not None:
        pin["live_period"] = live_period
    return pin
