"""A resident and a leader at a real browser: everything can be done by finger and by keyboard, on a small phone too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.message import Link, Picture, Reaction
from domain.message import Native as Call
from domain.update import Choice, Enter, Location, Photo, Text, Update
from storage import web_message

from .stage import LEADERS, Stage, drawn, jpeg, opened, served

playwright_api = pytest.importorskip("playwright.async_api")
CHROMIUM = "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium here"),
    pytest.mark.asyncio(loop_scope="module"),
]
PHONE = {"width": 360, "height": 740}

CHECKS = (Path(__file__).parent / "checks.js").read_text()
UNNAMED, SMALL, FAINT = (f"() => {{ {CHECKS}; return {name}(); }}" for name in ("unnamed", "small", "faint"))
OVERFLOWS = "() => document.documentElement.scrollWidth - innerWidth"


class Echo:
    """The bot of these tests: a few answers, as `voice.md` gives them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.hearing = asyncio.Condition()

    async def __call__(self, update: Update) -> None:
        chat, (part, *_) = update.chat, update.parts
        match part:
            case Enter():
                menu = [["我要上报=menu:report", "我的上报=menu:my"], ["便民服务=menu:services"]]
                await self.stage.say(chat, "您好,我是解忧。\n先发一张照片试试?", menu)
            case Photo():
                await self.stage.say(chat, "照片收到了。\n在哪儿?", [["发送位置=location"]])
            case Location():
                await self.stage.say(chat, "您看对不对?", [["提交=report:1"], ["修改位置=place:1", "取消=cancel:1"]])
            case Choice(token="report:1", message=message):
                await self.stage.say(chat, "您看对不对?\n已提交。", edits=self.shown(message))
            case Choice(token="accept", query=query):
                await self.stage.channel.answer(query, "只有幸福里03网格和站里的人能按。")
            case Text(text="改"):
                first = await self.stage.say(chat, "🟡 待签收")
                await self.stage.say(chat, "🔵 处置中", edits=first)
        async with self.hearing:
            self.hearing.notify_all()

    @staticmethod
    def shown(message: str) -> Any:
        from domain.message import Shown

        return Shown(message)

    async def hears(self, many: int) -> list[Any]:
        """The parts heard, once there are so many updates."""
        async with asyncio.timeout(10), self.hearing:
            await self.hearing.wait_for(lambda: len(self.stage.heard) >= many)
        return self.stage.texts()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        stage.on_update = Echo(stage)
        yield stage


@pytest.fixture
def echo(stage: Stage) -> Echo:
    assert isinstance(stage.on_update, Echo)
    return stage.on_update


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with playwright_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def address(stage: Stage) -> AsyncIterator[str]:
    async with served(stage) as address:
        yield address


class Window:
    """Opens pages, and holds what went wrong in them."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.troubles: list[str] = []
        self.expected = ""
        """What a test knows that the browser will complain of; it may say so late."""

    @asynccontextmanager
    async def opens(self, path: str, **options: Any) -> AsyncIterator[Any]:
        options = {"viewport": PHONE, "locale": "zh-CN", "reduced_motion": "reduce"} | options
        context = await self.browser.new_context(**options)
        page = await context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        await page.goto(self.address + path)
        yield page
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def window(browser: Any, address: str) -> AsyncIterator[Window]:
    window = Window(browser, address)
    yield window
    unexpected = [trouble for trouble in window.troubles if not (window.expected and window.expected in trouble)]
    assert unexpected == []


@pytest_asyncio.fixture(loop_scope="module")
async def page(window: Window) -> AsyncIterator[Any]:
    """A resident's phone, greeted already."""
    async with window.opens("/chat") as page:
        await page.get_by_text("先发一张照片试试?").wait_for()
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def group(window: Window) -> AsyncIterator[Any]:
    async with window.opens("/demo/leaders") as page:
        await page.locator("#state", has_text="李网格长").wait_for()
        yield page


