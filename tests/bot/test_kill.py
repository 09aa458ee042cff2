"""kill -9 in the middle of the main story (voice, section 2): it goes on where it was.

Each step is one update. It is put to Telegram, the program is killed at a chosen moment of its handling, and is
started again. Nothing is lost, nothing is filed twice, and nothing is said twice but the very message that was on its
way when the process died, word for word; a button works on either copy of it."""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.city.known import open_district
from domain.event import verify
from storage import case as cases
from storage import event
from storage.database import open_database
from tests.bot.processes import Program, command, environment, working_city
from tests.clock import HandClock
from tests.district import SHOP_12, main_people, photo, running
from tests.emulators.telegram import Group, Message, Person, Tap, TelegramEmulator
from tests.emulators.telegram_call import Call
from tests.emulators.telegram_place import Place, find_button
from tests.emulators.telegram_place import newest as newest_with

SAYING = ("send", "edit", "answer", "setmessagereaction", "getfile")
"""How the methods begin that the handling of an update calls; the others belong to a start and to polling."""

OPEN = "select (select count(*) from inbox where state = 'new') + (select count(*) from outbox where state = 'new')"
REST = "select key, attempts, reason from outbox where state = 'new'"


class DeadlyTelegram(TelegramEmulator):
    """Telegram that kills its caller at a moment that the test chose."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = ""
        self.kill: Callable[[], None] = lambda: None
        self.in_flight: Counter[tuple[str, str]] = Counter()
        """What was said when the caller was killed: chat and words."""

    async def _perform(self, call: Call) -> bytes:
        saying = call.method.startswith(SAYING)
        if self.moment == ("calling" if saying else "confirmed" if call.method == "getupdates" else "never"):
            self._strike()
            return b"true"
        answer = await super()._perform(call)
        if self.moment == "delivered" and call.method == "getupdates" and answer != b"[]":
            asyncio.get_running_loop().call_soon(self._strike)
        elif self.moment == "called" and call.method.startswith(("send", "edit")):
            self.in_flight[call.text("chat_id"), call.text("text") or call.text("caption")] += 1
            self._strike()
        return answer

    def _strike(self) -> None:
        self.moment = ""
        self.kill()


class Story:
    """The people of the main story, the program that they talk to, and how it is killed."""

    def __init__(self, telegram: DeadlyTelegram, env: dict[str, str]) -> None:
        self.telegram = telegram
        self.env = env
        self.program: Program | None = None
        self.database = f"{env['JIEYOU_DATA']}/jieyou.db"
        self.taps: list[Tap] = []
        self.wang: Person
        self.li: Person
        self.zhang: Person
        self.leaders: Group
        self.station: Group

    async def goes_on(self) -> None:
        """Starts the program, and waits for no more than its being there."""
        self.program = await Program.start(self.env)
        self.telegram.kill = self.program.kill
        await self.program.ready()

    async def dies(self) -> None:
        """Waits until the chosen moment has come and the process is gone."""
        assert self.program is not None
        await self.program.gone()
        assert not self.telegram.moment, f"the moment «{self.telegram.moment}» did not come"

    async def settles(self) -> None:
        """Waits until everything that came was handled and everything said was sent, as the queues tell."""
        with closing(sqlite3.connect(self.database)) as queues:
            for _ in range(500):
                if not self.telegram.pending and queues.execute(OPEN).fetchone() == (0,):
                    return
                await asyncio.sleep(0.02)
            raise AssertionError(f"it did not come to rest: {queues.execute(REST).fetchall()}")

    async def press(self, person: Person, label: str, place: Place) -> None:
        """Presses a button on every copy of its message that still has it, the oldest first."""
        for message in [post for post in place.posts if not post.deleted and find_button(post, label)]:
            self.taps.append(await person.taps(label, message))

    def shows(self, place: Place, words: str, label: str = "") -> Callable[[], bool]:
        """Whether a message with these words (and this button) stands in a chat."""
        return lambda: any(
            words in post.text and (not label or find_button(post, label) is not None)
            for post in place.posts
            if not post.deleted
        )


Step = tuple[str, Callable[[Story], Awaitable[object]], Callable[[Story], Callable[[], bool]]]
STORY: tuple[Step, ...] = (
    ("hello", lambda s: s.wang.starts(), lambda s: s.shows(s.wang, "您好,我是解忧")),
    ("photo", lambda s: s.wang.sends_photo(photo(1), "店门口晒,能不能装个棚"), lambda s: s.shows(s.wang, "在哪儿?")),
    ("place", lambda s: s.wang.taps("发送位置", location=SHOP_12), lambda s: s.shows(s.wang, "您看对", "同意并提交")),
    ("submit", lambda s: s.press(s.wang, "同意并提交", s.wang), lambda s: s.shows(s.leaders, "待签收", "接单")),
    ("accept", lambda s: s.press(s.li, "接单", s.leaders), lambda s: s.shows(s.leaders, "处置中", "办结")),
    ("resolve", lambda s: s.press(s.li, "办结", s.leaders), lambda s: s.shows(s.leaders, "请选", "已解决")),
    ("outcome", lambda s: s.press(s.li, "已解决", s.leaders), lambda s: s.shows(s.leaders, "请李网格长回复本卡")),
    ("after", lambda s: after(s), lambda s: s.shows(s.station, "待核查", "核查通过")),
    ("verify", lambda s: s.press(s.zhang, "核查通过", s.station), lambda s: s.shows(s.wang, "解决了吗?", "解决了")),
    ("confirm", lambda s: s.press(s.wang, "解决了", s.wang), lambda s: s.shows(s.wang, "满意吗?", "满意")),
    ("rate", lambda s: s.press(s.wang, "满意", s.wang), lambda s: s.shows(s.station, "已结案", "归档")),
    ("archive", lambda s: s.press(s.zhang, "归档", s.station), lambda s: s.shows(s.leaders, "已归档")),
)  # fmt: skip
HEARD = ["您好,我是解忧", "照片和话都收到了", "您看对不对?", "✅ 交上去了", "李网格长接单了", "📷 左边是您拍的"]
AGAIN = "不会交两次"
"""What the second copy of a summary answers."""
ACTIONS = ["report", "accept", "resolve", "verify", "confirm", "rate", "archive"]


async def after(s: Story) -> Message:
    card = next(post for post in reversed(s.leaders.posts) if "请李网格长回复本卡" in post.text)
    return await s.li.sends_photo(photo(2), "装好了,和整排铺子同款", chat=s.leaders, reply_to=card)


@asynccontextmanager
async def story(folder: Path) -> AsyncIterator[Story]:
    """The people with their roles and groups, and the program not yet started."""
    city = working_city(folder / "city")
    telegram = DeadlyTelegram()
    async with telegram:
        env = environment(folder / "data", telegram, CITY=city)
        found = Story(telegram, env)
        clock = HandClock(datetime.now(UTC))
        async with running(folder / "data", telegram, clock, city=open_district(city)) as town:
            found.wang, found.li, found.zhang, found.leaders, found.station = await main_people(town)
        try:
            yield found
        finally:
            if found.program is not None:
                await found.program.killed()


@pytest.mark.parametrize("moment", ["calling", "called"])
async def test_killed_at_every_step_while_it_speaks_the_story_goes_on(tmp_path: Path, moment: str) -> None:
    """When the first call of the step arrives, before it was carried out; and when the first message of the step
    stands in the chat, before the program knows it."""
    async with story(tmp_path) as s:
        await tell(s, moment)


@pytest.mark.prove
@pytest.mark.parametrize("moment", ["delivered", "confirmed"])
async def test_killed_at_every_step_while_it_listens_the_story_goes_on(tmp_path: Path, moment: str) -> None:
    """When the answer with the update has left Telegram; and when the program asks for the next, this one kept."""
    async with story(tmp_path) as s:
        await tell(s, moment)


async def tell(s: Story, moment: str) -> None:
    """The whole story with a kill in each step, and what must be true of it then."""
    await s.goes_on()
    for name, act, done in STORY:
        s.telegram.moment = moment
        await act(s)
        await s.dies()
        await s.goes_on()
        await s.settles()
        assert done(s)(), f"after the kill in «{name}» ({moment}) the story did not go on"
    assert [tap.data for tap in s.taps if tap.answer is None] == []
    check_said(s)
    await check_ledger(s.env, ACTIONS)


def check_said(s: Story) -> None:
    """Everything was said, in order; twice only what was on its way when the program was killed."""
    for place, expected in ((s.wang, HEARD), (s.leaders, ["🟡 待签收"]), (s.station, ["🟣 待核查"])):
        said = [act.text for act in place.log if act.kind == "send" and "绑好了" not in act.text]
        for words, times in Counter(said).items():
            assert times <= 1 + s.telegram.in_flight[str(place.id), words], f"said {times} times: {words}"
        once = [words for words in dict.fromkeys(said) if AGAIN not in words]
        assert [words[: len(opening)] for words, opening in zip(once, expected, strict=True)] == expected


@pytest.mark.prove
async def test_killed_at_random_moments_twenty_residents_get_what_is_theirs(tmp_path: Path) -> None:
    """Fifty lives of the program, some too short to become ready. Each resident has one case and its answer, each
    case stands once in the leaders' group and was taken, and the chains hold."""
    async with story(tmp_path) as s:
        chance = random.Random(20261124)
        people = [Resident(s.telegram.person(f"人{number}"), random.Random(number)) for number in range(20)]
        lives = 0
        async with asyncio.TaskGroup() as busy:
            for person in people:
                busy.create_task(person.reports())
            taking = busy.create_task(takes(s))
            while lives < 50 or not all(person.number for person in people):
                s.program = await Program.start(s.env)
                if chance.random() < 0.8:
                    await s.program.ready()
                await asyncio.sleep(chance.uniform(0, 0.7))
                await s.program.killed()
                lives += 1
                assert lives < 200, [person.step for person in people]
            await s.goes_on()
            await s.settles()
            await s.telegram.until(lambda: all(person.taken() for person in people), 20)
            taking.cancel()
        await s.settles()
        numbers = [person.number for person in people]
        assert len(set(numbers)) == 20
        check_twenty(s, numbers)
        cards = Counter(
            act.text.splitlines()[0][-16:] for act in s.leaders.log if act.kind == "send" and "XF-" in act.text
        )
        assert set(cards) == set(numbers)
        assert (await command(s.env, "verify")).out == "20 cases: nothing was changed, removed or slipped in.\n"


