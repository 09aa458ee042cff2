"""Calls to the Bot API: the one place that knows the token."""

from typing import Any, cast

from telegram.request import RequestData

from bot.channels.telegram.request import AiohttpRequest, Body, Upload


class Api:
    """One bot at one server. `base` is the server's address before `/bot`.

    Errors are python-telegram-bot's (`telegram.error`); none holds the token.
    """

    def __init__(self, token: str, base: str, request: AiohttpRequest) -> None:
        base = base.rstrip("/")
        self._calls = f"{base}/bot{token}"
        self._files = f"{base}/file/bot{token}"
        self._request = request

    def __repr__(self) -> str:
        return "<Api>"

    async def call(self, method: str, values: dict[str, Any], upload: Upload | None = None) -> Any:
        """Calls a method and gives its result as it came, unparsed. Raises TelegramError."""
        body = cast(RequestData, Body(values, upload))
        return await self._request.post(f"{self._calls}/{method}", body)

    async def download(self, path: str) -> bytes:
        """The bytes of a file, by the path that getFile gave. Raises TelegramError."""
        return bytes(await self._request.retrieve(f"{self._files}/{path}"))

    async def close(self) -> None:
        await self._request.shutdown()
