"""Fits a message to what a channel can do, and understands the answers typed to what was written out.

The rules, in this order:

1. An edit is an edit where the channel has them; else a new message if it carries news, else nothing.
2. A message that asks for the place, or whose choices are all the residents' menu, sets the keyboard under the typing
   field (private chats; no edit can). A channel with buttons and no such keyboard shows them as buttons; in groups, and
   where there are no buttons, the request for the place goes (`FixedWords.place` says how else it is sent).
3. Other choices are buttons. What the channel has no button for is written out with its number.
4. Text longer than a message is cut at a paragraph and its parts are counted; a picture takes what its caption
   holds. The last part carries the choices: it is the one to remember for later edits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.message import LOCATION, MENU, Capability, Choice, Message, Native, Rows, Shown
from domain.update import Chat

LINE = 60
"""Characters of the longest line (voice, rule 1)."""

ON_ONE_LINE = 3
"""So many choices are written on one line, more of them one to a line (voice, V18)."""


@dataclass(frozen=True, slots=True)
class FixedWords:
    """The words that fitting adds: `answer` before choices on one line (回复), `listed` above a list of them
    (回复数字或文字:), `place` where no button can ask for the place, `part` before each part of a long text."""

    answer: str
    listed: str
    place: str = ""
    part: str = "({part}/{parts})"


def fit(
    message: Message, capability: Capability, chat: Chat, *, replaces: Shown | None, reply_to: str, words: FixedWords
) -> list[Native]:
    """The calls that say this message: usually one, none where there is nothing to say.

    `replaces` is what stands in the chat for `message.replaces`, `reply_to` the platform's id for `message.reply_to`.
    Raises ValueError where a button's token is too long for the channel.
    """
    keys = _is_keyboard(message, capability, chat)
    edits = replaces if capability.edits and not (keys and message.news) else None
    if edits is None and not message.news:
        return []
    keyboard = _rows(message.choices, capability.buttons_a_row) if keys and edits is None else None
    shown, listed = ((), []) if keyboard is not None else _laid(message, capability)
    asks = any(choice.token == LOCATION for choice in message.labels())
    place = words.place if asks and capability.buttons == 0 else ""
    natives = _parts(_written(_joined(message.text, place), listed, words), message, capability, edits, words)
    if natives:
        opens = message.ask == "text" and chat.kind == "group" and not message.choices and edits is None
        natives[-1] = replace(natives[-1], rows=shown, keyboard=keyboard, force_reply=opens)
        if reply_to and edits is None:
            natives[0] = replace(natives[0], reply_to=reply_to)
    if message.reaction is not None and capability.reactions:
        natives.insert(0, Native("", reaction=message.reaction))
    return natives


# Choices


def _is_keyboard(message: Message, capability: Capability, chat: Chat) -> bool:
    """Whether the choices stand under the typing field. A request for the place takes its neighbours along: a platform
    shows one kind of keys with a message, and a label typed is as good as a token."""
    tokens = [choice.token for choice in message.labels()]
    menu = bool(tokens) and all(token.startswith(MENU) for token in tokens)
    return capability.keyboard and chat.kind == "private" and (menu or LOCATION in tokens)


def _laid(message: Message, capability: Capability) -> tuple[Rows, list[tuple[int, Choice]]]:
    """The rows of buttons, and with their numbers the choices that got none."""
    can_ask = capability.buttons > 0 and not capability.keyboard
    numbers = iter(_numbered(message.labels()))
    room = capability.buttons
    rows: list[tuple[Choice, ...]] = []
    listed: list[tuple[int, Choice]] = []
    for row in message.choices:
        shown: list[Choice] = []
        for choice in row:
            number = 0 if choice.token == LOCATION else next(numbers)[0]
            if number == 0 and not can_ask:
                continue
            if room > 0:
                shown.append(_checked(choice, capability.token_bytes))
                room -= 1
            else:
                listed.append((number, choice))
        rows.append(tuple(shown))
    return _rows(rows, capability.buttons_a_row), [(number, choice) for number, choice in listed if number]


def _checked(choice: Choice, most: int) -> Choice:
    size = len(choice.token.encode())
    if size > most:
        action = choice.token.partition(":")[0]
        raise ValueError(f"the token of a button ({action}) has {size} bytes, the limit is {most}")
    return choice


def _rows(rows: Iterable[tuple[Choice, ...]], width: int) -> Rows:
    """Rows no wider than the channel's; empty ones go."""
    step = max(width, 1)
    return tuple(row[start : start + step] for row in rows for start in range(0, len(row), step))


def _numbered(choices: Iterable[Choice]) -> Iterator[tuple[int, Choice]]:
    """Choices with the numbers by which they are listed and typed; a request for the place has none."""
    return enumerate((choice for choice in choices if choice.token != LOCATION), 1)


# Text


def _written(text: str, listed: Sequence[tuple[int, Choice]], words: FixedWords) -> str:
    """The text, and after it the choices that have no button."""
    if not listed:
        return text
    # A label may begin with its own number already.
    items = [c.label if c.label.startswith(f"{number} ") else f"{number} {c.label}" for number, c in listed]
    line = f"{words.answer} {' '.join(items)}"
    if len(items) > ON_ONE_LINE or len(line) > LINE:
        return _joined(text, words.listed, *items)
    last = text.rpartition("\n")[2]
    together = f"{last} {line}" if line[0].isascii() else f"{last}{line}"
    return text.removesuffix(last) + together if last and len(together) <= LINE else _joined(text, line)


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _parts(text: str, message: Message, capability: Capability, edits: Shown | None, words: FixedWords) -> list[Native]:
    """Text and picture as calls; the later ones come without a sound."""
    pictured = message.picture is not None or (edits is not None and edits.picture != "")
    first = capability.caption if pictured else capability.text
    texts = _counted(text, first, capability.text, [link.label for link in message.links], words.part)
    if (pictured and not (texts and units(texts[0]) <= first)) or (edits is not None and not texts):
        texts.insert(0, "")
    natives = []
    left = list(message.links)
    for place, part in enumerate(texts):
        here = tuple(link for link in left if link.label in part)
        left = [link for link in left if link not in here]
        if place == 0:
            natives.append(Native(part, picture=message.picture, links=here, edits=edits))
        else:
            natives.append(Native(part, links=here, silent=True))
    return natives


