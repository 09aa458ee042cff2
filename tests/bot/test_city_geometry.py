"""Overlaps, gaps, broken outlines and shifted places are found, and nothing is found where nothing is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from time import process_time
from typing import Any

import prcoords
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.city.check import check
from bot.city.district import Placed
from bot.city.finding import Finding, Spot, Survey
from bot.city.geometry import Ground, check_gaps, check_outlines
from domain.city import Grid

SAMPLE = Path(__file__).parents[2] / "city"
GRIDS = "grids.geojson"

Ring = list[list[float]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copytree(SAMPLE, tmp_path / "city")
    return tmp_path / "city"


def redraw(folder: Path, code: str, edit: Callable[[Ring], Ring]) -> int:
    """Change one grid's outer ring, keeping a feature to a line; returns its line."""
    whole = json.loads((folder / GRIDS).read_text("utf-8"))
    lines = ['{"type": "FeatureCollection", "features": [']
    at = 0
    for feature in whole["features"]:
        if feature["properties"]["code"] == code:
            feature["geometry"]["coordinates"] = [edit(feature["geometry"]["coordinates"][0])]
            at = len(lines) + 1
        lines.append(json.dumps(feature, ensure_ascii=False) + ",")
    lines[-1] = lines[-1].rstrip(",")
    (folder / GRIDS).write_text("\n".join([*lines, "]}"]), "utf-8")
    return at


def moved(ring: Ring, corner: int, lon: float, lat: float) -> Ring:
    points = [list(each) for each in ring[:-1]]
    points[corner] = [points[corner][0] + lon, points[corner][1] + lat]
    return [*points, points[0]]


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_an_overlap_names_both_grids_and_its_size(folder: Path) -> None:
    line = redraw(folder, "XFL03", lambda ring: moved(ring, 2, 0.0003, 0.0))
    overlaps = [each for each in check(folder) if "overlaps" in each.what]
    assert {each.level for each in overlaps} == {"error"}
    assert any("XFL03" in f"{each.where} {each.what}" and "XFL04" in f"{each.where} {each.what}" for each in overlaps)
    assert all(" m² near 34.43" in each.what for each in overlaps)
    assert all(each.file == GRIDS and each.line >= line for each in overlaps)


def test_a_grid_drawn_over_another_is_an_overlap(folder: Path) -> None:
    ring = json.loads((folder / GRIDS).read_text("utf-8"))["features"][1]["geometry"]["coordinates"][0]
    redraw(folder, "XFL03", lambda _: ring)
    assert any("overlaps grid XFL02" in each.what for each in check(folder))


def test_a_slit_between_two_grids_is_doubtful(folder: Path) -> None:
    redraw(folder, "XFL03", lambda ring: moved(moved(ring, 1, -0.00004, 0.0), 2, -0.00004, 0.0))
    gap = only(check(folder))
    assert (gap.level, gap.file) == ("warning", GRIDS)
    assert "belong to no grid, between" in gap.what
    assert "XFL03" in gap.what
    assert "XFL04" in gap.what


def test_an_enclosed_hole_is_doubtful(folder: Path) -> None:
    # A corner of 05 that no outer border touches: 02 and 10 keep theirs.
    redraw(folder, "XFL05", lambda ring: moved(ring, 1, 0.0, 0.0002))
    gap = only(check(folder))
    assert (gap.level, "XFL02" in gap.what, "XFL05" in gap.what) == ("warning", True, True)


def test_a_grid_left_out_of_the_middle_is_a_hole(folder: Path) -> None:
    text = (folder / GRIDS).read_text("utf-8").split("\n")
    first = next(number for number, line in enumerate(text) if '"XFL05"' in line)
    (folder / GRIDS).write_text("\n".join(text[:first] + text[first + 2 :]), "utf-8")
    findings = check(folder)
    gap = only([each for each in findings if "belong to no grid" in each.what])
    assert all(code in gap.what for code in ("XFL02", "XFL09", "XFL10"))
    assert {each.where for each in findings} >= {f"landmark 幸福里 {n} 号楼" for n in (8, 11)}