async def test_the_first_visit_is_greeted_and_the_menu_stands_above_the_text_box(stage: Stage, page: Any) -> None:
    assert stage.texts() == [Enter("")]
    await page.locator("#menu").get_by_role("button", name="我的上报").click()
    await page.locator(".message.mine", has_text="我的上报").wait_for()
    await page.reload()
    await page.locator("#menu").get_by_role("button", name="便民服务").wait_for()
    assert await page.locator(".choice").count() == 0
    assert [type(part).__name__ for part in stage.texts()] == ["Enter", "Choice"]


async def test_a_deep_link_greets_with_its_code_once(stage: Stage, echo: Echo, window: Window) -> None:
    async with window.opens("/chat?start=S-XFL") as page:
        await page.get_by_text("先发一张照片试试?").wait_for()
        assert "start" not in page.url
        await page.reload()
        await page.get_by_text("先发一张照片试试?").wait_for()
    assert stage.texts() == [Enter("S-XFL")]


async def test_words_are_sent_by_enter_and_marked_as_delivered(echo: Echo, page: Any) -> None:
    await page.get_by_role("textbox", name="打字").fill("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await page.keyboard.press("Enter")
    await page.locator(".message.mine .meta", has_text="已送到").wait_for()
    assert (await echo.hears(2))[1:] == [Text("第一行\n第二行")]
    assert await page.locator("#words").input_value() == ""


async def test_enter_that_ends_an_input_method_does_not_send(stage: Stage, page: Any) -> None:
    await page.locator("#words").fill("你")
    await page.locator("#words").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    assert await page.locator("#words").input_value() == "你"
    assert len(stage.heard) == 1


async def test_a_photo_with_words_is_made_smaller_and_arrives_as_one(
    stage: Stage, echo: Echo, page: Any, tmp_path: Path
) -> None:
    file = tmp_path / "big.jpg"
    file.write_bytes(jpeg(4000, 3000))
    await page.set_input_files("#files", file)
    await page.locator("#tray li:not(.busy)").wait_for()
    await page.locator("#words").fill("店门口下雨滴水")
    await page.locator("#send").click()
    await page.get_by_text("照片收到了。").wait_for()
    photo, words = (await echo.hears(2))[1:]
    assert words == Text("店门口下雨滴水")
    assert await size_of(stage, photo.ref) == (2560, 1920)
    await page.reload()
    image = page.locator(".message.mine .shot img")
    await image.wait_for()
    assert await image.evaluate("async (it) => { await it.decode(); return it.naturalWidth }") == 2560


async def test_a_turned_photo_arrives_upright(stage: Stage, echo: Echo, page: Any, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    Image.new("RGB", (4000, 3000), "#7a9e8c").save(file, exif=exif)
    await page.set_input_files("#files", file)
    await page.locator("#tray li:not(.busy)").wait_for()
    await page.locator("#send").click()
    (photo,) = (await echo.hears(2))[1:]
    assert await size_of(stage, photo.ref) == (1920, 2560)


async def size_of(stage: Stage, ref: str) -> tuple[int, int]:
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(await stage.channel.fetch(ref))) as image:
        return image.size


async def test_several_photos_come_as_one_album_and_heic_goes_as_it_is(
    stage: Stage, echo: Echo, window: Window, page: Any, tmp_path: Path
) -> None:
    window.expected = "404 (Not Found)"  # there is no picture yet that this browser can show
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "b.heic").write_bytes(b"\0\0\0\x18ftypheic not for this browser")
    await page.set_input_files("#files", [tmp_path / "a.jpg", tmp_path / "b.heic"])
    await page.locator("#tray li:not(.busy)").nth(1).wait_for()
    await page.locator("#words").fill("垃圾没清")
    await page.locator("#send").click()
    parts = (await echo.hears(3))[1:]
    assert [type(part) for part in parts] == [Photo, Text, Photo]
    assert len({update.album for update in stage.heard[1:]}) == 1
    assert stage.heard[1].album
    assert await stage.channel.fetch(parts[2].ref) == b"\0\0\0\x18ftypheic not for this browser"
    await page.locator(".message.mine .noimage").wait_for()


