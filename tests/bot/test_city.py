"""The sample city is a whole one, and files come as people's machines write them."""

import json
import subprocess
import sys
from collections import Counter
from datetime import time
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.city.check import check
from bot.city.finding import CityBroken, Survey
from bot.city.folder import load
from bot.city.source import read_features
from domain.city import City

SAMPLE = Path(__file__).parents[2] / "city"


@pytest.fixture(scope="module")
def city() -> City:
    return load(SAMPLE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copytree(SAMPLE, tmp_path / "city")
    return tmp_path / "city"


def test_the_sample_has_neither_errors_nor_doubts() -> None:
    assert check(SAMPLE) == []


def test_the_sample_is_the_district_of_the_story(city: City) -> None:
    assert (city.name, city.prefix, ZoneInfo(city.time_zone).key) == ("解忧示范区", "XF", "Asia/Shanghai")
    assert (city.hours.opens, city.hours.closes, sorted(city.hours.days)) == (time(9), time(17), [1, 2, 3, 4, 5])
    assert city.grids["XFL03"].name == "幸福里03网格"
    leaders = [city.grids[code].leader for code in ("XFL02", "XFL03", "XFL04", "XFL05")]
    assert leaders == ["王网格长", "李网格长", "赵网格长", "孙网格长"]
    assert (city.grids["XFL03"].side, city.grids["XFL04"].side) == ("铺面这边", "公交站那边")
    assert Counter(grid.community for grid in city.grids.values()) == {"C-XFL": 12, "C-YH": 6, "C-AT": 6}
    assert len(city.booths) == 4
    assert all(booth.amenities for booth in city.booths)
    assert city.telephones["gas"] == "029-5550-0119"


@pytest.mark.parametrize(
    ("name", "code"),
    [("幸福里 12 号铺", "XFL03"), ("幸福里 3 号楼", "XFL02"), ("奥体东广场", "AT04"), ("幸福里公交站", "XFL04")],
)
def test_the_places_of_the_story_lie_in_their_grids(city: City, name: str, code: str) -> None:
    import shapely

    place = next(each.place for each in city.landmarks if each.name == name)
    holders = [
        grid.code
        for grid in city.grids.values()
        if any(
            shapely.Polygon(rings[0], rings[1:]).contains(shapely.Point(place.lon, place.lat))
            for rings in grid.polygons
        )
    ]
    assert holders == [code]


def test_neighbouring_grids_share_their_edges_exactly(city: City) -> None:
    import shapely

    for community in city.communities:
        outlines = [shapely.Polygon(g.polygons[0][0]) for g in city.grids.values() if g.community == community]
        assert shapely.coverage_is_valid(outlines)
        assert shapely.coverage_union_all(outlines).geom_type == "Polygon"


def test_grids_that_meet_look_different_from_each_side(city: City) -> None:
    sides = [grid.side for grid in city.grids.values() if grid.side]
    assert len(sides) == len(set(sides))


def test_the_categories_cover_the_eight_everyday_choices(city: City) -> None:
    assert [head.zh for head in city.heads] == [
        "环境卫生", "市容秩序", "违法建设", "供暖燃气", "市政设施", "停车交通", "噪声油烟", "其他",
    ]  # fmt: skip
    heads = Counter(category.head for category in city.categories.values())
    assert min(heads.values()) >= 8
    assert sum(heads.values()) >= 66
    assert all(len(category.synonyms) >= 6 for category in city.categories.values())


def test_the_categories_of_the_story_have_its_words_and_limits(city: City) -> None:
    named = {category.zh: category for category in city.categories.values()}
    canopy, bin_, cover = named["门头遮雨棚"], named["垃圾桶满溢"], named["井盖松动破损"]
    assert (canopy.short, canopy.matter, canopy.days, canopy.head) == ("遮雨棚", "装遮雨棚", 5, "order")
    assert (bin_.short, bin_.matter, bin_.hours, bin_.head) == ("垃圾桶", "垃圾桶满了", 8, "sanitation")
    assert (cover.matter, named["路灯不亮"].short) == ("井盖松动", "路灯")


def test_what_may_hurt_someone_within_hours_is_urgent(city: City) -> None:
    urgent = {category.zh for category in city.categories.values() if category.urgent}
    assert {"燃气泄漏异味", "井盖缺失", "电线垂落断落", "路面塌陷深坑", "着火冒烟", "人员危险求助"} <= urgent
    assert not urgent & {"暖气不热", "路灯不亮", "供水管道漏水", "消防通道"}
    gas = next(category for category in city.categories.values() if category.short == "燃气味")
    assert city.telephones[gas.call_first] == city.telephones["gas"]


def test_articles_come_with_their_titles(city: City) -> None:
    titles = {article.code: article.title for article in city.articles}
    assert titles == {"heating": "供暖那些事", "shop-sign": "门头招牌、遮雨棚怎么办", "station": "工作站是干什么的"}
    assert all(article.text and not article.text.startswith("#") for article in city.articles)


def test_loading_imports_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from bot.city.folder import load; load(Path(sys.argv[1]));"
        "print([name for name in ('shapely', 'numpy', 'prcoords', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, SAMPLE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("file", ["city.yaml", "grids.geojson", "categories.yaml", "articles/heating.md"])
def test_byte_order_marks_and_windows_line_ends_change_nothing(folder: Path, file: str, city: City) -> None:
    path = folder / file
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder) == city


