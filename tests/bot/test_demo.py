"""The demo as it is typed: it needs nothing, keeps nothing, ends at once, and its script proves what it plays."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bot.city.known import open_district
from bot.city.sample import sample
from bot.demo import script
from bot.demo.photo import shop_front
from bot.demo.stage import BOUND, CASTS, STAFF, first_morning, seed
from bot.demo.story import STORY, Presses
from domain.district import District
from domain.role import SCOPED
from storage import chat as chats
from storage import member, person
from storage.database import open_database
from storage.photo import Photos, difference

NUMBER = "XF-20261124-0001"
TOLD = f"""
您好,我是解忧,城管工作站的聊天助手。
照片和话都收到了,是遮雨棚的事。
地方:幸福里 12 号铺门前,图上红点
[同意并提交]
已提交。
✅ 交上去了。编号 {NUMBER}
上午 9:35 前接单,最晚 12月1日(周二)下午 5 点前给您答复。
🟡 待签收 · {NUMBER}
📍 幸福里03网格 · 12 号铺门前 · 看地图
⏰ 09:35 前接单 · 12-01 周二 17:00 前办结
弹 {NUMBER} 待签收,等李网格长接单。只有幸福里03网格和站里的人能按。
弹 接单了:{NUMBER}
李网格长接单了,会去办。
✎ 🔵 处置中 · {NUMBER}
居民 · 首次反馈 · 李网格长 已接单 09:12
弹 {NUMBER} 李网格长 已接单 09:12
办得怎么样?李网格长请选
请李网格长回复本卡:办后照片 + 一句话
👍
✎ 李网格长说办完了,站里正在核对。
🟣 待核查 · {NUMBER}
⏰ 11-30 周一 15:40 前核查,到点自动通过
📷 左边是您拍的,右边是办完后的。
李网格长说:“装好了,和整排铺子同款”
您看,解决了吗?
✎ 💬 回访中 · {NUMBER}
张队员 核查通过 16:05 · 等居民回话
您说:解决了。
办得您满意吗?
您说:解决了,满意。谢谢您,这件就结了。
✎ ✅ 已结案 · {NUMBER}
居民:解决了 · 满意
✎ 🗂 已归档 · {NUMBER}
张队员 归档 11-30 09:10
"""


@pytest.fixture(scope="module")
def district() -> District:
    return open_district(sample())


def environment(folder: Path, **more: str) -> dict[str, str]:
    """An environment without a setting of ours, whose temporary folder is the test's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JIEYOU_")}
    return {**kept, "TMPDIR": str(folder), "COLUMNS": "140", "PYTHONIOENCODING": "utf-8", **more}


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "demo", *options]
    return subprocess.run(command, env=environment(folder), capture_output=True, text=True, timeout=30)


# The script


def test_the_script_plays_the_main_story_and_proves_its_ledger(tmp_path: Path) -> None:
    began = time.monotonic()
    done = run(tmp_path, "--script")
    assert time.monotonic() - began < 15
    assert (done.returncode, done.stderr.strip()) == (0, "")
    for line in TOLD.strip().splitlines():
        assert line in done.stdout
    for way in (
        r"resident +│ 2026-11-24 09:05",
        r"leader 李网格长 +│ 2026-11-27 15:40",
        r"officer 张队员 +│ 2026-11-30 09:10",
    ):
        assert re.search(way, done.stdout)
    assert "nothing was changed, removed or slipped in" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_two_playings_tell_the_same(tmp_path: Path) -> None:
    first, second = (re.sub(r"│ [0-9a-f]{12} │", "", run(tmp_path, "--script").stdout) for _ in range(2))
    assert first == second


