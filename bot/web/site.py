"""The web application: the chat's routes, the platforms' webhooks, and health."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from storage.database import Database
from storage.turn import StorageFailed


def site(database: Database, routes: Sequence[BaseRoute]) -> Starlette:
    """The application of these routes; `/health` tells whether the database answers, `/` leads to the chat."""

    async def health(request: Request) -> Response:
        try:
            async with database.reading() as queries:
                await queries.one("select 1 as yes")
        except StorageFailed:
            return JSONResponse({"status": "the database cannot be read"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/health", health), Route("/", _front), *routes])


async def _front(request: Request) -> Response:
    return RedirectResponse("/chat")


def webhook(path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    """Where a platform posts its updates."""
    return Route(path, endpoint, methods=["POST"])
