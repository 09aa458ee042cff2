"""「您好,我是解忧」: greetings, thanks, questions, anger: answered, never filed."""

from collections.abc import Mapping

from domain.message import Message
from domain.report import menu
from domain.update import Text
from handlers.turn import Turn

_ANSWERS: Mapping[str, str] = {
    "greeting": "hello.again",
    "thanks": "hello.thanks",
    "query": "hello.question",
    "anger": "hello.anger",
    "offtopic": "hello.offtopic",
    "chat": "hello.other",
}
_ARE_YOU_THERE = ("在吗", "在么", "在不在", "有人吗")


async def hello(turn: Turn) -> None:
    """/start: who the bot is, the first time; later a short word."""
    known = turn.person is not None and turn.person["agreed"] is not None
    turn.say(Message(turn.words("hello.again" if known else "hello.first"), choices=menu(turn.city, turn.lang)))


async def help_(turn: Turn) -> None:
    """帮助: what can be said, and whom to call in danger."""
    turn.say(Message(turn.words("hello.help"), choices=menu(turn.city, turn.lang)))


async def unbuilt(turn: Turn) -> None:
    """An entry of the menu that does not work yet."""
    turn.say(Message(turn.words("hello.unbuilt"), choices=menu(turn.city, turn.lang)))


async def chatter(turn: Turn, *, then: str = "") -> None:
    """What is no report: one kind answer; in a draft the open question follows."""
    words = " ".join(part.text for part in turn.update.parts if isinstance(part, Text))
    kind = turn.city.triage.guess(words).kind if words else "other"
    key = _ANSWERS.get(kind, "hello.other")
    if kind == "greeting" and any(sign in words for sign in _ARE_YOU_THERE):
        key = "hello.here"
    if then and key == "hello.other":
        key = "hello.other_short"
    line = turn.words(key, phone=turn.city.station_phone())
    if then:
        turn.say(Message(f"{line.splitlines()[0]}\n{then}", ask="text"))
    else:
        turn.say(Message(line, choices=menu(turn.city, turn.lang)))
