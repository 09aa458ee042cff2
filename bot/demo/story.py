"""The story that the script plays: the shop owner's rain canopy, from the first word to the archive.

Each step says when somebody does something in which chat, and which words must then stand there. The words are
few: only what tells that the step did what it should."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.stage import LEADERS, STATION
from domain.city import Point

RESIDENT = "resident"
"""Her own chat, and her id in it."""
YEAR = 2026
SHOP_12 = Point(108.759301, 34.43785)
"""In front of 幸福里 12 号铺, in 幸福里03网格."""
BEFORE, AFTER = "before", "after"
PHOTOS: Mapping[str, str] = {BEFORE: "雨天,一排铺子只有 12 号铺没有棚", AFTER: "晴天,12 号铺也装上了绿白条的棚"}
"""What is on the two photos."""


@dataclass(frozen=True, slots=True)
class Opens:
    """The chat is opened for the first time."""


@dataclass(frozen=True, slots=True)
class Sends:
    """A photo with words; `reply` to the chat's newest message with buttons."""

    photo: str
    words: str
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Shows:
    """One's place, as the telephone gives it."""

    place: Point


@dataclass(frozen=True, slots=True)
class Presses:
    """A button of the chat. `late`: one that the person still saw, though it is gone by now."""

    label: str
    late: bool = False


Deed = Opens | Sends | Shows | Presses


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is local time (month-day hour:minute); `told` names by chat what the bot says or changes there, `answer`
    what the pressed button answers."""

    at: str
    who: str
    chat: str
    does: Deed
    told: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""


STORY = (
    Step("11-24 09:03", RESIDENT, RESIDENT, Opens(), {RESIDENT: "我是解忧"}),
    Step(
        "11-24 09:04",
        RESIDENT,
        RESIDENT,
        Sends(BEFORE, "店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚"),
        {RESIDENT: "是遮雨棚的事"},
    ),
    Step("11-24 09:05", RESIDENT, RESIDENT, Shows(SHOP_12), {RESIDENT: "地方:幸福里 12 号铺门前"}),
    Step(
        "11-24 09:05",
        RESIDENT,
        RESIDENT,
        Presses("同意并提交"),
        {RESIDENT: "交给了管这一片的李网格长", LEADERS: "待签收"},
    ),
    Step("11-24 09:10", "zhao", LEADERS, Presses("接单"), answer="等李网格长接单"),
    Step(
        "11-24 09:12",
        "li",
        LEADERS,
        Presses("接单"),
        {RESIDENT: "李网格长接单了", LEADERS: "处置中"},
        "接单了",
    ),
    Step("11-24 09:14", "zhang", LEADERS, Presses("接单", late=True), answer="李网格长 已接单 09:12"),
    Step("11-27 15:38", "li", LEADERS, Presses("办结"), {LEADERS: "办得怎么样"}),
    Step("11-27 15:38", "li", LEADERS, Presses("已解决"), {LEADERS: "办后照片"}),
    Step(
        "11-27 15:40",
        "li",
        LEADERS,
        Sends(AFTER, "装好了,和整排铺子同款", reply=True),
        {RESIDENT: "站里正在核对", LEADERS: "待核查", STATION: "待核查"},
    ),
    Step(
        "11-27 16:05",
        "zhang",
        STATION,
        Presses("核查通过"),
        {RESIDENT: "您看,解决了吗", LEADERS: "回访中", STATION: "回访中"},
    ),
    Step("11-27 18:20", RESIDENT, RESIDENT, Presses("解决了"), {RESIDENT: "办得您满意吗"}),
    Step(
        "11-27 18:20",
        RESIDENT,
        RESIDENT,
        Presses("满意"),
        {RESIDENT: "这件就结了", LEADERS: "已结案", STATION: "已结案"},
    ),
    Step("11-30 09:10", "zhang", STATION, Presses("归档"), {LEADERS: "已归档", STATION: "已归档"}),
)
LEDGER = ("report", "accept", "resolve", "verify", "confirm", "rate", "archive")
"""What must stand in the case's ledger at the end."""
