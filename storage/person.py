"""People, as far as the bot must remember them: where to reach them, their language, their consent."""

from storage.turn import Queries, Row, Turn

COLUMNS = "key, chat, language, agreed, first_seen, unreachable, held_reports"
GET = f"select {COLUMNS} from person where key = :key"
NEW = f"""
insert into person (key, chat, language, first_seen) values (:key, :chat, :language, :now)
on conflict (key) do nothing returning {COLUMNS}
"""
BACK = f"update person set chat = :chat, unreachable = null where key = :key returning {COLUMNS}"
AGREE = "update person set agreed = coalesce(agreed, :now) where key = :key"
SPEAKS = "update person set language = :language where key = :key"
UNREACHABLE = "update person set unreachable = coalesce(unreachable, :now) where key = :key"
HELD = "update person set held_reports = held_reports + 1 where key = :key"
OF_CHAT = f"select {COLUMNS} from person where chat = :chat"
FORGET = "delete from person where key = :key"


async def get(queries: Queries, key: str) -> Row | None:
    """What is known of a person: `chat` (the private one's key, may be empty), `language`, `agreed`, `first_seen`,
    `unreachable`, `held_reports`."""
    return await queries.one(GET, key=key)


async def seen(turn: Turn, key: str, chat: str, language: str, now: int) -> Row:
    """Somebody writes. `chat` is the private chat's key, empty in a group. Writes only what is new: a first meeting
    with the platform's language, another private chat, or that a person is reachable again."""
    row = await turn.one(GET, key=key)
    if row is None:
        row = await turn.one(NEW, key=key, chat=chat, language=language, now=now)
    elif chat and (row["chat"] != chat or row["unreachable"] is not None):
        row = await turn.one(BACK, key=key, chat=chat)
    if row is None:  # another process met the person in this very moment
        row = await turn.one(GET, key=key)
    if row is None:
        raise LookupError("a person who was just met is gone")
    return row


async def agree(turn: Turn, key: str, now: int) -> None:
    """The person agrees to what is kept and why; the first time counts."""
    await turn.do(AGREE, key=key, now=now)


async def speaks(turn: Turn, key: str, language: str) -> None:
    """The person chose a language."""
    await turn.do(SPEAKS, key=key, language=language)


async def unreachable(turn: Turn, key: str, now: int) -> None:
    """The person blocked the bot, or the chat is gone; until the next word from there."""
    await turn.do(UNREACHABLE, key=key, now=now)


async def held(turn: Turn, key: str) -> None:
    """One more of the person's reports held."""
    await turn.do(HELD, key=key)


async def of_chat(queries: Queries, chat: str) -> Row | None:
    """The person whose private chat this is."""
    return await queries.one(OF_CHAT, chat=chat)


async def forget(turn: Turn, key: str) -> None:
    """Nothing is remembered of the person; the next word is a first meeting."""
    await turn.do(FORGET, key=key)
