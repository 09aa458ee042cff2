"""The report as a form: what a resident's message is read into, what is asked, and the summary before 提交."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.case import Case
from domain.category import Category
from domain.district import District
from domain.form import Dialogue, Filled, Form, Slot
from domain.message import LOCATION, MENU, Choice, Message, Picture, Rows

NO_PHOTO_REASONS = ("dark", "awkward", "away")
WORDS_AT_MOST = 1000
_SHOWN_AT_MOST = 20
_CLAUSE_ENDS = ",，。;；!！?？、 "


def _wants_photo(filled: Filled) -> bool:
    return not (filled.get("urgent") or filled.get("unphotographed") or filled.get("no_photo"))


def _wants_reason(filled: Filled) -> bool:
    return bool(filled.get("unphotographed")) and not filled.get("photos")


REPORT = Form(
    "report",
    (
        Slot("words", frozenset({"words"}), "", many=True),
        Slot("category", frozenset({"category"}), "ask.category"),
        Slot("place", frozenset({"place"}), "ask.place"),
        Slot("photos", frozenset({"photo"}), "ask.photo", _wants_photo, many=True),
        Slot("unphotographed", frozenset({"unphotographed"}), ""),
        Slot("no_photo", frozenset({"no_photo"}), "ask.no_photo", _wants_reason),
        Slot("urgent", frozenset({"urgent"}), ""),
        Slot("anonymous", frozenset({"anonymous"}), ""),
    ),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a summary shows, whether it is still a draft or was filed already."""

    category: Category
    place: str
    lon: float
    lat: float
    grid: str
    border: bool
    words: str
    photos: int
    no_photo: str
    urgent: bool
    anonymous: bool


def menu(district: District, lang: str = "zh") -> Rows:
    """The residents' menu: the entries that work."""
    return (tuple(Choice(district.say(f"label.{name}", lang), f"{MENU}{name}") for name in ("report", "my")),)


def draft_of(dialogue: Dialogue, district: District) -> Draft:
    """The summary's facts from a filled form. Raises KeyError where category or place is missing."""
    filled = dialogue.filled
    place = filled["place"]
    return Draft(
        district.city.categories[filled["category"]],
        place["words"],
        place["lon"],
        place["lat"],
        place["grid"],
        bool(place.get("border")),
        " ".join(filled.get("words", ())),
        len(filled.get("photos", ())),
        filled.get("no_photo", ""),
        bool(filled.get("urgent")),
        bool(filled.get("anonymous")),
    )


def draft_of_case(case: Case, district: District) -> Draft:
    """The summary's facts of a filed case."""
    category = district.city.categories[case.category]
    return Draft(
        category,
        case.place,
        case.lon,
        case.lat,
        case.grid,
        bool(case.border),
        case.words,
        len(case.photos),
        case.no_photo,
        case.urgent,
        case.reporter == "anonymous",
    )


def facts(draft: Draft, district: District, lang: str) -> Iterator[str]:
    """The middle lines of a summary."""
    english = lang == "en"
    head = district.head_of(draft.category)
    matter = draft.category.en_matter if english else draft.category.matter
    yield district.say("summary.matter", lang, matter=matter, head=head.en if english else head.zh)
    border = district.say("summary.border", lang) if draft.border else ""
    yield district.say("summary.place", lang, place=draft.place + border)
    if draft.words and not _says_nothing_new(draft):
        yield district.say("summary.words", lang, words=shortened(draft.words))
    if draft.photos:
        yield district.say("summary.photos", lang, n=draft.photos)
    elif draft.no_photo:
        reason = district.say(f"label.{draft.no_photo}", lang) if draft.no_photo in NO_PHOTO_REASONS else draft.no_photo
        yield district.say("summary.no_photo", lang, reason=reason)


def shortened(words: str) -> str:
    """A resident's own words on one line, cut at the end of a clause where they are long."""
    line = " ".join(words.split())
    if len(line) <= _SHOWN_AT_MOST:
        return line
    end = max((line.rfind(sign, 0, _SHOWN_AT_MOST) for sign in _CLAUSE_ENDS), default=-1)
    return line[: end if end > _SHOWN_AT_MOST // 2 else _SHOWN_AT_MOST] + "……"


def _says_nothing_new(draft: Draft) -> bool:
    """Short words that only name the matter and the place are not repeated under them."""
    return len(draft.words) <= len(draft.place) + len(draft.category.matter) + 6 and draft.words[:2] == draft.place[:2]


def summary(
    draft: Draft, district: District, lang: str, *, subject: str, version: int, first: bool, opening: str
) -> Message:
    """The one summary before 提交. `first`: the person has not agreed yet. `opening` is the key of the first line."""
    if draft.urgent:
        lines = list(_urgent_lines(draft, district, lang))
    else:
        opening = "got.anonymous" if draft.anonymous and opening == "summary.right" else opening
        lines = [district.say(opening, lang), *facts(draft, district, lang)]
        keeps = "summary.keeps_anonymous" if draft.anonymous else "summary.keeps"
        lines.append(district.say(keeps if first else "summary.submit", lang))
    return Message(
        "\n".join(lines),
        choices=_summary_choices(draft, district, lang, f"{subject}:{version}", first=first),
        picture=place_picture(draft.lon, draft.lat, draft.grid),
        missing_picture=district.say("summary.picture_gone", lang),
    )


def _urgent_lines(draft: Draft, district: District, lang: str) -> Iterator[str]:
    thing = draft.category.en if lang == "en" else draft.category.short
    yield district.say("summary.urgent", lang, thing=thing, place=draft.place)
    yield district.say("summary.urgent_submit", lang)
    if phone := district.city.telephones.get(draft.category.call_first):
        yield district.say("summary.urgent_call", lang, phone=phone)


def _summary_choices(draft: Draft, district: District, lang: str, subject: str, *, first: bool) -> Rows:
    def choice(label: str, action: str) -> Choice:
        return Choice(district.say(f"label.{label}", lang), f"{action}:{subject}")

    submit = choice("agree" if first and not draft.urgent else "submit", "submit")
    if draft.urgent:
        return ((submit,), (choice("edit_place", "edit.place"), choice("cancel", "cancel")))
    return (
        (submit,),
        (choice("edit_category", "edit.category"), choice("edit_place", "edit.place")),
        (choice("add_photo", "edit.photos"), choice("cancel", "cancel")),
    )


def filed_summary(draft: Draft, district: District, lang: str) -> Message:
    """The summary after 提交: the buttons go, the last line says so."""
    what = list(_urgent_lines(draft, district, lang))[:1]
    if not draft.urgent:
        what = [district.say("summary.right", lang), *facts(draft, district, lang)]
    lines = [*what, district.say("summary.done", lang)]
    return Message("\n".join(lines), picture=place_picture(draft.lon, draft.lat, draft.grid))


def place_picture(lon: float, lat: float, grid: str) -> Picture:
    return Picture("map", {"pins": [[lon, lat, ""]], "grid": grid})


def location_choice(district: District, lang: str) -> Rows:
    return ((Choice(district.say("label.location", lang), LOCATION),),)


def picks(kind: str, options: Iterator[tuple[str, str]], subject: str, a_row: int = 2) -> Rows:
    """Buttons that fill a slot: pairs of value and label."""
    buttons = [Choice(label, f"pick.{kind}.{value}:{subject}") for value, label in options]
    return tuple(tuple(buttons[i : i + a_row]) for i in range(0, len(buttons), a_row))
