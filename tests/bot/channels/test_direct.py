"""Calls past aiohttp's session, against a server that is played by hand."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.channels.telegram.direct import Direct

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CONNECT = aiohttp.ClientTimeout(total=None, sock_connect=5)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Plays an answer to each call; keeps what was asked and counts connections."""

    def __init__(self, *plays: Play) -> None:
        self._plays = list(plays)
        self.asked: list[tuple[bytes, bytes]] = []
        self.connections = 0
        self.called, self.closed = asyncio.Event(), asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: "))
                self.asked.append((head, await reader.readexactly(int(length.split()[1]))))
                self.called.set()
                await self._plays.pop(0)(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
        finally:
            writer.close()


def says(*pieces: bytes, apart: float = 0.0, ends: bool = False) -> Play:
    """Says these pieces, with a pause between them; then the connection may end."""

    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(apart)
        if ends:
            writer.close()
            raise ConnectionResetError

    return play


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readexactly(1)


@asynccontextmanager
async def calling(*plays: Play, whole: float = 5.0) -> AsyncIterator[tuple[Server, Callable[..., Awaitable[object]]]]:
    """A server, and a way to call it."""
    server = Server(*plays)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening, aiohttp.TCPConnector() as pool:
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot1:a/sendMessage"
        direct = Direct(pool, {"User-Agent": "jieyou"}, whole)

        async def call(body: bytes = b"{}", silent: float = 5.0) -> tuple[int, bytes]:
            return await direct.post(server.url, body, silent, CONNECT)

        yield server, call


class TestTheCall:
    async def test_it_is_one_post_of_json(self) -> None:
        async with calling(says(OK)) as (server, call):
            assert await call('{"text":"好"}'.encode()) == (200, b"{}")
        [(head, body)] = server.asked
        lines = head.decode().split("\r\n")
        assert lines[0] == "POST /bot1:a/sendMessage HTTP/1.1"
        assert {"Content-Type: application/json", "User-Agent: jieyou", "Content-Length: 14"} < set(lines)
        assert sum(line.startswith("Host: 127.0.0.1:") for line in lines) == 1
        assert body.decode() == '{"text":"好"}'

    async def test_calls_share_a_connection(self) -> None:
        async with calling(says(OK), says(OK)) as (server, call):
            await call()
            await call()
            assert server.connections == 1

    async def test_a_server_that_says_close_gets_a_new_connection(self) -> None:
        last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
        async with calling(says(last, ends=True), says(OK)) as (server, call):
            await call()
            await call()
            assert server.connections == 2


class TestTheAnswer:
    async def test_a_refusal_is_an_answer(self) -> None:
        async with calling(says(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")) as (_, call):
            assert await call() == (403, b"no")

    async def test_what_comes_before_it_is_passed_over(self) -> None:
        async with calling(says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK)) as (_, call):
            assert await call() == (200, b"{}")

    async def test_it_may_be_packed(self) -> None:
        packed = gzip.compress(b"{}")
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
        async with calling(says(head + packed)) as (_, call):
            assert await call() == (200, b"{}")

    async def test_it_may_come_in_pieces_each_of_which_is_in_time(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        pieces = (head, *(b"1\r\n%d\r\n" % number for number in range(6)), b"0\r\n\r\n")
        async with calling(says(*pieces, apart=0.08)) as (_, call):
            assert await call(silent=0.3) == (200, b"012345")

    async def test_a_large_one_arrives_whole(self) -> None:
        large = b"x" * 3_000_000
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(large)}\r\n\r\n".encode()
        async with calling(says(head + large)) as (_, call):
            assert await call() == (200, large)


class TestTrouble:
    async def test_a_silent_server(self) -> None:
        async with calling(hangs) as (server, call):
            with pytest.raises(TimeoutError):
                await call(silent=0.05)
            await asyncio.wait_for(server.closed.wait(), 5)  # its late answer can be nobody else's

    async def test_one_that_falls_silent_in_the_middle(self) -> None:
        async with calling(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", apart=1.0)) as (_, call):
            with pytest.raises(TimeoutError):
                await call(silent=0.1)

    async def test_one_that_never_ends(self) -> None:
        pieces = (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", *(b"x" for _ in range(30)))
        async with calling(says(*pieces, apart=0.05), whole=0.2) as (_, call):
            with pytest.raises(TimeoutError):
                await call(silent=0.15)

    @pytest.mark.parametrize(
        "said",
        [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"SSH-2.0-OpenSSH_9.6\r\n\r\n"],
        ids=["nothing", "half", "another tongue"],
    )
    async def test_a_connection_that_ends_or_speaks_no_http(self, said: bytes) -> None:
        async with calling(says(said, ends=True)) as (_, call):
            with pytest.raises(aiohttp.ClientError):
                await call()

    async def test_a_call_that_is_given_up_leaves_no_connection_to_the_next(self) -> None:
        async with calling(hangs, says(OK)) as (server, call):
            given_up = asyncio.ensure_future(call())
            await server.called.wait()
            given_up.cancel()
            await asyncio.wait({given_up})
            assert await call() == (200, b"{}")
            assert server.connections == 2
