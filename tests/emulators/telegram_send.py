"""The methods that put something new into a chat."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .telegram_call import Call, Upload, bad
from .telegram_file import File, photo_sizes
from .telegram_markup import read_markup
from .telegram_record import Chat, Json, Message
from .telegram_text import CAPTION_LIMIT, TEXT_LIMIT, words
from .telegram_world import World

ALBUM = (2, 10)
ACTIONS = {
    "cancel", "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "record_audio", "upload_audio", "upload_document", "choose_sticker", "find_location",
    "pick_up_location", "record_video_note", "upload_video_note",
}  # fmt: skip
GENERAL_TOPIC = 1

albums = itertools.count(13_900_000_000_000_001)


@dataclass(slots=True)
class Content:
    """What a message is made of: its fields and its files."""

    fields: Json
    files: list[File]


def send_message(world: World, call: Call) -> Json:
    """sendMessage."""
    if not call.text("text"):
        raise bad("message text is empty")
    return _send(world, call, lambda _: text_content(call))


def text_content(call: Call) -> Content:
    text, entities = words(call, "text", "entities", TEXT_LIMIT)
    return Content({"text": text, **({"entities": entities} if entities else {})}, [])


def caption_fields(call: Call) -> Json:
    text, entities = words(call, "caption", "caption_entities", CAPTION_LIMIT)
    fields: Json = {"caption": text} if text else {}
    if entities:
        fields["caption_entities"] = entities
    return fields


def send_media(kind: str) -> Callable[[World, Call], Json]:
    """sendPhoto, sendDocument and sendVoice differ in one word."""

    def send(world: World, call: Call) -> Json:
        if not call.text(kind) and kind not in call.files:
            raise bad(f"there is no {kind} in the request")
        return _send(world, call, lambda _: media_content(world, kind, call, call.text(kind) or kind))

    return send


def media_content(world: World, kind: str, call: Call, reference: str) -> Content:
    """A photo, document or voice by upload, `attach://NAME` or file_id, with its caption."""
    field = reference.removeprefix("attach://")
    upload = call.files.get(field)
    if upload is None:
        known = world.files.by_id.get(reference)
        if known is None:
            raise _wrong_file(kind, reference)
        if known.kind != kind:
            raise bad(f"can't use file of type {known.kind.capitalize()} as {kind.capitalize()}")
        files = _siblings(world, known)
    else:
        files = _store(world, kind, upload)
    return Content({**_media_field(kind, call, files), **caption_fields(call)}, files)


def _wrong_file(kind: str, reference: str) -> Exception:
    if reference.startswith("attach://") or reference == kind:
        return bad(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        return bad("failed to get HTTP URL content")  # the emulator fetches nothing from the network
    return bad("wrong remote file identifier specified: Wrong string length")


def _siblings(world: World, known: File) -> list[File]:
    """The sizes that were kept with a photo's whole file; the same bytes again get new ids."""
    if known.kind == "photo":
        return world.files.add_photo(known.whole)
    return [world.files.add(known.kind, known.whole, known.name, known.mime)]


def _store(world: World, kind: str, upload: Upload) -> list[File]:
    if kind == "photo":
        return world.files.add_photo(upload.data)
    if not upload.data:
        raise bad("file must be non-empty")
    return [world.files.add(kind, upload.data, upload.name, upload.mime)]


def _media_field(kind: str, call: Call, files: list[File]) -> Json:
    whole = files[-1]
    if kind == "photo":
        return {"photo": photo_sizes(files)}
    if kind == "voice":
        brief = {**whole.brief(), "duration": call.whole("duration"), "mime_type": whole.mime or "audio/ogg"}
        return {"voice": brief}
    return {"document": {**whole.brief(), "file_name": whole.name, "mime_type": whole.mime}}


def send_location(world: World, call: Call) -> Json:
    """sendLocation."""
    place = _place(call)
    return _send(world, call, lambda _: Content({"location": place}, []))


def send_venue(world: World, call: Call) -> Json:
    """sendVenue."""
    place = _place(call)
    venue = {"location": place, "title": call.text("title"), "address": call.text("address")}
    if not venue["title"]:
        raise bad("venue title must be non-empty")
    return _send(world, call, lambda _: Content({"location": place, "venue": venue}, []))


