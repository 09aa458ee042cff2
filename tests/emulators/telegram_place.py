"""A chat as somebody sees it: what the bot said, which buttons are there, and how to wait for both."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from typing import Protocol

from .telegram_markup import Button
from .telegram_record import Act, Chat, Message
from .telegram_world import World


class Stage(Protocol):
    """What people need of the emulator: the platform, and a bell for those who wait."""

    world: World

    def ring(self) -> None: ...

    async def until(self, condition: Callable[[], object], timeout: float = 5, told: str = "") -> None: ...


class Place:
    """A chat as somebody sees it: what the bot said there, and a way to wait for it."""

    def __init__(self, stage: Stage, chat: Chat) -> None:
        self.stage = stage
        self.chat = chat
        self._noticed: set[tuple[int, int, int]] = set()

    @property
    def id(self) -> int:
        """The chat's id, as the Bot API knows it."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """Everything in the chat, people's messages and deleted ones included."""
        return list(self.chat.messages.values())

    @property
    def posts(self) -> list[Message]:
        """What the bot has posted, as it stands now; a deleted message stays, with `deleted` set."""
        return [message for message in self.chat.messages.values() if message.from_bot]

    @property
    def log(self) -> list[Act]:
        """Every act of the bot in this chat, in order."""
        return list(self.chat.log)

    async def hears(
        self,
        containing: str = "",
        *,
        button: str | None = None,
        photo: bool | None = None,
        timeout: float = 5,
    ) -> Message:
        """Waits for words of the bot and returns the message; `timeout` in real seconds.

        A message is heard once, and again after each edit; the oldest that fits comes first. So a second
        `hears` with the same words waits for new ones. Raises AssertionError with what was said instead.
        """
        found: list[Message] = []

        def fits() -> bool:
            found[:] = [m for m in self.posts if self._fits(m, containing, button, photo)][:1]
            return bool(found)

        try:
            await self.stage.until(fits, timeout)
        except AssertionError:
            said = "\n".join(map(repr, self.posts[-6:])) or "nothing"
            wanted = f"{containing!r}" + (f" with [{button}]" if button else "")
            raise AssertionError(f"waited for {wanted}; the bot said last:\n{said}") from None
        self._noticed.add(self._version(found[0]))
        return found[0]

    def _fits(self, message: Message, words: str, button: str | None, photo: bool | None) -> bool:
        return (
            not message.deleted
            and words in message.text
            and (photo is None or photo == (message.photo is not None))
            and (button is None or find_button(message, button) is not None)
            and self._version(message) not in self._noticed
        )

    @staticmethod
    def _version(message: Message) -> tuple[int, int, int]:
        return message.chat.id, message.id, message.edited

    async def _tell(self) -> None:
        self.stage.ring()
        await asyncio.sleep(0)


def bare(label: str) -> str:
    """A label without the emoji and blanks before it."""
    return re.sub(r"^\W+", "", label).rstrip() or label


def match(buttons: Iterable[Button], label: str) -> Button | None:
    """The button of that label; one with an emoji before it counts where none is exact."""
    shown: list[Button] = list(buttons)
    exact = (button for button in shown if button.label == label)
    loose = (button for button in shown if bare(button.label) == bare(label))
    return next(exact, None) or next(loose, None)


def find_button(message: Message, label: str) -> Button | None:
    """The inline button of that label under a message."""
    return match((button for row in message.buttons for button in row), label)


def newest(chat: Chat, label: str) -> Message | None:
    """The last message of the bot that has such an inline button."""
    for message in reversed(chat.messages.values()):
        if message.from_bot and not message.deleted and message.markup and find_button(message, label):
            return message
    return None
