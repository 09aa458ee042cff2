"""Takes updates by webhook."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.channel import Receive
from bot.channels.telegram.raw import raw

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1024 * 1024
"""Bytes of the largest update taken; real ones have a few thousand."""

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram is to send updates, and the secret by which it shows that it is Telegram.

    Raises ValueError where the secret is not of the form that Telegram takes."""

    url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", self.secret):
            raise ValueError("the webhook's secret must have 1 to 256 characters of A-Z a-z 0-9 _ -")


def endpoint(secret: str, receive: Receive, clock: Callable[[], datetime]) -> Endpoint:
    """Answers a POST: 403 without the secret, 413 or 400 for what is no update, 200 once it is stored. Where storing
    fails the error goes on, the server says 500, and Telegram sends the update again."""

    async def take(request: Request) -> Response:
        shown = request.headers.get(HEADER, "")
        if not hmac.compare_digest(shown.encode(), secret.encode()):
            return Response(status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return Response(status_code=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        if not isinstance(update, dict) or type(update.get("update_id")) is not int:
            return Response(status_code=400)
        await receive([raw(update, clock())])
        return Response(status_code=200)

    return take