def _place(call: Call) -> Json:
    place: Json = {}
    for name in ("latitude", "longitude"):
        value = call.number(name)
        if value is None:
            raise bad(f"{name} is empty")
        place[name] = value
    if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):
        raise bad("wrong location coordinates specified")
    accuracy = call.number("horizontal_accuracy")
    if accuracy:
        place["horizontal_accuracy"] = min(accuracy, 1500.0)
    if call.whole("live_period"):
        place["live_period"] = call.whole("live_period")
    return place


def send_media_group(world: World, call: Call) -> list[Json]:
    """sendMediaGroup: 2 to 10 photos or documents, each its own message with one media_group_id."""
    items = call.tree("media", "media")
    if not isinstance(items, list) or not items:
        raise bad("expected an Array of InputMedia")
    chat = world.chat_of(call)
    if len(items) > ALBUM[1]:
        raise bad("too many messages to send as an album")
    if len(items) < ALBUM[0]:
        raise bad("there must be at least 2 messages in an album")
    contents = [input_media(world, call, item) for item in items]
    if len({next(iter(content.fields)) for content in contents}) > 1:
        raise bad("document can't be mixed with other media types")
    reply_to = _reply(chat, call)
    thread = _thread(chat, call, reply_to)
    album = str(next(albums))
    sent = []
    for content in contents:
        fields = {"media_group_id": album, **content.fields}
        message = world.post(chat, world.bot, fields, files=content.files, reply_to=reply_to, thread=thread)
        world.record(chat, "send", call.name, message)
        sent.append(message.raw)
    return sent


def input_media(world: World, call: Call, item: Any) -> Content:
    """An InputMediaPhoto or InputMediaDocument of a call."""
    if not isinstance(item, dict):
        raise bad("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in ("photo", "document"):
        raise bad(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    reference = str(item.get("media") or "")
    if not reference:
        raise bad("can't parse InputMedia: media not found")
    inner = Call(call.method, call.name, item, call.files)
    return media_content(world, kind, inner, reference)


def send_chat_action(world: World, call: Call) -> bool:
    """sendChatAction."""
    if call.text("action").lower() not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = world.chat_of(call)
    world.record(chat, "action", call.name, text=call.text("action"))
    return True


def _send(world: World, call: Call, content_of: Callable[[Chat], Content]) -> Json:
    chat = world.chat_of(call)
    reply_to = _reply(chat, call)
    thread = _thread(chat, call, reply_to)
    markup = read_markup(call, private=chat.private)
    content = content_of(chat)
    message = world.post(
        chat,
        world.bot,
        content.fields,
        files=content.files,
        reply_to=reply_to,
        thread=thread,
        markup=markup,
    )
    world.record(chat, "send", call.name, message)
    return message.raw


def _reply(chat: Chat, call: Call) -> Message | None:
    wanted = call.tree("reply_parameters", "reply parameters") or {}
    if not isinstance(wanted, dict):
        raise bad("object expected as reply parameters")
    number = Call("", "", wanted).whole("message_id") or call.whole("reply_to_message_id")
    if not number:
        return None
    message = chat.messages.get(number)
    if message is not None and not message.deleted:
        return message
    if wanted.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _thread(chat: Chat, call: Call, reply_to: Message | None) -> int | None:
    thread = call.whole("message_thread_id")
    if not thread:
        return reply_to.thread if reply_to is not None else None
    if chat.private:
        raise bad("message thread not found")
    if thread not in chat.topics or thread == GENERAL_TOPIC:
        raise bad("message thread not found")
    if thread in chat.closed:
        raise bad("TOPIC_CLOSED")
    return thread


SENDING: dict[str, Callable[[World, Call], Any]] = {
    "sendmessage": send_message,
    "sendphoto": send_media("photo"),
    "senddocument": send_media("document"),
    "sendvoice": send_media("voice"),
    "sendmediagroup": send_media_group,
    "sendlocation": send_location,
    "sendvenue": send_venue,
    "sendchataction": send_chat_action,
}