def test_an_outline_that_crosses_itself_is_an_error(folder: Path) -> None:
    line = redraw(folder, "YH01", lambda ring: [ring[0], ring[2], ring[1], *ring[3:]])
    broken = [each for each in check(folder) if "broken" in each.what]
    assert (only(broken).level, only(broken).line) == ("error", line)
    assert "self-intersection" in only(broken).what


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda ring: [], "a ring of 0 different points"),
        (lambda ring: [ring[0], ring[1], ring[0]], "a ring of 2 different points"),
        (lambda ring: [[lat, lon] for lon, lat in ring], "longitude and latitude are swapped"),
        (lambda ring: [[lon * 1e5, lat * 1e5] for lon, lat in ring], "these are no degrees"),
        (lambda ring: [[None, 34.1], *ring[1:]], "is not a number"),
        (lambda ring: [["x", 34.1], *ring[1:]], "is not a number"),
        (lambda ring: [[float("nan"), 34.1], *ring[1:]], "is not a number"),
        (lambda ring: [[108.7], *ring[1:]], "A position is [longitude, latitude]"),
        (lambda ring: "ring", "a ring that is no list"),
    ],
)
def test_an_unreadable_outline_is_an_error_on_its_line(folder: Path, edit: Callable[[Ring], Any], says: str) -> None:
    line = redraw(folder, "XFL12", edit)
    finding = only([each for each in check(folder) if each.level == "error"])
    assert (finding.file, finding.line, finding.where) == (GRIDS, line, "feature 12, grid XFL12")
    assert says in f"{finding.what} {finding.remedy}"


def test_an_outline_without_ground_is_an_error(folder: Path) -> None:
    line = redraw(folder, "XFL12", lambda ring: [[108.76, 34.44], [108.760001, 34.44], [108.76, 34.440001]])
    finding = only([each for each in check(folder) if each.level == "error"])
    assert finding.line == line
    assert "covers 0." in finding.what


def test_a_grid_in_another_province_is_doubtful(folder: Path) -> None:
    line = redraw(folder, "YH06", lambda ring: [[lon - 5, lat] for lon, lat in ring])
    far = only([each for each in check(folder) if " km from" in each.what])
    assert (far.level, far.line) == ("warning", line)


def shift_places(folder: Path, convert: Callable[[tuple[float, float]], tuple[float, float]], names: str) -> None:
    import re

    def moved_place(match: re.Match[str]) -> str:
        lat, lon = convert((float(match[2]), float(match[1])))
        return f"place: [{lon:.6f}, {lat:.6f}]"

    path = folder / "city.yaml"
    head, mark, tail = path.read_text("utf-8").partition(names)
    path.write_text(head + mark + re.sub(r"place: \[([\d.]+), ([\d.]+)\]", moved_place, tail), "utf-8")


@pytest.mark.parametrize(
    ("convert", "says"),
    [(prcoords.wgs_gcj, "GCJ-02 (高德, 腾讯)"), (prcoords.wgs_bd, "BD-09 (百度)")],
    ids=["gcj", "baidu"],
)
def test_places_of_a_chinese_map_are_recognised_by_their_shift(
    folder: Path, convert: Callable[[tuple[float, float]], tuple[float, float]], says: str
) -> None:
    shift_places(folder, convert, "landmarks:")
    finding = only(check(folder))
    assert (finding.level, finding.file) == ("error", "city.yaml")
    assert f"the places look like {says}" in finding.what
    assert "WGS-84" in finding.remedy


def test_grids_of_a_chinese_map_are_recognised_by_their_shift(folder: Path) -> None:
    path = folder / GRIDS
    whole = json.loads(path.read_text("utf-8"))
    for feature in whole["features"]:
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"]["coordinates"][0] = [list(reversed(prcoords.wgs_gcj((lat, lon)))) for lon, lat in ring]
    path.write_text(json.dumps(whole), "utf-8")
    assert any("grids.geojson is GCJ-02" in each.what and each.level == "error" for each in check(folder))


