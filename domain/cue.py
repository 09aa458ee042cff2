"""What words tell besides the matter: a greeting, thanks, a question, anger, a correction, a second thought.

Patterns over the plain form of `domain.reading` (no blanks, no commas, half width, simplified). To teach the bot
another way of saying something, add it to the row where it belongs.
"""

import re
from typing import Literal

Kind = Literal["report", "chat", "query", "thanks", "greeting", "anger", "offtopic"]


def _any(*rows: str) -> re.Pattern[str]:
    return re.compile("|".join(rows))


def _longest_first(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_ADDRESS = _longest_first("你 你们 您 大家 师傅 各位 领导 同志 老师 解忧 小解忧 网格长 管理员 客服")
_HELLO = _longest_first(
    "你好 您好 早 早上好 上午好 中午好 下午好 晚上好 晚安 喂 嗨 哈喽 哈啰 在吗 在不在 在么 在不 有人吗 "
    "有人在吗 hello hi hey"
)
_SMALL = _longest_first(
    "好 好的 好吧 行 可以 嗯 哦 噢 是 是的 对 对的 不 知道了 晓得了 明白 明白了 收到 ok okay yes no 没事 "
    "没事了 不用了 算了 没啥 测试 试试 试一下 test 再见 拜拜 bye 随便看看 随便 随便问问 就问问 没别的 "
    "没什么事 发错了 点错了 按错了 开玩笑 逗你玩 你是谁 你叫什么 你叫啥 你是人吗 你是机器人吗 是机器人吗 "
    "机器人 你是真人吗 是真人吗 你会什么 你能干什么 你能干啥 你几岁 你多大 你是男的女的 谁开发的你 谁做的你 "
    "什么意思 啥意思 什么情况 这是啥 这是什么 讲个笑话 唱首歌 吃了吗 吃了没 吃饭了吗 在干嘛 在干什么 干嘛呢 "
    "忙啥呢 忙吗 睡了吗 起床了吗 无聊 好无聊 好累 累死了 笑死 笑死我了 真好 真棒 真行 真厉害 真不错 真聪明 "
    "真笨 真傻 厉害 牛 加油 今天 天气 天气不错 天气真好 周末愉快 节日快乐 新年好 新年快乐 过年好 我爱你 爱你"
)
_KIND = "(?:太|真|非常|十分)?(?:感谢|谢谢|谢了|多谢|辛苦|麻烦)了?|thankyou|thanks|thx"

# A message of nothing but these is talk. The groups never give back what they took: no text makes them slow.
TALK = re.compile(f"(?>{_KIND}|{_SMALL}|{_HELLO}|{_ADDRESS}|[啊呀呢吧哦噢哈呵嘻嘿嘛的了啦哟喽么吗哇]|[^\\w]|[0-9]|_)*+")
# What talk is by what it has; the first decides.
TALKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("thanks", re.compile(_KIND)),
    ("chat", re.compile(f"[哈呵嘻嘿]{{2}}|^(?:{_SMALL})\\W*$")),
    ("greeting", re.compile(_HELLO)),
    ("chat", re.compile("")),
)
THANKS = _any("谢谢|感谢|多谢|谢了|辛苦|点赞|给力|表扬|thank|thx")
RESOLVED = _any(
    "(?<![没不未])(?:修好了|弄好了|处理好了|解决了|清走了|清理干净了|清干净了|搞定了|火灭了|恢复了|换好了|装好了)(?!吗|么|没|又)",
    "(?:已经?|都)(?:修好|处理|解决|清走|清理|扑灭)(?!吗|么|没)|干净多了|终于亮了|又亮了",
    "isfixed|gotfixed|hasbeenfixed",
)
ANGER = _any(
    "管不管|吃干饭|干什么吃|干啥吃|吃闲饭|白拿工资|拿着?工资不|纳税人|养你们|要你们.{0,4}(?:何用|干[啥嘛什])|什么玩意|啥玩意",
    "什么东西|不作为|推诿|踢皮球|气死|火大|窝火|忍无可忍|受够|废物|混蛋|王八|狗日|他妈|妈的|tmd|傻[逼b]|脑残|有病吧|滚蛋",
    "瞎了眼|投诉你们|告你们|曝光你们|没一个(?:干|办)事|形式主义|你们.{0,4}垃圾|useless|bullshit|wtf|fuck",
    "(?:队员|城管|网格长|网格员|工作人员|值班的)[^。!?]{0,6}(?:骂|打人|态度|推人|凶|吼|不理|没收|收钱)",
)