def test_lines_are_counted_alike_with_windows_line_ends(folder: Path) -> None:
    path = folder / "city.yaml"
    path.write_text(path.read_text("utf-8").replace("verify_hours: 8", "verify_hours: 0"), "utf-8")
    before = check(folder)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check(folder) == before


def test_outlines_with_altitudes_quotes_and_holes_are_read(folder: Path) -> None:
    path = folder / "grids.geojson"
    whole = json.loads(path.read_text("utf-8"))
    feature = whole["features"][2]
    ring = feature["geometry"]["coordinates"][0]
    hole = [[108.7588, 34.4385], [108.759, 34.4385], [108.759, 34.4387]]
    feature["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[[[str(lon), lat, 401.5] for lon, lat in ring], hole]],
    }
    feature["properties"]["code"] = 610112001003.0
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    grid = load(folder).grids["610112001003"]
    ((outer, inner),) = grid.polygons
    assert [list(each) for each in outer] == ring
    assert inner == (*((lon, lat) for lon, lat in hole), tuple(hole[0]))


def test_numbers_written_as_texts_or_full_width_are_read(folder: Path) -> None:
    path = folder / "city.yaml"
    text = path.read_text("utf-8").replace("verify_hours: 8", 'verify_hours: "８"').replace('"09:00"', "９：００")
    path.write_text(text, "utf-8")
    read = load(folder)
    assert (read.limits.verify_hours, read.hours.opens) == (8, time(9))


def test_a_city_of_its_own_wording_is_carried_along(folder: Path) -> None:
    (folder / "words.yaml").write_text("greeting:\n  zh: 您好\n  en: Hello\n", "utf-8")
    assert load(folder).words == {"greeting": {"zh": "您好", "en": "Hello"}}


def test_what_the_city_leaves_out_takes_the_usual_value(folder: Path) -> None:
    path = folder / "city.yaml"
    text = path.read_text("utf-8")
    for start, end in (("hours:", "# ---- Map"), ("map_link:", "\n# ----"), ("border_metres", "sliver")):
        at = text.index(start)
        text = text[:at] + text[text.index(end, at) :]
    path.write_text(text, "utf-8")
    read = load(folder)
    assert read.limits.accept_minutes == 30
    assert read.quiet.until == time(8)
    assert read.border_metres == 15
    assert read.map_link.format(lon=1.5, lat=2.5, name="x") == (
        "https://uri.amap.com/marker?position=1.5,2.5&coordinate=wgs84&name=x"
    )


def test_a_broken_city_says_everything_at_once(folder: Path) -> None:
    for file, old, new in (("city.yaml", "opens: ", "opened: "), ("categories.yaml", "kind: incident", "kind: event")):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(CityBroken) as broken:
        load(folder)
    assert {each.file for each in broken.value.findings} == {"city.yaml", "categories.yaml"}
    for each in broken.value.findings:
        assert f"{each.file}:{each.line}: error: " in str(broken.value)
        assert each.remedy in str(broken.value)


@given(
    st.lists(
        st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.lists(st.text(), max_size=2)), max_size=3),
        max_size=6,
    ),
    st.dictionaries(st.text().filter(lambda name: name != "features"), st.text(), max_size=3),
    st.sampled_from([None, 1]),
)
def test_every_feature_is_found_on_its_own_line(
    tmp_path_factory: pytest.TempPathFactory,
    features: list[dict[str, object]],
    members: dict[str, str],
    indent: int | None,
) -> None:
    folder = tmp_path_factory.mktemp("features")
    first = dict(list(members.items())[:1])
    rest = {name: each for name, each in members.items() if name not in first}
    text = json.dumps({**first, "features": features, **rest}, indent=indent, ensure_ascii=False)
    (folder / "g.json").write_text(text, "utf-8", newline="\n")
    survey = Survey()
    read = read_features(folder, "g.json", survey)
    assert survey.findings == []
    assert read is not None
    assert ([each for _, each in read[0]], read[1]) == (features, members)
    lines = [line for line, _ in read[0]]
    assert lines == sorted(lines)
    if indent:
        starts = [number for number, line in enumerate(text.split("\n"), 1) if line in ("  {", "  {}", "  {},")]
        assert lines == starts


def test_a_place_is_longitude_then_latitude(city: City) -> None:
    place = city.stations["S-XFL"].place
    assert (round(place.lon, 2), round(place.lat, 2)) == (108.76, 34.44)
