"""What a person reads where an action was refused: never an error, always how the case stands."""

from collections.abc import Callable, Mapping

from domain.card import last_words
from domain.case import Case
from domain.message import Message
from domain.notice import progress
from domain.refusal import Busy, GoneOn, Missing, NotYours, Refused, TooLate, Unknown
from domain.state import State
from domain.update import Choice
from handlers.turn import Turn
from storage import case as cases
from storage import reporter, shown

_ENDED = frozenset({State.CLOSED, State.ARCHIVED})


async def tell(turn: Turn, refusal: Refused) -> None:
    """Says it on the pressed button, or as a message where something was typed; a stale card is drawn anew."""
    number = str(refusal.values.get("number", ""))
    case = await cases.find(turn, number) if number else None
    own = case is not None and turn.chat.kind == "private" and await _reported(turn, case)
    words = _for_reporter(turn, case) if own and case else _words(turn, refusal, case)
    if own and isinstance(refusal, TooLate):
        words = turn.words(refusal.text, number=number)
    pressed = any(isinstance(part, Choice) and part.query for part in turn.update.parts)
    if pressed:
        turn.answer(words)
    else:
        turn.say(Message(words, reply_to=f"at:{turn.update.message}" if turn.chat.kind == "group" else ""))
    card = f"case:{number}"
    if case and await shown.get(turn, card, turn.chat.key):
        turn.show(card)


async def _reported(turn: Turn, case: Case) -> bool:
    return await reporter.find(turn, case.number, turn.update.sender.key) is not None


def _for_reporter(turn: Turn, case: Case) -> str:
    if case.state in _ENDED:
        return turn.words("callback.closed", number=case.number)
    return f"{turn.words('my.one', **turn.told.facts(case))}\n{progress(case, turn.told)}"


def _words(turn: Turn, refusal: Refused, case: Case | None) -> str:
    if case is None:
        return _unknown(turn)
    make = next((make for kind, make in _SAYS.items() if isinstance(refusal, kind)), _gone_on)
    return make(turn, refusal, case)


def _unknown(turn: Turn) -> str:
    """One text for a number that is another's and one that is nobody's: who asks learns nothing from it."""
    return turn.words("press.unknown" if turn.chat.kind == "group" or turn.actor.staff else "my.unknown")


def _facts(turn: Turn, case: Case) -> dict[str, object]:
    return {
        "number": case.number,
        "state": turn.city.say(f"state.{case.state}"),
        "last": last_words(case, turn.city, turn.now) or turn.city.say(f"state.{case.state}"),
        "who": turn.city.holder_name(case),
        "office": turn.city.office_name(case.holder),
    }


def _not_yours(turn: Turn, refusal: Refused, case: Case) -> str:
    key = "press.waits" if case.state is State.DISPATCHED else "press.stranger"
    return turn.city.say(key, **_facts(turn, case))


def _gone_on(turn: Turn, refusal: Refused, case: Case) -> str:
    same = case.state is State.ACCEPTED and case.last_action in ("accept", "accept_now")
    return turn.city.say("press.taken" if same else "press.gone_on", **_facts(turn, case))


def _busy(turn: Turn, refusal: Refused, case: Case) -> str:
    what = turn.city.say(f"press.busy_{refusal.values['form']}")
    return turn.city.say("press.busy", number=case.number, who=refusal.values["who"], what=what)


def _missing(turn: Turn, refusal: Refused, case: Case) -> str:
    return turn.city.say(f"missing.{refusal.values['need']}", number=case.number)


_SAYS: Mapping[type[Refused], Callable[[Turn, Refused, Case], str]] = {
    NotYours: _not_yours,
    Busy: _busy,
    Missing: _missing,
    TooLate: lambda turn, refusal, case: turn.words(refusal.text, number=case.number),
    GoneOn: _gone_on,
    Unknown: lambda turn, refusal, case: _unknown(turn),
}
