"""One update to its conversation. Whose words are these: a command, a reply, the open question, the case just filed,
a new draft, or talk; in this order."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from domain.district import District
from domain.fit import out_of_range, typed
from domain.message import LOCATION, MENU, Message
from domain.message import Choice as Offered
from domain.notice import progress
from domain.refusal import Refused
from domain.report import REPORT
from domain.role import Actor, Role
from domain.update import Act, Choice, Edited, Enter, Leave, Moved, Text, Update
from handlers import addition, bind, button, callback, casework, command, invite, refusal, reminder, report, talk
from handlers.card import render
from handlers.draft import SUMMARY, open_draft, question_for
from handlers.form import current
from handlers.letter import loads_choices
from handlers.turn import Turn
from storage import member, outbox, person, prompt, reporter, shown
from storage.row import ms
from storage.turn import Turn as Transaction

_NUMBER = re.compile(r"[A-Z]{1,6}-\d{8}-\d{4}")


async def handle(inner: Transaction, city: District, update: Update, now: datetime) -> None:
    """Handles an update inside its transaction. Raises Refused, and then nothing of it is kept."""
    turn = await _open(inner, city, update, now)
    await _route(turn)
    turn.answer("")


async def refuse(inner: Transaction, city: District, update: Update, now: datetime, refused: Refused) -> None:
    """In a second transaction: says why the first did not happen."""
    turn = await _open(inner, city, update, now)
    await refusal.tell(turn, refused)


async def apologise(inner: Transaction, city: District, update: Update, now: datetime) -> None:
    """In a second transaction: says in plain words that the fault is ours."""
    turn = await _open(inner, city, update, now)
    words = turn.words("trouble.inside", phone=city.station_phone())
    turn.answer(words)
    if turn.chat.kind == "private":
        turn.say(Message(words))


async def _open(inner: Transaction, city: District, update: Update, now: datetime) -> Turn:
    """The turn with who acts: the person's roles, and what is remembered of him in private."""
    key, known = update.sender.key, None
    if update.chat.kind == "private" and update.sender.channel == update.chat.channel:
        known = await person.seen(inner, key, update.chat.key, update.sender.language, ms(now))
    rows = [] if update.sender.nameless or update.chat.kind == "clock" else await member.roles_of(inner, key)
    roles = tuple(Role(row["role"], row["scope"], _name(city, row["role"], row["scope"], row["name"])) for row in rows)
    return Turn(inner, city, update, now, Actor(key, roles), known)


def _name(city: District, role: str, scope: str, name: str) -> str:
    """A public name: the invitation's, else the grid's property, else the role's word."""
    grid = city.city.grids.get(scope)
    return name or (grid.leader if grid and role == "leader" else "") or city.say(f"who.{role}")


async def _route(turn: Turn) -> None:
    for part in turn.update.parts:
        if (run := _BY_PART.get(type(part))) is not None:
            await run(turn, part)
            return
    await (_in_group(turn) if turn.chat.kind == "group" else _in_private(turn))


async def _choice(turn: Turn, part: Choice) -> None:
    await button.press(turn, part)


async def _enter(turn: Turn, part: Enter) -> None:
    if turn.chat.kind == "group":
        await bind.offer(turn)
    elif part.payload:
        await invite.enter(turn, part.payload)
    else:
        await talk.hello(turn)


async def _leave(turn: Turn, part: Leave) -> None:
    if turn.chat.kind == "group":
        await bind.leave(turn)
    else:
        await person.unreachable(turn.inner, turn.update.sender.key, ms(turn.now))


async def _moved(turn: Turn, part: Moved) -> None:
    await bind.move(turn, turn.chat, part.to)


async def _act(turn: Turn, part: Act) -> None:
    await _ACTS[part.action](turn, part)


async def _ring(turn: Turn, part: Act) -> None:
    await reminder.ring(turn, part.subject)


async def _unreachable(turn: Turn, part: Act) -> None:
    """A message (by its key) did not reach somebody: remembered, and for a case's reporter the station is told."""
    known = await person.of_chat(turn, turn.chat.key)
    if known:
        await person.unreachable(turn.inner, known["key"], ms(turn.now))
    if found := _NUMBER.search(part.subject):
        await reminder.undelivered(turn, found.group())


async def _group_moved(turn: Turn, part: Act) -> None:
    await bind.move(turn, turn.chat, str(part.values["to"]))


_ACTS: Mapping[str, Callable[[Turn, Act], Awaitable[None]]] = {
    "ring": _ring,
    "unreachable": _unreachable,
    "moved": _group_moved,
}
_BY_PART: Mapping[type, Callable[..., Awaitable[None]]] = {
    Choice: _choice,
    Enter: _enter,
    Leave: _leave,
    Moved: _moved,
    Act: _act,
}


def _words(turn: Turn) -> str:
    return " ".join(part.text.strip() for part in turn.update.parts if isinstance(part, Text))


async def _in_group(turn: Turn) -> None:
    """In a group the bot reads commands and answers to its own messages, nothing else."""
    if await command.in_group(turn, _words(turn)):
        return
    number = await _case_replied_to(turn)
    if not number:
        return
    if turn.update.sender.nameless:
        words = turn.city.say("role.nameless")
        turn.say(Message(words, reply_to=f"at:{turn.update.message}"))
        return
    if await _typed_on_card(turn, number):
        return
    await casework.reply(turn, number, turn.update.parts)


