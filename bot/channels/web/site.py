"""What all pages of the web chat share: words, templates, files, signed links to pictures."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from bot.channels.web.cast import Cast
from bot.channels.web.channel import WebChannel
from bot.channels.web.guard import Refused, dressed
from bot.channels.web.seal import DAY, Seal

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
FILES = HERE / "static"
PREFIX = "page."

Labels = Mapping[str, Mapping[str, str]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Files(StaticFiles):
    """The page's own files. Their address changes with their content, so a browser may keep them for ever."""

    def __init__(self) -> None:
        super().__init__(directory=FILES)
        whole = b"".join(path.read_bytes() for path in sorted(FILES.iterdir()))
        self.address = f"/static/chat-{hashlib.sha256(whole).hexdigest()[:12]}"

    def file_response(self, *args: Any, **options: Any) -> Response:
        response = dressed(super().file_response(*args, **options))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@dataclass(slots=True)
class Site:
    """What all pages share."""

    channel: WebChannel
    seal: Seal
    labels: Labels
    city_map: Mapping[str, Any]
    time_zone: str
    public_url: str
    static: str
    wall_clock: Callable[[], float]
    templates: "Environment | None" = None

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with our headers, and refusals told in plain words."""

        async def guard(request: Request) -> Response:
            try:
                return dressed(await endpoint(request))
            except Refused as refused:
                words = self.words(request)[f"error_{refused.code}"]
                return dressed(JSONResponse({"code": refused.code, "error": words}, refused.status))

        return guard

    def language(self, request: Request) -> str:
        """zh or en, what the browser asks for first; zh where it asks for neither."""
        asked = [request.query_params.get("lang", ""), *request.headers.get("accept-language", "").split(",")]
        return next((lang for each in asked if (lang := each.strip()[:2].lower()) in ("zh", "en")), "zh")

    def words(self, request: Request) -> dict[str, str]:
        lang = self.language(request)
        return {
            key.removeprefix(PREFIX): texts.get(lang) or texts["zh"]
            for key, texts in self.labels.items()
            if key.startswith(PREFIX)
        }

    def render(self, request: Request, template: str, **values: Any) -> Response:
        if self.templates is None:
            from jinja2 import Environment, FileSystemLoader, StrictUndefined

            self.templates = Environment(
                loader=FileSystemLoader(HERE / "template"), autoescape=True, undefined=StrictUndefined
            )
        lang, words = self.language(request), self.words(request)
        page = self.templates.get_template(template).render(
            lang={"zh": "zh-CN", "en": "en"}[lang], words=words, static=self.static, **values
        )
        return Response(page, media_type="text/html", headers={"Cache-Control": "no-store"})

    def stage(self, casts: Mapping[str, Cast]) -> Endpoint:
        """The resident's page and the groups side by side; a private chat of the casts has only its own page."""
        groups = {name: cast for name, cast in casts.items() if cast.kind == "group"}

        async def show(request: Request) -> Response:
            panes = [{"path": "/demo/resident", "title": self.words(request)["resident_phone"]}]
            panes += [{"path": f"/demo/{name}", "title": cast.title} for name, cast in groups.items()]
            return self.render(request, "demo.html", panes=panes)

        return show

    async def photo(self, request: Request) -> Response:
        link = request.query_params
        now = self.wall_clock()
        if not self.seal.holds(request.url.path, link.get("until", ""), link.get("seal", ""), now):
            raise Refused("gone")
        whole = await self.channel.picture(request.path_params["name"])
        if whole is None:
            raise Refused("gone")
        return Response(whole, media_type="image/jpeg", headers={"Cache-Control": f"private, max-age={DAY}"})