def _counted(text: str, first: int, later: int, labels: Sequence[str], part: str) -> list[str]:
    """The text in parts that fit, counted where there are several."""
    parts = list(_pieces(text, first, later, labels))
    if len(parts) > 1:
        room = units(part.format(part=99, parts=99)) + 1
        parts = list(_pieces(text, first - room, later - room, labels))
    if len(parts) > 1:
        parts = [_joined(part.format(part=place, parts=len(parts)), piece) for place, piece in enumerate(parts, 1)]
    return parts


def _pieces(text: str, first: int, later: int, labels: Sequence[str]) -> Iterator[str]:
    limit = first if units(text) <= first or first >= LINE else later  # half a line under a picture helps nobody
    while text:
        piece, text = _split(text, max(limit, 1), labels)
        yield piece
        limit = later


_BREAKS = (r"\n\n+", r"\n", r"[。!?！？;；]", r" ")


def _split(text: str, limit: int, labels: Sequence[str]) -> tuple[str, str]:
    """The beginning that fits, and the rest: between paragraphs, lines, sentences or words, never in a link's label."""
    if units(text) <= limit:
        return text, ""
    end = _reach(text, limit)
    breaks = (max((mark.end() for mark in re.finditer(kind, text[:end])), default=0) for kind in _BREAKS)
    at = next((found for found in breaks if found > end // 2), end)
    for label in labels:
        start = text.rfind(label, 0, at + len(label) - 1) if label else -1
        if 0 < start < at < start + len(label):
            at = start
    return text[:at].rstrip() or text[:at], text[at:].lstrip()


def _reach(text: str, limit: int) -> int:
    """How many signs fit into a limit of UTF-16 units; at least one, and no sign is parted from its marks."""
    size = end = 0
    while end < len(text) and size + units(text[end]) <= limit:
        size += units(text[end])
        end += 1
    whole = end
    while 0 < whole < len(text) and (_clings(text[whole]) or text[whole - 1] == "\u200d"):
        whole -= 1
    return whole or end or 1


def _clings(sign: str) -> bool:
    return sign == "\u200d" or unicodedata.category(sign) in ("Mn", "Me", "Sk")


def cut(text: str, limit: int) -> str:
    """A text no longer than a limit of UTF-16 units; what was cut off shows as an ellipsis."""
    return text if units(text) <= limit else f"{text[: _reach(text, limit - 1)]}…"


def units(text: str) -> int:
    """The length of a text as platforms count it: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# Answers that are typed

_CLOSING = " 。.、,!;~…)("
_DIGITS = {sign: place for place, sign in enumerate("一二三四五六七八九", 1)}
_CHINESE = re.compile(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)")


def typed(text: str, choices: Iterable[Choice]) -> Choice | None:
    """The choice that somebody typed: exactly its label, its number, or the line as it was listed.

    Any width, blanks around, closing marks and an emoji before the label count for nothing; a label that stands
    on several choices counts for none of them.
    """
    shown = list(choices)
    numbers = list(_numbered(shown))
    plain = _plain(text)
    named = [choice for choice in shown if plain and plain == _plain(choice.label)]
    if not named and plain and not plain.isdecimal():  # "12" is never the first of a choice called 2
        named = [choice for number, choice in numbers if plain in _lines(number, choice.label)]
    if len(named) == 1:
        return named[0]
    number = _number(text)
    return next((choice for n, choice in numbers if n == number), None)


def _lines(number: int, label: str) -> tuple[str, str]:
    """The line as it was listed, and a label without the number that it begins with itself."""
    return _plain(f"{number} {label}"), _plain(label.removeprefix(f"{number} "))


def out_of_range(text: str, choices: Iterable[Choice]) -> bool:
    """Whether this is the number of a choice, but there is none of that number. Longer numbers are no choice:
    serials (0007), telephones, addresses."""
    number = _number(text)
    count = sum(1 for _ in _numbered(choices))
    return count > 0 and number is not None and not 1 <= number <= count


def _plain(text: str) -> str:
    """A label in its plain form: NFKC, no blanks, no closing marks, no emoji before it, any case."""
    plain = re.sub(r"\s+", "", _narrow(text)).strip(_CLOSING).casefold()
    start = next((i for i, sign in enumerate(plain) if unicodedata.category(sign) not in ("So", "Sk", "Cf", "Mn")), 0)
    return plain[start:]


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u20e3", "")


def _number(text: str) -> int | None:
    """A number of at most two digits, Arabic or Chinese, that stands alone."""
    alone = _narrow(text).strip().strip(_CLOSING)
    if re.fullmatch(r"0|[1-9][0-9]?", alone):
        return int(alone)
    found = _CHINESE.fullmatch(alone)
    if not found or not alone or (not found[2] and found[1] and found[3]):
        return None
    tens = _DIGITS.get(found[1], 1) * 10 if found[2] else 0
    return tens + _DIGITS.get(found[3] if found[2] else found[1] or found[3], 0)
