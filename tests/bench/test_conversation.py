"""The benchmark measures real work: whoever takes part files each report, with the same calls and the same words."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.contestant import CONTESTANTS, OURS, PICKLE, ROOT, SAVING, Contestant, Failed, city_by_day, running
from bench.conversation import MEASURES, one_round
from bench.people import NUMBER, People, Stretch
from bench.table import Measure, Target, ratio
from bot.city.folder import load
from tests.emulators.telegram import TelegramEmulator

CALLS = {"sendMessage": 4, "sendPhoto": 2, "editMessageCaption": 2, "answerCallbackQuery": 4}
"""What one report takes, whoever serves it."""

LAST_LINES = [
    "有照片吗?发一张,网格长一看就懂。",
    "没关系。怎么没拍成?点一个就行。",
    "已提交。",
    "半小时内再发照片,都算进这一件。",
    "办完后,我把前后照片发给您看。",
]
everybody = pytest.mark.parametrize("contestant", CONTESTANTS, ids=lambda contestant: contestant.name)


@asynccontextmanager
async def two_reports(contestant: Contestant, folder: Path) -> AsyncIterator[tuple[People, Counter[str], Stretch]]:
    """Two residents have filed at once and the bot is still running: the people, the calls, the stretch."""
    if not contestant.there:
        pytest.skip(f"{contestant.name} cannot run yet: {contestant.needs} is not there")
    async with TelegramEmulator() as telegram, running(contestant, telegram, folder) as bot:
        people = People(telegram)
        await bot.during(contestant.settle(people, bot))
        before = telegram.calls.copy()
        stretch = await bot.during(people.work(2, 1))
        assert telegram.missed == []
        yield people, telegram.calls - before, stretch


@everybody
async def test_two_residents_report_and_everything_is_said_shown_and_kept(
    contestant: Contestant, tmp_path: Path
) -> None:
    async with two_reports(contestant, tmp_path) as (people, calls, stretch):
        assert (stretch.reports, stretch.updates, stretch.calls, len(stretch.steps)) == (2, 10, 24, 10)
        assert {method: times for method, times in calls.items() if method != "getUpdates"} == {
            method: times * 2 for method, times in CALLS.items()
        }
        cards = {number[0]: post for post in people.group.posts if (number := NUMBER.search(post.text))}
        assert len(cards) == 2
        assert all(card.photo and "处置中" in card.text for card in cards.values())
        chats = [chat for chat in people.telegram.world.chats.values() if chat.brief.get("first_name") == "居民"]
        said = [[m.text.splitlines()[-1] for m in chat.messages.values() if m.from_bot] for chat in chats]
        assert said == [LAST_LINES, LAST_LINES]
        assert (tmp_path / "data" / "conversations.pickle").exists() == (contestant is SAVING)
        if contestant is not OURS:
            with closing(sqlite3.connect(tmp_path / "data" / "cases.db")) as cases:
                assert cases.execute("select state, reason from cases").fetchall() == [("accepted", "不方便拍")] * 2


async def test_a_round_gives_every_measure_of_the_crowd_and_of_one_alone() -> None:
    crowd, alone = await one_round(PICKLE, 2, 1)
    assert crowd.keys() == alone.keys() == set(MEASURES)
    assert all(figure > 0 for figures in (crowd, alone) for figure in figures.values())


async def test_a_contestant_that_ends_says_why(tmp_path: Path) -> None:
    broken = Contestant("broken", ("bench.peer_pickle", "--save", "never"), PICKLE.settle)
    with pytest.raises(Failed, match="invalid choice: 'never'"):
        async with TelegramEmulator() as telegram, running(broken, telegram, tmp_path):
            pass


def test_the_city_by_day_is_the_sample_city_in_the_morning(tmp_path: Path) -> None:
    city = load(city_by_day(tmp_path / "city"))
    assert datetime.now(ZoneInfo(city.time_zone)).hour in (10, 11)  # 11 where the hour ends between the two lines
    assert replace(city, time_zone="") == replace(load(ROOT / "city"), time_zone="")


def test_a_ratio_is_of_medians_and_a_target_knows_its_side() -> None:
    rate = Measure("reports/s")
    rows = {"peer": {rate: [10.0, 1.0, 100.0]}, "ours": {rate: [40.0, 30.0, 1000.0]}}
    assert ratio(rows, rate, "ours", "peer") == 4
    assert Target("faster", 4, 3).met
    assert not Target("faster", 4, 4.5).met
    assert Target("smaller", 0.4, 0.5, at_most=True).met
    assert not Target("smaller", 0.6, 0.5, at_most=True).met