async def test_a_picture_can_be_dropped_or_pasted_and_left_out_again(page: Any) -> None:
    give = """([kind, name]) => {
      const data = new DataTransfer();
      const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 30});
      return new Promise((done) => canvas.toBlob((blob) => {
        data.items.add(new File([blob], name, {type: "image/png"}));
        const target = kind === "paste" ? document.getElementById("words") : document.body;
        target.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, {clipboardData: data, bubbles: true})
          : new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        done();
      }));
    }"""
    await page.evaluate(give, ["drop", "a.png"])
    await page.evaluate(give, ["paste", "b.png"])
    await page.locator("#tray li:not(.busy)").nth(1).wait_for()
    await page.get_by_role("button", name="去掉照片 2").click()
    assert await page.locator("#tray li").count() == 1


async def test_a_place_is_shown_by_a_tap_on_the_map(echo: Echo, page: Any) -> None:
    await page.get_by_role("button", name="发位置").click()
    canvas = page.locator("#place-map")
    await page.locator("#place-words", has_text="点一下地图").wait_for()
    assert await page.locator("#place-send").is_disabled()
    box = await canvas.bounding_box()
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.locator("#place-words", has_text="幸福里").wait_for()
    await page.locator("#place-send").click()
    await page.get_by_text("您看对不对?").wait_for()
    (place,) = (await echo.hears(2))[1:]
    assert isinstance(place, Location)
    assert 109.0 < place.lon < 109.01
    assert 34.0 < place.lat < 34.004
    assert await page.locator(".message.mine .small-map").count() == 1


async def test_a_named_place_is_found_by_typing_and_keeps_its_name(echo: Echo, page: Any) -> None:
    await page.get_by_role("button", name="发位置").click()
    await page.get_by_role("searchbox").fill("12号")
    await page.locator("#place-words", has_text="找到 1 处").wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    assert (await echo.hears(2))[1:] == [Location(109.0075, 34.0021, label="幸福里 12 号铺")]


async def test_ones_own_position_is_taken_where_the_device_gives_it(echo: Echo, window: Window) -> None:
    here = {"longitude": 109.0072, "latitude": 34.0019, "accuracy": 15}
    async with window.opens("/chat", geolocation=here, permissions=["geolocation"]) as page:
        await page.get_by_role("button", name="发位置").click()
        await page.locator("#place-words", has_text="误差约 15 米").wait_for()
        await page.locator("#place-send").click()
        (place,) = (await echo.hears(2))[1:]
    assert place == Location(109.0072, 34.0019, accuracy_m=15)


async def test_a_device_without_a_position_is_told_kindly(page: Any) -> None:
    await page.get_by_role("button", name="发位置").click()
    await page.get_by_role("button", name="我在这儿").click()
    await page.locator("#place-words", has_text="在地图上点一下就行").wait_for()


