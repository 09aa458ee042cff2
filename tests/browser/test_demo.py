"""`jieyou demo` in a real browser: the main story (voice, section 2) played by hand on its three pages.

With JIEYOU_PICTURES=FOLDER the pictures of the documentation are taken on the way: demo.png and phone.png."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.demo.photo import shop_front
from bot.demo.story import SHOP_12

playwright_api = pytest.importorskip("playwright.async_api")
CHROMIUM = "/usr/bin/chromium"
pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 780}
PICTURES = os.environ.get("JIEYOU_PICTURES", "")
WORDS = "店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚"
ANSWER = r"最晚 ?\d+月\d+日\(周.\)下午 5 点前给您答复。"
CLOCK = r"\d\d:\d\d"
HERE = {"longitude": SHOP_12.lon, "latitude": SHOP_12.lat, "accuracy": 8}
SETTLED = """async (body) => {
  await Promise.all([...body.querySelectorAll("img")].map((it) => it.decode().catch(() => 0)));
  await Promise.all(document.getAnimations().map((it) => it.finished.catch(() => 0)));
}"""


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """The program as it is typed, on a port that is free; its address. It must end by SIGTERM with code 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", "--listen", "127.0.0.1:0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(20):
            while not (found := re.search(r"(http://\S+)/demo\s", (await process.stdout.readline()).decode())):
                assert process.returncode is None
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 8) == 0


@asynccontextmanager
async def opened(path: str, **options: Any) -> AsyncIterator[Any]:
    """A page of the demo in Chromium; errors in the page fail the test."""
    troubles: list[str] = []
    async with demo() as address, playwright_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(locale="zh-CN", **options)
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        await page.goto(address + path)
        yield page
        await browser.close()
    assert troubles == []


class Chat:
    """One chat as a person sees it."""

    def __init__(self, page: Any, shots: Path) -> None:
        self.page, self.shots = page, shots

    async def speaks(self, name: str) -> None:
        await self.page.get_by_role("radio", name=name).check(force=True)

    async def sends(self, photo: bytes, words: str) -> None:
        self.shots.write_bytes(photo)
        await self.page.locator("#files").set_input_files(self.shots)
        await self.page.locator("#tray li:not(.busy)").wait_for()
        await self.page.locator("#words").fill(words)
        await self.page.locator("#words").press("Enter")

    async def presses(self, label: str) -> None:
        await self.page.locator(".choice", has_text=re.compile(f"^{label}$")).last.click()

    async def answered(self, words: str) -> None:
        await self.page.locator(".toast", has_text=words).wait_for()

    def said(self, *lines: str) -> Any:
        """The bot's message that now reads so, line by line (regular expressions)."""
        whole = re.compile("^" + "\n".join(lines) + "$")
        words = self.page.locator(".words", has_text=whole)
        return self.page.locator(".message.card", has=words)

    async def hears(self, *lines: str) -> Any:
        message = self.said(*lines).last
        try:
            await message.wait_for()
        except playwright_api.TimeoutError:
            raise AssertionError(
                f"not said: {lines}; but {await self.page.locator('.words').all_inner_texts()}"
            ) from None
        return message

    async def labels(self, message: Any) -> list[str]:
        return list(await message.locator(".choice").all_inner_texts())

    async def settled(self) -> None:
        """Until every picture is drawn, and every flash and toast is over."""
        await self.page.locator(".toast").wait_for(state="detached")
        await self.page.locator("body").evaluate(SETTLED)


async def picture(page: Any, name: str, *chats: Chat, top: Any) -> None:
    """A picture of the page for the documentation, where it was asked for; `top` is a message to be seen from its top."""
    if PICTURES:
        await page.mouse.move(0, 0)
        await top.evaluate("(it) => { it.scrollIntoView(); it.closest('#scroll').scrollTop -= 6; }")
        for chat in chats:
            await chat.settled()
        await page.screenshot(path=Path(PICTURES) / name, animations="disabled")


def plain(*lines: str) -> list[str]:
    return [re.escape(line) for line in lines]


async def shows_where_she_stands(resident: Chat) -> str:
    """As her telephone gives it; how the summary names it."""
    await resident.page.locator("#place-words", has_text="误差约 8 米").wait_for()
    await resident.page.locator("#place-send").click()
    return "幸福里 12 号铺门前"


