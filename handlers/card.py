"""Cards drawn from what is true now: the case's, the draft's, the gathered reminder's, the lists."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.card import View, case_card
from domain.casework import FORMS
from domain.district import District
from domain.message import Message
from domain.notice import Told
from domain.nudge import NudgeRow, nudge_card
from domain.report import draft_of, draft_of_case, filed_summary, summary
from domain.update import Chat
from handlers.form import dialogue_of
from handlers.post import sides
from handlers.turn import language
from storage import case as cases
from storage import dialogue as dialogues
from storage import gather, member, person
from storage.turn import Queries


@dataclass(frozen=True, slots=True)
class Frame:
    """What a card is drawn with."""

    queries: Queries
    city: District
    chat: Chat
    now: datetime


async def render(queries: Queries, city: District, card: str, chat: Chat, now: datetime) -> Message | None:
    """The message that a card is now; None where there is nothing to show any more."""
    kind, _, subject = card.partition(":")
    return await _CARDS[kind](Frame(queries, city, chat, now), subject)


async def _case(frame: Frame, number: str) -> Message | None:
    case = await cases.find(frame.queries, number)
    if case is None:
        return None
    row = await dialogues.about(frame.queries, frame.chat.key, number)
    open_one = dialogue_of(row) if row and row["form"] in FORMS else None
    asked_of = await public_name(frame.queries, frame.city, row["person"]) if row and open_one else ""
    view = View(await sides(frame.queries, frame.city, case, frame.chat), frame.now, open_one, asked_of)
    return case_card(case, frame.city, view)


async def public_name(queries: Queries, city: District, key: str) -> str:
    """A staff member's public name: the invitation's, else the role's word."""
    for row in await member.roles_of(queries, key):
        grid = city.city.grids.get(row["scope"])
        return str(row["name"] or (grid.leader if grid else "") or city.say(f"who.{row['role']}"))
    return city.say("who.resident")


async def _draft(frame: Frame, subject: str) -> Message | None:
    """A draft's summary `id:n`: open, filed, or given up. A later summary of the same draft takes the buttons."""
    draft, _, number = subject.partition(":")
    known = await person.of_chat(frame.queries, frame.chat.key)
    told = Told(frame.city, frame.now, language(known["language"]) if known else "zh")
    row = await dialogues.of_subject(frame.queries, "report", draft)
    if row:
        dialogue = dialogue_of(row)
        if not dialogue.filled.get("place") or not dialogue.filled.get("category"):
            return None
        current = str(dialogue.filled.get("summary", number)) == number
        message = summary(
            draft_of(dialogue, frame.city),
            frame.city,
            told.lang,
            subject=draft,
            version=dialogue.version,
            first=known is None or known["agreed"] is None,
            opening=str(dialogue.filled.get("opening", "summary.right")) if current else "summary.right",
        )
        return message if current else Message(message.text, picture=message.picture)
    case = await cases.by_draft(frame.queries, draft)
    if case:
        return filed_summary(draft_of_case(case, frame.city), frame.city, told.lang)
    return Message(told.say("summary.cancelled"))


async def _gather(frame: Frame, post: str) -> Message | None:
    """One gathered reminder of a group, as its rows stand now."""
    if await gather.last_post(frame.queries, frame.chat.key) != post:
        return Message(frame.city.say("nudge.replaced"))
    rows = []
    for nudge in await gather.in_post(frame.queries, frame.chat.key, post):
        case = await cases.find(frame.queries, nudge.number)
        if case:
            rows.append(NudgeRow(nudge.rule, case))
    return nudge_card(rows, frame.city, frame.now) if rows else None


_CARDS: Mapping[str, Callable[[Frame, str], Awaitable[Message | None]]] = {
    "case": _case,
    "draft": _draft,
    "gather": _gather,
}
