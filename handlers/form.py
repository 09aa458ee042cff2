"""Dialogues in the database: found, kept and closed for the person and chat of the turn."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from json import loads as read_json
from typing import Any

from domain.form import Dialogue
from domain.update import Chat
from handlers.turn import Turn
from storage import alarm
from storage import dialogue as dialogues
from storage.row import moment, ms, text
from storage.turn import Row


def dialogue_of(row: Row) -> Dialogue:
    """The dialogue of its row."""
    return Dialogue(
        row["form"],
        row["subject"] or "",
        read_json(row["filled"]),
        row["asked"] or "",
        row["prompt"] or "",
        row["version"],
        moment(row["expires"]),
    )


async def current(turn: Turn) -> Dialogue | None:
    """The dialogue of this person in this chat."""
    row = await dialogues.get(turn, turn.chat.key, turn.update.sender.key)
    return dialogue_of(row) if row else None


async def keep(turn: Turn, dialogue: Dialogue, lasts: timedelta, *, chat: Chat | None = None) -> Dialogue:
    """Saves the dialogue and when it ends by itself."""
    expires = turn.now + lasts
    where = (chat or turn.chat).key
    await dialogues.save(
        turn.inner,
        where,
        turn.update.sender.key,
        form=dialogue.form,
        subject=dialogue.subject,
        filled=text(dict(dialogue.filled)),
        asked=dialogue.asked,
        prompt=dialogue.prompt,
        version=dialogue.version,
        expires=ms(expires),
    )
    alarm.set(turn.inner, alarm_of(where, turn.update.sender.key), ms(expires))
    return replace(dialogue, expires=expires)


async def close(turn: Turn, *, chat: Chat | None = None) -> None:
    """Ends the dialogue of this person in this chat."""
    where = (chat or turn.chat).key
    await dialogues.close(turn.inner, where, turn.update.sender.key)
    alarm.set(turn.inner, alarm_of(where, turn.update.sender.key), None)


def alarm_of(chat: str, person: str) -> str:
    """The subject of a dialogue's alarm."""
    return f"dialogue:{chat}>{person}"


def fill(dialogue: Dialogue, values: Mapping[str, Any]) -> Dialogue:
    """The dialogue with slots set by hand, not by what came."""
    return replace(dialogue, filled={**dialogue.filled, **values}, version=dialogue.version + 1)
