"""The catalogue and the code are held together, and both to voice.md: forgetting a text, a language, an argument, a
label or a setting fails a test that names it.

`python -m tests.test_words` writes docs/settings.md anew.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.app import GROUP_COMMANDS, PRIVATE_COMMANDS
from bot.city.words import load_words
from bot.settings import PREFIX, Settings
from domain.action import ACTIONS, OUTCOMES, RATINGS, built
from domain.casework import FORMS, RETURN_REASONS
from domain.refusal import Missing, Refused
from domain.reminder import REMINDERS
from domain.report import NO_PHOTO_REASONS, REPORT
from domain.role import ROLES, Who
from domain.state import State
from domain.wording import arguments
from handlers import refusal
from handlers.button import _BUTTONS, _RESIDENTS
from handlers.casework import _DONE
from handlers.command import _PRIVATE, _TYPED
from handlers.follow import FOLLOWS

ROOT = Path(__file__).parent.parent
WORDS = load_words()
LANGUAGES = ("zh", "en")


# Reading the source: which keys are said


@dataclass(frozen=True)
class Said:
    """One place where the catalogue is asked: the keys it may be, as parts of text with holes (None) between, and the
    arguments that are given by name; `open`: more may be given by **."""

    where: str
    keys: tuple[tuple[str | None, ...], ...]
    given: frozenset[str]
    open: bool


@cache
def sources() -> Mapping[str, ast.Module]:
    files = [file for room in ("domain", "handlers", "bot") for file in (ROOT / room).rglob("*.py")]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in sorted(files)}


@cache
def constants() -> frozenset[str]:
    """Every text that stands in the source, docstrings too."""
    found = {node.value for tree in sources().values() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return frozenset(text for text in found if isinstance(text, str))


def _keys(node: ast.expr, near: Mapping[str, list[ast.expr]]) -> Iterator[tuple[str | None, ...]]:
    """The keys that an expression may be; names and tables are followed to what was assigned to them."""
    match node:
        case ast.Constant(value=str(text)):
            yield (text,)
        case ast.JoinedStr(values=values):
            yield tuple(str(part.value) if isinstance(part, ast.Constant) else None for part in values)
        case ast.IfExp(body=body, orelse=other):
            yield from _keys(body, near)
            yield from _keys(other, near)
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            others = {known: held for known, held in near.items() if known != name}
            for held in near.get(name, ()):
                yield from _keys(held, others)
        case ast.Dict(values=values):
            for value in values:
                yield from _keys(value, near)
        case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *default]):
            for part in (table, *default):
                yield from _keys(part, near)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _keys(value, near)


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(node.value)
    return found


def _scopes(tree: ast.Module) -> Iterator[tuple[ast.AST, dict[str, list[ast.expr]]]]:
    """Each function of a module with what its names may hold."""
    tables = {
        target.id: [node.value]
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, {**tables, **_assigned(node)}


def _is_saying(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("say", "words") and bool(call.args)


@cache
def said() -> tuple[Said, ...]:
    found = []
    for file, tree in sources().items():
        for function, near in _scopes(tree):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and _is_saying(call):
                    keys = tuple(key for key in _keys(call.args[0], near) if "." in (key[0] or "") or len(key) == 1)
                    given = frozenset(word.arg for word in call.keywords if word.arg)
                    more = any(word.arg is None for word in call.keywords)
                    found.append(Said(f"{file}:{call.lineno}", keys, given, more))
    return tuple(found)


def _fits(parts: tuple[str | None, ...], key: str) -> bool:
    """Whether a key can be made of the parts, each hole filled with a text of the source or with nothing."""
    if not parts:
        return not key
    first, rest = parts[0], parts[1:]
    if first is not None:
        return key.startswith(first) and _fits(rest, key.removeprefix(first))
    ends = [len(key)] if not rest else range(len(key) + 1)
    return any((end == 0 or key[:end] in constants()) and _fits(rest, key[end:]) for end in ends)


def _namespaces() -> frozenset[str]:
    return frozenset(key.partition(".")[0] for key in WORDS.texts)


# Keys and code


def test_the_scan_finds_the_places_where_something_is_said() -> None:
    """A scan that found nothing would prove nothing."""
    assert len(said()) > 150
    assert sum(len(place.keys) for place in said()) > 170


def test_every_key_that_is_said_exists() -> None:
    missing: list[tuple[str, tuple[str | None, ...]]] = []
    for place in said():
        for parts in place.keys:
            if (
                len(parts) == 1
                and (parts[0] or "").partition(".")[0] in _namespaces()
                and not WORDS.has(parts[0] or "")
            ):
                missing.append((place.where, parts))
            if len(parts) > 1 and not any(_fits(parts, key) for key in WORDS.texts):
                missing.append((place.where, parts))
    assert not missing


def test_every_key_of_a_table_exists() -> None:
    slots = [slot.words for form in (REPORT, *FORMS.values()) for slot in form.slots if slot.words]
    rules = [rule.words for rule in REMINDERS if rule.words]
    refusals = [kind.text for kind in Refused.__subclasses__() if kind is not Missing]
    commands = [*PRIVATE_COMMANDS.values(), *GROUP_COMMANDS.values()]
    named = [*slots, *rules, *refusals, *commands, *_DONE.values()]
    assert not [key for key in named if not WORDS.has(key)]


UNBUILT = frozenset(
    {
        "ask.place_word",
        "ask.side",
        "card.first",
        "dispatch.departments",
        "label.opinion",
        "label.questions",
        "label.services",
        "label.unsure",
        "press.no_photo",
        "reporter.hotline",
        "trouble.late_answer",
        "vacant",
    }
)
"""Words that wait for what is not built yet. Whatever begins to use one takes it out of here."""


@cache
def patterns() -> frozenset[tuple[str | None, ...]]:
    """Every text put together in the source that begins as a key does."""
    nodes = (node for tree in sources().values() for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    found = (key for node in nodes for key in _keys(node, {}))
    return frozenset(parts for parts in found if (parts[0] or "").partition(".")[0] in _namespaces())


def _used(key: str) -> bool:
    return key in constants() or any(_fits(parts, key) for parts in patterns())


def test_every_key_is_used_but_those_that_wait() -> None:
    unused = {key for key in WORDS.texts if not key.startswith("page.") and not _used(key)}
    assert unused == UNBUILT


def test_every_argument_that_a_text_names_is_given() -> None:
    """Where the arguments stand in the call by name; those that come from a mapping are tried by the stories."""
    missing = []
    for place in said():
        keys = [parts[0] for parts in place.keys if len(parts) == 1 and parts[0]]
        keys += [key for parts in place.keys if len(parts) > 1 for key in WORDS.texts if _fits(parts, key)]
        for key in keys:
            if not place.open and WORDS.has(key):
                wanted = {name for text in WORDS.texts[key].values() for name in arguments(text)}
                if wanted - place.given:
                    missing.append((place.where, key, sorted(wanted - place.given)))
    assert not missing


# The page's own words


def _page_files() -> Iterator[str]:
    for file in sorted((ROOT / "bot" / "channels" / "web").rglob("*")):
        if file.suffix in (".py", ".js", ".html"):
            yield file.read_text("utf-8")


def test_every_word_of_the_page_exists_and_is_used() -> None:
    text = "\n".join(_page_files())
    named = set(re.findall(r"say\(\"(\w+)\"", text)) | set(re.findall(r"\bwords\.(?!js\b)([a-z_]+)", text))
    known = {key.removeprefix("page.") for key in WORDS.texts if key.startswith("page.")}
    assert not named - known
    errors = {name for name in known if name.startswith("error_")}
    quoted = set(re.findall(r"[\"'`](\w+)[\"'`]", text))
    codes = {f"error_{code}" for code in re.findall(r"\"(\w+)\": \d{3}", text)}
    assert errors == codes, "each refusal of the page has its words"
    assert not known - errors - named - quoted


# Languages and arguments


def _file(name: str) -> Mapping[str, Mapping[str, str]]:
    own = yaml.safe_load((ROOT / "domain" / "words" / f"{name}.yaml").read_text("utf-8"))
    return {key: texts for key, texts in WORDS.texts.items() if key.partition(".")[0] in own or key in own}


@pytest.mark.parametrize("name", ["resident", "page"])
def test_whatever_a_resident_reads_is_there_in_both_languages(name: str) -> None:
    assert not [key for key, texts in _file(name).items() if set(texts) != set(LANGUAGES)]


def test_no_text_is_empty_and_none_has_blanks_at_its_ends() -> None:
    odd = [key for key, texts in WORDS.texts.items() for text in texts.values() if not text or text != text.rstrip()]
    assert not odd


def test_both_languages_name_the_same_arguments() -> None:
    unlike = []
    for key, texts in WORDS.texts.items():
        if len({arguments(text) for text in texts.values()}) > 1:
            unlike.append(key)
    assert not unlike


def test_the_files_share_no_key() -> None:
    names = [set(yaml.safe_load(file.read_text("utf-8"))) for file in sorted((ROOT / "domain/words").glob("*.yaml"))]
    assert len(names) == 3
    assert len(set.union(*names)) == sum(len(keys) for keys in names)


# Voice


def _resident() -> Mapping[str, Mapping[str, str]]:
    return {**_file("resident"), **_file("page")}


ORDINARY = {
    "number": "XF-20261124-0007",
    "leader": "李网格长",
    "by": "12月1日(周二)下午 5 点",
    "resolve": "12月1日(周二)下午 5 点",
    "accept": "明天(周三)上午 9:30 ",
    "place": "幸福里 12 号铺门前",
    "thing": "遮雨棚",
    "phone": "029-5550-0101",
    "note": "装好了,和整排铺子同款",
    "words": "店门口夏天晒,下雨滴水",
}
"""Words of ordinary length for what is filled in; four signs where nothing is named here."""


def _filled(text: str) -> str:
    return text.format_map({name: ORDINARY.get(name, "四个字长") for name in arguments(text)})


TOO_LONG = frozenset({"hello.here en", "hello.help en"})
"""Found too long by a few characters, and not mended yet."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rule_1_no_line_is_longer_than_it_may_be(lang: str) -> None:
    most = {"zh": 60, "en": 100}[lang]
    long = [
        (key, line)
        for key, texts in WORDS.texts.items()
        for line in _filled(texts.get(lang, texts["zh"])).split("\n")
        if len(line) > most and f"{key} {lang}" not in TOO_LONG
    ]
    assert not long
    assert not [key for key, texts in WORDS.texts.items() if texts.get(lang, "").count("\n") > 5]


