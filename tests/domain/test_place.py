"""Places as residents name them: which landmark is meant, how it is shown, and what must not be taken for one."""

import random
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.city import Landmark, Point
from domain.grid import metres_per_degree
from domain.place import MANY, Gazetteer

LON, LAT = 108.76, 34.44
PER_LON, PER_LAT = metres_per_degree(LAT)


def mark(name: str, *aliases: str, kind: str = "", east: float = 0, north: float = 0) -> Landmark:
    return Landmark(name, Point(LON + east / PER_LON, LAT + north / PER_LAT), aliases, kind)


LANDMARKS = [
    *(mark(f"幸福里 {n} 号楼", kind="building", east=100 * n, north=500) for n in range(1, 13)),
    *(mark(f"幸福里 {n} 号铺", kind="shop", east=15 * n) for n in range(1, 25)),
    mark("幸福里", "幸福里小区", kind="compound", east=300, north=300),
    mark("幸福里南门", "幸福里正门", kind="gate", east=200, north=100),
    mark("幸福里小学", "幸福里小学门口", kind="school", east=-900),
    mark("幸福里菜市场", "幸福里农贸市场", kind="market", east=900),
    mark("锦绣苑", "锦绣苑小区", kind="compound", east=1500),
    mark("锦绣苑东门", kind="gate", east=1600),
    mark("和顺街和同心街路口", kind="crossing", east=1000, north=1000),
    mark("幸福路和文林巷口", "文林巷口", kind="crossing", east=-300),
    mark("港兴二路公交站", kind="stop", east=-1200),
    mark("老王面馆", kind="shop", east=2000),
    mark("老王面馆", kind="shop", east=3000),
]
HERE = Gazetteer(LANDMARKS)


def shown(words: str) -> list[str]:
    return [match.shown for match in HERE.find(words)]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("幸福里3号楼下垃圾桶满了,流了一地", "幸福里 3 号楼下"),
        ("幸福里12号铺门口下雨滴水,想装个棚", "幸福里 12 号铺门前"),
        ("幸福里12号铺", "幸福里 12 号铺"),
        ("幸福里三号楼的灯坏了", "幸福里 3 号楼"),
        ("幸福里３栋楼下", "幸福里 3 号楼下"),
        ("幸福里 十二 幢 对面", "幸福里 12 号楼对面"),
        ("幸福里3#楼楼道堆满纸箱", "幸福里 3 号楼楼道"),
        ("幸福里十二號商鋪旁邊", "幸福里 12 号铺旁边"),
        ("幸福里小区的3号楼后头", "幸福里 3 号楼后面"),
        ("幸福里3号楼2单元门口有积水", "幸福里 3 号楼 2 单元门前"),
        ("幸福里三号楼二单元五楼302室", "幸福里 3 号楼 2 单元 5 楼 302 室"),
        ("幸福里小学门口乱停车", "幸福里小学门前"),
        ("幸福里正门有人摆摊", "幸福里南门"),
        ("港兴2路公交站没灯", "港兴二路公交站"),
        ("锦绣苑东侧", "锦绣苑东侧"),
    ],
)
def test_a_named_place_is_found_and_shown_as_the_district_writes_it(words: str, place: str) -> None:
    assert shown(words) == [place]
    assert HERE.find(words)[0].score == 1


@pytest.mark.parametrize("words", ["和顺街和同心街路口", "同心街跟和顺街十字", "同心街和顺街交叉口", "和顺街交同心街"])
def test_a_crossing_is_named_in_either_order(words: str) -> None:
    assert shown(f"{words}红绿灯坏了") == ["和顺街和同心街路口"]


def test_two_roads_that_do_not_cross_are_no_place() -> None:
    assert shown("同心街和文林巷路口") == []
    assert shown("和顺街的灯坏了,同心街也是") == []


@pytest.mark.parametrize("words", ["3号楼2单元", "在三号楼2单元", "我们小区3栋2单元", "垃圾没人收,3号楼2单元"])
def test_a_building_by_its_number_alone_is_the_one_of_the_district(words: str) -> None:
    (match,) = HERE.find(words)
    assert (match.shown, match.score) == ("幸福里 3 号楼 2 单元", 0.8)


@pytest.mark.parametrize("words", ["11号楼", "十一号楼", "在幸福里11号楼", "幸福里十一栋"])
def test_building_1_is_not_seen_in_building_11(words: str) -> None:
    assert shown(words) == ["幸福里 11 号楼"]


@pytest.mark.parametrize("words", ["康乐苑3号楼", "31号楼", "13号铺面前的康乐苑103号楼"])
def test_a_number_of_an_unknown_compound_is_not_taken_for_ours(words: str) -> None:
    assert "幸福里 3 号楼" not in shown(words)


def test_between_1_and_2_is_not_12() -> None:
    assert shown("1、2号楼之间") == ["幸福里 2 号楼"]


def test_rain_and_drains_are_not_below_the_building() -> None:
    assert shown("幸福里3号楼下水道堵了") == ["幸福里 3 号楼"]
    assert shown("幸福里3号楼下雨漏水") == ["幸福里 3 号楼"]