_WHEN = "(?:几号|几月|几点|什么时候|啥时候|何时|多会儿?|哪天|多久)"
_HOW = "(?:怎么样?|咋样?|如何)"
_WHERE = "(?:在哪|哪里|哪儿|到哪|去哪|向谁|找谁|跟谁)"
# A question about the service, a procedure or a rule. What is broken is told without these, or with a FAULT.
QUERY = _any(
    f"{_WHEN}(?!.{{0,6}}(?:拆|修|管|清|处理|解决))",
    "(?:周[一二三四五六日末]|星期[一二三四五六天日]|节假日|晚上|夜里)[^。!?]{0,4}(?:上班|有人|值班|办公|开门|休息)[不吗没么?]",
    f"(?:{_HOW}|{_WHERE}).{{0,6}}(?:办|报名?|反映|反应|投诉|查|申请|登记|联系|参加|领|交|缴|取消|撤|删|注册|预约|补)",
    f"{_HOW}(?:收费|算|规定|计算|开|弄|用|使|操作|发|传|拍|填|改|绑定|关注|加入|找你们?)|能干(?:什么|嘛|啥)",
    "(?:要|带|准备|用|交)(?:些|提交)?(?:什么|啥|哪些)(?:材料|手续|证件|资料|东西|证)|(?:什么|啥)(?:流程|手续|条件|材料|要求)|流程是",
    "(?:电话|号码|地址|热线|联系方式)(?:是|号)?(?:多少|几号|啥|什么|在哪)|有(?:没有)?.{0,6}(?:电话|联系方式|热线)[吗么?]",
    "(?:要|收)(?:多少)?钱[吗么?]|收费吗|免费吗|多少钱|(?:规定|标准|政策)是?(?:什么|啥|怎么)",
    "需不需要|要不要|用不用|算不算|可不可以|允不允许|让不让|合不合|违不违|归不归|需要.{0,6}吗",
    "(?:我|自己|个人|业主|自家|家里)[^。!?]{0,6}(?:能|可以|允许)[^。!?]{0,8}[吗么?]|(?:能|可以)(?:发|传|用|报)[^。!?]{0,6}[吗么?]",
    "(?:匿名|隐私|保密|实名).{0,6}[吗么?]|(?:能|可以|会不会|是不是).{0,8}(?:匿名|保密|知道我是谁|泄露)",
    "(?:你们?|这里?|这个).{0,4}(?:管|受理|负责)(?:什么|啥|哪些|吗)|归(?:谁|哪|你们).{0,3}管|是(?:谁|哪个部门)管",
    "howdo|howcan|howto|where(?:is|can|do)|what(?:time|are|is)|when(?:do|does|will)|howlong|isthere|canyou|cani|doyou",
)

_TOLD = "(?:报|反映|反应|上报|提交|投诉|登记)(?!警|名|纸|停|废|销)"
_BEFORE = "(?:上次|上回|上周|上个?月|昨[天晚]|前[天几]|之前|以前|早就|那天|刚才?|[0-9一二两三四五六七几]+天前?)"
_NEWS = (
    "(?:怎么样|咋样|怎么还|咋还|还没|没信|没动静|没消息|没下文|没回|进展|进度|结果|到哪|哪一步|多久|几天能|回复|回话"
    "|(?:处理|解决|办|修)[^。!?]{0,3}(?:吗|没有|了没|没$|[?]))"
)
# A question about a case that was reported before, whatever is wrong there.
OWN_CASE = _any(
    f"{_BEFORE}[^。!?\n]{{0,6}}{_TOLD}[了过的]?[^。!?\n]{{0,14}}{_NEWS}",
    f"我们?(?:已经|都|也)?{_TOLD}[了过的][^。!?\n]{{0,14}}{_NEWS}",
    "我的?(?:案件|工单|单子|编号|上报)|xf[0-9]{6}|(?:处理|解决|派人|来人|受理)了?(?:没有?|吗)(?:[?啊呀]|$)",
    "有(?:没有)?(?:回复|回音|下文|消息|结果|进展)(?:没|吗|了|[?]|$)|到哪(?:一步|儿)了",
)
# What is wrong, or a wish: with one of these, a question about a matter is a report.
FAULT = _any(
    "坏|停[水电气暖]|没[水电气暖]|不亮|没亮|没人[管扫收清修倒]|满[了出]|溢|漏|堵|臭|脏|吵|占[着了用道]|乱|掉|破|烂|歪|倒[了下]|塌",
    "着火|冒烟|难闻|刺鼻|堆[着了满放]|撒[了一]|挡[着住了路]|不热|冰凉|冻|不通|断[了开]|裂|松[了动]|翘|丢[了失]|没了|不见|淹|积水",
    "扰民|睡不|受不了|危险|砸|吓人|违[停建]|私[搭自拉装]|管管|管一管|处理一?下|来看看|看看呗|清一?下|修一?下",
    "broken|leak|block|dirty|smell|stink|noise|noisy|loud|dark|overflow|full|missing|dump|illegal|parked",
)

_NOT = "(?<![是要可还就])不是(?!我说|说|吧|吗|我|你|他|一|第|很|太|没|人)"
# A matter that is named to be ruled out: 不是垃圾,是井盖. The group is what it names.
DENIED = _any(
    f"{_NOT}([^。!?\n]{{1,12}}?)(?:而是|就是|应该是|是)",
    f"{_NOT}([^。!?\n]{{1,6}})(?:$|[。!?\n])",
    "not(?:a|an|the|about)?([a-z]{2,25}?)(?:but|its|itis)",
)
CORRECTION = _any(
    "(?<![是要可还])不是.{1,12}?是|是.{1,12}?不是|(?:应该|其实|实际|准确说?)是|(?:改|换)[成为]|(?:说|搞|选|点|填|弄|认|报)错",
    "错了|不对|我(?:说|指|报)的是|not.{2,25}?(?:but|its|itis)|imean|actually",
)
# Where another thought may begin, in the words as they were typed; and what only follows from the first.
CLAUSE = re.compile(
    "[,，、.。;；!！?？\\s]+|还有|另外|而且|并且|再就是|再有|顺便|加上|同时|以及|(?=旁边|对面|边上)|\\b(?:and|also|plus)\\b",
    re.I,
)
FOLLOWS = _any(
    "吵|睡不|没法|不敢|受不了|危险|害怕|吓人|摔|绊|滑|难闻|熏|呛|过不去|走不了|进不|出不|看不见|影响|管管|管一|来人"
)