# fmt: off
NEVER = (
    "尽快", "第一时间", "近期", "相关部门", "有关单位", "已处理完毕", "已妥善解决", "不在受理范围", "不予受理",
    "受理", "诉求", "耐心等待", "经核实", "情况不属实", "信息有误", "格式错误", "无效输入", "按要求上传",
    "请勿", "系统繁忙", "系统异常", "未知错误", "敬请谅解", "理解与支持", "诉求人", "举报人", "投诉人",
    "当事人", "是否", "请问您", "务必", "好评", "逾期", "自行承担", "责任自负", "亲,", "亲爱", "哦~", "么么",
    "小解忧", "为您服务",
)
NEVER_TO_RESIDENTS = ("工单", "案卷", "派单", "流转", "截止", "时限", "工作日内")
# fmt: on


def _speaking(texts: Mapping[str, Mapping[str, str]], words: Iterable[str]) -> list[tuple[str, str]]:
    return [(key, word) for key, text in texts.items() for word in words if word in text["zh"]]


def test_section_8_words_we_do_not_use() -> None:
    assert not _speaking(WORDS.texts, NEVER)
    assert not _speaking(_resident(), NEVER_TO_RESIDENTS)


def test_an_exclamation_mark_stands_only_where_there_is_danger_and_once() -> None:
    loud = {key: text for key, texts in WORDS.texts.items() for text in texts.values() if re.search("[!!]", text)}
    assert all(key.startswith("emergency.") for key in loud)
    assert all(len(re.findall("[!!]", text)) == 1 for text in loud.values())


