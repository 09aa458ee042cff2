"""What a typed number means in a chat: the choices that were last listed there."""

from storage.turn import Queries, Row, Turn

GET = "select chat, source, at from prompt where chat = :chat"
SAVE = """
insert into prompt (chat, source, at) values (:chat, :source, :at)
on conflict (chat) do update set source = excluded.source, at = excluded.at
"""
FORGET = "delete from prompt where chat = :chat"


async def get(queries: Queries, chat: str) -> Row | None:
    """The chat's last choices: `source` is JSON ([[label, token], ...]) or names a card (`card:...`)."""
    return await queries.one(GET, chat=chat)


def save(turn: Turn, chat: str, source: str, at: int) -> None:
    """These choices were listed now; written at the turn's end."""
    turn.put(SAVE, chat=chat, source=source, at=at)


async def forget(turn: Turn, chat: str) -> None:
    """Nothing is listed there any more."""
    await turn.do(FORGET, chat=chat)
