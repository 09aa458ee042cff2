"""The shop owner's rain canopy, message for message (voice, section 2)."""

from pathlib import Path

from tests.district import SHOP_12, labels, main_people, newest, photo, press, town


async def test_the_rain_canopy_from_the_photo_to_the_archive(tmp_path: Path, url: str) -> None:
    async with town(tmp_path, url=url) as t:
        wang, li, zhang, leaders, station = await main_people(t)

        await wang.starts()
        await t.settled()
        assert newest(wang).text == (
            "您好,我是解忧,城管工作站的聊天助手。\n"
            "垃圾、路灯、井盖、乱停车……拍张照、写两句,现在就能发来。\n"
            "您发来的只用来办事和给您回话,网格长看不到您是谁。\n"
            "先发一张照片试试?"
        )

        await t.passes(minutes=1)
        await wang.sends_photo(photo(1), caption="店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚")
        await t.settled()
        assert newest(wang).text == ("照片和话都收到了,是遮雨棚的事。\n在哪儿?点“发送位置”,或打字,比如“幸福里12号铺”。")

        await t.passes(minutes=1)
        await wang.taps("发送位置", location=SHOP_12)
        await t.settled()
        summary = newest(wang)
        assert summary.photo
        assert summary.text == (
            "您看对不对?\n"
            "事情:装遮雨棚(市容秩序)\n"
            "地方:幸福里 12 号铺门前,图上红点\n"
            "您的话:“店门口夏天晒,下雨滴水,客人没处躲……”\n"
            "照片:1 张\n"
            "头一回来,说两句:我存下您的账号和发来的东西,只为办事和给您回话。\n"
            "不留名发“匿名”,要删除发“忘记我”。"
        )
        assert labels(summary) == ["同意并提交", "修改类别", "修改位置", "补充照片", "取消"]

        await press(t, wang, "同意并提交")
        assert summary.text.endswith("照片:1 张\n已提交。")
        assert labels(summary) == []
        number = (await t.case()).number
        assert newest(wang).text == (
            f"✅ 交上去了。编号 {number}\n"
            "交给了管这一片的李网格长。\n"
            "上午 9:35 前接单,最晚 12月1日(周二)下午 5 点前给您答复。\n"
            "到点没动静,我会去催,您不用盯着。\n"
            "半小时内再发照片,都算进这一件。"
        )
        card = newest(leaders)
        assert card.photo
        assert card.text == (
            f"🟡 待签收 · {number}\n"
            "市容秩序 › 门头遮雨棚\n"
            "📍 幸福里03网格 · 12 号铺门前 · 看地图\n"
            "⏰ 09:35 前接单 · 12-01 周二 17:00 前办结\n"
            "“店门口夏天晒,下雨滴水,客人没处躲,能不能装个棚”\n"
            "居民 · 首次反馈 · 照片 1 张"
        )
        assert labels(card) == ["接单", "马上办", "退回"]

        await t.passes(minutes=5)
        neighbour = await t.member("leader", "XFL04")
        answer = await press(t, neighbour, "接单", leaders)
        assert answer == f"{number} 待签收,等李网格长接单。只有幸福里03网格和站里的人能按。"

        await t.passes(minutes=2)
        assert await press(t, li, "接单", leaders) == f"接单了:{number}"
        assert newest(wang).text == (
            f"李网格长接单了,会去办。\n{number} 遮雨棚\n"
            "最晚 12月1日(周二)下午 5 点前给您答复。\n办完后,我把前后照片发给您看。"
        )
        assert card.text.splitlines()[0] == f"🔵 处置中 · {number}"
        assert card.text.splitlines()[3] == "⏰ 12-01 周二 17:00 前办结"
        assert card.text.splitlines()[5] == "居民 · 首次反馈 · 李网格长 已接单 09:12"
        assert labels(card) == ["办结", "退回"]

        await t.passes(days=3, hours=6, minutes=26)
        await press(t, li, "办结", leaders)
        assert card.text.splitlines()[5] == "办得怎么样?李网格长请选"
        assert labels(card) == ["已解决", "已转办并告知", "不属管辖", "暂无法解决", "情况不实", "返回"]
        await press(t, li, "已解决", leaders)
        assert card.text.splitlines()[5] == "请李网格长回复本卡:办后照片 + 一句话"
        assert labels(card) == ["没有照片", "返回"]

        await t.passes(minutes=2)
        progress = newest(wang)
        after = await li.sends_photo(photo(2), caption="装好了,和整排铺子同款", chat=leaders, reply_to=card)
        await t.settled()
        assert after.reactions == ["👍"]
        assert progress.text == (f"李网格长说办完了,站里正在核对。\n{number} 遮雨棚\n核对好,就把前后照片发给您。")
        assert card.text == (
            f"🟣 待核查 · {number}\n"
            "市容秩序 › 门头遮雨棚\n"
            "📍 幸福里03网格 · 12 号铺门前 · 看地图\n"
            "⏰ 提前 2 个工作日办结\n"
            "“装好了,和整排铺子同款”\n"
            "李网格长 办结 11-27 15:40:已解决"
        )
        at_station = newest(station)
        assert at_station.photo
        assert at_station.text.splitlines()[3] == "⏰ 11-30 周一 15:40 前核查,到点自动通过"
        assert labels(at_station) == ["核查通过", "返工"]

        await t.passes(minutes=25)
        await press(t, zhang, "核查通过", station)
        assert at_station.text.splitlines()[0] == f"💬 回访中 · {number}"
        assert at_station.text.splitlines()[5] == "张队员 核查通过 16:05 · 等居民回话"
        assert labels(at_station) == ["返工"]
        asked = newest(wang)
        assert asked.photo
        assert asked.text == (
            "📷 左边是您拍的,右边是办完后的。\n"
            f"{number} 遮雨棚,11月24日您报的\n"
            "幸福里 12 号铺门前\n"
            "李网格长说:“装好了,和整排铺子同款”\n"
            "站里也核对过了。\n"
            "您看,解决了吗?"
        )
        assert labels(asked) == ["解决了", "没解决"]

        await t.passes(hours=2, minutes=15)
        await press(t, wang, "解决了")
        assert asked.text.splitlines()[-2:] == ["您说:解决了。", "办得您满意吗?"]
        assert labels(asked) == ["满意", "基本满意", "不满意"]
        await press(t, wang, "满意")
        assert asked.text.splitlines()[-2:] == [
            "您说:解决了,满意。谢谢您,这件就结了。",
            "7 天里又不行了,发“重开”就接着办。",
        ]
        assert card.text.splitlines()[0] == f"✅ 已结案 · {number}"
        assert card.text.splitlines()[5] == "居民:解决了 · 满意"
        assert labels(at_station) == ["归档"]

        await t.passes(days=2, hours=14, minutes=50)
        await press(t, zhang, "归档", station)
        assert at_station.text.splitlines()[0] == f"🗂 已归档 · {number}"
        assert at_station.text.splitlines()[5] == "张队员 归档 11-30 09:10"

        own = [m for m in wang.posts if number in m.text]
        assert len(wang.posts) == 6, [m.text for m in wang.posts]
        assert len([m for m in leaders.posts if number in m.text]) == 1
        assert len([m for m in station.posts if number in m.text]) == 1
        assert len(own) == 3
        assert [line.action for line in await t.history()] == [
            "report",
            "accept",
            "resolve",
            "verify",
            "confirm",
            "rate",
            "archive",
        ]
        assert await t.dead_letters() == []
