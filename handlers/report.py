"""「您看对不对?」: a resident's photo, words and place, in any order, become a summary that can be submitted."""

from collections.abc import Iterator
from dataclasses import replace

from domain.city import Point
from domain.form import Dialogue, Finding
from domain.grid import Outside
from domain.message import Choice, Message, Picture
from domain.report import NO_PHOTO_REASONS, REPORT, location_choice, picks
from domain.understanding import Understood, place_value, understand
from domain.update import Part
from handlers.draft import SUMMARY, ask, ask_on, give_up, keep_draft, new_draft, open_draft, sum_up
from handlers.form import fill
from handlers.turn import Turn
from storage import case as cases
from storage import photo_use

_PROBLEMS = {
    "broken": "trouble.photo_broken",
    "gone": "trouble.photo_gone",
    "too_large": "trouble.too_large",
    "kind": "trouble.kind",
}


async def begin(turn: Turn) -> None:
    """«是什么事?»: a new report; one that was open before is given up."""
    if (open_one := await open_draft(turn)) is not None:
        await give_up(turn, open_one)
    await ask_on(turn, new_draft(turn), ())


async def take(turn: Turn, parts: tuple[Part, ...]) -> bool:
    """Reads what came into the draft and asks on. False: nothing of it belongs to a report."""
    draft = await open_draft(turn)
    dialogue = draft or new_draft(turn)
    found = understand(parts, turn.city, asked=dialogue.asked, filled=dialogue.filled)
    if found.empty or (draft is None and not found.photos and _only_talk(found)):
        return False
    taken = dialogue.take(REPORT, found.findings)
    if not found.has("place") and (found.outside or found.places or found.unknown_place):
        await _place_unclear(turn, taken, found)
        return True
    if found.problems and not found.photos:
        await _say_problem(turn, taken, found)
        return True
    if found.candidates and not taken.filled.get("category"):
        taken = fill(taken, {"candidates": list(found.candidates), "head": ""})
    if found.voice and not taken.filled.get("category"):
        taken = fill(taken, {"spoken": "yes"})
    photo_use.use(turn.inner, taken.filled.get("photos", ()), taken.subject)
    if taken.filled.get("urgent") and not dialogue.filled.get("urgent"):
        await _emergency(turn, taken)
        return True
    if draft and draft.missing(REPORT) is None and taken.missing(REPORT) is None:
        await sum_up(turn, taken, "got.changed" if taken != dialogue else "summary.right")
        return True
    await ask_on(turn, taken, list(_heard(turn, taken, found)))
    return True


def _only_talk(found: Understood) -> bool:
    return found.kind not in ("", "report") and not found.has("place")


def _heard(turn: Turn, dialogue: Dialogue, found: Understood) -> Iterator[str]:
    """The opening line: what has just arrived, in the fewest words."""
    category, place = dialogue.filled.get("category"), dialogue.filled.get("place", {})
    facts = {"n": found.photos, "lost": len(found.problems), "place": place.get("words", "")}
    if category:
        facts["thing"] = turn.city.thing(category, turn.lang)
    if found.voice:
        yield turn.words("got.voice")
    key = _heard_key(found, bool(category))
    if found.problems and found.photos:
        key = "got.photos_lost"
    if key:
        yield turn.words(key, **facts)
    if found.cut:
        yield turn.words("trouble.long")


def _heard_key(found: Understood, known: bool) -> str:
    if found.photos:
        many = "photos" if found.photos > 1 else "photo"
        words = "_words" if found.has("words") and not found.candidates else ""
        return f"got.{many}{words}{'_thing' if known and words else ''}"
    if found.has("words"):
        if known:
            return "got.thing_place" if found.has("place") else "got.thing"
        return "" if found.candidates else "got.words"
    return "got.place" if found.has("place") else ""


async def _place_unclear(turn: Turn, dialogue: Dialogue, found: Understood) -> None:
    """A place outside, a name that two places bear, or one that none does: the draft keeps all it has."""
    if found.outside:
        message = _outside(turn, dialogue, found.outside, found.outside_at or found.outside.nearest)
    elif found.places:
        pins = [[match.landmark.place.lon, match.landmark.place.lat, "①②③"[i]] for i, match in enumerate(found.places)]
        named = [[*pin[:2], match.shown] for pin, match in zip(pins, found.places, strict=True)]
        dialogue = fill(dialogue, {"places": named})
        options = (
            (str(i), f"{pin[2]} {match.shown}") for i, (pin, match) in enumerate(zip(pins, found.places, strict=True))
        )
        choices = picks("place", options, f"{dialogue.subject}:{dialogue.version}")
        picture = Picture("map", {"pins": pins, "grid": ""})
        message = Message(turn.words("ask.which_place", n=len(pins)), choices=choices, picture=picture)
    else:
        text = turn.words("trouble.place_unknown", words=found.unknown_place[:20])
        message = Message(text, choices=location_choice(turn.city, turn.lang), ask="location")
    await keep_draft(turn, replace(dialogue, asked="place", prompt=turn.say(message)))


