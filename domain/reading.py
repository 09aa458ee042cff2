"""What people typed, brought into one form that still knows where each sign stood; and phrases found in it.

Width, case, traditional signs and blanks make no difference to a reader, so they make none here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

# Traditional signs of places and problems and the everyday simplified ones; not a general converter.
_TRADITIONAL = (
    "樓楼號号棟栋鋪铺門门邊边後后對对麵面裡里裏里區区園园廣广場场橋桥東东車车燈灯電电線线纜缆壞坏髒脏溝沟滿满氣气燒烧煙烟熱热閥阀錶表費费違违築筑蓋盖頂顶牆墙擋挡佔占攤摊販贩"
    "貼贴掛挂條条樹树葉叶斷断積积倉仓庫库聲声響响擾扰鄰邻歡欢謝谢請请問问嗎吗麼么為为這这個个們们說说話话誰谁還还沒没來来開开關关動动機机單单亂乱隨随處处塊块壓压爛烂紙纸桿杆"
    "欄栏護护盜盗鎖锁滅灭閃闪頭头學学醫医藥药館馆飯饭廚厨廁厕馬马貓猫雞鸡養养魚鱼鳥鸟塵尘灑洒掃扫運运廢废棄弃舊旧傢家賣卖買买營营業业執执證证辦办時时間间報报訴诉復复覆复"
    "務务員员衛卫環环監监災灾險险傷伤燙烫兒儿婦妇殘残識识認认讓让過过進进遠远離离幾几點点鐘钟週周無无與与從从經经該该應应給给謂谓總总實实現现發发緊紧寫写見见聽听嚇吓嘔呕濕湿"
    "滲渗凍冻淨净凈净潔洁塗涂畫画鐵铁銅铜鋼钢軟软輪轮駛驶騎骑輛辆輕轻陰阴陽阳雜杂難难雲云霧雾靜静顯显飄飘駕驾體体髮发齊齐龍龙傾倾墜坠懸悬縫缝繩绳纏缠網网腳脚膠胶莊庄蓆席蟲虫"
    "補补製制襪袜規规設设許许評评調调議议變变穢秽鬆松鍋锅爐炉臟脏鏟铲鏽锈銹锈蓮莲鄉乡鎮镇縣县閘闸燻熏喫吃飲饮溫温淒凄鋸锯鑽钻釘钉錯错誤误餘余屍尸蠅蝇遞递賬账額额罰罚糾纠紛纷"
    "鬧闹斃毙鴿鸽嗆呛濃浓攔拦閉闭啓启啟启"
)
_SIMPLE = dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True))
# Blanks and light marks are dropped, unless digits stand on both sides ("1、2号楼" is not 12号楼).
_LIGHT = frozenset(" \t　,，、·.-—–_~()（）[]【】“”\"'‘’「」《》<>*`")


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    """One sign in its plain form: NFKC, lower case, simplified; may be several signs or none."""
    before = ""
    while sign != before:
        before = sign
        sign = "".join(_SIMPLE.get(c, c) for c in unicodedata.normalize("NFKC", sign).lower())
    return sign


@dataclass(frozen=True, slots=True)
class Reading:
    """A plain form of some words. `starts[i]` and `ends[i]` say where its sign i stood in them."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stood in the original words."""
        return self.starts[start], self.ends[end - 1]

    def sub(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> "Reading":
        """Replaces each match; what is new stands where the match stood."""
        text, starts, ends, last = [], list[int](), list[int](), 0
        for match in pattern.finditer(self.text):
            a, b = match.span()
            word = new(match)
            text += [self.text[last:a], word]
            starts += [*self.starts[last:a], *(self.starts[a],) * len(word)]
            ends += [*self.ends[last:a], *(self.ends[b - 1],) * len(word)]
            last = b
        if not last:
            return self
        return Reading("".join((*text, self.text[last:])), (*starts, *self.starts[last:]), (*ends, *self.ends[last:]))


def read(words: str) -> Reading:
    """The plain form of `words`: reading it again changes nothing."""
    kept: list[str] = []
    places: list[int] = []
    gap = False
    for at, sign in enumerate(words):
        for plain in _sign(sign):
            if plain in _LIGHT or (plain.isspace() and plain != "\n"):
                gap = True
                continue
            if gap and kept and kept[-1].isdigit() and plain.isdigit():
                kept.append(" ")
                places.append(places[-1] + 1)
            kept.append(plain)
            places.append(at)
            gap = False
    return Reading("".join(kept), tuple(places), tuple([at + 1 for at in places]))


class Phrases:
    """Finds known phrases in a text at a cost that does not grow with how many are known."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._known = frozenset(phrase for phrase in phrases if phrase)
        lengths: dict[str, set[int]] = {}
        for phrase in self._known:
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
        self._lengths = {head: tuple(sorted(sizes, reverse=True)) for head, sizes in lengths.items()}
        self._singles = frozenset(phrase for phrase in self._known if len(phrase) == 1)

    def all(self, text: str) -> Iterator[tuple[int, int]]:
        """Every occurrence as (start, end), from the left, at one place the longest first."""
        known, lengths, size = self._known, self._lengths, len(text)
        for start in range(size):
            for length in lengths.get(text[start : start + 2], ()):
                end = start + length
                if end <= size and text[start:end] in known:
                    yield start, end
            if self._singles and text[start] in self._singles:
                yield start, start + 1


def sounds(text: str) -> tuple[str, ...]:
    """How each sign sounds, without tone and without what many speakers do not tell apart (n/ng, z/zh, l/n ...)."""
    return tuple(_sound(sign) for sign in text)


@lru_cache(maxsize=8192)
def _sound(sign: str) -> str:
    from pypinyin import lazy_pinyin  # large, and rarely needed

    sound = lazy_pinyin(sign)[0] if "\u4e00" <= sign <= "\u9fff" else sign
    for careful, loose in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        sound = sound.replace(careful, loose)
    return "n" + sound[1:] if sound.startswith("l") else sound
