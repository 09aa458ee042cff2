"""The people of the benchmark: residents who report, a leader who takes it, and a stopwatch beside them.

They live in Telegram's emulator, in the measuring process. Nobody thinks and nobody waits but for the bot.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from tests.emulators.telegram import Act, Group, Message, Person, Tap, TelegramEmulator
from tests.emulators.telegram_place import find_button

WORDS = "幸福里3号楼下垃圾桶满了"
NO_PHOTO, WHY, ACCEPT, TAKEN = "没有照片", "不方便拍", "接单", "处置中"
SUBMIT = "同意并提交"
"""提交, as a newcomer's first summary has it."""

NUMBER = re.compile(r"\bXF-\d{8}-\d{4,}\b")
PATIENCE = 60.0
"""Seconds that anybody waits for the bot before the benchmark gives up."""

Heard = tuple[float, Act]


class Ear(deque[Act]):
    """A chat's log that keeps nothing and tells each act of the bot at once, with its moment (`perf_counter`)."""

    def __init__(self, tell: Callable[[float, Act], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, act: Act) -> None:
        self._tell(perf_counter(), act)


@dataclass
class Resident:
    """Somebody who reports once. What the bot said and was not yet looked at waits in `unread`."""

    person: Person
    unread: deque[Heard] = field(default_factory=deque)
    waiting: asyncio.Future[None] | None = None

    def hear(self, at: float, act: Act) -> None:
        self.unread.append((at, act))
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    async def hears(self, fits: Callable[[Act], bool]) -> Heard:
        """The next message of the bot that fits; what came before it is passed over."""
        while True:
            while self.unread:
                at, act = self.unread.popleft()
                if act.kind == "send" and fits(act):
                    return at, act
            self.waiting = asyncio.get_running_loop().create_future()
            await self.waiting


@dataclass
class Taken:
    """A case in the leader's hands: when 接单 was pressed, and whether the card shows it."""

    pressed: float
    shown: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Stretch:
    """What a stretch of work took: `steps` are seconds from an update to the bot's answer to the person."""

    seconds: float = 0.0
    reports: int = 0
    updates: int = 0
    calls: int = 0
    steps: list[float] = field(default_factory=list)


class People:
    """Residents, one leaders' group and its leader; the group is bound by who prepares the contestant."""

    def __init__(self, telegram: TelegramEmulator) -> None:
        self.telegram = telegram
        self.group: Group = telegram.group("幸福里网格群")
        self.leader: Person = telegram.person("王网格长")
        self._taken: dict[str, Taken] = {}
        self._taps: list[Tap] = []
        self._busy: asyncio.TaskGroup | None = None  # everybody at work; who fails ends the stretch

    async def work(self, at_once: int, each: int) -> Stretch:
        """`at_once` residents file at the same time, each is followed by another, `each` in all.

        Always another person: whoever reported a moment ago is asked whether it is the same matter. The stretch ends
        when the last card is edited, the last resident told and the last pressed button answered.
        """
        self.group.chat.log = Ear(self._hear_group)
        stretch = Stretch()
        calls, updates = self._calls(), self.telegram.world.updates.next_id
        began = perf_counter()
        try:
            async with asyncio.TaskGroup() as self._busy:
                for _ in range(at_once):
                    self._busy.create_task(self._one_after_another(each, stretch))
        finally:
            self._busy = None
        for tap in self._taps:
            await tap.answered(PATIENCE)
        stretch.seconds = perf_counter() - began
        stretch.calls = self._calls() - calls
        stretch.updates = self.telegram.world.updates.next_id - updates
        self._taps.clear()
        return stretch

    def _calls(self) -> int:
        return self.telegram.calls.total() - self.telegram.calls["getUpdates"]

    async def _one_after_another(self, each: int, stretch: Stretch) -> None:
        for _ in range(each):
            async with asyncio.timeout(PATIENCE):
                await self._report(stretch.steps)
            stretch.reports += 1

    async def _report(self, steps: list[float]) -> None:
        """From the words to the news that the leader took it: five updates, each with its answer."""
        person = self.telegram.person("居民")
        resident = Resident(person)
        person.chat.log = Ear(resident.hear)

        began = perf_counter()
        await person.sends(WORDS)
        at, act = await resident.hears(showing(NO_PHOTO))
        steps.append(at - began)
        for label, then in ((NO_PHOTO, WHY), (WHY, SUBMIT)):
            began = await self._tap(person, act, label)
            at, act = await resident.hears(showing(then))
            steps.append(at - began)
        began = await self._tap(person, act, SUBMIT)
        at, act = await resident.hears(lambda act: number_in(act) is not None)
        steps.append(at - began)
        number = number_in(act)
        assert number is not None
        at, _ = await resident.hears(lambda act: number_in(act) == number)
        steps.append(at - self._taken[number].pressed)
        await self._taken[number].shown.wait()
        del self._taken[number]

    async def _tap(self, person: Person, act: Act, label: str) -> float:
        """Presses a button under what was heard; the moment before it."""
        assert act.message is not None
        began = perf_counter()
        self._taps.append(await person.taps(label, act.message))
        return began

    # The leader

    def _hear_group(self, _: float, act: Act) -> None:
        number = number_in(act)
        if act.message is None or number is None or self._busy is None:
            return
        if act.kind == "send" and has(act, ACCEPT):
            self._busy.create_task(self._accept(number, act.message))
        elif act.kind == "edit" and TAKEN in act.text and number in self._taken:
            self._taken[number].shown.set()

    async def _accept(self, number: str, card: Message) -> None:
        self._taken[number] = Taken(perf_counter())
        self._taps.append(await self.leader.taps(ACCEPT, card))


def has(act: Act, label: str) -> bool:
    return act.message is not None and find_button(act.message, label) is not None


def showing(label: str) -> Callable[[Act], bool]:
    """Whether a message has this button."""
    return lambda act: has(act, label)


def number_in(act: Act) -> str | None:
    found = NUMBER.search(act.text)
    return found[0] if found else None