async def test_the_map_zooms_at_the_wheel_pans_under_a_finger_and_a_drag_sets_no_pin(page: Any) -> None:
    await page.get_by_role("button", name="发位置").click()
    box = await page.locator("#place-map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    before = await page.locator("#place-map").screenshot()
    await page.mouse.wheel(0, -300)
    await page.mouse.down()
    await page.mouse.move(x - 60, y - 40, steps=4)
    await page.mouse.up()
    assert await page.locator("#place-send").is_disabled()
    assert await page.locator("#place-map").screenshot() != before


async def test_a_pressed_button_waits_then_the_message_changes_by_itself(echo: Echo, page: Any) -> None:
    await page.get_by_role("button", name="发位置").click()
    await page.get_by_role("searchbox").fill("3号楼")
    await page.keyboard.press("Enter")
    await page.locator("#place-send").click()
    await page.get_by_role("button", name="提交").click()
    card = page.locator(".message.changed", has_text="已提交。")
    await card.wait_for()
    assert await card.locator(".choice").count() == 0
    assert "改过" in await card.inner_text()
    pressed = (await echo.hears(3))[-1]
    assert (pressed.token, pressed.message) == ("report:1", await card.get_attribute("data-key"))


async def test_a_press_is_answered_by_a_toast_and_the_button_comes_alive_again(stage: Stage, group: Any) -> None:
    await stage.say(LEADERS.chat, "🟡 待签收 · XF-20261124-0007\n市容秩序\n📍 看地图", [["接单=accept"]])
    button = group.get_by_role("button", name="接单")
    await button.click()
    await group.locator(".toast", has_text="只有幸福里03网格和站里的人能按。").wait_for()
    assert await button.get_attribute("aria-disabled") is None
    assert await group.locator(".message").count() == 1


async def test_the_speaker_is_chosen_and_a_card_is_replied_to(stage: Stage, echo: Echo, group: Any) -> None:
    card = await stage.say(LEADERS.chat, "🔵 处置中 · XF-20261124-0007\n市容秩序\n📍 03网格", [["办结=resolve"]])
    await group.get_by_role("radio", name="王网格长").check(force=True)
    await group.get_by_role("button", name="回复解忧").click()
    await group.locator("#quoting", has_text="XF-20261124-0007").wait_for()
    await group.keyboard.type("装好了")
    await group.keyboard.press("Enter")
    await echo.hears(1)
    assert (stage.heard[0].sender.id, stage.heard[0].reply_to) == ("wang", card.message)
    await group.locator(".message.mine .quote", has_text="XF-20261124-0007").wait_for()
    await group.get_by_role("radio", name="李网格长").check(force=True)
    await group.locator(".message.theirs", has_text="装好了").wait_for()


async def test_an_answer_that_the_bot_asks_for_opens_where_the_button_was_pressed(
    stage: Stage, echo: Echo, window: Window, group: Any
) -> None:
    await stage.say(LEADERS.chat, "🔵 处置中", [["追问=ask"]])
    async with window.opens("/demo/leaders") as other:
        await other.get_by_role("button", name="追问").wait_for()
        await group.get_by_role("button", name="追问").click()
        await echo.hears(1)
        await stage.channel.send(LEADERS.chat, Call("想问什么?回复这一条。", force_reply=True), None)
        await group.locator("#quoting", has_text="想问什么").wait_for()
        await other.get_by_text("想问什么").wait_for()
        assert not await other.locator("#quoting").is_visible()


async def test_reactions_links_and_pictures_stand_in_the_chat(stage: Stage, echo: Echo, group: Any) -> None:
    await group.locator("#words").fill("装好了")
    await group.keyboard.press("Enter")
    await echo.hears(1)
    await stage.channel.send(LEADERS.chat, Call("", reaction=Reaction(stage.heard[0].message, "👍")), None)
    await group.locator(".message.mine .reactions", has_text="👍").wait_for()
    text = "🟡 待签收 · XF-20261124-0007\n市容秩序\n📍 03网格 · 看地图 · 坏链接"
    links = (Link("看地图", "https://maps.example/?q=1"), Link("坏链接", "javascript:alert(1)"))
    picture = drawn(jpeg(800, 600), "p")
    await stage.say(LEADERS.chat, text, links=links, picture=Picture("map", {}), drawn=picture)
    link = group.get_by_role("link", name="看地图")
    assert await link.get_attribute("href") == "https://maps.example/?q=1"
    assert await group.get_by_role("link").count() == 1
    await group.get_by_role("button", name="看大图").click()
    await group.locator("#viewer-picture").wait_for()
    await group.keyboard.press("Escape")
    await group.locator("#viewer").wait_for(state="hidden")


async def test_what_comes_while_one_reads_above_is_counted_and_found_again(stage: Stage, group: Any) -> None:
    for number in range(30):
        await stage.say(LEADERS.chat, f"旧的 {number}")
    await group.get_by_text("旧的 29").wait_for()
    await group.locator("#scroll").evaluate("(it) => it.scrollTop = 0")
    await group.locator("#jump").wait_for()
    for number in range(3):
        await stage.say(LEADERS.chat, f"新的 {number}")
    await group.get_by_role("button", name="回到最新,3 条没看").click()
    await group.locator(".fresh", has_text="3 条新消息").wait_for()
    await group.locator("#jump").wait_for(state="hidden")
    assert await group.locator(".fresh + .message", has_text="新的 0").count() == 1
    assert await group.title() == LEADERS.title


async def test_a_title_counts_what_nobody_saw(stage: Stage, group: Any) -> None:
    for number in range(30):
        await stage.say(LEADERS.chat, f"旧的 {number}")
    await group.get_by_text("旧的 29").wait_for()
    await group.locator("#scroll").evaluate("(it) => it.scrollTop = 0")
    await group.locator("#jump").wait_for()
    await stage.say(LEADERS.chat, "新的")
    await playwright_api.expect(group).to_have_title(f"(1) {LEADERS.title}")


async def test_earlier_messages_are_fetched_without_moving_what_one_reads(stage: Stage, window: Window) -> None:
    for number in range(70):
        await stage.say(LEADERS.chat, f"第 {number} 条")
    async with window.opens("/demo/leaders") as page:
        await page.get_by_text("第 69 条").wait_for()
        assert await page.get_by_text("第 19 条", exact=True).count() == 0
        await page.get_by_role("button", name="看更早的").click()
        await page.get_by_text("第 0 条", exact=True).wait_for(state="attached")
        assert await page.locator(".message").count() == 70
        assert await page.locator("#scroll").evaluate("(it) => it.scrollTop") > 100


async def test_a_broken_line_is_told_and_what_was_written_goes_out_later(
    stage: Stage, echo: Echo, window: Window
) -> None:
    async with window.opens("/chat") as page:
        await page.get_by_text("先发一张照片试试?").wait_for()
        await page.context.set_offline(True)
        await page.locator("#words").fill("路灯不亮")
        await page.keyboard.press("Enter")
        await page.locator(".message.mine .trouble", has_text="没发出去").wait_for()
        await page.context.set_offline(False)
        await page.locator(".message.mine .meta", has_text="已送到").wait_for()
        await page.locator(".message.mine .trouble").wait_for(state="hidden")
        window.troubles.clear()  # the browser itself tells of the lost connection
    assert (await echo.hears(2))[1:] == [Text("路灯不亮")]


async def test_what_was_not_confirmed_survives_a_reload(stage: Stage, echo: Echo, window: Window) -> None:
    async with window.opens("/chat") as page:
        await page.get_by_text("先发一张照片试试?").wait_for()
        await page.route("**/send", lambda route: route.abort())
        await page.locator("#words").fill("路灯不亮")
        await page.keyboard.press("Enter")
        await page.locator(".message.mine").wait_for()
        await page.unroute_all(behavior="ignoreErrors")
        await page.reload()
        await page.locator(".message.mine .meta", has_text="已送到").wait_for()
        window.troubles.clear()
    assert (await echo.hears(2))[1:] == [Text("路灯不亮")]


async def test_another_tab_of_the_same_person_follows(page: Any) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_text("先发一张照片试试?").wait_for()
    await page.locator("#words").fill("改")
    await page.keyboard.press("Enter")
    await other.get_by_text("🔵 处置中").wait_for()
    assert await other.locator(".message.mine", has_text="改").count() == 1


async def test_nothing_that_was_said_can_become_a_part_of_the_page(stage: Stage, group: Any) -> None:
    nasty = "<img src=x onerror=\"document.title='gone'\"><script>1</script> & <b>x</b>"
    await stage.say(LEADERS.chat, nasty, [[f"{nasty[:20]}=t"]])
    await group.locator(".words", has_text="<script>1</script> & <b>x</b>").wait_for()
    assert await group.locator(".words img, .words b, .words script").count() == 0
    assert await group.title() == LEADERS.title


async def test_the_whole_report_is_made_by_keyboard_alone(echo: Echo, page: Any) -> None:
    async def to(name: str) -> None:
        """Goes on by Tab until the control of that name has the focus."""
        for _ in range(40):
            await page.keyboard.press("Tab")
            found = await page.evaluate(
                "(document.activeElement.ariaLabel || document.activeElement.textContent).trim()"
            )
            if found.startswith(name):
                return
        raise AssertionError(f"no way to {name} by keyboard")

    await to("打字")
    await page.keyboard.type("下雨滴水")
    await page.keyboard.press("Enter")
    await echo.hears(2)
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate("document.activeElement.id") == "place"
    await page.keyboard.press("Enter")
    await page.locator("#place-map:focus").wait_for()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "+", "Enter"):
        await page.keyboard.press(key)
    assert isinstance((await echo.hears(3))[-1], Location)
    await page.get_by_role("button", name="提交").wait_for()
    await page.locator("#scroll").focus()
    await to("提交")
    await page.keyboard.press("Enter")
    await page.get_by_text("已提交。").wait_for()
    assert await page.evaluate("document.activeElement.tagName") in ("TEXTAREA", "BUTTON")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("path", ["/chat", "/demo/leaders", "/demo"])
