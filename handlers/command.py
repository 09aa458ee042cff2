"""Commands and their typed equals: `/my` and 我的上报 are the same."""

import re
from collections.abc import Awaitable, Callable, Mapping

from domain.message import Message
from handlers import addition, bind, forget, listing, my, report, submit, talk
from handlers.turn import Turn
from storage import person, reporter

_CLOSING = re.compile(r"[\s。.!!~,,、]+$")
_NUMBER = re.compile(r"(?:[A-Za-z]{1,6}-\d{8}-)?(\d{4})")
_SLASH = re.compile(r"/([a-z]+)(?:\s+(.*))?$", re.DOTALL)


async def in_private(turn: Turn, words: str) -> bool:
    """Runs what a resident or member of staff asks for by name. False: these words are no command."""
    slash = _SLASH.match(words.strip())
    name = slash.group(1) if slash else _typed_name(turn, words)
    if name in _PRIVATE:
        await _PRIVATE[name](turn, (slash.group(2) or "").strip() if slash else "")
        return True
    if slash:
        await talk.help_(turn)
        return True
    return await _number(turn, words)


async def in_group(turn: Turn, words: str) -> bool:
    """Runs a command in a group. False: these words are none."""
    slash = _SLASH.match(words.strip())
    if not slash:
        return False
    name, rest = slash.group(1), (slash.group(2) or "").strip()
    if name in _GROUP and (turn.actor.staff or name == "bind"):
        await _GROUP[name](turn, rest)
    elif name in _PRIVATE:
        turn.say(Message(turn.words("hello.in_group"), reply_to=f"at:{turn.update.message}"))
    return True


def _typed_name(turn: Turn, words: str) -> str:
    """The command that words without a slash stand for, in any language; empty where they stand for none."""
    plain = _CLOSING.sub("", words.strip()).lower()
    for name in _TYPED:
        entry = turn.city.wording.texts[f"typed.{name}"]
        if plain in (text.lower() for text in entry.values()):
            return name
    return ""


async def _number(turn: Turn, words: str) -> bool:
    """A case number alone, or its last four digits, asks how that case stands."""
    match = _NUMBER.fullmatch(_CLOSING.sub("", words.strip()))
    if not match:
        return False
    whole = match.group().upper()
    if len(whole) == 4:
        own = await my.by_serial(turn, whole)
        if not own:
            return False
        whole = own
    await my.show_one(turn, whole)
    return True


async def _hello(turn: Turn, rest: str) -> None:
    await talk.hello(turn)


async def _report(turn: Turn, rest: str) -> None:
    await report.begin(turn)


async def _my(turn: Turn, rest: str) -> None:
    await my.show_all(turn)


async def _help(turn: Turn, rest: str) -> None:
    if turn.actor.staff:
        turn.say(Message(turn.city.say("role.help")))
    else:
        await talk.help_(turn)


async def _cancel(turn: Turn, rest: str) -> None:
    await submit.cancel(turn)


async def _forget(turn: Turn, rest: str) -> None:
    await forget.ask(turn)


async def _anonymous(turn: Turn, rest: str) -> None:
    await submit.anonymous(turn)


async def _reopen(turn: Turn, rest: str) -> None:
    await addition.reopen(turn)


async def _lang(turn: Turn, rest: str) -> None:
    await _speak(turn, "zh" if turn.lang == "en" else "en")


async def _speak(turn: Turn, lang: str) -> None:
    await person.speaks(turn.inner, turn.update.sender.key, lang)
    await reporter.speaks(turn.inner, turn.update.sender.key, lang)
    turn.lang = lang
    turn.say(Message(turn.words("hello.lang")))


async def _english(turn: Turn, rest: str) -> None:
    await _speak(turn, "en")


async def _chinese(turn: Turn, rest: str) -> None:
    await _speak(turn, "zh")


async def _bind(turn: Turn, rest: str) -> None:
    await bind.bind(turn, rest)


async def _cases(turn: Turn, rest: str) -> None:
    await (listing.show_list(turn) if turn.actor.staff else my.show_all(turn))


async def _case(turn: Turn, rest: str) -> None:
    await listing.show_case(turn, rest.upper())


_Run = Callable[[Turn, str], Awaitable[None]]
_GROUP: Mapping[str, _Run] = {"bind": _bind, "cases": _cases, "case": _case, "help": _help}
_PRIVATE: Mapping[str, _Run] = {
    **_GROUP,
    "start": _hello,
    "report": _report,
    "my": _my,
    "help": _help,
    "lang": _lang,
    "cancel": _cancel,
    "forget": _forget,
    "anonymous": _anonymous,
    "reopen": _reopen,
    "lang_en": _english,
    "lang_zh": _chinese,
}
_TYPED = ("start", "report", "my", "help", "cancel", "forget", "anonymous", "reopen", "lang_en", "lang_zh")
"""The commands that can be typed without a slash; their words stand in the catalogue under `typed`."""
