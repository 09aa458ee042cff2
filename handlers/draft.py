"""A report's draft between two updates: kept, asked on, summed up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from zlib import crc32

from domain.category import Category
from domain.district import District
from domain.form import Dialogue, Slot
from domain.message import Message, Rows
from domain.report import NO_PHOTO_REASONS, REPORT, location_choice, picks
from handlers.form import close, current, fill, keep
from handlers.turn import Turn
from storage import photo_use
from storage.row import ms

SUMMARY = "summary"
"""What stands in `prompt` while the summary is the last that was shown."""


def new_draft(turn: Turn) -> Dialogue:
    """An empty draft; its id is made of the moment and the update it began with."""
    seed = f"{ms(turn.now):x}{crc32(turn.update.key.encode()) & 0xFFFF:04x}"
    return Dialogue("report", seed)


async def open_draft(turn: Turn) -> Dialogue | None:
    """The report that this person is in the middle of, in this chat."""
    dialogue = await current(turn)
    return dialogue if dialogue and dialogue.form == "report" else None


async def ask_on(turn: Turn, dialogue: Dialogue, opening: Sequence[str], *, replaces: str = "") -> None:
    """The next question under the opening lines, or the summary where nothing is missing any more."""
    slot = dialogue.missing(REPORT)
    if slot is None:
        await sum_up(turn, dialogue)
        return
    await ask(turn, dialogue, slot, opening, replaces=replaces)


async def ask(turn: Turn, dialogue: Dialogue, slot: Slot, opening: Sequence[str], *, replaces: str = "") -> None:
    """Asks for a slot, and remembers that it was asked."""
    question, choices = question_for(turn, dialogue, slot)
    likely = slot.name == "category" and dialogue.filled.get("candidates")
    joint = ("" if turn.lang == "zh" else " ") if likely else "\n"
    message = Message(
        joint.join([*opening, question]), choices=choices, ask=_ASKS.get(slot.name, "text"), replaces=replaces
    )
    key = turn.say(message)
    await keep_draft(turn, replace(dialogue, asked=slot.name, prompt=key))


_ASKS: Mapping[str, Literal["text", "location", "photo"]] = {"place": "location", "photos": "photo"}


async def give_up(turn: Turn, dialogue: Dialogue) -> bool:
    """Ends a draft that is not filed, with its photos. Whether a summary stands that says so."""
    await close(turn)
    await photo_use.drop(turn.inner, dialogue.subject)
    if photos := dialogue.filled.get("photos"):
        turn.errand("remove_photos", dialogue.subject, {"photos": list(photos)})
    shown = dialogue.filled.get("summary")
    if shown:
        turn.show(f"draft:{dialogue.subject}:{shown}")
    return bool(shown)


async def sum_up(turn: Turn, dialogue: Dialogue, opening: str = "summary.right") -> None:
    """The summary: edited where it is the last that was said, else shown anew and the older one loses its buttons."""
    shown = int(dialogue.filled.get("summary", 0))
    again = dialogue.prompt == SUMMARY and shown
    number = shown if again else shown + 1
    if again and opening == "summary.right":
        opening = "got.changed"
    facts = {"summary": number, "opening": opening}
    await keep_draft(turn, replace(fill(dialogue, facts), asked="", prompt=SUMMARY))
    if shown and not again:
        turn.show(f"draft:{dialogue.subject}:{shown}")
    turn.show(f"draft:{dialogue.subject}:{number}")


async def keep_draft(turn: Turn, dialogue: Dialogue) -> None:
    await keep(turn, dialogue, timedelta(days=turn.city.city.limits.draft_days))


def question_for(turn: Turn, dialogue: Dialogue, slot: Slot) -> tuple[str, Rows]:
    """The question for a slot in words, and its buttons."""
    subject = f"{dialogue.subject}:{dialogue.version}"
    if slot.name == "place":
        example = turn.words("number.example")
        return turn.words("ask.place", example=example), location_choice(turn.city, turn.lang)
    if slot.name == "photos":
        return turn.words("ask.photo"), picks("unphotographed", iter([("yes", turn.words("label.no_photo"))]), subject)
    if slot.name == "no_photo":
        reasons = ((code, turn.words(f"label.{code}")) for code in NO_PHOTO_REASONS)
        return turn.words("ask.no_photo"), picks("no_photo", reasons, subject, a_row=3)
    return category_question(turn.city, turn.lang, dialogue)


def _matter(category: Category, lang: str) -> str:
    return category.en_matter if lang == "en" else category.matter


def category_question(city: District, lang: str, dialogue: Dialogue) -> tuple[str, Rows]:
    """Which kind: the likely ones and 都不是; or the heads; or, once a head was chosen, its categories."""
    subject = f"{dialogue.subject}:{dialogue.version}"
    head, likely = dialogue.filled.get("head", ""), dialogue.filled.get("candidates", ())
    if head:
        chosen = next(known for known in city.city.heads if known.code == head)
        within = [category for category in city.city.categories.values() if category.head == head]
        options = [(known.code, _matter(known, lang)) for known in within]
        rows = picks("category", iter(options), subject) + picks(
            "head", iter([("none", city.say("label.back", lang))]), subject
        )
        return city.say("ask.finer", lang, head=chosen.en if lang == "en" else chosen.zh), rows
    if likely:
        options = [(code, _matter(city.city.categories[code], lang)) for code in likely]
        rows = picks("category", iter(options), subject)
        return city.say("ask.category", lang), rows + picks(
            "head", iter([("all", city.say("label.none_of_these", lang))]), subject
        )
    heads = [(known.code, known.en if lang == "en" else known.zh) for known in city.city.heads]
    asked_before = dialogue.asked == "category" or dialogue.filled.get("words")
    bare = bool(dialogue.filled.get("photos"))
    key = "ask.head" if asked_before else ("ask.what_photo" if bare else "ask.what")
    if dialogue.filled.get("spoken"):
        key = "ask.what_typed"
    return city.say(key, lang), picks("head", iter(heads), subject)
