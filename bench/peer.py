"""What the peers share: their words, which are ours (the same the people read from our bot), and their case table.

The table is kept as a competent author of a bot keeps it: one aiosqlite connection, write-ahead log, SQLite's own
durability (`synchronous` stays at its default, FULL), one commit for each step that writes.
"""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import aiosqlite

ASK_PHOTO = "听明白了:垃圾桶满了,幸福里 3 号楼。\n有照片吗?发一张,网格长一看就懂。"
ASK_WHY = "没关系。怎么没拍成?点一个就行。"
BOUND = "这个群绑定好了:幸福里02网格。"
STRANGER = "{number}。只有幸福里02网格和站里的人能按。"
TAKEN = "接单了:{number}"
REASONS: Mapping[str, str] = {"dark": "天黑拍不清", "awkward": "不方便拍", "away": "人已经走开"}
MENU = (("我要上报", "我的上报"),)
MAP_LABEL = "看地图"

Buttons = tuple[tuple[tuple[str, str], ...], ...]
"""Rows of buttons, each a label and its data."""

NO_PHOTO: Buttons = ((("没有照片", "no_photo"),),)
WHY: Buttons = (tuple((label, code) for code, label in REASONS.items()),)

_SCHEMA = """
create table if not exists cases (
    id integer primary key, day text not null, serial integer not null, person integer not null,
    words text not null, reason text not null, state text not null, leader text, filed text not null, taken text,
    unique (day, serial)
)
"""
_FILE = """
insert into cases (day, serial, person, words, reason, state, filed)
values (:day, (select coalesce(max(serial), 0) + 1 from cases where day = :day), :person, :words, :reason,
        'dispatched', :filed)
returning serial
"""
_TAKE = """
update cases set state = 'accepted', leader = :leader, taken = :taken
where day = :day and serial = :serial and state = 'dispatched'
returning person, words, reason, filed
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer finds what it needs: the same settings as ours, and a map picture drawn beforehand."""

    token: str
    api: str
    data: Path

    @classmethod
    def read(cls) -> Self:
        names = ("JIEYOU_TELEGRAM_TOKEN", "JIEYOU_TELEGRAM_API", "JIEYOU_DATA")
        token, api, data = (os.environ[name] for name in names)
        return cls(token, api, Path(data))

    @property
    def map(self) -> Path:
        return self.data / "map.jpg"


@dataclass(frozen=True, slots=True)
class Case:
    """A filed case, with what its card and its messages say."""

    number: str
    person: int
    words: str
    reason: str
    filed: datetime
    leader: str = ""
    taken: datetime | None = None

    @property
    def due(self) -> str:
        return f"明天{_hour(self.filed)}"

    @property
    def told(self) -> str:
        """What the resident reads when it is filed."""
        return (
            f"✅ 交上去了。编号 {self.number}\n交给了管这一片的王网格长。\n"
            f"{_hour(self.filed + timedelta(minutes=30))} 前接单,最晚{self.due} 前给您答复。\n"
            "到点没动静,我会去催,您不用盯着。\n半小时内再发照片,都算进这一件。"
        )

    @property
    def taken_told(self) -> str:
        """What the resident reads when the leader took it."""
        return (
            f"王网格长接单了,会去办。\n{self.number} 垃圾桶\n最晚{self.due} 前给您答复。\n办完后,我把前后照片发给您看。"
        )

    @property
    def card(self) -> str:
        resolve = f"{self.filed + timedelta(days=1):%m-%d %H:%M} 前办结"
        accept = f"{self.filed + timedelta(minutes=30):%H:%M} 前接单 · "
        done = f"王网格长 已接单 {self.taken:%H:%M}" if self.taken else f"没有照片({self.reason})"
        state = "🔵 处置中" if self.taken else "🟡 待签收"
        return (
            f"{state} · {self.number}\n环境卫生 › 垃圾桶满溢\n📍 幸福里02网格 · 3 号楼 · {MAP_LABEL}\n"
            f"⏰ {'' if self.taken else accept}{resolve}\n“{self.words}”\n居民 · 首次反馈 · {done}"
        )

    @property
    def link(self) -> str:
        return f"https://uri.amap.com/marker?position=108.758225,34.439271&coordinate=wgs84&name={self.number}"

    @property
    def buttons(self) -> Buttons:
        codes = TAKEN_BUTTONS if self.taken else OPEN_BUTTONS
        return tuple(tuple((label, f"{code}:{self.number}") for label, code in row) for row in codes)


OPEN_BUTTONS: Buttons = ((("接单", "accept"), ("马上办", "accept_now")), (("转交", "transfer"), ("退回", "return")))
TAKEN_BUTTONS: Buttons = ((("办结", "resolve"),), (("转交", "transfer"), ("退回", "return")))


def summary(words: str, reason: str, *, agreed: bool, done: bool = False) -> str:
    """The caption under the map before 提交, and after it."""
    facts = (
        f"您看对不对?\n事情:垃圾桶满了(环境卫生)\n地方:幸福里 3 号楼,图上红点\n您的话:“{words}”\n照片:没有({reason})"
    )
    if done:
        return f"{facts}\n已提交。"
    if agreed:
        return f"{facts}\n对的话,点“提交”。"
    return (
        f"{facts}\n头一回来,说两句:我存下您的账号和发来的东西,只为办事和给您回话。\n不留名发“匿名”,要删除发“忘记我”。"
    )


def summary_buttons(*, agreed: bool) -> Buttons:
    return (
        (("提交" if agreed else "同意并提交", "submit"),),
        (("修改类别", "edit_category"), ("修改位置", "edit_place")),
        (("补充照片", "add_photo"), ("取消", "cancel")),
    )


class Cases:
    """The case table on one connection."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, file: Path) -> Self:
        connection = await aiosqlite.connect(file)
        await connection.execute("pragma journal_mode = wal")
        await connection.execute(_SCHEMA)
        await connection.commit()
        return cls(connection)

    async def close(self) -> None:
        await self._connection.close()

    async def file(self, person: int, words: str, reason: str) -> Case:
        """Files a case under the next number of the day."""
        now = datetime.now()
        values = {"day": f"{now:%Y%m%d}", "person": person, "words": words, "reason": reason, "filed": now.isoformat()}
        [[serial]] = await self._write(_FILE, values)
        return Case(f"XF-{values['day']}-{serial:04}", person, words, reason, now)

    async def take(self, number: str, leader: str) -> Case | None:
        """The leader takes it; None where somebody did before."""
        now = datetime.now()
        _, day, serial = number.split("-")
        values = {"day": day, "serial": int(serial), "leader": leader, "taken": now.isoformat()}
        for person, words, reason, filed in await self._write(_TAKE, values):
            return Case(number, person, words, reason, datetime.fromisoformat(filed), leader, now)
        return None

    async def _write(self, sql: str, values: Mapping[str, Any]) -> Sequence[sqlite3.Row]:
        """Rows are fetched in one go: with aiogram another handler may commit while this one waits."""
        rows = await self._connection.execute_fetchall(sql, values)
        await self._connection.commit()
        return list(rows)


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _hour(moment: datetime) -> str:
    part = "上午" if moment.hour < 12 else "下午"
    return f"{part} {moment.hour % 12 or 12}:{moment:%M}"
