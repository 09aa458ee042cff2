"""The catalogue's rules: Chinese stands in, what is filled in is never a template, a city may reword."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.wording import NoSuchWords, Wording, arguments

WORDS = Wording(
    {
        "hello": {"zh": "您好,{name}", "en": "Hello, {name}"},
        "card": {"zh": "📍 {place}"},
        "plain": {"zh": "好。", "en": "All right."},
    }
)


def test_a_language_that_is_missing_falls_back_to_chinese() -> None:
    assert WORDS.say("hello", "en", name="Wang") == "Hello, Wang"
    assert WORDS.say("card", "en", place="幸福里") == "📍 幸福里"
    assert WORDS.say("hello", "fr", name="王") == "您好,王"


def test_an_unknown_key_and_a_missing_argument_are_told_by_name() -> None:
    with pytest.raises(NoSuchWords, match="goodbye"):
        WORDS.say("goodbye")
    with pytest.raises(NoSuchWords, match=r"hello.*name"):
        WORDS.say("hello")


@given(st.text())
def test_what_people_write_is_never_read_as_a_template(words: str) -> None:
    assert WORDS.say("hello", name=words) == f"您好,{words}"
    assert WORDS.say("hello", name="{name} {0} {x.__class__}") == "您好,{name} {0} {x.__class__}"


def test_a_city_s_own_wording_stands_above_and_the_rest_stays() -> None:
    own = WORDS.over({"hello": {"zh": "{name},您来了"}})
    assert own.say("hello", name="王") == "王,您来了"
    assert own.say("hello", "en", name="Wang") == "Hello, Wang"
    assert own.say("plain") == "好。"
    assert WORDS.say("hello", name="王") == "您好,王"


def test_a_city_cannot_invent_a_key_or_an_argument() -> None:
    with pytest.raises(NoSuchWords, match="nowhere"):
        WORDS.over({"nowhere": {"zh": "?"}})
    with pytest.raises(NoSuchWords, match=r"card.*telephone"):
        WORDS.over({"card": {"zh": "{place} {telephone}"}})
    with pytest.raises(NoSuchWords, match=r"plain \(en\).*x"):
        WORDS.over({"plain": {"en": "{x}"}})


def test_a_city_may_leave_an_argument_out() -> None:
    assert WORDS.over({"hello": {"zh": "您好"}}).say("hello", name="王") == "您好"


def test_arguments_are_found_with_their_forms_and_doubled_braces_are_none() -> None:
    assert arguments("{a} {b:>3} {{c}} {a}") == {"a", "b"}
    assert WORDS.has("card")
    assert not WORDS.has("cards")
