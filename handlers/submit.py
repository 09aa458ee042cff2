"""「✅ 交上去了」: the draft becomes a case, or is given up."""

from domain.case import Case
from domain.form import Dialogue
from domain.message import Message
from domain.notice import filed
from domain.report import REPORT
from domain.role import Actor
from domain.state import State
from handlers.action import file
from handlers.draft import ask_on, give_up, keep_draft, new_draft, open_draft, sum_up
from handlers.form import close, fill
from handlers.turn import Turn
from storage import case as cases
from storage import chat as groups
from storage import member, person, photo_use, reporter
from storage.reporter import Reporter


async def submit(turn: Turn, subject: str) -> None:
    """提交: pressed again, or on an old summary, it files nothing twice."""
    dialogue = await open_draft(turn)
    if dialogue is None or (subject and dialogue.subject != subject):
        await _submitted_before(turn, subject)
        return
    if dialogue.missing(REPORT):
        await ask_on(turn, dialogue, ())
        return
    case = await _case_of(turn, dialogue)
    await close(turn)
    await photo_use.move(turn.inner, dialogue.subject, case.number)
    told = not (case.urgent or case.reporter == "anonymous")  # only then the two sentences stood above the button
    if told and turn.person is not None and turn.person["agreed"] is None:
        await person.agree(turn.inner, turn.update.sender.key, int(turn.now.timestamp() * 1000))
    turn.show(f"draft:{dialogue.subject}:{dialogue.filled.get('summary', 1)}")
    role = next((role for role in turn.actor.roles if role.role in _SOURCES), None)
    case = await file(turn, case, name=role.name if role else "", role=role.role if role else "resident")
    if case.reporter != "anonymous":
        link = Reporter(case.number, turn.update.sender.key, turn.chat.key, turn.lang, turn.now)
        reporter.add(turn.inner, link)
    key = "" if case.reporter == "anonymous" else f"report:{case.number}:1:reporter"
    turn.say(filed(case, turn.told), key=key)


_SOURCES = {"leader": "patrol", "officer": "patrol", "volunteer": "volunteer"}


async def _case_of(turn: Turn, dialogue: Dialogue) -> Case:
    """The case that a complete draft describes."""
    filled, place = dialogue.filled, dialogue.filled["place"]
    grid, category = turn.city.city.grids[place["grid"]], turn.city.city.categories[filled["category"]]
    urgent = bool(filled.get("urgent")) or category.urgent
    terms = turn.city.terms(category.code)
    holder, name = await _holder(turn, grid.code)
    reason = filled.get("no_photo", "")
    return Case(
        number=await cases.next_number(turn.inner, turn.city.city.prefix, turn.city.today(turn.now)),
        state=State.DISPATCHED,
        category=category.code,
        grid=grid.code,
        station=grid.station,
        holder=holder,
        holder_name=name,
        source=_source(turn.actor),
        reporter=await _reporter_kind(turn, dialogue),
        lon=place["lon"],
        lat=place["lat"],
        place=place["words"],
        border=place.get("border", ""),
        filed_at=turn.now,
        due_resolve=terms.resolve_by(turn.now, urgent=urgent),
        due_accept=terms.accept_by(turn.now, urgent=urgent),
        dispatched_at=turn.now,
        events=1,
        urgent=urgent,
        words=" ".join(filled.get("words", ())),
        photos=tuple(filled.get("photos", ())),
        no_photo=turn.words(f"label.{reason}") if reason else "",
        draft=dialogue.subject,
    )


async def _holder(turn: Turn, grid: str) -> tuple[str, str]:
    """The office that gets a new case of a grid, and its public name: the grid, or the station where the grid has
    nobody yet."""
    area = turn.city.city.grids[grid]
    leaders = await member.by_scope(turn, "leader", [grid])
    if leaders:
        return grid, leaders[0]["name"] or area.leader
    if await groups.of_codes(turn, [grid, area.community]):
        return grid, area.leader
    return area.station, turn.city.office_name(area.station)


def _source(actor: Actor) -> str:
    """How the problem was found, by who reports it."""
    return next((_SOURCES[role.role] for role in actor.roles if role.role in _SOURCES), "resident")


async def _reporter_kind(turn: Turn, dialogue: Dialogue) -> str:
    """All that a card ever says of who reported."""
    if dialogue.filled.get("anonymous"):
        return "anonymous"
    source = _source(turn.actor)
    if source != "resident":
        return source
    return "again" if await reporter.count(turn, turn.update.sender.key) else "first"


async def _submitted_before(turn: Turn, subject: str) -> None:
    case = await cases.by_draft(turn, subject) if subject else None
    words = turn.words("filed.again", number=case.number) if case else turn.words("summary.gone")
    turn.answer(words)
    turn.say(Message(words))


async def cancel(turn: Turn, subject: str = "") -> None:
    """取消: nothing was handed in, and the photos go. On an older summary it says what became of that one."""
    dialogue = await open_draft(turn)
    if subject and (dialogue is None or dialogue.subject != subject):
        await _submitted_before(turn, subject)
    elif dialogue is None:
        turn.say(Message(turn.words("summary.nothing")))
    elif not await give_up(turn, dialogue):
        turn.say(Message(turn.words("summary.cancelled")))


async def anonymous(turn: Turn) -> None:
    """匿名, typed any time before 提交."""
    dialogue = await open_draft(turn)
    if dialogue is None:
        await keep_draft(turn, fill(new_draft(turn), {"anonymous": "yes"}))
        turn.say(Message(turn.words("anonymous.none")))
        return
    nameless = fill(dialogue, {"anonymous": "yes"})
    if nameless.missing(REPORT):
        await ask_on(turn, nameless, (turn.words("got.nameless"),))
        return
    await sum_up(turn, nameless, "got.anonymous")
