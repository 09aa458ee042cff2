"""What a page sees: messages as the page reads them, and the stream of what changes (server-sent events)."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from bot.channels.web.channel import WebChannel
from storage import web_message
from storage.row import ms
from storage.web_message import WebMessage

HEARTBEAT = 15.0
AT_ONCE = 100

View = Callable[[WebMessage], dict[str, Any]]


def view(message: WebMessage, uploads: str, picture_link: Callable[[str], str]) -> dict[str, Any]:
    """A message as the page reads it: pictures as addresses, no key of ours."""
    body = dict(message.body)
    if picture := body.get("picture"):
        body["picture"] = {
            "src": picture_link(picture["name"]),
            "width": picture["width"],
            "height": picture["height"],
        }
    if photos := body.get("photos"):
        body["photos"] = [
            {"src": f"{uploads}/{photo['upload']}", **{k: v for k, v in photo.items() if k != "upload"}}
            for photo in photos
        ]
    return {
        **body,
        "id": message.id,
        "change": message.change,
        "key": message.key,
        "author": message.author,
        "at": message.at,
        "edited": message.edited is not None,
    }


async def stream(channel: WebChannel, chat: str, page: str, since: int, seen: View) -> AsyncIterator[bytes]:
    """What was added or changed in a chat after `since`, then what happens, until the page or the channel closes.

    A page that has seen more than there is (a database put back, a demo begun anew) is told to read all again."""
    with channel.hub.listen(chat, page) as listener:
        yield b"retry: 2000\n" + _event("hello", {"now": ms(channel.clock())})
        async with channel.database.reading() as queries:
            newest = await web_message.serial(queries)
        if since > newest:
            yield _event("reset", {"greet": True})
            return
        while not channel.hub.closed:
            while listener.passing:  # first: an answer that is here already ends the typing, not the other way round
                yield _event(*listener.passing.popleft())
            while rows := await _after(channel, chat, since):
                for row in rows:
                    yield _event("message", seen(row), row.change)
                since = rows[-1].change
            if not await listener.news(HEARTBEAT):
                yield b": still here\n\n"


async def _after(channel: WebChannel, chat: str, since: int) -> list[WebMessage]:
    async with channel.database.reading() as queries:  # let go of before a row is sent: a page may be slow
        return await web_message.since(queries, chat, since, AT_ONCE)


def _event(name: str, data: Mapping[str, Any], id: int | None = None) -> bytes:
    mark = "" if id is None else f"id: {id}\n"
    return f"{mark}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
