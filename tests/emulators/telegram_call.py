"""One call of a Bot API method: its arguments in any of the four shapes that the real server takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web

UPLOAD_LIMIT = 50 * 1024 * 1024
"""Bytes of the largest upload, as on the cloud server (a local server lifts it)."""

TRUTHS = {True, "true", "True", "1", "yes", "t"}


class Refusal(Exception):
    """What the server says instead of doing it: an HTTP status, a description, sometimes parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> Refusal:
    """The commonest refusal: 400, with the server's usual prefix."""
    return Refusal(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Call:
    """A method's name, as the server looks it up (lower case) and as the bot wrote it, and what came with
    it; values may be text or already JSON.
    """

    method: str
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else str(value)

    def whole(self, name: str, default: int = 0) -> int:
        """The argument as an integer; what is no number counts as 0, as on the real server."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            return 0

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            return 0.0

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return isinstance(value, (str, int, bool)) and value in TRUTHS

    def tree(self, name: str, what: str) -> Any:
        """The argument as parsed JSON, or None; raises the server's words where it is not JSON."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None


async def read_call(request: web.BaseRequest, name: str) -> Call:
    """Reads query and body; raises Refusal where the body is too large or is no JSON object."""
    call = Call(name.lower(), name, dict(request.query) if request.query_string else {})
    if request.method == "POST" and request.body_exists:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise Refusal(413, "Request Entity Too Large") from None
        _read_body(call, request.content_type, request.headers.get("Content-Type", ""), body)
    return call


def _read_body(call: Call, kind: str, header: str, body: bytes) -> None:
    if kind == "application/json":
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            raise bad("can't parse request: unsupported JSON") from None
        if not isinstance(values, dict):
            raise bad("can't parse request: expected an Object")
        call.values.update(values)
    elif kind == "multipart/form-data":
        _read_parts(call, header, body)
    else:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        call.values.update(pairs)


def _read_parts(call: Call, header: str, body: bytes) -> None:
    boundary = _parameters(header).get("boundary", "")
    if not boundary:
        raise bad("boundary parameter not found in content type")
    # The line break in front of a boundary belongs to it; the first one has none.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if part.startswith(b"--"):
            break
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found:
            raise bad("can't parse request: malformed multipart body")
        headers = _headers(head.decode("utf-8", "replace"))
        disposition = _parameters(headers.get("content-disposition", ""))
        name = disposition.get("name", "")
        if "filename" in disposition:
            mime = headers.get("content-type", "application/octet-stream")
            call.files[name] = Upload(unquote(disposition["filename"]), mime, content)
        else:
            call.values[name] = content.decode("utf-8", "replace")


def _headers(head: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parameters(header: str) -> Mapping[str, str]:
    """The `name=value` pairs after the first `;` of a header."""
    found: dict[str, str] = {}
    for item in header.split(";")[1:]:
        name, _, value = item.strip().partition("=")
        found[name.lower()] = value.strip().strip('"')
    return found
