"""The pages of the web chat, as routes that the app mounts."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.web.cast import Cast, Resident, Seat, Stranger, is_token, new_token
from bot.channels.web.channel import NotServing, WebChannel
from bot.channels.web.guard import MOST_JSON, Refused, body_at_most, check_origin, pieces
from bot.channels.web.posted import Misformed, Posted
from bot.channels.web.seal import DAY, Seal
from bot.channels.web.site import Endpoint, Files, Labels, Site
from bot.channels.web.stream import View, stream, view
from bot.channels.web.upload import look
from storage import web_message
from storage.photo import MOST_BYTES
from storage.row import ms
from storage.turn import StorageFailed

COOKIE = "jieyou"
COOKIE_SECONDS = 400 * DAY  # as long as browsers keep one
PAGE_LENGTH = 50


def routes(
    channel: WebChannel,
    *,
    casts: Mapping[str, Cast],
    city_map: Mapping[str, Any],
    labels: Labels,
    secret: bytes,
    time_zone: str,
    public_url: str = "",
    wall_clock: Callable[[], float] = time.time,
) -> list[BaseRoute]:
    """The resident's page `/chat`, and where there are casts (the demo, by the last part of their paths) also
    `/demo/resident`, `/demo/<cast>` and `/demo`, which shows the resident and the groups side by side.

    `labels` are the words of the catalogue by key and language (only those under `page.` are used), `secret` signs
    the links to pictures, `time_zone` is the city's, `public_url` the address that people see. Links end by the
    `wall_clock` (seconds since 1970), whatever hastens the service's."""
    files = Files()
    site = Site(channel, Seal(secret), labels, city_map, time_zone, public_url, files.address, wall_clock)
    found = [*_Room(site, "/chat").routes(), Route("/photo/{name}", site.guarded(site.photo))]
    if casts:
        found += _Room(site, "/demo/resident").routes()
        for name, cast in casts.items():
            found += _Room(site, f"/demo/{name}", cast).routes()
        found.append(Route("/demo", site.guarded(site.stage(casts))))
    return [*found, Mount(files.address, files)]


class _Room:
    """One page with its chat: `base` is its path; without a cast it is a resident's, known by a cookie."""

    def __init__(self, site: Site, base: str, cast: Cast | None = None) -> None:
        self.site = site
        self.base = base
        self.cast = cast

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[str, Endpoint, str]] = [
            ("", self.page, "GET"),
            ("/map.json", self.map, "GET"),
            ("/history", self.history, "GET"),
            ("/events", self.events, "GET"),
            ("/send", self.send, "POST"),
            ("/upload", self.upload, "POST"),
            ("/upload/{ref}", self.uploaded, "GET"),
        ]
        return [Route(self.base + path, self.site.guarded(end), methods=[method]) for path, end, method in table]

    def seat(self, request: Request) -> Seat:
        """Whose page asks. Raises Refused."""
        if self.cast:
            return self.cast
        token = request.cookies.get(COOKIE, "")
        if not is_token(token):
            raise Refused("no_seat")
        return Resident.of(token)

    async def page(self, request: Request) -> Response:
        """The page itself; a resident's first visit gives the cookie that the chat is known by."""
        about = {
            "base": self.base,
            "kind": self.cast.kind if self.cast else "private",
            "chat": self.cast.chat_id if self.cast else "resident",
            "people": [{"id": p.id, "name": p.name, "role": p.role} for p in (self.cast.people if self.cast else ())],
            "zone": self.site.time_zone,
            "largest": MOST_BYTES,
            "words": self.site.words(request),
        }
        title = self.cast.title if self.cast else self.site.words(request)["title"]
        data = json.dumps(about, ensure_ascii=False).replace("<", "\\u003c")
        response = self.site.render(request, "chat.html", title=title, about=data, cast=self.cast)
        if self.cast is None:
            token = request.cookies.get(COOKIE, "")
            response.set_cookie(
                COOKIE,
                token if is_token(token) else new_token(),
                max_age=COOKIE_SECONDS,
                path=self.base,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https" or self.site.public_url.startswith("https:"),
            )
        return response

    async def map(self, request: Request) -> Response:
        return JSONResponse(self.site.city_map, headers={"Cache-Control": "private, max-age=3600"})

    def view(self) -> View:
        def link(name: str) -> str:  # signed as it goes out: a stream may be open for days
            return self.site.seal.link(f"/photo/{name}", self.site.wall_clock())

        return lambda message: view(message, f"{self.base}/upload", link)

    async def history(self, request: Request) -> Response:
        """The newest messages, or those before an id; `change` is where the stream goes on."""
        chat = self.seat(request).chat.key
        first = _whole(request.query_params.get("before"))
        async with self.site.channel.database.reading() as queries:
            change = await web_message.serial(queries)
            rows = await web_message.before(queries, chat, first, PAGE_LENGTH + 1)
        messages = list(map(self.view(), rows[-PAGE_LENGTH:]))
        now = ms(self.site.channel.clock())
        return _private({"change": change, "more": len(rows) > PAGE_LENGTH, "now": now, "messages": messages})

    async def events(self, request: Request) -> Response:
        last = request.headers.get("last-event-id") or request.query_params.get("since")
        page = request.query_params.get("page", "")[:40]
        chat = self.seat(request).chat.key
        flow = stream(self.site.channel, chat, page, _whole(last) or 0, self.view())
        return StreamingResponse(
            flow,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def send(self, request: Request) -> Response:
        seat = self._poster(request)
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused("misformed")
        body = await body_at_most(request, MOST_JSON)
        try:
            posted = Posted.of(json.loads(body), seat.chat)
            sender = seat.sender(posted.sender, posted.language)
        except (Misformed, ValueError, RecursionError):
            raise Refused("misformed") from None
        except Stranger:
            raise Refused("stranger") from None
        try:
            message = await self.site.channel.take(seat.chat, sender, posted)
        except (NotServing, StorageFailed):
            raise Refused("not_serving") from None
        return _private({"message": self.view()(message) if message else None})

    async def upload(self, request: Request) -> Response:
        seat = self._poster(request)
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if not kind.startswith("image/") and kind != "application/octet-stream":  # what a form cannot send
            raise Refused("misformed")
        flow = pieces(request, MOST_BYTES, "too_large")
        return _private({"upload": await self.site.channel.uploads.save(seat.chat.key, flow)})

    async def uploaded(self, request: Request) -> Response:
        """The person's own photo: the upload while it is here, then the stored photo. Another kind of file is
        never shown, so that nothing that was sent can run."""
        ref = request.path_params["ref"]
        uploads = self.site.channel.uploads
        if not uploads.owns(self.seat(request).chat.key, ref):
            raise Refused("gone")
        whole = await uploads.load(ref)
        if whole is None and (sha := await uploads.kept(ref)):
            whole = await self.site.channel.photo(sha)
        if whole is None or not (kind := look(whole)):
            raise Refused("gone")
        return Response(whole, media_type=kind, headers={"Cache-Control": f"private, max-age={DAY}"})

    def _poster(self, request: Request) -> Seat:
        check_origin(request, self.site.public_url)
        return self.seat(request)


def _whole(text: str | None) -> int | None:
    """A whole number as it stands in an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _private(content: Mapping[str, Any]) -> Response:
    return JSONResponse(content, headers={"Cache-Control": "no-store"})
