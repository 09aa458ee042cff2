"""Says all that is wrong or doubtful about a city folder, by file and line."""

from collections import defaultdict
from datetime import time
from pathlib import Path
from unicodedata import normalize

from bot.city import district, grid
from bot.city.district import District, Placed
from bot.city.finding import Finding, Spot, Survey
from bot.city.folder import ARTICLES, Reading, read
from domain.category import Category
from domain.city import Landmark

# 定人定时定点: an officer at each station at least twice a week, two hours each.
DUTIES_A_WEEK, DUTY_MINUTES = 2, 120


def check(folder: Path) -> list[Finding]:
    """The findings of `load`, and what geometry and a careful look add, in the order of the files' lines."""
    reading = read(folder)
    survey = reading.survey
    # Where something was left out, what seems to be missing may be just that.
    whole = {district.FILE, grid.FILE} - {each.file for each in survey.findings if each.level == "error"}
    _check_grids(reading, survey)
    _check_categories(reading, survey)
    if reading.district:
        if district.FILE in whole:
            _check_duty(reading.district, survey)
        _check_names(reading.district.landmarks, survey)
    if not reading.articles and not any(each.file.startswith(ARTICLES) for each in survey.findings):
        survey.warn(Spot(ARTICLES, 0, "folder"), "there is no article.", "Write one: # title, then the text.")
    if reading.grids:
        # Numbers and shapes are heavy to import: only who checks pays for them.
        from bot.city.geometry import Ground, check_gaps, check_outlines
        from bot.city.place import check_places

        ground = Ground(reading.grids)
        check_outlines(ground, survey)
        if grid.FILE in whole:
            check_gaps(ground, survey)
            if reading.district:
                check_places(reading.district, ground, survey)
    return sorted(survey.findings, key=lambda each: (each.file, each.line))


def _check_grids(reading: Reading, survey: Survey) -> None:
    own = reading.district
    known = {each.value.code for each in own.stations} if own else set()
    stations = {each.value.code: each.value.station for each in own.communities} if own else {}
    for each in reading.grids:
        if not each.value.leader:
            survey.warn(each.spot, "leader is missing.", "Add the public name: residents read 网格长 until then.")
        station = stations.get(each.value.community, each.value.station)
        if station != each.value.station and {station, each.value.station} <= known:
            survey.warn(
                each.spot,
                f"its station is {each.value.station}, its community's is {station}.",
                "Let both name the same station.",
            )


def _check_categories(reading: Reading, survey: Survey) -> None:
    claims: dict[str, list[Placed[Category]]] = defaultdict(list)
    for category in reading.categories:
        if not category.value.synonyms:
            survey.warn(category.spot, "synonyms are missing.", "Write down what people call it.")
        for synonym in dict.fromkeys(map(_plain, category.value.synonyms)):
            claims[synonym].append(category)
    for synonym, claimants in claims.items():
        first = claimants[0]
        for other in claimants[1:]:
            if other.value.head != first.value.head:
                survey.warn(
                    other.spot,
                    f"the synonym {synonym} belongs to {first.value.code} {first.value.zh} of another head too "
                    f"(line {first.spot.line}).",
                    "Keep it in one of them, or make it longer.",
                )
    used = {category.value.head for category in reading.categories}
    for head in reading.heads:
        if head.value.code not in used:
            survey.warn(head.spot, "it has no category.", "Add one, or take the head out.")


def _check_duty(own: District, survey: Survey) -> None:
    for station in own.stations:
        duties = [each.value for each in own.duty if each.value.place == station.value.code]
        enough = [duty for duty in duties if _minutes(duty.closes) - _minutes(duty.opens) >= DUTY_MINUTES]
        if len(enough) < DUTIES_A_WEEK:
            survey.warn(
                station.spot,
                f"duty names {len(enough)} times of two hours a week for it.",
                f"Name at least {DUTIES_A_WEEK} under duty.",
            )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _check_names(landmarks: list[Placed[Landmark]], survey: Survey) -> None:
    """A name that means two places can only be asked back."""
    taken: dict[str, Placed[Landmark]] = {}
    for landmark in landmarks:
        for name in dict.fromkeys(map(_plain, (landmark.value.name, *landmark.value.aliases))):
            first = taken.setdefault(name, landmark)
            if first is not landmark:
                survey.warn(
                    landmark.spot,
                    f"{name} also means {first.value.name} (line {first.spot.line}).",
                    "Give it a longer name, so that nobody has to be asked which one.",
                )


def _plain(text: str) -> str:
    """As it is compared: width, case and blanks do not count."""
    return "".join(normalize("NFKC", text).casefold().split())
