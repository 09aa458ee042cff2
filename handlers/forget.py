"""「我会删掉……」: /forget clears what binds a person, and keeps the city's cases."""

from domain.message import Choice, Message
from domain.state import OPEN
from handlers.action import redraw
from handlers.form import alarm_of
from handlers.turn import Turn
from storage import case as cases
from storage import dialogue as dialogues
from storage import event, inbox, outbox, person, prompt, reporter, shown
from storage.row import ms

MANY = 1000


async def ask(turn: Turn) -> None:
    """What goes and what stays, and whether it is meant."""
    own = await reporter.cases(turn, turn.update.sender.key, MANY)
    unfinished = sum(case.state in OPEN for case in own)
    lines = [turn.words("forget.ask")]
    if unfinished:
        lines.append(turn.words("forget.open", n=unfinished))
    lines.append(turn.words("forget.sure"))
    row = (
        Choice(turn.words("label.delete"), "forget_yes:me:0"),
        Choice(turn.words("label.keep_me"), "forget_no:me:0"),
    )
    turn.say(Message("\n".join(lines), choices=(row,)))


async def decide(turn: Turn, *, sure: bool, replaces: str) -> None:
    """删掉 or 不删."""
    turn.answer("")
    if not sure:
        turn.say(Message(turn.words("forget.kept"), replaces=replaces))
        return
    key, chat = turn.update.sender.key, turn.chat.key
    open_ones = await dialogues.of_person(turn, key)
    for row in open_ones:
        if row["form"] == "report":
            turn.errand("remove_photos", str(row["subject"]), {"draft": row["filled"]})
    await dialogues.forget(turn.inner, key)
    await cases.forget_words(turn.inner, key)
    for case in await reporter.cases(turn, key, MANY):
        if case.state in OPEN:
            await redraw(turn, case.number)
    await event.erase(turn.inner, key)
    await reporter.forget(turn.inner, key)
    await outbox.forget(turn.inner, key, chat, ms(turn.now))
    await inbox.forget(turn.inner, turn.update.lane)
    await prompt.forget(turn.inner, chat)
    await shown.forget(turn.inner, chat)
    await person.forget(turn.inner, key)
    turn.errand("erase_chat", chat, {}, turn.chat)
    turn.say(Message(turn.words("forget.done")))
    alarms = sorted({alarm_of(str(row["chat"]), key) for row in open_ones} | {alarm_of(chat, key)})
    traces = {"chat": chat, "lane": turn.update.lane, "alarms": alarms}
    turn.errand("forget_traces", key, traces, turn.chat)