async def test_on_a_small_phone_all_fits_is_named_and_can_be_read(
    stage: Stage, window: Window, path: str, colours: str
) -> None:
    long = "XF-20261124-0007" * 6 + " https://example.org/" + "a" * 120
    await stage.say(LEADERS.chat, f"🟡 待签收\n{long}\n居民", [["已转办并告知", "不属管辖", "暂无法解决"], ["退回"]])
    async with window.opens(path, color_scheme=colours, viewport={"width": 360, "height": 640}) as page:
        inner = page if path != "/demo" else page.frame_locator("iframe").first
        await inner.locator(".message").first.wait_for()
        for each in page.frames[:2]:  # of three side by side the first is shown
            assert await each.evaluate(OVERFLOWS) <= 0
            assert await each.evaluate(UNNAMED) == []
            assert await each.evaluate(SMALL) == []
            assert await each.evaluate(FAINT) == []
        if path != "/demo":
            assert await page.locator("#scroll").evaluate("(it) => it.scrollWidth - it.clientWidth") <= 0
            assert await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.words')).fontSize)") >= 17
            log = page.get_by_role("log")
            assert await log.get_attribute("aria-live") == "polite"
            await page.get_by_role("button", name="发位置").click()
            assert await page.evaluate(UNNAMED) == []
            assert await page.evaluate(FAINT) == []