SIGN = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u23E9-\u23FA\u2B00-\u2BFF]")


def test_rule_9_signs_are_signposts() -> None:
    """To residents at most one, at the start; to staff at most one a line, before the words."""
    for key, texts in _resident().items():
        for text in texts.values():
            signs = [found.start() for found in SIGN.finditer(text)]
            assert signs in ([], [0]), key
    for key, texts in _file("staff").items():
        for line in texts["zh"].split("\n"):
            signs = [found.start() for found in SIGN.finditer(line)]
            assert len(signs) <= 1, key
            assert all(re.fullmatch(r"(\{i\} )?", line[:start]) for start in signs), key


def test_rule_2_residents_are_spoken_to_politely() -> None:
    """您, never 你; nobody is called 用户 or 客户."""
    assert not _speaking(_resident(), ["你", "用户", "客户"])


def test_rule_7_the_bot_says_what_it_is() -> None:
    assert "聊天助手" in WORDS.texts["hello.first"]["zh"]
    assert "chat assistant" in WORDS.texts["hello.first"]["en"]


ABOUT_A_CASE = (
    "accepted",
    "moved",
    "reopen.done",
    "reopen.too_late",
    "withdraw",
    "add",
    "press",
    "missing",
    "escalate",
)


def test_rule_6_the_number_is_named_in_what_is_said_about_a_case() -> None:
    """Fragments that only stand inside another text, and words without a case, are named here."""
    parts = {"press.unknown", "moved.new_leader", "escalate.look", *(f"press.busy_{form}" for form in FORMS)}
    for key, texts in WORDS.texts.items():
        if key.startswith(ABOUT_A_CASE) and key not in parts:
            assert all("{number}" in text for text in texts.values()), key


