"""One message, many channels: nothing that can be chosen or read is lost on the way."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.fit import FixedWords, cut, fit, out_of_range, typed, units
from domain.message import (
    LOCATION,
    Capability,
    Choice,
    Link,
    Message,
    Native,
    Picture,
    Reaction,
    Rows,
    Shown,
)
from domain.update import Chat

ZH = FixedWords(answer="回复", listed="回复数字或文字:", place="或点右下角 ＋ → 位置 → 发送位置。")
EN = FixedWords(answer="Reply", listed="Reply with a number or words:")

TELEGRAM = Capability(100, 8, 64, True, 4096, 1024, True, True, 200)
WEB = Capability(20, 4, 200, True, 20000, 20000, False, True, 200)
WECHAT = Capability(0, 0, 0, False, 600, 0, False, False, 0)

ALONE = Chat("telegram", "private", "42")
GROUP = Chat("telegram", "group", "-1001")
PHOTO = Picture("photo", {"sha": "aa"})

SUMMARY = ("提交", "修改类别", "修改位置", "补充照片", "取消")


def rows(*labels: str, token: str = "do:{}:1") -> Rows:
    return tuple((Choice(label, token.format(label)),) for label in labels)


MENU = ((Choice("我要上报", "menu:report"), Choice("我的上报", "menu:my")), (Choice("便民服务", "menu:services"),))
ASK_PLACE = ((Choice("发送位置", LOCATION),),)


def fitted(
    message: Message,
    capability: Capability = TELEGRAM,
    chat: Chat = ALONE,
    *,
    replaces: Shown | None = None,
    reply_to: str = "",
    words: FixedWords = ZH,
) -> list[Native]:
    return fit(message, capability, chat, replaces=replaces, reply_to=reply_to, words=words)


def only(natives: list[Native]) -> Native:
    (native,) = natives
    return native


class TestButtons:
    def test_choices_become_buttons(self) -> None:
        native = only(fitted(Message("您看对不对?", rows(*SUMMARY))))
        assert [choice.label for row in native.rows for choice in row] == list(SUMMARY)
        assert native.text == "您看对不对?"
        assert native.keyboard is None

    def test_rows_are_broken_where_the_channel_is_narrow(self) -> None:
        wide = (tuple(Choice(str(n), f"n:{n}") for n in range(10)),)
        assert [len(row) for row in only(fitted(Message("几点?", wide))).rows] == [8, 2]

    def test_a_token_that_is_too_long_is_a_mistake_of_ours(self) -> None:
        choice = Choice("接单", "accept:" + "箱" * 19 + "12")
        assert len(choice.token.encode()) == 66
        with pytest.raises(ValueError, match=r"\(accept\) has 66 bytes"):
            fitted(Message("?", ((choice,),)))
        assert fitted(Message("?", ((Choice("接单", "a" * 64),),)))

    def test_what_has_no_room_as_a_button_is_written_out_with_its_number(self) -> None:
        small = Capability(4, 2, 64, False, 600, 0, False, False, 0)
        native = only(fitted(Message("哪一件?", (*rows(*SUMMARY),)), small))
        assert [choice.label for row in native.rows for choice in row] == list(SUMMARY[:4])
        assert native.text == "哪一件?回复 5 取消"


class TestNumbers:
    def test_up_to_three_choices_stand_on_the_line_of_the_question(self) -> None:
        native = only(fitted(Message("您看,解决了吗?", rows("解决了", "没解决")), WECHAT))
        assert native.text == "您看,解决了吗?回复 1 解决了 2 没解决"
        assert native.rows == ()

    def test_more_choices_stand_one_to_a_line(self) -> None:
        native = only(fitted(Message("您看对不对?\n照片:1 张", rows(*SUMMARY)), WECHAT))
        assert native.text == (
            "您看对不对?\n照片:1 张\n回复数字或文字:\n1 提交\n2 修改类别\n3 修改位置\n4 补充照片\n5 取消"
        )

    def test_a_long_line_is_not_made_longer(self) -> None:
        question = "一" * 50
        native = only(fitted(Message(question, rows("解决了", "没解决")), WECHAT))
        assert native.text == f"{question}\n回复 1 解决了 2 没解决"

    def test_english_has_its_blanks(self) -> None:
        native = only(fitted(Message("Is it solved?", rows("Solved", "Not solved")), WECHAT, words=EN))
        assert native.text == "Is it solved? Reply 1 Solved 2 Not solved"

    def test_a_label_with_its_own_number_is_not_numbered_twice(self) -> None:
        native = only(fitted(Message("您有 2 件。", rows("1 遮雨棚", "2 垃圾桶")), WECHAT))
        assert native.text == "您有 2 件。回复 1 遮雨棚 2 垃圾桶"


class TestKeyboard:
    def test_the_menu_stands_under_the_typing_field_in_private(self) -> None:
        native = only(fitted(Message("您好", MENU)))
        assert native.keyboard == MENU
        assert native.rows == ()

    def test_other_messages_leave_the_keyboard_as_it_is(self) -> None:
        assert only(fitted(Message("您看对不对?", rows("提交")))).keyboard is None

    def test_the_place_is_asked_by_the_keyboard_and_neighbours_go_with_it(self) -> None:
        asked = (*ASK_PLACE, (Choice("返回", "back:draft:1"),))
        native = only(fitted(Message("在哪儿?", asked)))
        assert native.keyboard == asked
        assert native.rows == ()

    def test_in_a_group_the_menu_is_buttons_and_the_place_cannot_be_asked(self) -> None:
        assert only(fitted(Message("您好", MENU), chat=GROUP)).rows == MENU
        native = only(fitted(Message("在哪儿?", (*ASK_PLACE, *rows("返回"))), chat=GROUP))
        assert [choice.label for row in native.rows for choice in row] == ["返回"]
        assert native.text == "在哪儿?"

    def test_a_page_asks_for_the_place_by_an_ordinary_button(self) -> None:
        page = Chat("web", "page", "s1")
        assert only(fitted(Message("在哪儿?", ASK_PLACE), WEB, page)).rows == ASK_PLACE

    def test_without_buttons_words_say_how_a_place_is_sent_and_numbers_begin_at_one(self) -> None:
        native = only(fitted(Message("在哪儿?", (*ASK_PLACE, *rows("返回"))), WECHAT))
        assert native.text == "在哪儿?\n或点右下角 ＋ → 位置 → 发送位置。回复 1 返回"

    def test_a_keyboard_never_comes_by_an_edit(self) -> None:
        shown = Shown("7")
        new = only(fitted(Message("在哪儿?", ASK_PLACE, replaces="k"), replaces=shown))
        assert new.edits is None
        assert new.keyboard == ASK_PLACE
        quiet = only(fitted(Message("在哪儿?", MENU, replaces="k", news=False), replaces=shown))
        assert quiet.edits == shown
        assert quiet.keyboard is None
        assert quiet.rows == MENU


class TestEdits:
    def test_an_edit_is_an_edit_where_there_are_edits(self) -> None:
        native = only(fitted(Message("已提交。", replaces="k"), replaces=Shown("7", "pic"), reply_to="5"))
        assert native.edits == Shown("7", "pic")
        assert native.reply_to == ""

    @pytest.mark.parametrize(("news", "said"), [(True, 1), (False, 0)])
    def test_elsewhere_it_is_said_anew_only_if_it_is_news(self, news: bool, said: int) -> None:
        assert len(fitted(Message("办完了。", replaces="k", news=news), WECHAT, replaces=Shown("7"))) == said
        assert len(fitted(Message("办完了。", replaces="k", news=news), replaces=None)) == said

    def test_taking_only_the_buttons_away_is_one_edit(self) -> None:
        native = only(fitted(Message("", replaces="k"), replaces=Shown("7")))
        assert native.edits == Shown("7")
        assert native.rows == ()


class TestReplies:
    def test_a_question_to_a_group_opens_an_answer(self) -> None:
        native = only(fitted(Message("为什么退回?", ask="text"), chat=GROUP, reply_to="5"))
        assert native.force_reply
        assert native.reply_to == "5"

    def test_not_in_private_not_with_buttons_and_not_in_edits(self) -> None:
        question = Message("为什么退回?", ask="text")
        assert not only(fitted(question)).force_reply
        assert not only(fitted(Message("?", rows("返回"), ask="text"), chat=GROUP)).force_reply
        assert not only(fitted(question, chat=GROUP, replaces=Shown("7"))).force_reply

    def test_a_reaction_is_a_call_of_its_own_and_goes_where_there_are_none(self) -> None:
        sign = Reaction("9", "👍")
        assert fitted(Message("", reaction=sign)) == [Native("", reaction=sign)]
        assert [native.text for native in fitted(Message("好", reaction=sign))] == ["", "好"]
        assert fitted(Message("", reaction=sign), WECHAT) == []


class TestLength:
    def test_a_picture_takes_its_words_along(self) -> None:
        native = only(fitted(Message("图上红点", rows("提交"), picture=PHOTO)))
        assert native.picture == PHOTO
        assert native.text == "图上红点"

    def test_what_does_not_fit_under_a_picture_comes_after_it_with_the_buttons(self) -> None:
        text = "\n\n".join(f"第{n}段" + "字" * 300 for n in range(4))
        first, second = fitted(Message(text, rows("提交"), picture=PHOTO))
        assert first.picture == PHOTO
        assert first.rows == ()
        assert first.text.startswith("(1/2)\n第0段")
        assert second.text.startswith("(2/2)\n第3段")
        assert second.picture is None
        assert second.rows
        assert second.silent
        assert not first.silent

    def test_where_pictures_have_no_caption_the_text_comes_whole(self) -> None:
        first, second = fitted(Message("办完了。您看,解决了吗?", rows("解决了", "没解决"), picture=PHOTO), WECHAT)
        assert (first.text, first.picture) == ("", PHOTO)
        assert second.text == "办完了。您看,解决了吗?回复 1 解决了 2 没解决"

    def test_a_break_near_the_beginning_is_not_worth_a_message(self) -> None:
        natives = fitted(Message("好。\n\n" + "字" * 560 + "\n" + "尾" * 50), WECHAT)
        assert len(natives) == 2
        assert natives[1].text == "(2/2)\n" + "尾" * 50

    def test_an_edit_of_a_picture_keeps_to_its_caption(self) -> None:
        first, second = fitted(Message("字" * 1100, replaces="k"), replaces=Shown("7", "pic"))
        assert first.edits == Shown("7", "pic")
        assert second.edits is None
        assert units(first.text) <= 1024

    def test_a_flag_or_a_family_is_not_torn(self) -> None:
        family = "👨‍👩‍👧"
        assert cut("是" * 3 + family, 8) == "是是是…"
        assert cut("是" * 3, 3) == "是是是"

    def test_links_stay_whole_and_go_where_their_label_is(self) -> None:
        link = Link("看地图看地图", "https://example.org/")
        text = "字" * 597 + link.label + "尾"
        first, second = fitted(Message(text, links=(link,)), WECHAT)
        assert first.links == ()
        assert second.links == (link,)
        assert link.label in second.text


LABEL = st.text("提交改类别AB 12✅👍", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
CHOICE = st.builds(
    Choice,
    label=LABEL,
    token=st.one_of(st.just(LOCATION), st.sampled_from(["menu:my", "menu:report"]), st.text("abc:1", max_size=20)),
)
LINKS = st.lists(st.sampled_from(["看地图", "XF-20261124-0007", "正在办"]), unique=True, max_size=3)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    labels = draw(LINKS)
    lines = draw(st.lists(st.text("您看解决了吗。?!, \n👍abc", max_size=200), min_size=1, max_size=8))
    text = "\n".join([*lines, *labels, "好"]).strip()
    return Message(
        text=text,
        choices=tuple(tuple(row) for row in draw(st.lists(st.lists(CHOICE, max_size=5), max_size=5))),
        picture=draw(st.sampled_from([None, PHOTO])),
        links=tuple(Link(label, "https://example.org/") for label in labels),
        ask=draw(st.sampled_from(["none", "text", "photo", "location"])),
        news=draw(st.booleans()),
        replaces="k",
    )


CAPABILITY = st.builds(
    Capability,
    buttons=st.sampled_from([0, 1, 6, 100]),
    buttons_a_row=st.integers(1, 8),
    token_bytes=st.just(64),
    edits=st.booleans(),
    text=st.sampled_from([300, 600, 4096]),
    caption=st.sampled_from([0, 30, 100, 1024]),
    keyboard=st.booleans(),
    reactions=st.booleans(),
    answers=st.just(200),
)
CHAT = st.sampled_from([ALONE, GROUP, Chat("web", "page", "1")])
SHOWN = st.sampled_from([None, Shown("7"), Shown("7", "pic")])


def solid(text: str) -> str:
    """A text without blanks and without the counts of parts."""
    return re.sub(r"\s|\(\d+/\d+\)\n", "", text)


class TestAlways:
    @given(messages(), CAPABILITY, CHAT, SHOWN)
    def test_no_choice_is_lost(self, message: Message, able: Capability, chat: Chat, shown: Shown | None) -> None:
        natives = fitted(message, able, chat, replaces=shown)
        assume(natives)
        last = natives[-1]
        keys = [choice for row in (*last.rows, *(last.keyboard or ())) for choice in row]
        said = solid("".join(native.text for native in natives))
        position = len(solid(message.text))
        number = 0
        for choice in message.labels():
            number += choice.token != LOCATION
            if choice in keys:
                keys.remove(choice)
            elif choice.token != LOCATION:
                found = said.find(solid(choice.label), position)
                assert found >= position - 1  # after the text, in the order of the numbers
                position = found
        assert keys == []
        assert all(len(row) <= able.buttons_a_row for row in last.rows)
        assert sum(map(len, last.rows)) <= able.buttons

    @given(messages(), CAPABILITY, CHAT, SHOWN)
    def test_every_text_is_within_its_limit_and_no_word_is_lost(
        self, message: Message, able: Capability, chat: Chat, shown: Shown | None
    ) -> None:
        natives = fitted(message, able, chat, replaces=shown)
        assume(natives)
        for native in natives:
            pictured = native.picture is not None or (native.edits is not None and native.edits.picture)
            assert units(native.text) <= (able.caption if pictured else able.text)
        parts = "".join(solid(native.text + "\n") for native in natives)
        assert parts.startswith(solid(message.text))
        assert sum(native.picture is not None for native in natives) == (message.picture is not None)

    @given(messages(), CAPABILITY, CHAT, SHOWN)
    def test_links_go_where_their_labels_are(
        self, message: Message, able: Capability, chat: Chat, shown: Shown | None
    ) -> None:
        natives = fitted(message, able, chat, replaces=shown)
        assume(natives)
        assert sorted(link.label for native in natives for link in native.links) == sorted(
            link.label for link in message.links
        )
        assert all(link.label in native.text for native in natives for link in native.links)

    @given(messages(), CHAT, SHOWN)
    def test_usually_it_is_one_call(self, message: Message, chat: Chat, shown: Shown | None) -> None:
        assume(units(message.text) < 800)
        assert len(fitted(message, TELEGRAM, chat, replaces=shown)) <= 1

    @given(st.lists(LABEL, min_size=1, max_size=20))
    def test_every_number_that_is_written_out_can_be_typed(self, labels: list[str]) -> None:
        choices = [Choice(label, f"t:{place}") for place, label in enumerate(labels, 1)]
        for place, choice in enumerate(choices, 1):
            hit = typed(str(place), choices)
            named = [one for one in choices if re.sub(r"[\s✅👍]", "", one.label) == str(place)]
            if not named:
                assert hit == choice


FIVE = [Choice(label, f"do:{label}:1") for label in SUMMARY]
TWELVE = [Choice(f"第{sign}项", f"n:{sign}") for sign in "子丑寅卯辰巳午未申酉戌亥"]


FIRST = ["1", "１", "①", "一", "1。", " 1 ", "1、", "(1)", "1️⃣", "提交", "提 交", "提交。", "1 提交", "✅提交"]
NOTHING = ["12", "1 号楼", "01", "0001", "6", "我要提交", "提交吗?", "", "。", "十", "1 2", "✅", "一二"]


class TestTyped:
    @pytest.mark.parametrize(
        "text", ["1", "１", "①", "一", "1。", " 1 ", "1、", "(1)", "1️⃣", "提交", "提 交", "提交。", "1 提交", "✅提交"]
    )
    def test_the_first(self, text: str) -> None:
        assert typed(text, FIVE) == FIVE[0]

    @pytest.mark.parametrize(
        "text", ["12", "1 号楼", "01", "0001", "6", "我要提交", "提交吗?", "", "。", "十", "1 2", "✅", "一二"]
    )
    def test_none(self, text: str) -> None:
        assert typed(text, FIVE) is None

    @pytest.mark.parametrize(("text", "place"), [("12", 12), ("十二", 12), ("十", 10), ("⑫", 12), ("1", 1)])
    def test_one_of_twelve(self, text: str, place: int) -> None:
        assert typed(text, TWELVE) == TWELVE[place - 1]

    def test_a_label_may_have_an_emoji_and_any_case(self) -> None:
        choices = [Choice("✅ Solved", "a"), Choice("Not solved", "b")]
        assert typed("solved", choices) == choices[0]
        assert typed("NOT SOLVED.", choices) == choices[1]

    def test_a_label_with_its_own_number_answers_to_the_rest_of_it(self) -> None:
        choices = [Choice("1 遮雨棚", "a"), Choice("2 垃圾桶", "b")]
        assert typed("垃圾桶", choices) == choices[1]
        assert typed("2", choices) == choices[1]
        assert typed("2 垃圾桶", choices) == choices[1]

    def test_a_label_that_stands_twice_is_nobodys(self) -> None:
        choices = [Choice("垃圾桶", "a"), Choice("垃圾桶", "b")]
        assert typed("垃圾桶", choices) is None
        assert typed("2", choices) == choices[1]

    def test_twelve_is_not_the_first_of_a_choice_called_two(self) -> None:
        assert typed("12", [Choice("2", "a"), Choice("3", "b")]) is None

    def test_the_request_for_the_place_has_no_number(self) -> None:
        choices = [Choice("发送位置", LOCATION), Choice("返回", "back")]
        assert typed("1", choices) == choices[1]
        assert typed("发送位置", choices) == choices[0]

    @given(st.text(max_size=40))
    def test_whatever_is_typed_is_a_choice_or_none(self, text: str) -> None:
        assert typed(text, FIVE) in [None, *FIVE]

    @given(st.sampled_from(SUMMARY), st.text("我要楼12号", min_size=1, max_size=3))
    def test_words_around_a_label_make_it_words(self, label: str, more: str) -> None:
        assume(f"{more}{label}" not in [f"{n}{name}" for n, name in enumerate(SUMMARY, 1)])
        assert typed(more + label, FIVE) is None


class TestOutOfRange:
    @pytest.mark.parametrize("text", ["8", "0", "６", "⑧", "十", "99", "8。"])
    def test_a_number_that_is_not_there(self, text: str) -> None:
        assert out_of_range(text, FIVE)

    @pytest.mark.parametrize("text", ["1", "5", "五", "0007", "110", "13800000000", "8 号楼", "提交", ""])
    def test_everything_else(self, text: str) -> None:
        assert not out_of_range(text, FIVE)

    def test_there_is_no_range_without_choices(self) -> None:
        assert not out_of_range("8", [])