@pytest.fixture
def own_log() -> Iterator[None]:
    """The script sets the log up; here it is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("place", "otherwise", "says"),
    [
        (0, {"told": {"resident": "亲,欢迎光临"}}, "«亲,欢迎光临» was not said"),
        (3, {"does": Presses("提交了事")}, "there is no button [提交了事]"),
        (4, {"answer": "好的"}, "the button did not answer «好的»"),
    ],
)
async def test_a_story_that_goes_another_way_says_so_and_fails(
    place: int,
    otherwise: dict[str, object],
    says: str,
    own_log: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    changed = replace(STORY[place], **otherwise)  # type: ignore[arg-type]
    monkeypatch.setattr(script, "STORY", (*STORY[:place], changed, *STORY[place + 1 :]))
    assert await script.play() == 1
    assert says in capsys.readouterr().out


async def test_a_story_that_ends_early_fails_at_its_ledger(
    own_log: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(script, "STORY", STORY[:6])
    assert await script.play() == 1
    assert "not report, accept" in capsys.readouterr().out


def test_the_two_photos_are_of_one_place_and_not_alike(tmp_path: Path) -> None:
    photos = Photos(tmp_path)
    before, after = (photos.keep(shop_front(canopy=canopy)) for canopy in (False, True))
    assert (before.width, before.height) == (after.width, after.height)
    assert difference(before.look, after.look) > 10


# The stage


async def test_the_stage_seeds_what_the_casts_promise(tmp_path: Path, district: District) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/demo.db")
    await database.turn(lambda turn: seed(turn, "web", datetime(2026, 11, 24, 1, tzinfo=UTC)))
    async with database.reading() as queries:
        for cast in CASTS.values():
            for one in cast.people:
                (row,) = await member.roles_of(queries, f"web|{one.id}")
                assert row["name"] == one.name
                known = await person.get(queries, f"web|{one.id}")
                assert known is not None
                assert known["chat"] == f"web|private|{one.id}|"
            if cast.kind == "group":
                assert await chats.code_of(queries, cast.chat.key) == BOUND[cast.chat_id]
    await database.close()


def test_everybody_of_the_staff_speaks_on_exactly_one_page() -> None:
    speakers = [one.id for cast in CASTS.values() for one in cast.people]
    assert sorted(speakers) == sorted(each.id for each in STAFF)
    assert [(cast.chat_id, len(cast.people)) for cast in CASTS.values() if cast.kind == "private"] == [("chen", 1)]


def test_the_staff_are_those_of_the_sample_city(district: District) -> None:
    city = district.city
    for each in STAFF:
        if each.role == "leader":
            assert (each.name, each.title) == (city.grids[each.scope].leader, city.grids[each.scope].name)
        scopes = {"grid": city.grids, "station": city.stations, "district": {city.prefix}, "": {""}}
        assert each.scope in scopes[SCOPED.get(each.role, "")]
    assert set(BOUND.values()) <= city.communities.keys() | city.stations.keys()


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 11, 24, 15, tzinfo=UTC), datetime(2026, 11, 24, 1, tzinfo=UTC)),  # Tuesday, 23:00 there
        (datetime(2026, 11, 24, 17, tzinfo=UTC), datetime(2026, 11, 25, 1, tzinfo=UTC)),  # Wednesday already there
        (datetime(2026, 11, 28, 3, tzinfo=UTC), datetime(2026, 11, 30, 1, tzinfo=UTC)),  # Saturday
    ],
)
def test_a_demo_begins_at_nine_on_a_working_day(district: District, now: datetime, begins: datetime) -> None:
    assert first_morning(district.calendar, now) == begins


# The pages


@contextmanager
def showing(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A demo that runs: its process, host:port, and all it said until it was ready."""
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", *(options or ("--listen", "127.0.0.1:0"))]
    process = subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, f"the demo ended: {process.wait(5)}"
            said += line
        found = re.search(r"http://(\S+)/demo\s", said)
        assert found
        yield process, found[1], said
    finally:
        process.kill()
        process.communicate(timeout=10)


def get(host: str, path: str) -> tuple[int, str]:
    connection = HTTPConnection(host, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    status, body = answer.status, answer.read().decode()
    connection.close()
    return status, body


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_the_pages_are_served_and_a_signal_ends_all_within_five_seconds(tmp_path: Path, signal_: int) -> None:
    with showing(tmp_path) as (process, host, said):
        status, side_by_side = get(host, "/demo")
        assert status == 200
        assert re.findall(r'<iframe src="([^?"]+)', side_by_side) == [
            "/demo/resident",
            "/demo/leaders",
            "/demo/station",
        ]
        for path in ("resident", *CASTS):
            assert f"http://{host}/demo/{path}" in said
            assert get(host, f"/demo/{path}")[0] == 200
        assert "Nothing is kept" in said
        (folder,) = tmp_path.iterdir()
        assert (folder / "jieyou.db").is_file()
        stream = HTTPConnection(host, timeout=10)  # a page that stays open
        stream.request("GET", "/demo/leaders/events?since=0&page=p1")
        answer = stream.getresponse()
        began = time.monotonic()
        process.send_signal(signal_)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5
        answer.close()
        stream.close()
    assert list(tmp_path.iterdir()) == []


def test_the_clock_begins_at_nine_and_is_hastened(tmp_path: Path) -> None:
    with showing(tmp_path, "--listen", "127.0.0.1:0", "--speed", "600") as (_, _, said):
        assert re.search(r"at 09:00 and runs 600 times as fast", said)


def test_a_port_in_use_is_one_sentence_and_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "--no-browser", "--listen", f"127.0.0.1:{port}")
    assert done.returncode == 2
    assert (
        done.stderr == f"jieyou: cannot listen on 127.0.0.1:{port}: Address already in use. Choose another --listen\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [("--speed", "0"), ("--speed", "nan"), ("--listen", "nowhere"), ("--listen", "")])
def test_a_wrong_option_is_one_sentence_and_code_2(tmp_path: Path, options: tuple[str, str]) -> None:
    done = run(tmp_path, "--no-browser", *options)
    assert done.returncode == 2
    assert re.fullmatch(rf"jieyou: {options[0]}: [^\n]+\n", done.stderr)