async def finds_a_name(resident: Chat) -> str:
    await resident.page.locator("#place-search").fill("幸福里12号铺")
    await resident.page.locator("#place-search").press("Enter")
    await resident.page.locator("#place-send").click()
    return "幸福里 12 号铺"


async def reports(resident: Chat, shows_place: Callable[[Chat], Awaitable[str]]) -> Any:
    """From the greeting to the summary."""
    await resident.hears(
        *plain(
            "您好,我是解忧,城管工作站的聊天助手。",
            "垃圾、路灯、井盖、乱停车……拍张照、写两句,现在就能发来。",
            "您发来的只用来办事和给您回话,网格长看不到您是谁。",
            "先发一张照片试试?",
        )
    )
    await resident.sends(shop_front(canopy=False), WORDS)
    await resident.hears(*plain("照片和话都收到了,是遮雨棚的事。", "在哪儿?点“发送位置”,或打字,比如“幸福里12号铺”。"))
    await resident.presses("发送位置")
    where = await shows_place(resident)
    summary = await resident.hears(
        *plain(
            "您看对不对?",
            "事情:装遮雨棚(市容秩序)",
            f"地方:{where},图上红点",
            "您的话:“店门口夏天晒,下雨滴水,客人没处躲……”",
            "照片:1 张",
            "头一回来,说两句:我存下您的账号和发来的东西,只为办事和给您回话。",
            "不留名发“匿名”,要删除发“忘记我”。",
        )
    )
    await summary.locator(".shot img").wait_for()
    assert await resident.labels(summary) == ["同意并提交", "修改类别", "修改位置", "补充照片", "取消"]
    return summary


async def test_the_main_story_on_the_three_pages_side_by_side(tmp_path: Path) -> None:
    async with opened("/demo", viewport=DESK, geolocation=HERE, permissions=["geolocation"]) as page:
        frames = [page.frame_locator("iframe").nth(index) for index in range(3)]
        assert await page.locator("iframe").count() == 3
        resident, leaders, station = (Chat(frame, tmp_path / "shot.jpg") for frame in frames)
        await reports(resident, shows_where_she_stands)
        number = await files(resident, leaders)
        await is_accepted(resident, leaders, number)
        await is_resolved(resident, leaders, station, number)
        await is_called_back(resident, leaders, station, number, page)
        await is_closed(resident, leaders, station, number)


async def files(resident: Chat, leaders: Chat) -> str:
    await resident.presses("同意并提交")
    told = await resident.hears(
        r"✅ 交上去了。编号 XF-\d{8}-0001",
        "交给了管这一片的李网格长。",
        r"上午 9:\d\d 前接单," + ANSWER,
        "到点没动静,我会去催,您不用盯着。",
        "半小时内再发照片,都算进这一件。",
    )
    found = re.search(r"XF-\d{8}-0001", await told.inner_text())
    assert found
    summary = resident.page.locator(".message.card", has_text="已提交。")
    assert await resident.labels(summary) == []
    card = await leaders.hears(
        f"🟡 待签收 · {found[0]}",
        "市容秩序 › 门头遮雨棚",
        "📍 幸福里03网格 · 12 号铺门前 · 看地图",
        rf"⏰ {CLOCK} 前接单 · \d\d-\d\d 周. 17:00 前办结",
        f"“{WORDS}”",
        "居民 · 首次反馈 · 照片 1 张",
    )
    assert {"接单", "马上办", "退回"} <= set(await leaders.labels(card))
    return found[0]


async def is_accepted(resident: Chat, leaders: Chat, number: str) -> None:
    await leaders.speaks("赵网格长")
    await leaders.presses("接单")
    await leaders.answered(f"{number} 待签收,等李网格长接单。只有幸福里03网格和站里的人能按。")
    await leaders.speaks("李网格长")
    await leaders.presses("接单")
    await leaders.answered(f"接单了:{number}")
    card = await leaders.hears(
        f"🔵 处置中 · {number}", ".*", ".*", ".*", ".*", f"居民 · 首次反馈 · 李网格长 已接单 {CLOCK}"
    )
    assert {"办结", "退回"} <= set(await leaders.labels(card))
    await resident.hears("李网格长接单了,会去办。", f"{number} 遮雨棚", ANSWER, "办完后,我把前后照片发给您看。")


