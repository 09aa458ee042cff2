"""A message as the outbox keeps it, and back."""

import json
from collections.abc import Mapping
from typing import Any

from domain.message import Choice, Link, Message, Picture, Reaction
from storage.row import text

_PLAIN = ("ask", "replaces", "reply_to", "news", "urgency", "missing_picture")
_DEFAULT = Message("")


def dumps(message: Message) -> str:
    """The message as JSON text, without what is as usual."""
    body: dict[str, Any] = {"text": message.text}
    for name in _PLAIN:
        if (value := getattr(message, name)) != getattr(_DEFAULT, name):
            body[name] = value
    if message.choices:
        body["choices"] = [[[choice.label, choice.token] for choice in row] for row in message.choices]
    if message.picture:
        body["picture"] = [message.picture.kind, dict(message.picture.values)]
    if message.links:
        body["links"] = [[link.label, link.url] for link in message.links]
    if message.reaction:
        body["reaction"] = [message.reaction.message, message.reaction.emoji]
    if message.template:
        body["template"] = dict(message.template)
    return text(body)


def loads(body: str) -> Message:
    """The message of its JSON text."""
    read: Mapping[str, Any] = json.loads(body)
    plain = {name: read[name] for name in _PLAIN if name in read}
    picture, reaction = read.get("picture"), read.get("reaction")
    return Message(
        read["text"],
        choices=tuple(tuple(Choice(*choice) for choice in row) for row in read.get("choices", ())),
        picture=Picture(picture[0], picture[1]) if picture else None,
        links=tuple(Link(*link) for link in read.get("links", ())),
        reaction=Reaction(*reaction) if reaction else None,
        template=read.get("template", {}),
        **plain,
    )


def loads_choices(listed: str) -> list[Choice]:
    """The choices that were remembered as [[label, token], ...]."""
    return [Choice(*choice) for choice in json.loads(listed)]