def test_an_unknown_number_in_a_known_compound_is_shown_and_less_sure() -> None:
    (match,) = HERE.find("幸福里99号楼下")
    assert (match.landmark.name, match.shown, match.score) == ("幸福里", "幸福里 99 号楼下", 0.7)


def test_the_longest_name_wins() -> None:
    assert shown("幸福里小区旁边的幸福里菜市场门口") == ["幸福里菜市场门前"]


def test_two_places_of_one_name_are_both_offered() -> None:
    matches = HERE.find("老王面馆油烟大")
    assert [match.landmark.place.lon for match in matches] == sorted({m.place.lon for m in LANDMARKS[-2:]})
    assert {match.shown for match in matches} == {"老王面馆"}


def test_a_number_that_many_compounds_have_names_no_place() -> None:
    for compounds, found in ((2, 2), (MANY, MANY), (MANY + 1, 0)):
        gazetteer = Gazetteer([mark(f"{'甲乙丙丁戊己庚辛壬癸'[i]}苑小区 3 号楼") for i in range(compounds)])
        assert len(gazetteer.find("3号楼下")) == found


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("辛福里3号楼灯坏了", "幸福里 3 号楼"),
        ("星福里十二号铺", "幸福里 12 号铺"),
        ("锦秀苑东门", "锦绣苑东门"),
        ("幸福里农贸市厂门口", "幸福里菜市场门前"),
        ("和顺街和铜心街路口", "和顺街和同心街路口"),
    ],
)
def test_a_slip_that_sounds_alike_is_forgiven(words: str, place: str) -> None:
    (match,) = HERE.find(words)
    assert match.shown == place
    assert 0.8 <= match.score < 1


@pytest.mark.parametrize("words", ["幸运里3号楼", "锦绣苑西门", "幸福路3号楼", "吉祥里的灯"])
def test_another_name_is_not_a_slip(words: str) -> None:
    assert not {"幸福里 3 号楼", "锦绣苑东门"} & set(shown(words))


@pytest.mark.parametrize("words", ["", "你好", "楼下", "门口", "垃圾桶满了", "医院门口", "3", "号楼", "路口", "🙂"])
def test_words_that_name_no_place_find_none(words: str) -> None:
    assert HERE.find(words) == ()


def test_the_span_covers_the_words_of_the_place_as_they_were_typed() -> None:
    words = "垃圾 在 幸福里 三號樓 2单元 门口,快来"
    (match,) = HERE.find(words)
    assert words[slice(*match.span)] == "幸福里 三號樓 2单元 门口"


def test_a_point_is_named_after_the_nearest_landmark() -> None:
    def label(east: float, north: float) -> str | None:
        return HERE.label_near(Point(LON + east / PER_LON, LAT + north / PER_LAT))

    assert label(15 * 12, 5) == "幸福里 12 号铺门前"
    assert label(15 * 12, -30) == "幸福里 12 号铺附近"
    assert label(300, 510) == "幸福里 3 号楼下"
    assert label(300, 530) == "幸福里 3 号楼附近"
    assert label(1000, 1005) == "和顺街和同心街路口"
    assert label(15 * 12, -41) is None


def test_a_district_without_landmarks_knows_no_place() -> None:
    empty = Gazetteer([])
    assert empty.find("幸福里3号楼") == ()
    assert empty.label_near(Point(LON, LAT)) is None


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(words: str) -> None:
    for match in HERE.find(words):
        start, end = match.span
        assert 0 <= start < end <= len(words)


names = st.sampled_from([m.name for m in LANDMARKS[:36]])


@given(names, st.sampled_from("，。 \n!"), st.sampled_from(["灯坏了", "有人摆摊", "垃圾满了"]))
def test_every_landmark_is_found_by_its_own_name_with_or_without_blanks(name: str, mark: str, matter: str) -> None:
    for said in (name, name.replace(" ", "")):
        (match,) = HERE.find(f"{matter}{mark}{said}{mark}{matter}")
        assert (match.landmark.name, match.score) == (name, 1)


@given(st.randoms(use_true_random=False), st.sampled_from(["3号楼", "老王面馆", "幸福里7号铺", "锦秀苑东门"]))
def test_the_order_of_the_landmarks_changes_nothing(dice: random.Random, words: str) -> None:
    assert Gazetteer(dice.sample(LANDMARKS, len(LANDMARKS))).find(words) == HERE.find(words)


@given(east=st.floats(-100, 1300), north=st.floats(-100, 1100))
def test_the_label_is_that_of_the_nearest_by_a_plain_search(east: float, north: float) -> None:
    def gap(landmark: Landmark) -> float:
        place = landmark.place
        return hypot((place.lon - LON) * PER_LON - east, (place.lat - LAT) * PER_LAT - north)

    nearest = min(LANDMARKS, key=gap)
    label = HERE.label_near(Point(LON + east / PER_LON, LAT + north / PER_LAT))
    if gap(nearest) < 39.9:
        assert label is not None
        assert any(label.startswith(m.name) for m in LANDMARKS if gap(m) - gap(nearest) < 0.1)
    elif gap(nearest) > 40.1:
        assert label is None
