"""python-telegram-bot's request over aiohttp: a small part of the work of its own, the same exceptions, and quieter.

No address (it holds the token) and no answer (it holds people's words) gets into a log or an exception.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import aiohttp
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.direct import Direct

logging.getLogger("telegram").setLevel(logging.WARNING)

CONNECT = 10.0
"""Seconds for a connection to be made."""

WHOLE = 120.0
"""Seconds that a call may take from its beginning to its end, where it sends or fetches much."""


LONGEST_WAIT = 24 * 3600
"""Seconds; no server asks for more, and nobody would wait."""


class TooLarge(TelegramError):
    """A download that is longer than allowed."""


class FloodWait(RetryAfter):
    """RetryAfter whose time is a timedelta always; the original warns each time that this will change."""

    @property
    def retry_after(self) -> timedelta:
        return self._retry_after


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a call, under the name of its field."""

    field: str
    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a call carries. It has the properties of `telegram.request.RequestData`, which only python-telegram-bot
    itself is meant to build."""

    parameters: Mapping[str, Any]
    upload: Upload | None = None

    @property
    def contains_files(self) -> bool:
        return self.upload is not None

    @property
    def json_parameters(self) -> dict[str, str]:
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in self.parameters.items()}

    @property
    def multipart_data(self) -> dict[str, tuple[str, bytes, str]]:
        file = self.upload
        return {} if file is None else {file.field: (file.name, file.data, file.mime)}


class AiohttpRequest(BaseRequest):
    """`patience` is how many seconds the server may be silent, `proxy` the address of a proxy, `largest` how many
    bytes a download may have."""

    __slots__ = ("_direct", "_largest", "_patience", "_proxy", "_session")

    def __init__(self, *, patience: float, proxy: str | None = None, largest: int = 20 * 1024 * 1024) -> None:
        self._patience = patience
        self._proxy = proxy
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None
        self._direct: Direct | None = None

    @property
    def read_timeout(self) -> float:
        return self._patience

    async def initialize(self) -> None:
        if self._session is None:
            headers, connector = {"User-Agent": self.USER_AGENT}, aiohttp.TCPConnector()
            self._session = aiohttp.ClientSession(connector=connector, headers=headers, proxy=self._proxy)
            self._direct = Direct(connector, headers, WHOLE) if self._proxy is None else None

    async def shutdown(self) -> None:
        session, self._session, self._direct = self._session, None, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Sends it, and gives the status and the body. Raises TimedOut, NetworkError, TooLarge."""
        await self.initialize()
        assert self._session is not None
        silent = self._patience if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect = CONNECT if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout
        timeout = _timeout(silent, connect)
        try:
            if self._direct is not None and request_data is not None and not request_data.contains_files:
                body = json.dumps(request_data.parameters).encode()
                code, payload = await self._direct.post(url, body, silent or WHOLE, timeout)
            else:
                async with self._session.request(method, url, timeout=timeout, **_body(request_data)) as response:
                    code, payload = response.status, await self._read(response)
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"the connection failed ({type(error).__name__})") from None
        return (code, payload) if code < 300 else _failure(code, payload)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.method != "GET":
            return await response.read()
        data = bytearray()
        async for chunk in response.content.iter_any():
            data += chunk
            if len(data) > self._largest:
                raise TooLarge("the file is too large")
        return bytes(data)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the base class, but what cannot be read is neither logged nor quoted."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise NetworkError("the answer is not JSON") from None
        if not isinstance(answer, dict) or not ("result" in answer or "description" in answer):
            raise NetworkError("the answer is not one of the Bot API")
        return answer


@lru_cache(16)
def _timeout(silent: float | None, connect: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=max(WHOLE, silent or 0), sock_connect=connect, sock_read=silent)


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"json": data.parameters}
    form = aiohttp.FormData(quote_fields=False)  # names of files arrive as they are, not percent-encoded
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for field, file in data.multipart_data.items():
        name, content, mime = file
        form.add_field(field, content, filename=name, content_type=mime)
    return {"data": form}


def _failure(code: int, payload: bytes) -> tuple[int, bytes]:
    """A refusal without what the base class would quote: a proxy's page, unknown or misshapen parameters."""
    try:
        told = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        told = None
    told = told if isinstance(told, dict) else {}
    if code == 413:
        raise BadRequest("the request is too large")
    description = told.get("description")
    given = told.get("parameters")
    given = given if isinstance(given, dict) else {}
    if type(wait := given.get("retry_after")) is int and wait > 0:
        raise FloodWait(min(wait, LONGEST_WAIT))
    moved = given.get("migrate_to_chat_id")
    kept = {"migrate_to_chat_id": moved} if type(moved) is int else {}
    text = description if isinstance(description, str) else f"status {code}"
    return code, json.dumps({"description": text, "parameters": kept}).encode()
