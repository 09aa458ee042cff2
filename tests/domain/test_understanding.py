"""What a resident sends is read into findings: whatever comes first, whatever cannot be read."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.city import Point
from domain.form import Dialogue
from domain.grid import Outside
from domain.report import REPORT, WORDS_AT_MOST
from domain.understanding import Understood, place_value, understand, wgs84
from domain.update import Edited, File, Location, Other, Part, Photo, Text, Voice
from tests.district import SHOP_12, the_sample
from tests.domain.cases import BIN, CANOPY, GAS

CITY = the_sample()
CANOPY_WORDS = "店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚"
FAR = Location(108.0, 34.0)


def read(*parts: Part, asked: str = "", **filled: object) -> Understood:
    return understand(parts, CITY, asked=asked, filled=filled)


def found(understood: Understood, kind: str) -> list[object]:
    return [finding.value for finding in understood.findings if finding.kind == kind]


def words_of_place(understood: Understood) -> str:
    place = found(understood, "place")
    assert len(place) == 1
    assert isinstance(place[0], dict)
    return str(place[0]["words"])


def grid_of(understood: Understood) -> str:
    place = found(understood, "place")[0]
    assert isinstance(place, dict)
    return str(place["grid"])


# The main stories


def test_a_photo_with_words_is_a_matter() -> None:
    canopy = read(Photo("r", "a" * 64), Text(CANOPY_WORDS))
    assert found(canopy, "photo") == ["a" * 64]
    assert found(canopy, "category") == [CANOPY]
    assert found(canopy, "words") == [CANOPY_WORDS]
    assert not canopy.has("place")


def test_words_that_name_a_known_place_give_place_and_matter() -> None:
    bin_full = read(Text("幸福里3号楼下垃圾桶满了,流了一地"))
    assert found(bin_full, "category") == [BIN]
    assert words_of_place(bin_full).startswith("幸福里 3 号楼")


def test_a_location_is_a_place_in_its_grid_with_the_landmark_s_name() -> None:
    here = read(Location(*SHOP_12))
    assert grid_of(here) == "XFL03"
    assert words_of_place(here) == "幸福里 12 号铺门前"
    assert read(Location(*SHOP_12, label="门口那棵树")).findings[0].value["words"] == "门口那棵树"


def test_a_gas_smell_is_urgent_whatever_else_is_said() -> None:
    gas = read(Text("楼道里一股煤气味"))
    assert found(gas, "urgent") == ["yes"]
    assert found(gas, "category") == [GAS]


@pytest.mark.parametrize("words", ["幸福里3号楼有煤气味", "幸福里3号楼着火了", "幸福里3号楼井盖没了"])
def test_a_danger_said_shortly_beside_a_place_is_not_lost(words: str) -> None:
    danger = read(Text(words))
    assert danger.has("urgent")
    assert danger.has("place")


def test_a_short_matter_beside_a_place_is_not_lost() -> None:
    assert read(Text("幸福里3号楼路灯不亮")).has("category")


# What could not be read, and what is only talk


def test_a_broken_photo_is_a_problem_and_the_others_count() -> None:
    album = read(Photo("1", "a" * 64), Photo("2", problem="broken"), Photo("3", "b" * 64))
    assert (album.photos, album.problems) == (2, ["broken"])


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (Photo("r", problem="too_large"), "too_large"),
        (Photo("r", problem="gone"), "gone"),
        (File("r", "application/pdf", 9), "kind"),
        (Other("video"), "too_large"),
    ],
)
def test_what_cannot_be_kept_says_why(part: Part, problem: str) -> None:
    assert read(part).problems == [problem]
    assert not read(part).empty


def test_a_sticker_is_seen_and_a_voice_is_heard_of() -> None:
    assert read(Other("sticker")).other
    assert read(Other("sticker")).empty
    assert read(Voice("r", 12)).voice
    assert not read(Voice("r", 12)).empty


@pytest.mark.parametrize("words", ["你好", "谢谢", "在吗"])
def test_chatter_is_no_finding(words: str) -> None:
    talk = read(Text(words))
    assert talk.findings == []
    assert talk.kind != "report"


def test_blank_words_are_nothing() -> None:
    assert read(Text("   \n ")).empty


def test_long_words_are_cut_and_it_is_said() -> None:
    long = read(Text("下雨滴水,想装个棚。" * 200))
    assert long.cut
    assert len(long.words) == WORDS_AT_MOST


def test_an_edited_message_is_read_like_a_new_one() -> None:
    assert read(Edited("1", CANOPY_WORDS)).findings == read(Text(CANOPY_WORDS)).findings


# Places


def test_a_place_outside_is_told_apart_and_fills_nothing() -> None:
    outside = read(FAR)
    assert outside.outside is not None
    assert not outside.has("place")
    assert not outside.empty


def test_words_that_answer_where_and_name_no_known_place_are_an_unknown_place() -> None:
    assert read(Text("老槐树底下"), asked="place").unknown_place == "老槐树底下"
    assert read(Text("老槐树底下")).unknown_place == ""


def test_a_name_that_answers_where_is_the_place_alone() -> None:
    answer = read(Text("幸福里12号铺"), asked="place", category=CANOPY)
    assert words_of_place(answer) == "幸福里 12 号铺"
    assert not answer.has("words")


def test_a_place_that_is_known_stays_unless_it_is_corrected() -> None:
    place = {"lon": SHOP_12[0], "lat": SHOP_12[1], "words": "幸福里 12 号铺", "grid": "XFL03"}
    assert not read(Text("幸福里3号楼的人也来躲雨,下雨滴水"), place=place).has("place")
    moved = read(Text("地方不对,是幸福里3号楼"), place=place)
    assert moved.has("place")
    assert moved.corrected


def test_a_location_beats_a_name_in_the_same_message() -> None:
    both = read(Text("幸福里3号楼下垃圾桶满了"), Location(*SHOP_12))
    assert words_of_place(both) == "幸福里 12 号铺门前"


def test_a_rough_position_is_noticed() -> None:
    assert read(Location(*SHOP_12, accuracy_m=900.0)).rough
    assert not read(Location(*SHOP_12, accuracy_m=30.0)).rough


def test_a_chinese_map_s_point_is_the_same_place() -> None:
    """GCJ-02 and BD-09 are shifted by some hundred metres; converted they are the shop again."""
    import prcoords

    lon, lat = SHOP_12
    gcj_lat, gcj_lon = prcoords.wgs_gcj((lat, lon))
    bd_lat, bd_lon = prcoords.wgs_bd((lat, lon))
    for location in (Location(gcj_lon, gcj_lat, "gcj02"), Location(bd_lon, bd_lat, "bd09")):
        assert abs(location.lon - lon) > 0.003
        point = wgs84(location)
        assert point.lon == pytest.approx(lon, abs=2e-6)
        assert point.lat == pytest.approx(lat, abs=2e-6)
        assert grid_of(read(location)) == "XFL03"


@settings(deadline=None)
@given(st.floats(108.755, 108.765), st.floats(34.437, 34.443), st.floats(0, 5000))
def test_any_point_is_in_a_grid_or_outside_and_is_given_back_as_it_came(lon: float, lat: float, metres: float) -> None:
    value = place_value(CITY, Point(lon, lat), "", metres)
    if isinstance(value, Outside):
        return
    assert (value["lon"], value["lat"]) == (lon, lat)
    assert value["grid"] in CITY.city.grids
    assert value.get("border") != value["grid"]
    assert value["words"]


# Corrections


def test_a_matter_put_in_place_of_another_changes_the_category() -> None:
    lid = read(Text("不是垃圾,是井盖"), category=BIN)
    assert found(lid, "category") == ["CG-0501"]
    assert lid.corrected


def test_more_words_about_the_same_matter_change_no_category() -> None:
    more = read(Text("桶都满了三天了"), category=BIN)
    assert not more.has("category")
    assert found(more, "words") == ["桶都满了三天了"]


def test_an_unclear_matter_offers_at_most_three() -> None:
    unclear = read(Photo("r", "a" * 64), Text("这儿太脏了"))
    assert not unclear.has("category")
    assert 1 <= len(unclear.candidates) <= 3


# Any order, anything

_PARTS: Sequence[Part] = (Photo("r", "a" * 64), Text(CANOPY_WORDS), Location(*SHOP_12))


@given(st.permutations(_PARTS))
def test_photo_words_and_place_in_any_order_fill_the_same_report(parts: Sequence[Part]) -> None:
    straight = Dialogue("report", "d").take(REPORT, understand(_PARTS, CITY).findings)
    mixed = Dialogue("report", "d").take(REPORT, understand(parts, CITY).findings)
    assert mixed.filled == straight.filled
    assert mixed.missing(REPORT) is None


def test_a_place_s_label_is_one_line_of_a_length_that_a_card_holds() -> None:
    long = words_of_place(read(Location(*SHOP_12, label="某某\n大厦" + "某" * 500)))
    assert "\n" not in long
    assert len(long) <= 60


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.sampled_from(["", "place", "category", "photos"]))
def test_any_text_is_read_without_harm_and_fits_the_form(words: str, asked: str) -> None:
    understood = read(Text(words), asked=asked)
    kinds = {kind for slot in REPORT.slots for kind in slot.accepts}
    assert {finding.kind for finding in understood.findings} <= kinds
    assert len(understood.candidates) <= 3
    assert Dialogue("report", "d").take(REPORT, understood.findings).version in (1, 2)
