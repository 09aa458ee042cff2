"""Each fault in a city folder is found, by file and line, alone, and with a remedy."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.city.check import check
from bot.city.finding import CityBroken, Finding, Level
from bot.city.folder import load

SAMPLE = Path(__file__).parents[2] / "city"
CITY, GRIDS, CATEGORIES = "city.yaml", "grids.geojson", "categories.yaml"
QUIET = """quiet:                         # between these times only what is urgent is pushed
  groups_from: "20:00"
  residents_from: "21:00"
  until: "08:00"
"""


class Fault(NamedTuple):
    """One edit of the sample (`old` becomes `new`, once); `mark` stands on the line that must be named."""

    name: str
    file: str
    old: str
    new: str
    mark: str
    says: str
    level: Level = "error"


FAULTS = [
    # What is written, and how.
    Fault("misspelt key", CITY, "  verify_hours:", "  verfy_hours:", "verfy_hours", "Did you mean verify_hours?"),
    Fault("invented key", CITY, "prefix: XF", "prefix: XF\ncolour: red", "colour: red", "colour is not known here"),
    Fault("key twice", CITY, "prefix: XF", "prefix: XF\nprefix: XG", "prefix: XG", "prefix stands here twice"),
    Fault("limit of zero", CITY, "verify_hours: 8", "verify_hours: 0", "verify_hours", "a whole number from 1"),
    Fault("half a limit", CITY, "verify_hours: 8", "verify_hours: 7.5", "verify_hours", "verify_hours is '7.5'"),
    Fault("list for a text", CITY, "name: 解忧示范区", "name: [解忧]", "name: [", "name is a list or a group"),
    Fault("text for a list", CITY, "  holidays: []", "  holidays: 2026-10-01", "holidays:", "is not a list"),
    Fault("name missing", CITY, "name: 解忧示范区\n", "", "prefix: XF", "name is missing"),
    Fault("no such date", CITY, "holidays: [] ", "holidays: [2026-02-30]", "holidays: [", "dates like"),
    Fault("number for a group", CITY, QUIET, "quiet: 5\n", "quiet: 5", "quiet is not a list"),
    Fault("negative metres", CITY, "border_metres: 15", "border_metres: -1", "border_metres", "a number from 0"),
    Fault("tab", CITY, "  opens:", "\topens:", "\topens:", "blanks and not tabs"),
    Fault("full-width colon", CITY, "prefix: XF", "prefix：XF", "time_zone:", "this line cannot be read"),
    Fault("open bracket", CITY, "days: [1, 2, 3, 4, 5]", "days: [1, 2, 3, 4, 5", "opens:", "matching brackets"),
    Fault("control character", CITY, "# 这是", "# \x01这是", "\x01", "this line cannot be read"),
    Fault("self-holding anchor", CITY, "telephones:", "telephones: &t\n  own: *t", "&t", "anchor holds itself"),
    # Time.
    Fault("no such zone", CITY, "Asia/Shanghai", "Asia/Xian", "time_zone", "'Asia/Xian' is not known"),
    Fault("folder of zones", CITY, "Asia/Shanghai", "Asia", "time_zone", "'Asia' is not known"),
    Fault("closes first", CITY, 'closes: "17:00"', 'closes: "08:00"', 'closes: "08', "not after opens (09:00)"),
    Fault("no such time", CITY, 'opens: "09:00"', 'opens: "25:00"', 'opens: "25', 'a time like "09:00"'),
    Fault("no such weekday", CITY, "days: [1, 2, 3, 4, 5]", "days: [1, 8]", "days: [1, 8]", "from 1 to 7"),
    Fault("no weekday", CITY, "days: [1, 2, 3, 4, 5]", "days: []", "days: []", "nobody would ever work"),
    Fault("both open and shut", CITY,
          "holidays: []                 # closed on these working days, e.g. [2026-12-31]\n"
          "  workdays: []", "holidays: [2026-10-01]\n  workdays: [2026-10-01]", "workdays: [", "both hold 2026-10-01"),
    Fault("duty ends first", CITY, 'opens: "14:00", closes: "16:00"', 'opens: "14:00", closes: "12:00"', '"12:00"',
          "not after opens (14:00)"),
    # Who and where.
    Fault("unknown station", CITY, "{code: C-XFL, name: 幸福里, station: S-XFL}",
          "{code: C-XFL, name: 幸福里, station: S-XFX}",
          "code: C-XFL", "there is no station S-XFX. Did you mean S-XFL?"),
    Fault("unknown department", CITY, "departments: [D-CLEAN, D-LAMP, D-HEAT]", "departments: [D-CLEAN, D-LAMB]",
          "D-LAMB", "Did you mean D-LAMP?"),
    Fault("code twice", CITY, "code: B-02", "code: b-01", "code: b-01", "is taken already by booth B-01"),
    Fault("code of another kind", CITY, "code: B-02", "code: C-XFL", "code: C-XFL\n", "taken already by community"),
    Fault("district's own code", CITY, "code: B-02", "code: XF", "code: XF\n", "taken already by district XF"),
    Fault("code with a blank", CITY, "code: B-02", "code: B 02", "code: B 02", "letters, digits and hyphens"),
    Fault("no telephone", CITY, "    telephone: 029-5550-0101\n", "", "code: S-XFL", "telephone is missing"),
    Fault("landmark without a place", CITY, ", place: [108.759301, 34.43785]", "", "幸福里 12 号铺",
          "place is missing"),
    Fault("half a place", CITY, "[108.759301, 34.43785]", "[108.759301]", "幸福里 12 号铺", "[longitude, latitude]"),
    Fault("swapped place", CITY, "[108.759301, 34.43785]", "[34.43785, 108.759301]", "幸福里 12 号铺", "are swapped"),
    Fault("metres for degrees", CITY, "[108.759301, 34.43785]", "[478000, 3811000]", "幸福里 12 号铺", "EPSG:4326"),
    Fault("place in words", CITY, "[108.759301, 34.43785]", "[幸福里, 34.4]", "幸福里 12 号铺",
          "[longitude, latitude]"),
    Fault("other coordinates", CITY, "prefix: XF", "prefix: XF\ncoordinates: GCJ-02",
          "coordinates", "Convert the places"),
    Fault("link without a place", CITY, "position={lon},{lat}", "position={lon}", "map_link:",
          "no address with {lon}"),
    Fault("link with a slip", CITY, "name={name}", "name={nmae}", "map_link:", "Only {lon}, {lat} and {name}"),
    Fault("stray entry", CITY, "  - {code: C-YH,", "  - 延河\n  - {code: C-YH,", "  - 延河\n",
          "this is not a list of"),
    # Categories.
    Fault("two limits", CATEGORIES, "    hours: 8\n", "    hours: 8\n    days: 1\n",
          "    hours: 8", "both stand here"),
    Fault("no limit", CATEGORIES, "    hours: 8\n", "", "code: CG-0101", "are both missing"),
    Fault("zero days", CATEGORIES, "    days: 3\n", "    days: 0\n", "    days: 0", "a whole number from 1"),
    Fault("unhurried urgency", CATEGORIES, "    hours: 1\n    urgent", "    days: 1\n    urgent",
          "    days: 1\n    urgent",
          "cannot be the limit of what is urgent"),
    Fault("no such kind", CATEGORIES, "kind: incident", "kind: event", "kind: event", "component (部件) or incident"),
    Fault("no such head", CATEGORIES, "head: order\n", "head: ordre\n", "head: ordre", "Did you mean order?"),
    Fault("no such office", CATEGORIES, "department: D-DRAIN", "department: D-DRAINS", "D-DRAINS",
          "Did you mean D-DRAIN?"),
    Fault("no such telephone", CATEGORIES, "call_first: gas", "call_first: gaz",
          "call_first: gaz", "Did you mean gas?"),
    Fault("category twice", CATEGORIES, "code: CG-0102", "code: CG-0101", "# 2nd",
          "the code CG-0101 is taken already"),
    Fault("urgent perhaps", CATEGORIES, "urgent: true", "urgent: perhaps", "urgent: perhaps", "true or false"),
    Fault("synonym of two heads", CATEGORIES, "synonyms: [违停", "synonyms: [小广告, 违停", "code: CG-0601",
          "小广告 belongs to CG-0203", "warning"),
    Fault("head without a category", CATEGORIES, "  - {code: other,",
          "  - {code: extra, zh: 外, en: e}\n  - {code: other,",
          "code: extra", "it has no category", "warning"),
    Fault("place as a group", CITY, "place: [108.759301, 34.43785]", "place: {lon: 108.7, lat: 34.4}",
          "幸福里 12 号铺", "place is not a list"),
    Fault("list in a list", CITY, "departments: [D-CLEAN, D-LAMP, D-HEAT]", "departments: [[D-CLEAN]]", "[[D-CLEAN]]",
          "holds something else than texts"),
    Fault("empty place", CITY, "place: [108.759301, 34.43785]", "place: []", "幸福里 12 号铺", "place is missing"),
    # Grids.
    Fault("no leader", GRIDS, ', "leader": "李网格长"', "", '"XFL03"', "leader is missing", "warning"),
    Fault("misspelt property", GRIDS, '"side": "铺面这边"', '"sides": "铺面这边"', '"XFL03"',
          "Did you mean side?", "warning"),
    Fault("grid without a code", GRIDS, '"code": "XFL03", ', "", '"幸福里03网格"', "code is missing"),
    Fault("grid twice", GRIDS, '"code": "XFL03"', '"code": "XFL02"', '"幸福里03网格"', "the code XFL02 is taken"),
    Fault("unknown community", GRIDS, '"community": "C-YH"', '"community": "C-YHH"', '"YH01"', "Did you mean C-YH?"),
    Fault("station of another", GRIDS, '"station": "S-YH"', '"station": "S-AT"', '"YH01"',
          "its community's is S-YH", "warning"),
    Fault("a line for a grid", GRIDS, '"type": "Polygon", "coordinates": [[',
          '"type": "LineString", "coordinates": [[',
          '"XFL01"', "Draw it as a Polygon"),
    Fault("no list", GRIDS, '"features": [', '"feature": [', '{"type": "FeatureCollection"', "no FeatureCollection"),
    Fault("missing comma", GRIDS, '"XFL03", "name"', '"XFL03" "name"', '"XFL03"', "this line cannot be read"),
    Fault("national grid", GRIDS, '"name": "grids",',
          '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}},', '"crs"', "EPSG:4326"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copytree(SAMPLE, tmp_path / "city")
    return tmp_path / "city"


def rewrite(path: Path, edit: Callable[[str], str]) -> str:
    text = edit(path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    return text


def errors(findings: list[Finding]) -> list[Finding]:
    return [each for each in findings if each.level == "error"]


def errors_of(folder: Path) -> list[Finding]:
    """What keeps the folder from being loaded; an exception of any other kind goes through."""
    try:
        load(folder)
    except CityBroken as broken:
        return list(broken.findings)
    return []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_alone_with_file_line_and_remedy(folder: Path, fault: Fault) -> None:
    def edit(text: str) -> str:
        assert fault.old in text
        return text.replace(fault.old, fault.new, 1)

    text = rewrite(folder / fault.file, edit)
    mark = "code: CG-0101\n    head: sanitation\n    zh: 暴露垃圾" if fault.mark == "# 2nd" else fault.mark
    line = text.count("\n", 0, text.index(mark)) + 1
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == (fault.level, fault.file, line)
    assert fault.says in f"{finding.what} {finding.remedy}"
    assert finding.where
    assert finding.remedy.endswith((".", "?"))


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.level == "error"], ids=lambda fault: fault.name)
def test_what_is_an_error_keeps_the_city_from_being_loaded(folder: Path, fault: Fault) -> None:
    rewrite(folder / fault.file, lambda text: text.replace(fault.old, fault.new, 1))
    with pytest.raises(CityBroken) as broken:
        load(folder)
    assert list(broken.value.findings) == errors(check(folder))


@pytest.mark.parametrize("file", [CITY, GRIDS, CATEGORIES])
def test_a_missing_file_is_the_only_thing_said(folder: Path, file: str) -> None:
    (folder / file).unlink()
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == ("error", file, 0)
    assert "missing" in finding.what


@pytest.mark.parametrize("file", [CITY, GRIDS, CATEGORIES])
def test_an_empty_file_is_an_error(folder: Path, file: str) -> None:
    (folder / file).write_text("", "utf-8")
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == ("error", file, 1)


def test_a_missing_folder_names_its_three_files(tmp_path: Path) -> None:
    with pytest.raises(CityBroken) as broken:
        load(tmp_path / "nowhere")
    assert [each.file for each in broken.value.findings] == [CITY, CATEGORIES, GRIDS]


@pytest.mark.parametrize(("file", "line"), [(CITY, 2), (GRIDS, 3), (CATEGORIES, 1), ("articles/heating.md", 1)])
def test_gbk_is_refused_by_name_and_line(folder: Path, file: str, line: int) -> None:
    (folder / file).write_bytes((folder / file).read_text("utf-8").encode("gb18030"))
    (finding,) = errors(check(folder))
    assert (finding.file, finding.line) == (file, line)
    assert "GBK" in finding.what
    assert finding.remedy == "Save it as UTF-8."


def test_utf_16_is_refused_by_name(folder: Path) -> None:
    (folder / CITY).write_bytes((folder / CITY).read_text("utf-8").encode("utf-16"))
    (finding,) = check(folder)
    assert "UTF-16" in finding.what


def test_a_file_that_is_a_folder_is_refused(folder: Path) -> None:
    (folder / CITY).unlink()
    (folder / CITY).mkdir()
    (finding,) = check(folder)
    assert "cannot be read" in finding.what


def test_a_category_without_synonyms_is_doubtful(folder: Path) -> None:
    text = rewrite(folder / CATEGORIES, lambda text: re.sub(r"synonyms: \[违停[^]]*\]", "synonyms: []", text))
    (finding,) = check(folder)
    line = text.count("\n", 0, text.index("code: CG-0601")) + 1
    assert (finding.level, finding.file, finding.line) == ("warning", CATEGORIES, line)
    assert "synonyms are missing" in finding.what


@pytest.mark.parametrize("features", ["[]", "[1]", '[{"type": "Feature", "properties": null, "geometry": null}]'])
def test_grids_that_say_nothing_are_an_error(folder: Path, features: str) -> None:
    (folder / GRIDS).write_text(f'{{"type": "FeatureCollection", "features":\n{features}}}', "utf-8")
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == ("error", GRIDS, 1 if features == "[]" else 2)


@pytest.mark.parametrize("text", ["- one\n- two\n", "just words\n"])
def test_a_file_without_names_is_an_error(folder: Path, text: str) -> None:
    (folder / CITY).write_text(text, "utf-8")
    (finding,) = check(folder)
    assert (finding.file, finding.line) == (CITY, 1)
    assert "half-width colon" in finding.remedy


@pytest.mark.parametrize("name", ["stations", "communities", "departments"])
def test_a_district_without_offices_is_an_error(folder: Path, name: str) -> None:
    rewrite(folder / CITY, lambda text: re.sub(rf"(?ms)^{name}:.*?(?=^\S)", f"{name}: []\n", text))
    assert (CITY, f"{name} is missing.") in {(each.file, each.what) for each in errors(check(folder))}


@pytest.mark.parametrize("name", ["heads", "categories"])
def test_categories_without_a_whole_half_are_an_error(folder: Path, name: str) -> None:
    (folder / CATEGORIES).write_text(f"{name}: []\n", "utf-8")
    assert {each.what for each in check(folder)} == {"heads is missing.", "categories is missing."}


@pytest.mark.parametrize("text", ["no title\n\ntext\n", "# only a title\n", ""])
def test_an_article_without_title_or_text_is_an_error(folder: Path, text: str) -> None:
    (folder / "articles/station.md").write_text(text, "utf-8")
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == ("error", "articles/station.md", 1)


def test_a_city_without_articles_is_doubtful(folder: Path) -> None:
    for path in (folder / "articles").glob("*.md"):
        path.unlink()
    (finding,) = check(folder)
    assert (finding.level, finding.file) == ("warning", "articles")
    assert load(folder).articles == ()


def test_a_word_of_the_city_needs_its_languages(folder: Path) -> None:
    (folder / "words.yaml").write_text("# our own\ngreeting: 您好\n", "utf-8")
    (finding,) = check(folder)
    assert (finding.level, finding.file, finding.line) == ("error", "words.yaml", 2)


def test_a_station_that_is_hardly_manned_is_doubtful(folder: Path) -> None:
    text = rewrite(
        folder / CITY,
        lambda text: text.replace('opens: "09:30", closes: "11:30"', 'opens: "09:30", closes: "11:00"', 1),
    )
    (finding,) = check(folder)
    assert (finding.level, finding.where) == ("warning", "station S-XFL")
    assert text.split("\n")[finding.line - 1].strip() == "- code: S-XFL"


def test_a_name_that_means_two_places_is_doubtful(folder: Path) -> None:
    text = rewrite(folder / CITY, lambda text: text.replace("[锦绣苑小区]", "[ 幸福里小学 ]", 1))
    (finding,) = check(folder)
    assert (finding.level, finding.where) == ("warning", "landmark 锦绣苑")
    assert "[ 幸福里小学 ]" in text.split("\n")[finding.line - 1]


@settings(deadline=None, max_examples=40)
@given(
    file=st.sampled_from([CITY, GRIDS, CATEGORIES]),
    at=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 200),
    put=st.one_of(
        st.text(max_size=20), st.sampled_from(["[", "]", "{", "}", '"', ":", "\t", "&a *a", "- ", "\n", "null"])
    ),
)
def test_whatever_happens_to_a_file_is_said_and_never_thrown(
    tmp_path_factory: pytest.TempPathFactory, file: str, at: float, cut: int, put: str
) -> None:
    folder = copytree(SAMPLE, tmp_path_factory.mktemp("torn") / "city")

    def edit(text: str) -> str:
        start = int(at * len(text))
        return text[:start] + put + text[start + cut :]

    text = rewrite(folder / file, edit)
    for finding in errors_of(folder):
        assert finding.file in (CITY, GRIDS, CATEGORIES)
        assert finding.file != file or finding.line <= text.count("\n") + text.count("\r") + 1
