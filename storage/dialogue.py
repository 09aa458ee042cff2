"""The open dialogues: one row a chat and person."""

from storage.turn import Queries, Row, Turn

COLUMNS = "chat, person, form, subject, filled, asked, prompt, version, expires"
GET = f"select {COLUMNS} from dialogue where chat = :chat and person = :person"
SAVE = f"""
insert into dialogue ({COLUMNS})
values (:chat, :person, :form, :subject, :filled, :asked, :prompt, :version, :expires)
on conflict (chat, person) do update set form = excluded.form, subject = excluded.subject, filled = excluded.filled,
  asked = excluded.asked, prompt = excluded.prompt, version = excluded.version, expires = excluded.expires
"""
CLOSE = "delete from dialogue where chat = :chat and person = :person"
OF_PERSON = f"select {COLUMNS} from dialogue where person = :person order by chat"
EXPIRED = f"select {COLUMNS} from dialogue where expires <= :now order by expires limit :limit"
FORGET = "delete from dialogue where person = :person"


async def get(queries: Queries, chat: str, person: str) -> Row | None:
    """The dialogue of a person in a chat; `filled` is JSON."""
    return await queries.one(GET, chat=chat, person=person)


async def save(
    turn: Turn,
    chat: str,
    person: str,
    *,
    form: str,
    subject: str | None,
    filled: str,
    asked: str | None,
    prompt: str | None,
    version: int,
    expires: int,
) -> None:
    """Opens or goes on with a dialogue. The lane of chat and person keeps two turns from meeting here."""
    await turn.do(
        SAVE,
        chat=chat,
        person=person,
        form=form,
        subject=subject,
        filled=filled,
        asked=asked,
        prompt=prompt,
        version=version,
        expires=expires,
    )


async def close(turn: Turn, chat: str, person: str) -> None:
    """Ends it, where there is one."""
    await turn.do(CLOSE, chat=chat, person=person)


async def of_person(queries: Queries, person: str) -> list[Row]:
    """A person's open dialogues in all chats."""
    return await queries.all(OF_PERSON, person=person)


async def expired(queries: Queries, now: int, limit: int) -> list[Row]:
    """Dialogues that nobody went on with in time, the earliest first."""
    return await queries.all(EXPIRED, now=now, limit=limit)


async def forget(turn: Turn, person: str) -> None:
    """Ends all of a person's dialogues."""
    await turn.do(FORGET, person=person)


ABOUT = f"select {COLUMNS} from dialogue where chat = :chat and subject = :subject"
OF_SUBJECT = f"select {COLUMNS} from dialogue where form = :form and subject = :subject"


async def about(queries: Queries, chat: str, subject: str) -> Row | None:
    """The dialogue that is open about a subject in a chat, whoever holds it."""
    return await queries.one(ABOUT, chat=chat, subject=subject)


async def of_subject(queries: Queries, form: str, subject: str) -> Row | None:
    """The dialogue of a form about a subject (a draft's id), wherever it is."""
    return await queries.one(OF_SUBJECT, form=form, subject=subject)