def _outside(turn: Turn, dialogue: Dialogue, outside: Outside, at: Point) -> Message:
    """Both points on the map: the person's own, and the nearest of ours with its name."""
    nearest, metres = outside.nearest, max(10, round(outside.metres, -1))
    name = turn.city.nearest_place(nearest)
    text = turn.words("trouble.outside", nearest=name, metres=f"{metres:.0f}")
    subject = f"{dialogue.subject}:{dialogue.version}"
    buttons = (("edit_place", "edit.place"), ("cancel", "cancel"))
    row = tuple(Choice(turn.words(f"label.{label}"), f"{action}:{subject}") for label, action in buttons)
    pins = [[at.lon, at.lat, ""], [nearest.lon, nearest.lat, "", name]]
    picture = Picture("map", {"pins": pins, "grid": outside.grid.code})
    return Message(text, choices=(row,), picture=picture, ask="location")


async def _say_problem(turn: Turn, dialogue: Dialogue, found: Understood) -> None:
    """A photo that could not be kept: what to do, and nothing of the draft is lost."""
    lines = [turn.words(_PROBLEMS[found.problems[0]])]
    slot = dialogue.missing(REPORT)
    if slot and slot.name != "photos" and dialogue.filled:
        await ask(turn, dialogue, slot, lines)
        return
    key = turn.say(Message(lines[0], ask="photo"))
    await keep_draft(turn, replace(dialogue, prompt=key))


async def _emergency(turn: Turn, dialogue: Dialogue) -> None:
    """The telephone numbers first, before any question; no photo is asked for."""
    code = dialogue.filled.get("category", "")
    category = turn.city.city.categories.get(code)
    call = category.call_first if category else ""
    phone = turn.city.city.telephones.get(call, "")
    key = _EMERGENCIES.get(call, "emergency.danger")
    lines = turn.words(key, phone=phone).split("\n")
    if dialogue.filled.get("place"):
        turn.say(Message("\n".join(lines[:-1]), urgency="urgent"))
        await ask_on(turn, dialogue, ())
        return
    choices = location_choice(turn.city, turn.lang)
    said = turn.say(Message("\n".join(lines), choices=choices, ask="location", urgency="urgent"))
    await keep_draft(turn, replace(dialogue, asked="place", prompt=said))


_EMERGENCIES = {"gas": "emergency.gas", "gas_phone": "emergency.gas", "fire": "emergency.fire"}


async def pick(turn: Turn, kind: str, value: str, subject: str) -> None:
    """A pressed choice of the draft: a category, a head, a reason, one of several places."""
    dialogue = await open_draft(turn)
    if dialogue is None or dialogue.subject != subject:
        await _gone(turn, subject)
        return
    replaces = ""
    if kind == "head":
        dialogue = _head(dialogue, value)
        replaces = dialogue.prompt if dialogue.prompt != SUMMARY else ""
        slot = REPORT.slot("category")
        await ask(turn, replace(dialogue, asked="category"), slot, (), replaces=replaces)
        return
    finding = _finding(turn, dialogue, kind, value)
    if finding is None:
        await _gone(turn, subject)
        return
    changed = dialogue.take(REPORT, (finding,))
    if finding.kind == "category":
        urgent = turn.city.city.categories[finding.value].urgent
        changed = fill(changed, {"candidates": [], "head": "", **({"urgent": "yes"} if urgent else {})})
        if urgent and not dialogue.filled.get("urgent"):
            await _emergency(turn, changed)
            return
    if dialogue.missing(REPORT) is None and changed.missing(REPORT) is None:
        await sum_up(turn, changed, "got.changed")
    else:
        await ask_on(turn, changed, ())


def _head(dialogue: Dialogue, value: str) -> Dialogue:
    """The heads to choose from (all, none), or the categories of one."""
    chosen = "" if value in ("all", "none") else value
    return fill(dialogue, {"head": chosen, "candidates": []})


def _finding(turn: Turn, dialogue: Dialogue, kind: str, value: str) -> Finding | None:
    """What a choice stands for; None for one that nothing stands behind (forged, or of another draft)."""
    if kind == "category":
        return Finding(kind, value) if value in turn.city.city.categories else None
    if kind == "no_photo":
        return Finding(kind, value) if value in NO_PHOTO_REASONS else None
    if kind == "unphotographed":
        return Finding(kind, "yes")
    places = dialogue.filled.get("places", [])
    if kind == "place" and value.isdecimal() and int(value) < len(places):
        lon, lat, words = places[int(value)]
        place = place_value(turn.city, Point(lon, lat), words)
        return None if isinstance(place, Outside) else Finding("place", place)
    return None


async def edit(turn: Turn, slot: str, subject: str) -> None:
    """修改类别, 修改位置, 补充照片: asks for one slot again; everything else stays."""
    dialogue = await open_draft(turn)
    if dialogue is None or dialogue.subject != subject:
        await _gone(turn, subject)
        return
    if slot == "photos":
        key = turn.say(Message(turn.words("ask.more_photo"), ask="photo"))
        await keep_draft(turn, replace(dialogue, asked="photos", prompt=key))
        return
    if slot == "category":
        dialogue = fill(dialogue, {"candidates": [], "head": ""})
    await ask(turn, dialogue, REPORT.slot(slot), ())


async def _gone(turn: Turn, subject: str) -> None:
    """A button of a draft that is filed or given up: says what became of it."""
    case = await cases.by_draft(turn, subject)
    words = turn.words("filed.again", number=case.number) if case else turn.words("summary.gone")
    turn.answer(words)
    turn.say(Message(words))
