"""「接单了」, 「办得怎么样?」: what leaders, stations and departments do with a case, by buttons and replies."""

from collections.abc import Mapping
from datetime import timedelta

from domain.action import built, check
from domain.case import Case
from domain.casework import FORMS, options, values_of
from domain.form import Dialogue, Finding
from domain.message import Message, Reaction
from domain.refusal import Busy, GoneOn
from domain.update import Chat, Part, Photo, Text
from handlers.action import case_of, perform
from handlers.card import public_name
from handlers.form import close, current, dialogue_of, keep
from handlers.turn import Turn
from storage import dialogue as dialogues
from storage import member

UNTOUCHED = timedelta(minutes=5)
BEGUN = timedelta(minutes=30)
_DONE: Mapping[str, str] = {
    "accept": "press.accepted",
    "accept_now": "press.accept_now",
    "verify": "press.verified",
    "archive": "press.archived",
    "return": "press.returned",
    "dispatch": "press.dispatched",
    "resolve": "press.resolved",
    "rework": "press.reworked",
}


async def press(turn: Turn, code: str, number: str, version: int) -> None:
    """A button of a card: done at once, or its question opens in the card."""
    case = await case_of(turn, number)
    if not built(code):
        raise GoneOn(number=number)
    if code in FORMS:
        check(case, code, turn.actor, version=version)
        await _open(turn, case, Dialogue(code, number), turn.chat)
        turn.answer(turn.city.say("press.chosen", number=number))
        return
    done = await perform(turn, case, code, version=version)
    turn.answer(turn.city.say(_DONE[code], number=done.number))


async def _open(turn: Turn, case: Case, dialogue: Dialogue, chat: Chat) -> None:
    """Opens the question in the card, unless a colleague has one open about the same case."""
    await _free(turn, case, chat)
    await _advance(turn, case, dialogue, chat)


async def _free(turn: Turn, case: Case, chat: Chat) -> None:
    row = await dialogues.about(turn, chat.key, case.number)
    if row and row["person"] != turn.update.sender.key:
        who = await public_name(turn, turn.city, row["person"])
        raise Busy(number=case.number, who=who, form=row["form"])


async def pick(turn: Turn, kind: str, value: str, number: str) -> None:
    """A choice of the question that is open in a card."""
    case = await case_of(turn, number)
    dialogue = await current(turn)
    if dialogue is None or dialogue.form not in FORMS or dialogue.subject != number:
        await _free(turn, case, turn.chat)
        raise GoneOn(number=number)
    known = {(option.kind, option.value) for option in options(dialogue, case, turn.city, turn.now)}
    if (kind, value) not in known:
        raise GoneOn(number=number)
    await _advance(turn, case, dialogue.take(FORMS[dialogue.form], (Finding(kind, value),)), turn.chat)
    turn.answer(turn.city.say("press.chosen", number=number))


async def back(turn: Turn, number: str) -> None:
    """返回: the question closes, nothing is changed."""
    dialogue = await current(turn)
    if dialogue and dialogue.subject == number:
        await close(turn)
    turn.show(f"case:{number}")
    turn.answer(turn.city.say("press.back", number=number))


async def _advance(turn: Turn, case: Case, dialogue: Dialogue, chat: Chat) -> None:
    """The next question in the card, or the action where nothing is missing."""
    form = FORMS[dialogue.form]
    slot = dialogue.missing(form)
    if slot is None:
        await close(turn, chat=chat)
        await perform(turn, case, dialogue.form, await _values(turn, case, dialogue))
        return
    lasts = BEGUN if dialogue.filled.get("photos") or dialogue.filled.get("note") else UNTOUCHED
    await keep(
        turn, Dialogue(form.name, case.number, dialogue.filled, slot.name, "", dialogue.version), lasts, chat=chat
    )
    turn.show(f"case:{case.number}", chat)


async def _values(turn: Turn, case: Case, dialogue: Dialogue) -> dict[str, object]:
    values = values_of(dialogue, case, turn.city, turn.now)
    if "office" in values:
        office = str(values["office"])
        leaders = await member.by_scope(turn, "leader", [office])
        grid = turn.city.city.grids.get(office)
        name = str(leaders[0]["name"]) if leaders and leaders[0]["name"] else ""
        values["office_name"] = name or (grid.leader if grid else turn.city.office_name(office))
    return values


async def reply(turn: Turn, number: str, parts: tuple[Part, ...]) -> None:
    """An answer to a card: fills the open question; a photo without one begins 办结."""
    case = await case_of(turn, number)
    dialogue = await current(turn)
    if dialogue and dialogue.form in FORMS and dialogue.subject == number:
        await _take(turn, case, dialogue, parts, turn.chat)
    elif any(isinstance(part, Photo) for part in parts):
        check(case, "resolve", turn.actor)
        await _free(turn, case, turn.chat)
        await _take(turn, case, Dialogue("resolve", number), parts, turn.chat)


async def privately(turn: Turn, parts: tuple[Part, ...]) -> bool:
    """Words or a photo in private that answer a question open in a group. False: none is open."""
    for row in await dialogues.of_person(turn, turn.update.sender.key):
        dialogue = dialogue_of(row)
        if dialogue.form in FORMS:
            case = await case_of(turn, dialogue.subject)
            await _take(turn, case, dialogue, parts, Chat.of(row["chat"]))
            return True
    return False


async def _take(turn: Turn, case: Case, dialogue: Dialogue, parts: tuple[Part, ...], chat: Chat) -> None:
    """Photos and words into the form; a photo taken in gets its sign."""
    check(case, dialogue.form, turn.actor)
    findings, said = [], ""
    for part in parts:
        if isinstance(part, Photo) and (fault := _fault(part, case)):
            said = fault
        elif isinstance(part, Photo):
            findings.append(Finding("photo", part.sha))
        elif isinstance(part, Text) and part.text.strip():
            findings.append(Finding("text", part.text.strip()[:1000]))
    if said:
        turn.say(Message(turn.city.say(said, number=case.number), reply_to=f"at:{turn.update.message}"))
    if not findings:
        return
    taken = dialogue.take(FORMS[dialogue.form], findings)
    if any(finding.kind == "photo" for finding in findings):
        turn.say(Message("", reaction=Reaction(turn.update.message, "👍")))
    await _advance(turn, case, taken, chat)


def _fault(photo: Photo, case: Case) -> str:
    """Why an after-photo does not do; empty where it does."""
    if photo.problem:
        return "missing.photo_broken"
    return "missing.same_photo" if photo.sha in case.photos else ""
