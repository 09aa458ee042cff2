"""「您说:解决了」: the resident's answers to the callback, and the words that may follow them."""

from datetime import timedelta

from domain.action import RATINGS
from domain.case import Case
from domain.form import Dialogue
from domain.message import Message
from domain.refusal import GoneOn
from domain.update import Part, Photo, Text
from handlers.action import case_of, perform
from handlers.follow import say_back
from handlers.form import close, keep
from handlers.post import chats_of_office
from handlers.turn import Turn
from storage import case as cases
from storage import photo_use

UNSOLVED, COMPLAINT = "unsolved", "complaint"
"""The dialogues in which words may follow an answer."""


async def answer(turn: Turn, code: str, number: str, version: int) -> None:
    """解决了, 没解决: the tap counts by itself."""
    case = await case_of(turn, number)
    await perform(turn, case, code, version=version)
    turn.answer("")
    if code == "unsolved":
        await keep(turn, Dialogue(UNSOLVED, number), timedelta(days=1))


async def rate(turn: Turn, rating: str, number: str, version: int) -> None:
    """满意, 基本满意, 不满意: added to a case that is closed already. It may be changed; a second press is the same."""
    case = await case_of(turn, number)
    if rating not in RATINGS or case.rating:
        raise GoneOn(number=number)
    await perform(turn, case, "rate", {"rating": rating}, version=version)
    turn.answer("")
    if rating == "unsatisfied":
        await keep(turn, Dialogue(COMPLAINT, number), timedelta(days=1))


async def more(turn: Turn, dialogue: Dialogue, parts: tuple[Part, ...]) -> bool:
    """What a resident says after 没解决 or 不满意. False: it is neither words nor a photo."""
    words = " ".join(part.text.strip() for part in parts if isinstance(part, Text))[:1000]
    photos = [part.sha for part in parts if isinstance(part, Photo) and part.sha]
    case = await cases.find(turn, dialogue.subject)
    if case is None or not (words or photos):
        return False
    if dialogue.form == COMPLAINT:
        await close(turn)
        await _complain(turn, case, words)
        return True
    photo_use.use(turn.inner, photos, case.number)
    added = await perform(turn, case, "add", {"words": words, "photos": photos})
    if words:
        await close(turn)
        await say_back(turn, added, words)
    key = "add.both" if words and photos else ("add.words" if words else "add.photo")
    facts = {**turn.told.facts(added), "n": len(added.photos)}
    turn.say(Message(turn.words(key, **facts)))
    return True


async def _complain(turn: Turn, case: Case, words: str) -> None:
    """What was wrong goes to the station alone, and into the ledger."""
    await perform(turn, case, "rate", {"rating": case.rating, "words": words})
    text = turn.city.say("complaint", number=case.number, words=words)
    for chat in await chats_of_office(turn, turn.city, case.station):
        turn.say(Message(text, reply_to=f"card:case:{case.number}", urgency="push"), chat)
    turn.say(Message(turn.words("callback.noted", number=case.number)))