# Labels (design, section 5)

LABELS: Mapping[str, tuple[str, str]] = {
    "report": ("我要上报", "Report a problem"),
    "my": ("我的上报", "My reports"),
    "services": ("便民服务", "Services nearby"),
    "opinion": ("意见建议", "Suggestions"),
    "questions": ("政策问答", "Questions"),
    "submit": ("提交", "Submit"),
    "agree": ("同意并提交", "Agree and submit"),
    "edit_category": ("修改类别", "Change category"),
    "edit_place": ("修改位置", "Change place"),
    "add_photo": ("补充照片", "Add photo"),
    "cancel": ("取消", "Cancel"),
    "no_photo": ("没有照片", "No photo"),
    "location": ("发送位置", "Send location"),
    "none_of_these": ("都不是", "None of these"),
    "unsure": ("说不准", "Not sure"),
    "back": ("返回", "Back"),
    "add": ("补充", "Add words"),
    "withdraw": ("撤回", "Withdraw"),
    "keep": ("不撤", "Keep it"),
    "reopen": ("重开", "Reopen"),
    "delete": ("删掉", "Delete"),
    "keep_me": ("不删", "Keep"),
    "solved": ("解决了", "Solved"),
    "unsolved": ("没解决", "Not solved"),
    "satisfied": ("满意", "Satisfied"),
    "mostly": ("基本满意", "Mostly satisfied"),
    "unsatisfied": ("不满意", "Not satisfied"),
    "dark": ("天黑拍不清", "Too dark"),
    "awkward": ("不方便拍", "Not convenient"),
    "away": ("人已经走开", "I have left"),
}
"""Part of the interface. Those of design section 5 that are missing here are not built yet: 就是这个, 不是, 催办, 签到,
签退, 没打通."""


def test_the_labels_are_exactly_those_of_the_interface() -> None:
    known = {key.removeprefix("label."): texts for key, texts in WORDS.texts.items() if key.startswith("label.")}
    assert {name: (texts["zh"], texts["en"]) for name, texts in known.items()} == LABELS
    assert WORDS.say("escalate.look") == "看案件"


def test_labels_of_the_table_and_of_the_catalogue_agree() -> None:
    for code, label in (
        ("confirm", "solved"),
        ("unsolved", "unsolved"),
        *((c, c) for c in ("add", "withdraw", "reopen")),
    ):
        assert (ACTIONS[code].zh, ACTIONS[code].en) == LABELS[label]
    for code, zh in OUTCOMES.items():
        assert WORDS.say(f"outcome.{code}") == zh
    for code, zh in RATINGS.items():
        assert WORDS.say(f"rating.{code}") == WORDS.say(f"label.{code}") == zh