async def is_resolved(resident: Chat, leaders: Chat, station: Chat, number: str) -> None:
    await leaders.presses("办结")
    card = await leaders.hears(f"🔵 处置中 · {number}", ".*", ".*", ".*", ".*", "办得怎么样\\?李网格长请选")
    assert await leaders.labels(card) == ["已解决", "已转办并告知", "不属管辖", "暂无法解决", "情况不实", "返回"]
    await leaders.presses("已解决")
    card = await leaders.hears(
        f"🔵 处置中 · {number}", ".*", ".*", ".*", ".*", r"请李网格长回复本卡:办后照片 \+ 一句话"
    )
    assert await leaders.labels(card) == ["没有照片", "返回"]
    await card.get_by_role("button", name="回复解忧").click()
    await leaders.sends(shop_front(canopy=True), "装好了,和整排铺子同款")
    await leaders.page.locator(".message.mine .reactions", has_text="👍").wait_for()
    lines = ["“装好了,和整排铺子同款”", rf"李网格长 办结 \d\d-\d\d {CLOCK}:已解决"]
    await leaders.hears(f"🟣 待核查 · {number}", ".*", ".*", r"⏰ 提前 \d 个工作日办结", *lines)
    await resident.hears("李网格长说办完了,站里正在核对。", f"{number} 遮雨棚", "核对好,就把前后照片发给您。")
    at_station = await station.hears(
        f"🟣 待核查 · {number}", ".*", ".*", rf"⏰ (\d\d-\d\d 周. )?{CLOCK} 前核查,到点自动通过", *lines
    )
    await at_station.locator(".shot img").wait_for()
    assert await station.labels(at_station) == ["核查通过", "返工"]


async def is_called_back(resident: Chat, leaders: Chat, station: Chat, number: str, page: Any) -> None:
    await station.presses("核查通过")
    await station.hears(f"💬 回访中 · {number}", ".*", ".*", ".*", ".*", f"张队员 核查通过 {CLOCK} · 等居民回话")
    await leaders.hears(f"💬 回访中 · {number}", ".*", ".*", ".*", ".*", ".*")
    asked = await resident.hears(
        *plain("📷 左边是您拍的,右边是办完后的。"),
        rf"{number} 遮雨棚,\d+月\d+日您报的",
        *plain("幸福里 12 号铺门前", "李网格长说:“装好了,和整排铺子同款”", "站里也核对过了。", "您看,解决了吗?"),
    )
    await asked.locator(".shot img").wait_for()
    assert await resident.labels(asked) == ["解决了", "没解决"]
    await picture(page, "demo.png", resident, leaders, station, top=leaders.page.locator(".message.card"))


async def is_closed(resident: Chat, leaders: Chat, station: Chat, number: str) -> None:
    await resident.presses("解决了")
    asked = resident.page.locator(".message.card", has_text="您说:解决了。\n办得您满意吗?")
    await asked.wait_for()
    assert await resident.labels(asked) == ["满意", "基本满意", "不满意"]
    await resident.presses("满意")
    await resident.page.locator(
        ".message.card", has_text="您说:解决了,满意。谢谢您,这件就结了。\n7 天里又不行了,发“重开”就接着办。"
    ).wait_for()
    for chat in (leaders, station):
        await chat.hears(f"✅ 已结案 · {number}", ".*", ".*", ".*", ".*", "居民:解决了 · 满意")
    await station.presses("归档")
    await station.hears(f"🗂 已归档 · {number}", ".*", ".*", ".*", ".*", rf"张队员 归档 \d\d-\d\d {CLOCK}")
    await leaders.hears(f"🗂 已归档 · {number}", ".*", ".*", ".*", ".*", ".*")
    assert await leaders.page.locator(".message.card").count() == 1
    assert await station.page.locator(".message.card").count() == 1


async def test_on_a_phone_the_summary_stands_with_its_map(tmp_path: Path) -> None:
    async with opened("/demo/resident", viewport=PHONE, device_scale_factor=2, has_touch=True) as page:
        resident = Chat(page, tmp_path / "shot.jpg")
        summary = await reports(resident, finds_a_name)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        await picture(page, "phone.png", resident, top=summary)
