"""The web chat over real HTTP: who may post, what stands in the chat, and how a page goes on after a broken line."""

import asyncio
import json
import os
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Channel, FetchFailed, SendFailed, Unreadable
from bot.channels.web import stream as stream_module
from bot.channels.web.cast import Cast, Person
from bot.channels.web.channel import UNSENT_FOR, WebChannel
from bot.channels.web.guard import HEADERS, REFUSALS
from bot.channels.web.hub import MOST_PASSING, Hub
from bot.channels.web.map import city_map
from bot.channels.web.posted import Misformed, Posted
from bot.channels.web.seal import DAY, Seal
from bot.channels.web.update import read
from domain.message import Native, Picture, Reaction, Shown
from domain.update import Chat, Choice, Enter, Location, Photo, Text
from storage import web_message
from storage.photo import MOST_BYTES
from storage.turn import StorageFailed
from tests.browser.stage import LABELS, LEADERS, START, Stage, drawn, jpeg, opened, served

HERE = Path(stream_module.__file__).parent
PRIVATE = Chat("web", "private", "someone")


@dataclass
class Visitor:
    """Somebody at a browser: `base` is the page that is open."""

    http: httpx.AsyncClient
    base: str = "/chat"

    async def opens(self) -> httpx.Response:
        return await self.http.get(self.base)

    async def posts(self, *parts: Any, key: str = "", **more: Any) -> httpx.Response:
        body = {"key": key or uuid.uuid4().hex, "parts": list(parts), "page": "p-1", **more}
        headers = {"Origin": str(self.http.base_url).rstrip("/")}
        return await self.http.post(f"{self.base}/send", json=body, headers=headers)

    async def writes(self, text: str, **more: Any) -> httpx.Response:
        return await self.posts({"type": "text", "text": text}, **more)

    async def uploads(self, picture: Any, kind: str = "image/jpeg") -> httpx.Response:
        headers = {"Origin": str(self.http.base_url).rstrip("/"), "Content-Type": kind}
        return await self.http.post(f"{self.base}/upload", content=picture, headers=headers)

    async def sees(self) -> list[dict[str, Any]]:
        got = (await self.http.get(f"{self.base}/history")).json()
        messages: list[dict[str, Any]] = got["messages"]
        return messages

    @asynccontextmanager
    async def listens(self, since: int = 0, page: str = "p-1", last: int | None = None) -> AsyncIterator["Line"]:
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        address = f"{self.base}/events?since={since}&page={page}"
        async with self.http.stream("GET", address, headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Line(response)


class Line:
    """An open stream of events."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def hears(self, name: str) -> dict[str, Any]:
        """The next event of that name, with its id where it has one."""
        event: dict[str, Any] = {}
        async with asyncio.timeout(5):
            async for line in self._lines:
                if line:
                    field, _, value = line.partition(": ")
                    event[field] = value
                    continue
                if event.get("event") == name:
                    return {**json.loads(event["data"]), **({"event_id": int(event["id"])} if "id" in event else {})}
                event = {}
        raise AssertionError(f"the stream ended without {name}")

    async def comment(self) -> str:
        async with asyncio.timeout(5):
            return await anext(line async for line in self._lines if line.startswith(":"))

    async def ends(self) -> None:
        async with asyncio.timeout(5):
            async for _ in self._lines:
                pass


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


@pytest.fixture
async def address(stage: Stage) -> AsyncIterator[str]:
    async with served(stage) as address:
        yield address


@asynccontextmanager
async def somebody(address: str, base: str = "/chat") -> AsyncIterator[Visitor]:
    async with httpx.AsyncClient(base_url=address, timeout=10) as http:
        person = Visitor(http, base)
        await person.opens()
        yield person


@pytest.fixture
async def resident(address: str) -> AsyncIterator[Visitor]:
    async with somebody(address) as person:
        yield person


@pytest.fixture
async def leader(address: str) -> AsyncIterator[Visitor]:
    async with somebody(address, "/demo/leaders") as person:
        yield person


async def test_it_keeps_the_promise_of_a_channel(stage: Stage) -> None:
    channel: Channel = stage.channel  # held together by the type checker
    assert (channel.name, channel.capability.edits, channel.capability.keyboard) == ("web", True, False)


# Who is it?


async def test_the_first_visit_gives_a_cookie_that_scripts_cannot_read(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        first = await http.get("/chat")
        again = await http.get("/chat")
    cookie = first.headers["set-cookie"].lower()
    assert re.search(r"jieyou=[0-9a-f]{32};", cookie)
    assert {"httponly", "samesite=lax", "path=/chat"} <= {each.strip() for each in cookie.split(";")}
    assert again.headers["set-cookie"].split(";")[0] == first.headers["set-cookie"].split(";")[0]


async def test_two_residents_never_see_each_other(stage: Stage, address: str, resident: Visitor) -> None:
    async with somebody(address) as neighbour:
        await resident.writes("3号楼下垃圾桶满了")
        assert await neighbour.sees() == []
        await neighbour.writes("路灯不亮")
    mine, other = stage.heard
    assert mine.chat != other.chat
    assert mine.chat.kind == "private"
    assert mine.chat.id == mine.sender.id


async def test_what_is_kept_of_the_cookie_does_not_open_the_chat(stage: Stage, resident: Visitor) -> None:
    await resident.writes("你好")
    token = resident.http.cookies["jieyou"]
    assert stage.heard[0].sender.id not in token
    assert token not in json.dumps(await resident.sees())


async def test_without_a_cookie_nothing_is_shown_or_taken(stage: Stage, address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as http:
        stranger = Visitor(http)
        assert (await http.get("/chat/history")).status_code == 401
        answer = await stranger.writes("你好")
        assert answer.status_code == 401
        assert answer.json()["error"] == LABELS["page.error_no_seat"]["zh"]
        http.cookies.set("jieyou", "' or 1=1")
        assert (await http.get("/chat/history")).status_code == 401
    assert stage.heard == []


async def test_a_speaker_outside_the_cast_is_refused(stage: Stage, leader: Visitor) -> None:
    answer = await leader.writes("接单", sender="somebody-else")
    assert answer.status_code == 403
    assert stage.heard == []
    assert await leader.sees() == []


async def test_the_name_of_a_speaker_is_the_casts_and_not_the_pages(stage: Stage, leader: Visitor) -> None:
    await leader.writes("接单", sender="li", name="督办", chat="station", kind="private")
    (update,) = stage.heard
    assert (update.sender.id, update.sender.name, update.chat) == ("li", "李网格长", LEADERS.chat)


async def test_without_casts_there_is_no_demo(tmp_path: Path) -> None:
    from starlette.applications import Starlette

    from bot.channels.web.pages import routes

    async with opened(tmp_path) as stage:
        pages = routes(stage.channel, casts={}, city_map={}, labels=LABELS, secret=b"s", time_zone="Asia/Shanghai")
        transport = httpx.ASGITransport(app=Starlette(routes=pages))
        async with httpx.AsyncClient(transport=transport, base_url="http://jieyou.test") as http:
            paths = ("/chat", "/demo", "/demo/resident", "/demo/leaders")
            found = [(await http.get(path)).status_code for path in paths]
    assert found == [200, 404, 404, 404]


def test_nobody_in_a_cast_can_be_taken_for_the_bot() -> None:
    with pytest.raises(ValueError, match="bot"):
        Cast("g", "群", (Person("bot", "解忧"),))


# What is sent


async def test_words_a_place_a_button_and_an_opened_page_arrive_as_updates(stage: Stage, resident: Visitor) -> None:
    await resident.posts({"type": "enter", "payload": "S-XFL"})
    await resident.writes("  店门口下雨滴水", language="zh-CN", reply_to="7")
    await resident.posts({"type": "location", "lon": 109.0075, "lat": 34.0021, "accuracy_m": 12, "label": "12号铺"})
    await resident.posts({"type": "choice", "token": "report:x:1", "message": "4", "label": "提交"})
    entered, words, place, pressed = stage.heard
    assert entered.parts == (Enter("S-XFL"),)
    assert (words.parts, words.reply_to, words.sender.language) == ((Text("  店门口下雨滴水"),), "7", "zh-CN")
    assert place.parts == (Location(109.0075, 34.0021, "wgs84", accuracy_m=12, label="12号铺"),)
    (choice,) = pressed.parts
    assert isinstance(choice, Choice)
    assert (choice.token, choice.message) == ("report:x:1", "4")
    assert choice.query
    assert [message.get("text", "place") for message in await resident.sees()] == ["  店门口下雨滴水", "place"]


async def test_sent_again_after_a_broken_line_it_counts_once(stage: Stage, resident: Visitor) -> None:
    key = uuid.uuid4().hex
    first = await resident.writes("路灯不亮", key=key)
    again = await resident.writes("路灯不亮", key=key)
    assert first.json() == again.json()
    assert [update.parts for update in stage.heard] == [(Text("路灯不亮"),)]
    assert len(await resident.sees()) == 1


async def test_while_storage_fails_nothing_is_lost_and_sending_again_heals_it(stage: Stage, resident: Visitor) -> None:
    key = uuid.uuid4().hex
    stage.broken = StorageFailed("the disk is full")
    assert (await resident.writes("路灯不亮", key=key)).status_code == 503
    stage.broken = None
    assert (await resident.writes("路灯不亮", key=key)).status_code == 200
    assert len(stage.heard) == len(await resident.sees()) == 1


async def test_before_the_inbox_runs_a_page_is_told_to_wait(tmp_path: Path) -> None:
    async with opened(tmp_path, serving=False) as stage, served(stage) as address, somebody(address) as person:
        answer = await person.writes("你好")
        assert answer.status_code == 503
        assert answer.json()["code"] == "not_serving"
        assert await person.sees() == []


async def test_the_answer_never_stands_before_what_it_answers(stage: Stage, resident: Visitor) -> None:
    async def at_once(update: Any) -> None:
        await stage.say(update.chat, "您好,我在呢。")

    stage.on_update = at_once
    await resident.writes("你好")
    assert [message["text"] for message in await resident.sees()] == ["你好", "您好,我在呢。"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_post_from_another_page_is_refused(stage: Stage, resident: Visitor, headers: dict[str, str]) -> None:
    body = {"key": uuid.uuid4().hex, "parts": [{"type": "text", "text": "你好"}]}
    contents: dict[str, Any] = {"send": {"json": body}, "upload": {"content": jpeg()}}
    for path, content in contents.items():
        answer = await resident.http.post(f"/chat/{path}", headers=headers, **content)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign")
    assert stage.heard == []


async def test_a_form_of_another_page_cannot_pass_for_ours(stage: Stage, resident: Visitor) -> None:
    body = json.dumps({"key": uuid.uuid4().hex, "parts": [{"type": "text", "text": "你好"}]})
    origin = {"Origin": str(resident.http.base_url).rstrip("/")}
    for path in ("send", "upload"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = await resident.http.post(f"/chat/{path}", content=body, headers={**origin, "Content-Type": kind})
            assert answer.status_code == 400
    assert stage.heard == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "text", "text": ""},
        {"type": "text", "text": "x" * 20_001},
        {"type": "text", "text": "a\0b"},
        {"type": "text", "text": 7},
        {"type": "location", "lon": 200, "lat": 34},
        {"type": "location", "lon": "109", "lat": 34},
        {"type": "location", "lon": True, "lat": 34},
        {"type": "choice", "token": ""},
        {"type": "photo", "upload": "../../etc/passwd"},
        {"type": "photo", "upload": f"{'0' * 16}-{'0' * 32}"},
        {"type": "leave"},
        {"type": ["text"]},
        {},
        "text",
    ],
)
async def test_what_our_page_never_sends_is_refused_in_plain_words(stage: Stage, resident: Visitor, part: Any) -> None:
    answer = await resident.posts(part)
    assert (answer.status_code, answer.json()["error"]) == (400, LABELS["page.error_misformed"]["zh"])
    assert stage.heard == []


async def test_the_refusal_is_told_in_the_browsers_language(resident: Visitor) -> None:
    resident.http.headers["Accept-Language"] = "en-GB,en;q=0.9,zh;q=0.5"
    assert (await resident.posts({})).json()["error"] == LABELS["page.error_misformed"]["en"]


async def test_a_letter_longer_than_any_is_cut_off(stage: Stage, resident: Visitor) -> None:
    answer = await resident.posts(*[{"type": "text", "text": "长" * 15_000} for _ in range(10)])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")
    assert stage.heard == []


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["key", "parts", "type", "text", "lon", "lat", "upload", "token", "page", "label", "size"])
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(data=json_values, part=st.dictionaries(st.sampled_from(["text", "lon", "lat", "token", "mime"]), json_values))
def test_whatever_json_comes_it_is_read_or_misformed(data: Any, part: dict[str, Any]) -> None:
    kinds = [{"type": kind, **part} for kind in ("text", "photo", "file", "location", "choice", "enter")]
    for each in (data, *({"key": "0" * 32, "parts": [kind]} for kind in kinds)):
        try:
            posted = Posted.of(each, PRIVATE)
        except Misformed:
            continue
        assert read(posted.raw(PRIVATE, LEADERS.sender("li", ""), START).body).parts


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"kind":"moon"}', "null", '{"parts":[{"type":"text"}]}'])
async def test_a_raw_form_that_is_not_ours_is_unreadable(stage: Stage, body: str) -> None:
    with pytest.raises(Unreadable):
        stage.channel.read(body)


# Photos


async def test_an_upload_is_fetched_kept_and_still_shown_to_its_owner(
    stage: Stage, address: str, resident: Visitor
) -> None:
    picture = jpeg()
    ref = (await resident.uploads(picture)).json()["upload"]
    await resident.posts(
        {"type": "photo", "upload": ref, "width": 320, "height": 240}, {"type": "text", "text": "满了"}
    )
    assert stage.heard[0].parts == (Photo(ref), Text("满了"))
    assert await stage.channel.fetch(ref) == picture
    (message,) = await resident.sees()
    (photo,) = message["photos"]
    assert (photo["width"], photo["height"]) == (320, 240)
    assert (await resident.http.get(photo["src"])).content == picture

    stage.photos["f" * 64] = jpeg(colour="#123456")
    await stage.channel.discard(ref, "f" * 64)
    with pytest.raises(FetchFailed) as gone:
        await stage.channel.fetch(ref)
    assert gone.value.permanent
    shown = await resident.http.get(photo["src"])
    assert (shown.content, shown.headers["content-type"]) == (stage.photos["f" * 64], "image/jpeg")
    async with somebody(address) as neighbour:
        assert (await neighbour.http.get(photo["src"])).status_code == 404


async def test_anothers_upload_cannot_be_sent(stage: Stage, address: str, resident: Visitor) -> None:
    ref = (await resident.uploads(jpeg())).json()["upload"]
    async with somebody(address) as thief:
        assert (await thief.posts({"type": "photo", "upload": ref})).status_code == 400
    assert stage.heard == []


async def test_what_is_no_picture_is_never_shown_as_a_page(stage: Stage, resident: Visitor) -> None:
    for nasty in (b"<script>alert(1)</script>", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"):
        ref = (await resident.uploads(nasty, "image/svg+xml")).json()["upload"]
        assert (await resident.http.get(f"/chat/upload/{ref}")).status_code == 404
        assert await stage.channel.fetch(ref) == nasty


@pytest.mark.parametrize("told", [True, False], ids=["by its length", "as it flows"])
async def test_an_upload_that_is_too_big_leaves_no_trace(stage: Stage, told: bool, tmp_path: Path) -> None:
    async def flow() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield b"\xff" * 1024 * 1024

    async with httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://jieyou.test") as http:
        person = Visitor(http)
        await person.opens()
        content: Any = b"\xff" * (MOST_BYTES + 1) if told else flow()
        answer = await person.uploads(content)
        assert (answer.status_code, answer.json()["error"]) == (413, LABELS["page.error_too_large"]["zh"])
        assert (await person.uploads(b"\xff" * MOST_BYTES)).status_code == 200
    assert sizes(tmp_path / "uploads") == [MOST_BYTES]


async def test_the_pieces_of_an_album_carry_its_name(stage: Stage, resident: Visitor) -> None:
    for _ in range(2):
        ref = (await resident.uploads(jpeg())).json()["upload"]
        await resident.posts({"type": "photo", "upload": ref}, album="2-abc")
    assert [update.album for update in stage.heard] == ["2-abc", "2-abc"]


async def test_uploads_that_nobody_sent_are_swept_after_a_week(stage: Stage, resident: Visitor, tmp_path: Path) -> None:
    old, new = [(await resident.uploads(jpeg())).json()["upload"] for _ in range(2)]
    await stage.channel.discard(kept := (await resident.uploads(jpeg())).json()["upload"], "f" * 64)
    for name in (old, f"{kept}.kept"):
        os.utime(tmp_path / "uploads" / name, (time.time() - 8 * DAY,) * 2)
    assert await stage.channel.uploads.sweep(UNSENT_FOR) == 1
    assert await stage.channel.fetch(new) == jpeg()
    assert await stage.channel.uploads.kept(kept) == "f" * 64
    with pytest.raises(FetchFailed):
        await stage.channel.fetch(old)


async def test_a_drawn_picture_is_shown_by_a_signed_link_only(stage: Stage, leader: Visitor) -> None:
    picture = jpeg(1000, 640)
    shown = await stage.say(LEADERS.chat, "🟡 待签收", picture=Picture("map", {}), drawn=drawn(picture, "map:7"))
    assert shown.picture == "map:7"
    (message,) = await leader.sees()
    src = message["picture"]["src"]
    assert (message["picture"]["width"], message["picture"]["height"]) == (1000, 640)
    assert (await leader.http.get(src)).content == picture
    assert (await leader.http.get(src.partition("?")[0])).status_code == 404
    assert (await leader.http.get(src[:-1] + ("0" if src[-1] != "0" else "1"))).status_code == 404
    stage.passes(days=3)
    assert (await leader.http.get(src)).status_code == 404
    (fresh,) = await leader.sees()
    assert (await leader.http.get(fresh["picture"]["src"])).status_code == 200


async def test_a_stored_photo_is_not_copied_so_that_erasing_it_erases_it(
    stage: Stage, leader: Visitor, tmp_path: Path
) -> None:
    sha = "a" * 64
    stage.photos[sha] = jpeg()
    await stage.say(LEADERS.chat, "卡", picture=Picture("photo", {"sha": sha}), drawn=drawn(stage.photos[sha], sha))
    (message,) = await leader.sees()
    assert (await leader.http.get(message["picture"]["src"])).content == stage.photos[sha]
    assert sizes(tmp_path / "pictures") == []
    del stage.photos[sha]
    assert (await leader.http.get(message["picture"]["src"])).status_code == 404


@given(now=st.integers(0, 10**11), later=st.integers(0, 4 * DAY))
def test_a_link_holds_for_one_to_two_days_and_for_its_path_only(now: int, later: int) -> None:
    seal = Seal(b"secret")
    path, _, query = seal.link("/photo/abc", now).partition("?")
    until, sign = (each.partition("=")[2] for each in query.split("&"))
    assert seal.holds(path, until, sign, now + later) == (now + later < int(until))
    assert now + DAY < int(until) <= now + 2 * DAY
    assert not seal.holds("/photo/abd", until, sign, now)
    assert not seal.holds(path, str(int(until) + DAY), sign, now)
    assert not Seal(b"other").holds(path, until, sign, now)


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.glob("*")]


# What the bot says


async def test_an_edit_changes_what_stands_there_and_keeps_its_place_and_picture(stage: Stage, leader: Visitor) -> None:
    card = await stage.say(LEADERS.chat, "🟡 待签收", [["接单", "退回"]], drawn=drawn(jpeg(), "k"), reply_to="9")
    await stage.say(LEADERS.chat, "别的事")
    again = await stage.say(LEADERS.chat, "🔵 处置中", [["办结"]], edits=card)
    assert again == Shown(card.message, "k")
    first, second = await leader.sees()
    assert (first["text"], first["edited"], first["reply"]) == ("🔵 处置中", True, "9")
    assert [choice["label"] for row in first["rows"] for choice in row] == ["办结"]
    assert "src" in first["picture"]
    assert (second["text"], second["edited"]) == ("别的事", False)


async def test_an_edit_that_changes_nothing_is_a_success_and_no_news(stage: Stage, leader: Visitor) -> None:
    card = await stage.say(LEADERS.chat, "🟡 待签收", [["接单"]])
    before = await leader.sees()
    assert await stage.say(LEADERS.chat, "🟡 待签收", [["接单"]], edits=card) == card
    assert await leader.sees() == before


async def test_what_is_gone_cannot_be_edited(stage: Stage, leader: Visitor) -> None:
    await leader.writes("我写的", sender="li")
    own = stage.heard[0].message
    for message in ("404", own):
        with pytest.raises(SendFailed) as failed:
            await stage.say(LEADERS.chat, "改", edits=Shown(message))
        assert failed.value.permanent


async def test_a_reaction_stands_on_the_persons_message_once(stage: Stage, leader: Visitor) -> None:
    await leader.writes("装好了", sender="li")
    for _ in range(2):
        native = Native("", reaction=Reaction(stage.heard[0].message, "👍"))
        assert await stage.channel.send(LEADERS.chat, native, None) == Shown(stage.heard[0].message)
    (message,) = await leader.sees()
    assert (message["reactions"], message["edited"]) == (["👍"], False)
    with pytest.raises(SendFailed):
        await stage.channel.send(LEADERS.chat, Native("", reaction=Reaction("nothing", "👍")), None)


async def test_long_chats_are_read_in_pages(stage: Stage, leader: Visitor) -> None:
    for number in range(60):
        await stage.say(LEADERS.chat, str(number))
    newest = (await leader.http.get("/demo/leaders/history")).json()
    older = (await leader.http.get(f"/demo/leaders/history?before={newest['messages'][0]['id']}")).json()
    texts = [message["text"] for message in older["messages"] + newest["messages"]]
    assert texts == [str(number) for number in range(60)]
    assert (newest["more"], older["more"]) == (True, False)


async def test_an_erased_chat_is_empty_and_gives_no_number_twice(stage: Stage, leader: Visitor) -> None:
    first = await stage.say(LEADERS.chat, "一")
    await stage.database.turn(lambda turn: web_message.erase(turn, LEADERS.chat.key))
    async with leader.listens() as line:
        await line.hears("hello")
        stage.channel.reload(LEADERS.chat)
        assert await line.hears("reset") == {"greet": False}
    assert await leader.sees() == []
    assert (await stage.say(LEADERS.chat, "二")).message != first.message


# The stream


async def test_messages_and_edits_stream_in_and_resume_after_the_last_one_seen(stage: Stage, leader: Visitor) -> None:
    async with leader.listens() as line:
        await line.hears("hello")
        card = await stage.say(LEADERS.chat, "🟡 待签收")
        seen = await line.hears("message")
        assert (seen["text"], seen["edited"]) == ("🟡 待签收", False)
    await stage.say(LEADERS.chat, "路过的话")
    await stage.say(LEADERS.chat, "🔵 处置中", edits=card)
    async with leader.listens(since=0, last=seen["event_id"]) as line:
        missed = [await line.hears("message"), await line.hears("message")]
        assert [(message["text"], message["edited"]) for message in missed] == [
            ("路过的话", False),
            ("🔵 处置中", True),
        ]
        assert missed[1]["key"] == card.message
        assert seen["event_id"] < missed[0]["event_id"] < missed[1]["event_id"]


async def test_two_pages_of_one_chat_see_the_same_and_only_the_pressing_one_is_answered(
    stage: Stage, leader: Visitor
) -> None:
    async with leader.listens(page="p-1") as pressing, leader.listens(page="p-2") as other:
        await pressing.hears("hello")
        await other.hears("hello")
        press = uuid.uuid4().hex
        await leader.posts({"type": "choice", "token": "accept", "message": "1"}, key=press, sender="wang")
        (choice,) = stage.heard[0].parts
        assert isinstance(choice, Choice)
        await stage.channel.answer(choice.query, "只有幸福里03网格和站里的人能按。")
        assert await pressing.hears("toast") == {"press": press, "text": "只有幸福里03网格和站里的人能按。"}
        await stage.say(LEADERS.chat, "🔵 处置中")
        assert (await pressing.hears("message"))["text"] == "🔵 处置中"
        heard = [event async for event in _events_until(other, "message")]
    assert "toast" not in heard
    assert [message["text"] for message in await leader.sees()] == ["🔵 处置中"]


async def _events_until(line: Line, last: str) -> AsyncIterator[str]:
    async with asyncio.timeout(5):
        async for text in line._lines:
            if text.startswith("event: "):
                yield text.removeprefix("event: ")
                if text == f"event: {last}":
                    return


async def test_an_answer_to_a_closed_page_is_nobodys_trouble(stage: Stage) -> None:
    await stage.channel.answer("web|private|x|#p-1#abc", "晚了")
    with pytest.raises(SendFailed):
        await stage.channel.answer("not ours", "?")


async def test_the_page_is_told_that_the_bot_is_at_work_where_it_will_answer(stage: Stage, leader: Visitor) -> None:
    async with leader.listens() as line:
        await line.hears("hello")
        await leader.writes("早", sender="li")
        await stage.say(LEADERS.chat, "早上好")
        chatter = [event for _ in range(2) async for event in _events_until(line, "message")]
        assert chatter == ["message", "message"]
        await leader.writes("/cases", sender="li")
        assert await line.hears("typing") == {}


async def test_a_quick_answer_ends_the_typing_that_it_answers(stage: Stage, resident: Visitor) -> None:
    async def at_once(update: Any) -> None:
        await stage.say(update.chat, "您好,我在呢。")

    async with resident.listens() as line:
        await line.hears("hello")
        stage.on_update = at_once
        await resident.writes("你好")
        await stage.say(stage.heard[0].chat, "还有一句")
        events = [event for _ in range(3) async for event in _events_until(line, "message")]
    assert events.index("typing") < len(events) - 2


async def test_a_page_that_saw_more_than_there_is_reads_all_again(leader: Visitor) -> None:
    async with leader.listens(since=999) as line:
        assert await line.hears("reset") == {"greet": True}


async def test_a_quiet_line_is_kept_alive(leader: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT", 0.01)
    async with leader.listens() as line:
        assert (await line.comment()).startswith(":")


async def test_what_another_process_wrote_reaches_the_pages(stage: Stage, leader: Visitor, tmp_path: Path) -> None:
    other = WebChannel(stage.database, tmp_path, lambda: stage.now, stage.channel.photo)
    async with leader.listens() as line:
        await line.hears("hello")
        await other.send(LEADERS.chat, Native("从别处来"), None)
        await stage.channel.look()
        assert (await line.hears("message"))["text"] == "从别处来"


async def test_closing_the_channel_ends_the_streams(stage: Stage, leader: Visitor) -> None:
    async with leader.listens() as line:
        await line.hears("hello")
        await stage.channel.close()
        await line.ends()
    assert stage.channel.hub.open_pages() == 0


def test_a_page_that_does_not_read_costs_no_memory() -> None:
    hub = Hub()
    with hub.listen("chat", "p-1") as slow, hub.listen("chat", "p-2") as other:
        for number in range(1000):
            hub.tell("chat", "toast", {"n": number}, "p-1")
        assert len(slow.passing) == MOST_PASSING
        assert not other.passing
    assert hub.open_pages() == 0


# The pages themselves


async def test_every_answer_carries_the_headers_and_no_page_a_script_of_its_own(address: str, leader: Visitor) -> None:
    for path in ("/chat", "/demo", "/demo/leaders", "/demo/leaders/history", "/demo/leaders/map.json", "/photo/none"):
        answer = await leader.http.get(path)
        assert HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items() | {
            (name, answer.headers[name]) for name in HEADERS
        }
        if answer.headers["content-type"].startswith("text/html"):
            inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", answer.text)
            assert all('type="application/json"' in attributes for attributes in inline)
            assert not re.search(r"\son\w+=|style=|<style|https?://", answer.text)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


async def test_names_cannot_break_out_of_the_page(tmp_path: Path) -> None:
    from starlette.applications import Starlette

    from bot.channels.web.pages import routes

    nasty = "</script><script>alert(1)</script>"
    async with opened(tmp_path) as stage:
        casts = {"leaders": Cast("g", nasty, (Person("a", nasty), Person("b", "乙")))}
        pages = routes(stage.channel, casts=casts, city_map={}, labels=LABELS, secret=b"s", time_zone="Asia/Shanghai")
        transport = httpx.ASGITransport(app=Starlette(routes=pages))
        async with httpx.AsyncClient(transport=transport, base_url="http://jieyou.test") as http:
            page = (await http.get("/demo/leaders")).text
    assert "<script>alert" not in page


async def test_files_of_the_page_are_served_and_may_be_kept(address: str, leader: Visitor) -> None:
    page = (await leader.opens()).text
    for source in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        answer = await leader.http.get(source)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


def test_every_word_of_the_page_is_there_in_both_languages_and_none_is_idle() -> None:
    scripts = "".join(path.read_text() for path in sorted((HERE / "static").glob("*.js")))
    templates = "".join(path.read_text() for path in sorted((HERE / "template").glob("*.html")))
    used = set(re.findall(r'say\(\s*"(\w+)"', scripts)) | set(re.findall(r"words\.(\w+)", templates))
    used |= set(re.findall(r'"(\w+)"', "".join(re.findall(r"say\(([^)]*\?[^)]*)\)", scripts))))
    used |= {"sending", "sent", "failed", "title", "resident_phone"} | {f"error_{code}" for code in REFUSALS}
    assert {key.removeprefix("page.") for key in LABELS} == used
    for key, texts in LABELS.items():
        assert set(texts) == {"zh", "en"}, key
        assert set(re.findall(r"\{\w+\}", texts["zh"])) == set(re.findall(r"\{\w+\}", texts["en"])), key


def test_the_map_names_no_code_and_no_leader() -> None:
    from types import SimpleNamespace

    ring = ((109.0, 34.0), (109.01, 34.0), (109.01, 34.01))
    place = SimpleNamespace(lon=109.00000049, lat=34.0)
    city: Any = SimpleNamespace(
        name="示例区",
        grids={"XFL03": SimpleNamespace(code="XFL03", name="幸福里03网格", leader="李网格长", polygons=((ring,),))},
        landmarks=(SimpleNamespace(name="幸福里 12 号铺", aliases=("12号铺",), place=place, kind="shop"),),
        booths=(SimpleNamespace(code="B-1", name="港兴二路岗亭", place=place),),
    )
    told = json.dumps(city_map(city), ensure_ascii=False)
    assert "XFL03" not in told
    assert "李网格长" not in told
    shop, booth = json.loads(told)["landmarks"]
    assert shop == {"name": "幸福里 12 号铺", "also": ["12号铺"], "at": [109.0, 34.0], "kind": "shop"}
    assert booth["name"] == "港兴二路岗亭"