def test_reasons_roles_and_states_all_have_names() -> None:
    wanted = [f"label.{code}" for code in NO_PHOTO_REASONS] + [f"return.{code}" for code in RETURN_REASONS]
    wanted += [f"who.{role}" for role in ROLES] + [f"state.{state}" for state in State]
    assert not [key for key in wanted if not WORDS.has(key)]


def test_no_two_buttons_that_can_stand_together_read_the_same() -> None:
    """A typed label must mean one thing."""
    for lang in (0, 1):
        shown = [labels[lang] for name, labels in LABELS.items()]
        assert len(shown) == len(set(shown))
    staff = [row.zh for row in ACTIONS.values()]
    assert len(staff) == len(set(staff))


# Actions are whole

BUILT = [code for code in ACTIONS if built(code)]


@pytest.mark.parametrize("code", BUILT)
def test_every_built_action_has_a_way_in_words_and_a_line_on_the_card(code: str) -> None:
    row = ACTIONS[code]
    assert row.zh
    assert row.en
    assert WORDS.has(f"last.{code}")
    by_clock_alone = row.who == {Who.CLOCK}
    assert code in _BUTTONS
    assert by_clock_alone == (code in {rule.action for rule in REMINDERS} - {"verify", "archive"})
    if code not in _RESIDENTS and not by_clock_alone:
        assert WORDS.has(_DONE[code]), "the words on the button's answer"


def test_no_action_answers_its_button_without_being_built() -> None:
    assert set(_DONE) | set(_RESIDENTS) >= {code for code in BUILT if ACTIONS[code].who != {Who.CLOCK}}
    assert set(_DONE) <= set(BUILT)
    assert set(FOLLOWS) - {"report"} <= set(BUILT)


@pytest.mark.parametrize("form", FORMS)
def test_every_open_question_can_be_named_to_a_colleague(form: str) -> None:
    assert WORDS.has(f"press.busy_{form}")


def test_every_refusal_knows_how_to_be_said() -> None:
    assert set(refusal._SAYS) == set(Refused.__subclasses__())


def test_every_command_can_be_typed_without_its_slash() -> None:
    assert set(_TYPED) <= set(_PRIVATE)
    assert {"start", "report", "my", "help", "cancel", "forget"} <= set(_TYPED)
    for name in _TYPED:
        assert WORDS.has(f"typed.{name}")


# Settings

SETTINGS = ROOT / "docs" / "settings.md"

DESIGN_SETTINGS = {
    *("CITY", "DATABASE", "DATA", "LISTEN", "PUBLIC_URL", "SPEED", "FONT", "LOG"),
    *("TELEGRAM_TOKEN", "TELEGRAM_API", "TELEGRAM_WEBHOOK", "TELEGRAM_SECRET"),
}
"""Those of design section 6 whose channels are built (WECHAT_* and WECOM_* are not)."""


def _default(name: str) -> str:
    default = Settings.model_fields[name].get_default()
    secret = hasattr(default, "get_secret_value")
    shown = "" if secret or default in ("", None) else str(int(default) if isinstance(default, bool) else default)
    return f"`{shown}`" if shown else ""


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Environment variables; a `.env` file in the working folder works too. All are read once, when the program"
    yield "starts; one that cannot be used is told by name, never by value. The table is made from `bot/settings.py`,"
    yield "and a test holds the two together: `python -m tests.test_words` writes this page anew."
    yield ""
    yield "| variable | meaning | default |"
    yield "| --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        yield f"| `{PREFIX}{name.upper()}` | {field.description} | {_default(name)} |"


def settings_page() -> str:
    """docs/settings.md as the settings say it."""
    return "\n".join(_settings()) + "\n"


def test_the_page_of_settings_says_what_the_program_reads() -> None:
    assert SETTINGS.read_text("utf-8") == settings_page(), "stale: write it anew with python -m tests.test_words"


def test_every_setting_of_the_design_is_read_and_described() -> None:
    assert {name.upper() for name in Settings.model_fields} == DESIGN_SETTINGS
    assert all(field.description for field in Settings.model_fields.values())


if __name__ == "__main__":
    SETTINGS.write_text(settings_page(), "utf-8")