class Resident:
    """Somebody who files one report, thinks a while before each step, and waits for the bot as long as it takes."""

    def __init__(self, person: Person, chance: random.Random) -> None:
        self.person = person
        self.step = ""
        self.number = ""
        self._chance = chance

    async def reports(self) -> None:
        await self._thinks(30)
        if self._chance.random() < 0.5:
            await self.person.sends_photo(photo(self._chance.randrange(10**6)), CANOPY)
        else:
            await self.person.sends(CANOPY)
            await self._presses("没有照片")
            await self._presses("不方便拍")
        await self._presses("同意并提交")
        self.number = (await self._hears("交上去了")).text.partition("编号 ")[2][:16]

    def taken(self) -> bool:
        """Whether he heard that the leader took it."""
        return any("李网格长接单了" in post.text and self.number in post.text for post in self.person.posts)

    async def _presses(self, label: str) -> None:
        self.step = label
        await self.person.stage.until(lambda: newest_with(self.person.chat, label), 300)
        await self._thinks(8)
        await self.person.taps(label)

    async def _hears(self, words: str) -> Message:
        self.step = words
        return await self.person.hears(words, timeout=300)

    async def _thinks(self, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, most))


CANOPY = "幸福里12号铺门口下雨滴水,想装个棚"


async def takes(s: Story) -> None:
    """The leader presses 接单 under every card that he sees, every few moments, until it shows that he has."""
    while True:
        for post in s.leaders.posts:
            if find_button(post, "接单") is not None:
                await s.li.taps("接单", post)
        await asyncio.sleep(1)


