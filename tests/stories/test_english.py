"""The same resident in English (voice, section 3)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.district import SHOP_12, Town, labels, main_people, newest, photo, press, sends, town
from tests.emulators.telegram import Message


@pytest.fixture
async def t(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as t:
        _, t.people["李网格长"], t.people["张队员"], _, _ = await main_people(t)
        await t.resident("Ann", language="en")
        yield t
        assert await t.dead_letters() == []


def keys(message: Message) -> list[str]:
    return [key.label for row in message.keyboard for key in row]


async def files_the_canopy(t: Town) -> str:
    ann = t.people["Ann"]
    await ann.sends_photo(photo(1), caption="rain canopy wanted")
    await t.settled()
    await ann.taps("Send location", location=SHOP_12)
    await t.settled()
    await press(t, ann, "Agree and submit")
    return (await t.case()).number


async def test_the_rain_canopy_in_english(t: Town) -> None:
    ann, li, leaders = t.people["Ann"], t.people["李网格长"], t.groups["C-XFL"]
    await ann.starts()
    await t.settled()
    assert newest(ann).text == (
        "Hello, I'm Jieyou, the chat assistant of your city-management station.\n"
        "Rubbish, lights, manholes, parking: send a photo and a few words, now if you like.\n"
        "What you send is used only to get it done and to answer you; the grid leader never sees who you are.\n"
        "Try it with a photo?"
    )
    assert keys(newest(ann)) == ["Report a problem", "My reports"]
    await ann.sends_photo(photo(1), caption="rain canopy wanted")
    await t.settled()
    asked = newest(ann).text.splitlines()
    assert asked[0].startswith("Got your photo and words: it's about")
    assert asked[1] == 'Where is it? Tap Send location, or type it, e.g. "Xingfuli shop 12".'
    await ann.taps("Send location", location=SHOP_12)
    await t.settled()
    summary = newest(ann)
    lines = summary.text.splitlines()
    assert lines[:2] == ["Is this right?", "What: rain canopy wanted (street order)"]
    assert lines[2].startswith("Where: ")
    assert lines[2].endswith(", the red pin")
    assert lines[-3:] == [
        "Photos: 1",
        "Your first time: I keep your account and what you send, only to get it done and to answer you.",
        'No name: say "anonymous". Delete: say "forget me".',
    ]
    assert labels(summary) == ["Agree and submit", "Change category", "Change place", "Add photo", "Cancel"]
    await press(t, ann, "Agree and submit")
    number = (await t.case()).number
    filed = newest(ann).text.splitlines()
    assert filed[0] == f"✅ Sent. Your number: {number}"
    assert filed[1].endswith(", who looks after this area.")
    assert filed[2].endswith("; an answer by Tue 1 Dec, 5 pm.")
    assert filed[3:] == [
        "If nothing moves I will chase it. You need not watch.",
        "Photos you send in the next half hour join this report.",
    ]

    await press(t, li, "接单", leaders)
    taken = newest(ann).text.splitlines()
    assert taken[1:] == [
        f"{number} rain canopy",
        "An answer by Tue 1 Dec, 5 pm.",
        "When done I will show you before and after.",
    ]
    await press(t, li, "办结", leaders)
    await press(t, li, "已解决", leaders)
    await li.sends_photo(photo(2), caption="装好了,和整排铺子同款", chat=leaders, reply_to=newest(leaders))
    await t.settled()
    await press(t, t.people["张队员"], "核查通过", t.groups["S-XFL"])
    question = newest(ann)
    lines = question.text.splitlines()
    assert lines[:2] == [
        "📷 Left: your photo. Right: after the work.",
        f"{number} rain canopy, reported 24 Nov",
    ]
    assert lines[3].endswith(': "装好了,和整排铺子同款"'), "staff's words stay as they wrote them"
    assert lines[4:] == ["The station has checked it too.", "Is it solved?"]
    assert labels(question) == ["Solved", "Not solved"]
    await press(t, ann, "Solved")
    assert question.text.splitlines()[-2:] == ["You said: solved.", "Are you satisfied?"]
    assert labels(question) == ["Satisfied", "Mostly satisfied", "Not satisfied"]
    await press(t, ann, "Satisfied")
    assert question.text.splitlines()[-2:] == [
        "You said: solved, satisfied. Thank you. This one is closed.",
        'If it comes back within 7 days, send "reopen".',
    ]
    assert len(ann.posts) == 6
    assert newest(t.groups["S-XFL"]).text.splitlines()[-1] == "居民:解决了 · 满意", "staff read Chinese"


async def test_words_only_no_photo_typed_in_english(t: Town) -> None:
    ann = t.people["Ann"]
    assert (await sends(t, ann, "rain canopy wanted")).text.splitlines()[0].startswith("Understood: ")
    asked = await sends(t, ann, "Xingfuli shop 12")
    assert asked.text.endswith("Is there a photo? With one, the leader sees it at once.")
    assert (await sends(t, ann, "no photo")).text == "No matter. Why is there none? Just tap one."
    summary = await sends(t, ann, "2")
    assert "Photos: none (Not convenient)" in summary.text
    await sends(t, ann, "Anonymous")
    assert summary.text.splitlines()[0] == "No name on this one. Is it right?"
    await sends(t, ann, "submit")
    case = await t.case()
    assert (case.grid, case.reporter) == ("XFL03", "anonymous")


async def test_gas_in_english(t: Town) -> None:
    ann = t.people["Ann"]
    first = await sends(t, ann, "I smell gas in the stairwell")
    assert first.text.startswith(
        "🚨 Get outside first. No lights, no flame, no doorbell.\nOutside, call: gas emergency"
    )
    summary = await sends(t, ann, "Xingfuli building 3")
    assert labels(summary) == ["Submit", "Change place", "Cancel"]
    await press(t, ann, "Submit")
    assert newest(ann).text.splitlines()[-1] == "Stay outside until the emergency crew comes."


async def test_unclear_not_sent_and_out_of_range(t: Town) -> None:
    ann = t.people["Ann"]
    assert (await sends(t, ann, "Report a problem")).text == "What is it about? A photo and a line will do."
    assert (await sends(t, ann, "99")).text == "There is no 99; please reply with one of 1 to 8."
    assert (await sends(t, ann, "cancel")).text == (
        "All right, nothing was sent, and the photos are deleted.\nCome back any time."
    )
    assert (await sends(t, ann, "cancel")).text == "There is nothing to cancel. A photo starts a report."
    assert (await sends(t, ann, "my reports")).text.startswith("You haven't reported anything yet.")


async def test_the_language_is_changed_by_a_word_and_stays(t: Town) -> None:
    ann, number = t.people["Ann"], await files_the_canopy(t)
    assert (await sends(t, ann, "/lang")).text == "好,以后说中文。"
    assert (await sends(t, ann, "my reports")).text.splitlines()[1] == f"1 遮雨棚 · {number}"
    await press(t, t.people["李网格长"], "接单", t.groups["C-XFL"])
    assert newest(ann).text.startswith("李网格长接单了,会去办。"), "what is pushed is in the chosen language"
    assert (await sends(t, ann, "English")).text == "All right, English from now on."
    assert (await sends(t, ann, "我的上报")).text.splitlines()[:2] == ["You have 1.", f"1 rain canopy · {number}"]
    await t.passes(days=1)
    assert (await sends(t, ann, "hello")).text.startswith("Hello, I'm here.")


async def test_a_chinese_speaker_may_ask_for_english(t: Town) -> None:
    wang = t.people["王"]
    assert (await sends(t, wang, "English")).text == "All right, English from now on."
    assert keys(await sends(t, wang, "/start")) == ["Report a problem", "My reports"]
    assert (await sends(t, wang, "中文")).text == "好,以后说中文。"


async def test_forgotten_in_english(t: Town) -> None:
    ann = t.people["Ann"]
    await files_the_canopy(t)
    asked = await sends(t, ann, "forget me")
    assert asked.text == (
        "I will delete: your account, your words, unsent drafts.\n"
        "What stays: the cases and their photos, no longer tied to you.\n"
        "1 unfinished go on, only I can't tell you the result.\nDelete it all?"
    )
    await press(t, ann, "Delete")
    assert newest(ann).text == "Deleted. If you come again, we start afresh."