def test_a_few_places_outside_are_named_one_by_one(folder: Path) -> None:
    path = folder / "city.yaml"
    text = path.read_text("utf-8").replace("[108.759301, 34.43785]", "[108.7493, 34.43785]")
    text = text.replace("address: 港兴二路中段路南", "x: 港兴", 1).replace("    x: 港兴,公交站旁\n", "")
    start = text.index("code: B-01")
    at = text.index("place: [", start)
    text = text[:at] + "place: [109.05, 34.36]" + text[text.index("\n", at) :]
    path.write_text(text, "utf-8")
    findings = check(folder)
    assert [(each.level, each.where) for each in findings] == [
        ("warning", "booth B-01"),
        ("warning", "landmark 幸福里 12 号铺"),
    ]
    assert all("outside every grid" in each.what for each in findings)
    assert [text.split("\n")[each.line - 1].strip()[:12] for each in findings] == [
        "- code: B-01",
        "- {name: 幸福里"[:12],
    ]


def test_a_station_outside_its_own_grids_is_doubtful(folder: Path) -> None:
    path = folder / "city.yaml"
    text = path.read_text("utf-8")
    at = text.index("place: [", text.index("code: S-YH"))
    text = text[:at] + "place: [108.7593, 34.4385]" + text[text.index("\n", at) :]
    path.write_text(text, "utf-8")
    finding = only(check(folder))
    assert (finding.level, finding.where) == ("warning", "station S-YH")


def placed(code: str, ring: list[tuple[float, float]]) -> Placed[Grid]:
    grid = Grid(code, code, "C", "S", "L", (((*ring, ring[0]),),))
    return Placed(grid, Spot(GRIDS, 1, f"grid {code}"))


def mesh(columns: int, rows: int, bend: Callable[[int, int], float]) -> list[Placed[Grid]]:
    """Grids of about 180 m that share their corners, rounded as exporters do."""

    def corner(i: int, j: int) -> tuple[float, float]:
        return round(108.9 + i * 0.002 + bend(i, j), 6), round(34.3 + j * 0.0016 + bend(j + 7, i), 6)

    return [
        placed(f"{i}-{j}", [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)])
        for i in range(columns)
        for j in range(rows)
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 12)), st.floats(-0.0004, 0.0004)))
def test_grids_that_share_their_corners_never_overlap_nor_gape(bends: dict[tuple[int, int], float]) -> None:
    survey = Survey()
    ground = Ground(mesh(5, 5, lambda i, j: bends.get((i, j), 0.0)))
    check_outlines(ground, survey)
    check_gaps(ground, survey)
    assert survey.findings == []


@settings(deadline=None)
@given(st.floats(0.00003, 0.001), st.integers(0, 3), st.integers(0, 3))
def test_a_grid_that_grows_into_its_neighbour_always_overlaps_it(by: float, i: int, j: int) -> None:
    grids = mesh(5, 4, lambda *_: 0.0)
    number = next(n for n, grid in enumerate(grids) if grid.value.code == f"{i}-{j}")
    ring = list(grids[number].value.polygons[0][0][:-1])
    grids[number] = placed(f"{i}-{j}", [ring[0], (ring[1][0] + by, ring[1][1]), (ring[2][0] + by, ring[2][1]), ring[3]])
    survey = Survey()
    check_outlines(Ground(grids), survey)
    overlap = only([each for each in survey.findings if each.level == "error"])
    assert f"{i + 1}-{j}" in f"{overlap.where} {overlap.what}"


def test_ten_thousand_grids_are_checked_in_seconds() -> None:
    grids = mesh(100, 100, lambda i, j: 0.0001 * ((i * 7 + j * 3) % 5 - 2))
    survey, start = Survey(), process_time()
    ground = Ground(grids)
    check_outlines(ground, survey)
    check_gaps(ground, survey)
    assert process_time() - start < 15
    assert survey.findings == []
