"""A message is kept in the outbox as text, and is the same when it comes back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.message import Choice, Link, Message, Picture, Reaction
from handlers.letter import dumps, loads, loads_choices

_text = st.text(max_size=12)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_pictures = st.builds(
    Picture,
    st.sampled_from(["photo", "map", "pair", "collage", "progress"]),
    st.dictionaries(_text, _json, max_size=3),
)
_rows = st.lists(st.lists(st.builds(Choice, _text, _text), max_size=3).map(tuple), max_size=3).map(tuple)
messages = st.builds(
    Message,
    text=_text,
    choices=_rows,
    picture=st.none() | _pictures,
    links=st.lists(st.builds(Link, _text, _text), max_size=2).map(tuple),
    ask=st.sampled_from(["text", "photo", "location", "none"]),
    replaces=_text,
    reply_to=_text,
    news=st.booleans(),
    reaction=st.none() | st.builds(Reaction, _text, _text),
    urgency=st.sampled_from(["reply", "push", "urgent"]),
    missing_picture=_text,
    template=st.dictionaries(_text, _text, max_size=2),
)


@given(messages)
def test_what_was_written_comes_back_the_same(message: Message) -> None:
    assert loads(dumps(message)) == message


@given(messages)
def test_the_letter_is_json_and_the_same_message_gives_the_same_letter(message: Message) -> None:
    body = dumps(message)
    assert json.loads(body)["text"] == message.text
    assert dumps(loads(body)) == body


def test_every_field_of_a_message_is_kept() -> None:
    """A new field must not be forgotten on the way: each is tried with a value that is not the usual one."""
    whole = Message(
        text="您看对不对?",
        choices=((Choice("提交", "submit:19ab:1"),),),
        picture=Picture("photo", {"sha": "a"}),
        links=(Link("看地图", "map:1"),),
        ask="photo",
        replaces="report:1",
        reply_to="at:123",
        news=False,
        reaction=Reaction("12", "👍"),
        urgency="urgent",
        missing_picture="画不出来",
        template={"thing": "遮雨棚"},
    )
    usual = Message("")
    assert all(getattr(whole, name) != getattr(usual, name) for name in Message.__slots__)
    assert loads(dumps(whole)) == whole


def test_what_is_as_usual_is_not_written() -> None:
    assert json.loads(dumps(Message("好。"))) == {"text": "好。"}


def test_choices_that_were_remembered_come_back_in_order() -> None:
    assert loads_choices('[["提交", "submit:1:1"], ["取消", "cancel:1:1"]]') == [
        Choice("提交", "submit:1:1"),
        Choice("取消", "cancel:1:1"),
    ]
    assert loads_choices("[]") == []
