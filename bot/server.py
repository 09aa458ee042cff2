"""The web side's socket and server, and the folder the program writes in."""

import asyncio
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette


class CannotStart(Exception):
    """Why the program does not start: one sentence for the operator."""


class Server:
    """Uvicorn on a socket of ours; signals are not its business."""

    def __init__(self, application: Starlette, sock: socket.socket) -> None:
        import uvicorn

        class Quiet(uvicorn.Server):
            @contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield

        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = Quiet(config)
        self._sock = sock
        self._done = asyncio.Event()

    async def run(self) -> None:
        try:
            await self._server.serve(sockets=[self._sock])
        finally:
            self._done.set()

    async def finish(self) -> None:
        self._server.should_exit = True
        await self._done.wait()


def bind(address: tuple[str, int]) -> socket.socket:
    """A listening socket. Raises CannotStart where the port is taken or the host is none of ours."""
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(128)
    except OSError as error:
        sock.close()
        raise CannotStart(f"cannot listen on {host}:{port}: {error.strerror}. Choose another JIEYOU_LISTEN") from None
    sock.setblocking(False)
    return sock


def writable(folder: Path) -> None:
    """Raises CannotStart where the data folder cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(f"the data folder {folder} cannot be written: {error.strerror}. Set JIEYOU_DATA") from None


def standing(folder: Path) -> Path:
    """The city folder. Raises CannotStart where there is none."""
    if not folder.is_dir():
        raise CannotStart(f"there is no city folder {folder}: set JIEYOU_CITY, or make one with `jieyou init {folder}`")
    return folder
