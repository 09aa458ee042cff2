"""「您看对不对?」: a resident's photo, words and place, in any order, become a summary that can be submitted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from domain.form import Dialogue, Finding
from domain.message import Message, Picture
from domain.report import REPORT, location_choice
from domain.understanding import Understood, understand
from domain.update import Part
from handlers.draft import ask, ask_on, keep_draft, new_draft, open_draft, question_for, sum_up
from handlers.form import fill
from handlers.turn import Turn
from storage import photo_use

_PROBLEMS = {
    "broken": "trouble.photo_broken",
    "gone": "trouble.photo_gone",
    "too_large": "trouble.too_large",
    "kind": "trouble.kind",
}


async def begin(turn: Turn) -> None:
    """«是什么事?»: a new report, whatever was open before."""
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
        words = "_words" if found.has("words") else ""
        return f"got.{many}{words}{'_thing' if known and words else ''}"
    if found.has("words"):
        if known:
            return "got.thing_place" if found.has("place") else "got.thing"
        return "" if found.candidates else "got.words"
    return "got.place" if found.has("place") else ""


async def _place_unclear(turn: Turn, dialogue: Dialogue, found: Understood) -> None:
    """A place outside, a name that two places bear, or one that none does: the draft keeps all it has."""
    subject = f"{dialogue.subject}:{dialogue.version}"
    if found.outside:
        nearest, metres = found.outside.nearest, max(10, round(found.outside.metres, -1))
        facts = {"nearest": turn.city.nearest_place(nearest), "metres": f"{metres:.0f}"}
        text = turn.words("trouble.outside", **facts)
        choices = _two(turn, ("edit.place", "edit_place"), ("cancel", "cancel"), subject)
        picture = Picture("map", {"pins": [[nearest.lon, nearest.lat, ""]], "grid": found.outside.grid.code})
        message = Message(text, choices=choices, picture=picture, ask="location")
    elif found.places:
        pins = [[match.landmark.place.lon, match.landmark.place.lat, "①②③"[i]] for i, match in enumerate(found.places)]
        options = [(str(i), f"{'①②③'[i]} {match.shown}") for i, match in enumerate(found.places)]
        dialogue = fill(dialogue, {"places": [[*pin[:2], match.shown] for pin, match in zip(pins, found.places, strict=True)]})
        text = turn.words("ask.which_place", n=len(options))
        message = Message(text, choices=_options("place", options, dialogue), picture=Picture("map", {"pins": pins, "grid": ""}))
    else:
        text = turn.words("trouble.place_unknown", words=found.unknown_place[:20])
        message = Message(text, choices=location_choice(turn.city, turn.lang), ask="location")
    key = turn.say(message)
    await keep_draft(turn, replace(dialogue, asked="place", prompt=key))
