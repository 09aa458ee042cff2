"""A POST of JSON over aiohttp's pool of connections, past its session: about half of the work.

The session's redirects, cookies, proxies, middlewares and rewinding of bodies are nothing that a call of the Bot API
needs; what it needs (the pool, TLS, the parser, the flow of what comes) is aiohttp's own all the same.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL


class Direct:
    """Posts to any server, with these headers. A call may take `whole` seconds."""

    def __init__(self, connector: aiohttp.BaseConnector, headers: Mapping[str, str], whole: float) -> None:
        self._connector = connector
        self._headers = {**headers, "Content-Type": "application/json"}
        self._whole = whole
        self._servers: dict[URL, tuple[aiohttp.ClientRequest, str]] = {}

    async def post(self, url: str, body: bytes, silent: float, connect: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        """The status and the body. `silent`: the seconds that the server may be silent, those of connecting included.

        Raises TimeoutError, aiohttp.ClientError, OSError."""
        address = URL(url)
        origin = address.origin()
        request, head = self._servers.get(origin) or self._meet(origin)
        call = f"POST {address.raw_path_qs} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        async with asyncio.timeout(silent) as watch:
            connection = await self._connector.connect(request, [], connect)
            try:
                status, content = await _exchange(connection, call)
                answer = await self._all(content, silent, watch)
            except BaseException:
                connection.close()
                raise
            connection.release()
            return status, answer

    def _meet(self, origin: URL) -> tuple[aiohttp.ClientRequest, str]:
        """What the pool must know of a server to connect, and the headers of every call."""
        request = aiohttp.ClientRequest("GET", origin, headers=self._headers, loop=asyncio.get_running_loop())
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        self._servers[origin] = request, head
        return request, head

    async def _all(self, content: aiohttp.StreamReader, silent: float, watch: asyncio.Timeout) -> bytes:
        """The body; the watch begins anew at each of its pieces, but not for ever."""
        loop, parts = asyncio.get_running_loop(), []
        last = loop.time() + self._whole
        while not content.at_eof():
            if not content.is_eof():
                watch.reschedule(min(loop.time() + silent, last))
            parts.append(await content.readany())
        return b"".join(parts)


async def _exchange(connection: aiohttp.connector.Connection, call: bytes) -> tuple[int, aiohttp.StreamReader]:
    """Says it, and gives the status and what follows. Raises as `Direct.post`."""
    protocol = connection.protocol
    assert protocol is not None
    assert protocol.transport is not None  # the pool gives out open connections only
    protocol.set_response_params(read_until_eof=True)
    protocol.transport.write(call)
    try:
        while True:
            message, content = await protocol.read()
            if message.code >= 200:  # what comes before is no answer yet
                return message.code, content
    except HttpProcessingError as error:
        raise aiohttp.ClientPayloadError(type(error).__name__) from None