async def _typed_on_card(turn: Turn, number: str) -> bool:
    """A button's label typed as an answer to the card is as good as the button."""
    words = _words(turn)
    card = await render(turn, turn.city, f"case:{number}", turn.chat, turn.now) if words else None
    if card is None or len(turn.update.parts) != 1 or words.isdigit():
        return False
    chosen = typed(words, list(card.labels()))
    if chosen:
        await button.press(turn, Choice(chosen.token))
    return chosen is not None


async def _case_replied_to(turn: Turn) -> str:
    """The number of the case whose card or message is answered; empty where it is none."""
    if not turn.update.reply_to:
        return ""
    card = await shown.card_of(turn, turn.chat.key, turn.update.reply_to)
    row = None if card else await outbox.of_message(turn, turn.chat.key, turn.update.reply_to)
    found = _NUMBER.search(str(card["card"] if card else row["key"] if row else ""))
    return found.group() if found else ""


async def _in_private(turn: Turn) -> None:
    words = _words(turn)
    if words and await command.in_private(turn, words):
        return
    if words and len(turn.update.parts) == 1 and (await _typed(turn, words) or await _submitted(turn, words)):
        return
    if (number := await _case_replied_to(turn)) and await addition.take(turn, number, turn.update.parts):
        return
    if await _to_dialogue(turn):
        return
    if turn.actor.staff and await casework.privately(turn, turn.update.parts):
        return
    if await open_draft(turn) is None and await addition.just_filed(turn, turn.update.parts):
        return
    if not await report.take(turn, turn.update.parts):
        await _talk(turn)


async def _typed(turn: Turn, words: str) -> bool:
    """A label or a number typed in place of the button. False: it is neither."""
    row = await prompt.get(turn, turn.chat.key)
    if row is None:
        return False
    choices = await _open_choices(turn, str(row["source"]))
    listed = [choice for choice in choices if choice.token != LOCATION and not choice.token.startswith(MENU)]
    chosen = typed(words, listed or choices) or _submit_typed(turn, words, choices)
    if chosen and (listed or not words.strip().isdigit()):
        if chosen.token == LOCATION:
            return False
        await button.press(turn, Choice(chosen.token))
        return True
    if not words.strip().isdigit() or len(words.strip()) > LONGEST_NUMBER:
        return False
    return await _number_typed(turn, words.strip(), listed)


LONGEST_NUMBER = 2


async def _number_typed(turn: Turn, number: str, listed: list[Offered]) -> bool:
    """A number that no choice has: the list once more where one is open, else that the question is over. In a draft
    that waits for words it is words."""
    if len(listed) > 1 and out_of_range(number, listed):
        turn.say(Message(turn.words("trouble.out_of_range", n=number, last=len(listed))))
        return True
    draft = await open_draft(turn)
    if listed or (draft and draft.asked):
        return False
    own = await reporter.cases(turn, turn.update.sender.key, 1)
    stands = [f"{own[0].number} {progress(own[0], turn.told)}"] if own else []
    turn.say(Message("\n".join([turn.words("trouble.over", n=number), *stands, turn.words("trouble.over_new")])))
    return True


async def _open_choices(turn: Turn, source: str) -> list[Offered]:
    if source.startswith("card:"):
        card = await render(turn, turn.city, source.removeprefix("card:"), turn.chat, turn.now)
        return list(card.labels()) if card else []
    return loads_choices(source)


def _submit_typed(turn: Turn, words: str, choices: list[Offered]) -> Offered | None:
    """提交 typed where the button says 同意并提交 counts too."""
    submit = next((choice for choice in choices if choice.token.startswith("submit:")), None)
    return typed(words, [Offered(turn.words("label.submit"), submit.token)]) if submit else None


async def _submitted(turn: Turn, words: str) -> bool:
    """提交 typed once more after filing: the case is named, nothing is filed twice."""
    labels = [Offered(turn.words(f"label.{name}"), f"submit:{name}") for name in ("submit", "agree")]
    if typed(words, labels) is None or words.strip().isdigit():
        return False
    own = await reporter.cases(turn, turn.update.sender.key, 1)
    limit = timedelta(minutes=turn.city.city.limits.addition_minutes)
    if not own or turn.now - own[0].filed_at > limit or await open_draft(turn):
        return False
    turn.say(Message(turn.words("filed.again", number=own[0].number)))
    return True


async def _to_dialogue(turn: Turn) -> bool:
    """Words for an open dialogue that is no report."""
    dialogue = await current(turn)
    if dialogue is None:
        return False
    if dialogue.form in (callback.UNSOLVED, callback.COMPLAINT):
        return await callback.more(turn, dialogue, turn.update.parts)
    if dialogue.form == addition.ADD:
        return await addition.take(turn, dialogue.subject, turn.update.parts)
    return False


async def _talk(turn: Turn) -> None:
    """No report: a kind answer, and in a draft the open question again. Edits of old messages are not answered."""
    if any(isinstance(part, Edited) for part in turn.update.parts):
        return
    draft, then = await open_draft(turn), ""
    if draft and draft.asked:
        then = question_for(turn, draft, REPORT.slot(draft.asked))[0]
    elif draft and draft.prompt == SUMMARY:
        then = turn.words("summary.submit")
    await talk.chatter(turn, then=then)
