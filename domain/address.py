"""How addresses are written: numerals, numbered buildings and shops, floors and rooms, and the side of a place.

三号楼, 3栋 and ３#楼 are one building; 12号商铺 and 12号店 one shop. The plain forms are 3栋 and 12铺.
"""

import re

from domain.reading import Reading, read

_NUMERAL = re.compile("[零〇一二两三四五六七八九十百]+(?=[号栋幢座层楼室期区门路街巷铺排组#]|单元)")
_BUILDING = re.compile("([0-9]+|(?<![a-z])[a-z])(?:号楼|#|号?[栋幢座])(?:楼(?![下道顶上底后前梯]))*")
_SHOP = re.compile("([0-9]+)号(?:商铺|铺面|铺子|店铺|店面|门面房?|门店|铺|店)")
_NUMBER = "(?:[0-9]+|(?<![a-z])[a-z])[栋铺号]"
_UNITS = {"栋": "号楼", "铺": "号铺", "号": "号"}
_TAIL = re.compile(_NUMBER)
_TAILED = re.compile(f"(?:小区|社区|家属院|院子?|里面?|的|那边?|这边?){{0,2}}({_NUMBER})")
_DETAIL = re.compile("(?:([0-9]+)单元)?(?:([0-9]+)[层楼])?(?:([0-9]{2,4})[室户房])?")
# Where at a place, as said and as shown ("": as said).
_SIDES = {
    **dict.fromkeys(("大门口", "店门口", "门口", "门前", "门外"), "门前"),
    **dict.fromkeys(("楼底下", "楼下"), "楼下"),
    **dict.fromkeys(("楼道", "楼顶", "楼梯间", "楼后面", "楼前面", "地下室", "电梯"), ""),
    **dict.fromkeys(("对面", "隔壁", "附近", "里面", "院里", "院内"), ""),
    **dict.fromkeys(("对过", "马路对面"), "对面"),
    **dict.fromkeys(("旁边", "边上", "跟前", "旁"), "旁边"),
    **dict.fromkeys(("后面", "后边", "后头", "背后"), "后面"),
    **dict.fromkeys(("前面", "前边", "前头"), "前面"),
    **{f"{way}{side}": "" for way in "东南西北" for side in "侧边面"},
}
# 3号楼下 is 3栋下 in its plain form; 3号楼下水道 and 3号楼下雨 are not below the building.
_SIDE = re.compile("|".join(sorted(_SIDES, key=len, reverse=True)) + "|(?<=栋)下(?![雨雪水午班个面大着了起])")


def plain(words: str) -> Reading:
    """The plain form of a name or of a message, for comparing places. Reading it again changes nothing."""
    reading = read(words).sub(_NUMERAL, lambda match: _number(match.group()))
    return reading.sub(_BUILDING, lambda match: f"{match[1]}栋").sub(_SHOP, lambda match: f"{match[1]}铺")


def cut(name: str) -> tuple[str, str]:
    """A plain name as its stem and its numbered tail, which may be empty: 幸福里 and 3栋."""
    tails = list(_TAIL.finditer(name))
    if tails and tails[-1].end() == len(name):
        return name[: tails[-1].start()], tails[-1].group()
    return name, ""


def tail_after(text: str, at: int) -> tuple[str, int]:
    """The number that follows a compound's name in a plain text, and its end: 小区3栋 gives 3栋. Else empty."""
    match = _TAILED.match(text, at)
    return (match[1], match.end()) if match else ("", at)


def tails(text: str) -> list[tuple[int, int]]:
    """Where numbered buildings and shops stand in a plain text."""
    return [match.span() for match in _TAIL.finditer(text)]


def shown_tail(tail: str) -> str:
    """3栋 as 3 号楼."""
    return f"{tail[:-1].upper()} {_UNITS[tail[-1]]}"


def after(text: str, at: int) -> tuple[int, str]:
    """What a plain text adds to a place that ends at `at`: its end, and how it is shown (` 2 单元`, `门前`)."""
    detail = _DETAIL.match(text, at)
    end, shown = at, ""
    if detail and detail.end() > at:
        end = detail.end()
        shown = "".join(f" {n} {unit}" for n, unit in zip(detail.groups(), ("单元", "楼", "室"), strict=True) if n)
    if side := _SIDE.match(text, end):
        end = side.end()
        shown += _SIDES.get(side.group(), "楼下") or side.group()
    return end, shown


def without_side(name: str) -> str:
    """A plain name without the side that ends it: 幸福里小学门口 is 幸福里小学."""
    side = next((match for match in _SIDE.finditer(name) if match.end() == len(name)), None)
    return name[: side.start()] if side else name


def spaced(name: str) -> str:
    """A name as it is shown, with blanks around its numbers: 幸福里3号楼 becomes 幸福里 3 号楼."""
    return re.sub("(?<=[\u4e00-\u9fff])(?=[0-9])|(?<=[0-9])(?=[\u4e00-\u9fff])", " ", name)


def joined(name: str, more: str) -> str:
    """3 号楼 and 楼下 are 3 号楼下."""
    return name + (more.removeprefix("楼") if name.endswith("楼") and more.startswith("楼下") else more)


def _number(signs: str) -> str:
    """十二 is 12, 二零三 is 203, 一百零五 is 105."""
    digits = {sign: i for i, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
    if not set(signs) & {"十", "百"}:
        return "".join(str(digits[sign]) for sign in signs)
    total = last = 0
    for sign in signs:
        if sign in "十百":
            total += (last or 1) * (10 if sign == "十" else 100)
            last = 0
        else:
            last = digits[sign]
    return str(total + last)