def check_twenty(s: Story, numbers: list[str]) -> None:
    with closing(sqlite3.connect(s.database)) as database:
        found = [row[0] for row in database.execute("select number from cases")]
        states = {row[0] for row in database.execute("select state from cases")}
        dead = database.execute("select trace from inbox where state = 'dead'").fetchall()
        doubled = database.execute(
            "select number, action, count(*) from event group by number, action having count(*) > 1"
        ).fetchall()
    assert sorted(found) == sorted(numbers)
    assert (states, dead, doubled) == ({"accepted"}, [], [])


async def check_ledger(env: dict[str, str], actions: list[str]) -> None:
    """One case with exactly these lines, an empty outbox and no dead letter, and `verify` agrees."""
    database = await open_database(f"sqlite:///{env['JIEYOU_DATA']}/jieyou.db")
    try:
        async with database.reading() as queries:
            found = await queries.all("select number from cases")
            assert len(found) == 1
            case = await cases.find(queries, found[0]["number"])
            assert case is not None
            lines = await event.of(queries, case.number)
            dead = await queries.all("select trace from inbox where state = 'dead'")
            left = await queries.all("select key from outbox where state = 'new'")
    finally:
        await database.close()
    assert [line.action for line in lines] == actions
    assert verify(case.number, lines, case.events) is None
    assert [row["trace"] for row in dead] == []
    assert [row["key"] for row in left] == []
    assert (await command(env, "verify")).code == 0
