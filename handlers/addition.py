"""「加进 XF-... 了」: words and photos for a case that is filed, and 撤回 and 重开."""

from datetime import timedelta

from domain.case import Case
from domain.form import Dialogue
from domain.message import Choice, Message
from domain.refusal import Unknown
from domain.state import OPEN, State
from domain.understanding import Understood, understand
from domain.update import Part, Photo, Text
from handlers.action import case_of, perform
from handlers.form import close, current, keep
from handlers.turn import Turn
from storage import case as cases
from storage import photo_use, reporter

ADD, WHICH = "add", "which"
"""The dialogues that 补充 opens, and that waits for an answer to «这是给哪一件的?»."""


async def ask(turn: Turn, number: str) -> None:
    """补充: what comes next goes to this case."""
    case = await _own(turn, number)
    await keep(turn, Dialogue(ADD, number), timedelta(days=1))
    turn.answer("")
    turn.say(Message(turn.words("add.ask", **turn.told.facts(case)), ask="text"))


async def take(turn: Turn, number: str, parts: tuple[Part, ...]) -> bool:
    """Adds what came to a case. False: nothing of it can be added."""
    case = await cases.find(turn, number)
    if case is None or case.state not in OPEN:
        return False
    found = understand(parts, turn.city, filled={"category": case.category, "place": True})
    photos = [finding.value for finding in found.findings if finding.kind == "photo"]
    if not (photos or found.words):
        return False
    photo_use.use(turn.inner, photos, case.number)
    added = await perform(turn, case, "add", {"words": found.words, "photos": photos})
    await close(turn)
    key = "add.both" if found.words and photos else ("add.words" if found.words else "add.photo")
    if found.corrected and added.state is State.DISPATCHED and not photos:
        key = "add.corrected"
    turn.say(Message(turn.told.say(key, **turn.told.facts(added), n=len(added.photos), words=found.words)))
    return True


async def just_filed(turn: Turn, parts: tuple[Part, ...]) -> bool:
    """Within half an hour of 提交 what comes belongs to the case just filed. Words that clearly name another problem,
    and later a photo alone, are asked about. False: there is no such case, or it is only talk."""
    last = await reporter.cases(turn, turn.update.sender.key, 1)
    if not last or last[0].state not in OPEN:
        return False
    found = understand(parts, turn.city)
    fresh = turn.now - last[0].filed_at <= timedelta(minutes=turn.city.city.limits.addition_minutes)
    if not (fresh or (found.photos and not found.words)) or _is_talk(found):
        return False
    if found.has("place") and not found.photos and not found.words:
        return False
    if not fresh or _another(turn, last[0], found):
        await _ask_which(turn, last[0], found)
        return True
    return await take(turn, last[0].number, parts)


async def _ask_which(turn: Turn, case: Case, found: Understood) -> None:
    """`[补充]` or `[我要上报]`: what came is kept until one of them is pressed."""
    photos = [finding.value for finding in found.findings if finding.kind == "photo"]
    dialogue = Dialogue(WHICH, case.number, {"photos": photos, "words": found.words})
    await keep(turn, dialogue, timedelta(days=1))
    photo_use.use(turn.inner, photos, case.number)
    row = (
        Choice(turn.words("label.add"), f"which_old:{case.number}:0"),
        Choice(turn.words("label.report"), f"which_new:{case.number}:0"),
    )
    key = "add.which" if found.words else "add.which_photo"
    turn.say(Message(turn.words(key, **turn.told.facts(case)), choices=(row,)))


async def kept_parts(turn: Turn, number: str) -> tuple[Part, ...]:
    """What waited for the answer; the question is closed. Raises Unknown where nothing waits."""
    dialogue = await current(turn)
    if dialogue is None or dialogue.form != WHICH or dialogue.subject != number:
        raise Unknown(number=number)
    await close(turn)
    turn.answer("")
    words = str(dialogue.filled.get("words", ""))
    photos = tuple(Photo(sha, sha) for sha in dialogue.filled.get("photos", ()))
    return (*photos, Text(words)) if words else photos


def _is_talk(found: Understood) -> bool:
    return not found.photos and found.kind not in ("", "report")


def _another(turn: Turn, case: Case, found: Understood) -> bool:
    """Whether the words surely speak of another head than the case's, or of another place."""
    known = turn.city.city.categories
    named = next((known[finding.value] for finding in found.findings if finding.kind == "category"), None)
    other_matter = named is not None and named.head != known[case.category].head
    place = next((finding.value for finding in found.findings if finding.kind == "place"), None)
    return other_matter or (place is not None and place["grid"] != case.grid)


async def _own(turn: Turn, number: str) -> Case:
    """The person's own case. Raises Unknown."""
    case = await case_of(turn, number)
    if await reporter.find(turn, number, turn.update.sender.key) is None:
        raise Unknown(number=number)
    return case


async def withdraw(turn: Turn, number: str) -> None:
    """撤回: asked once more, as it cannot be undone."""
    case = await _own(turn, number)
    turn.answer("")
    if case.state is not State.DISPATCHED:
        await _too_late(turn, case, "")
        return
    row = (
        Choice(turn.words("label.withdraw"), f"withdraw_yes:{number}:{case.version}"),
        Choice(turn.words("label.keep"), f"withdraw_no:{number}:{case.version}"),
    )
    turn.say(Message(turn.words("withdraw.sure", number=number), choices=(row,)))


async def withdraw_now(turn: Turn, number: str, *, sure: bool, replaces: str) -> None:
    """撤回 or 不撤: the question changes into what was decided."""
    case = await _own(turn, number)
    turn.answer("")
    if not sure:
        turn.say(Message(turn.words("withdraw.kept", number=number), replaces=replaces))
        return
    if case.state is not State.DISPATCHED:
        await _too_late(turn, case, replaces)
        return
    await perform(turn, case, "withdraw")
    turn.say(Message(turn.words("withdraw.done", number=number), replaces=replaces))


async def _too_late(turn: Turn, case: Case, replaces: str) -> None:
    """Somebody took it: what the person types next is brought along. Or it was withdrawn already."""
    if case.state is State.VOIDED:
        turn.say(Message(turn.words("withdraw.done", number=case.number), replaces=replaces))
        return
    await keep(turn, Dialogue(ADD, case.number), timedelta(days=1))
    turn.say(Message(turn.words("withdraw.too_late", **turn.told.facts(case)), replaces=replaces))


async def reopen(turn: Turn, number: str = "") -> None:
    """重开: the case named, or the last of the person's that ended; several are asked about."""
    if number:
        turn.answer("")
        await perform(turn, await _own(turn, number), "reopen", {"reason": ""})
        return
    ended = await reporter.ended(turn, turn.update.sender.key, 3)
    within = timedelta(days=turn.city.city.limits.reopen_days)
    fresh = [case for case in ended if case.closed_at and turn.now - case.closed_at <= within]
    if len(fresh) > 1:
        row = tuple(
            Choice(f"{i} {turn.city.thing(case.category, turn.lang)}", f"reopen:{case.number}:{case.version}")
            for i, case in enumerate(fresh, 1)
        )
        turn.say(Message(turn.words("reopen.which"), choices=(row,)))
    elif ended:
        await perform(turn, (fresh or ended)[0], "reopen", {"reason": ""})
    else:
        turn.say(Message(turn.words("reopen.none")))
