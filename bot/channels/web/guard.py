"""What protects the pages: who may post, what a page may load, and how a refusal is told."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
        " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
}
MOST_JSON = 128 * 1024

# code: HTTP status. The words stand in domain/words/page.yaml under `page.error_<code>`.
REFUSALS: Mapping[str, int] = {
    "foreign": 403,
    "stranger": 403,
    "no_seat": 401,
    "misformed": 400,
    "too_long": 413,
    "too_large": 413,
    "gone": 404,
    "not_serving": 503,
}


class Refused(Exception):
    """A request that is not served; `code` names its words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.status = REFUSALS[code]


def dressed(response: Response) -> Response:
    """The response with the headers that every answer of ours has."""
    response.headers.update(HEADERS)
    return response


def check_origin(request: Request, public_url: str) -> None:
    """A POST must come from a page of ours: by its Origin, or, where a browser sends none, by Sec-Fetch-Site.
    Behind a proxy the host is compared with PUBLIC_URL too. Raises Refused."""
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site") != "same-origin":
            raise Refused("foreign")
        return
    ours = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    if urlsplit(origin).netloc not in ours:
        raise Refused("foreign")


async def body_at_most(request: Request, most: int) -> bytes:
    """The body, read no further than `most` bytes. Raises Refused."""
    whole = bytearray()
    async for piece in pieces(request, most, "too_long"):
        whole += piece
    return bytes(whole)


async def pieces(request: Request, most: int, code: str) -> AsyncIterator[bytes]:
    """The body piece by piece. Raises Refused(code) as soon as it is known to be longer than `most` bytes."""
    told = request.headers.get("content-length", "0")
    if not told.isdigit() or int(told) > most:
        raise Refused(code)
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise Refused(code)
        yield piece