async def test_the_checks_find_what_they_look_for(page: Any) -> None:
    await page.evaluate("""() => {
        document.body.insertAdjacentHTML("afterbegin", "<button></button><button>ab</button><p>faint</p><img>");
        const [nameless, tiny] = document.querySelectorAll("body > button");
        Object.assign(nameless.style, {width: "50px", height: "50px"});
        Object.assign(tiny.style, {width: "20px", height: "20px"});
        Object.assign(document.querySelector("body > p").style, {color: "#aaa", background: "#fff"});
    }""")
    assert len(await page.evaluate(UNNAMED)) == 2
    assert await page.evaluate(SMALL) == ["ab"]
    assert [text for text, _ in await page.evaluate(FAINT)] == ["faint"]


async def test_an_erased_chat_empties_the_open_page(stage: Stage, page: Any) -> None:
    chat = stage.heard[0].chat
    await stage.database.turn(lambda turn: web_message.erase(turn, chat.key))
    await stage.say(chat, "删好了。")
    stage.channel.reload(chat)
    await page.get_by_text("先发一张照片试试?").wait_for(state="detached")
    assert await page.locator(".message").all_inner_texts() != []
    assert stage.texts() == [Enter("")]


async def test_large_type_breaks_nothing(window: Window, page: Any) -> None:
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(OVERFLOWS) <= 0
    assert await page.locator("#send").is_visible()
    assert await page.locator("#words").is_visible()


async def test_side_by_side_on_a_desk_and_in_tabs_on_a_phone(stage: Stage, window: Window) -> None:
    async with window.opens("/demo", viewport={"width": 1440, "height": 900}) as page:
        for index in range(3):
            await page.frame_locator("iframe").nth(index).locator("#words").wait_for()
        assert await page.evaluate(OVERFLOWS) <= 0
    async with window.opens("/demo") as page:
        await page.frame_locator("iframe").first.get_by_text("先发一张照片试试?").wait_for()
        await stage.say(LEADERS.chat, "早上好")
        await page.get_by_role("tab", name="网格长群").locator(".badge", has_text="1").wait_for()
        await page.get_by_role("tab", name="居民").focus()
        await page.keyboard.press("ArrowRight")
        await page.frame_locator("iframe").nth(1).get_by_text("早上好").wait_for()
        await page.get_by_role("tab", name="网格长群").locator(".badge").wait_for(state="hidden")


async def test_the_page_speaks_the_browsers_language(window: Window) -> None:
    async with window.opens("/chat", locale="en-GB") as page:
        await page.get_by_role("button", name="Send a photo").wait_for()
        assert await page.locator("html").get_attribute("lang") == "en"
