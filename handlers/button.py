"""Every button by what its token begins with: `action:subject:version`, plain and never trusted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from domain.action import ACTIONS
from domain.message import MENU
from domain.refusal import Unknown
from domain.update import Choice
from handlers import addition, bind, callback, casework, forget, listing, my, report, submit, talk
from handlers.turn import Turn
from storage import outbox


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart; `detail` is what follows the action's dot (`pick.reason.dark`: reason.dark)."""

    action: str
    detail: str
    subject: str
    version: int


def read(token: str) -> Token:
    """Raises Unknown for what is no token of ours."""
    if token.startswith(MENU):
        return Token("menu", "", token.removeprefix(MENU), 0)
    parts = token.split(":")
    if len(parts) != 3 or not parts[2].isdecimal():
        raise Unknown(number="")
    action, _, detail = parts[0].partition(".")
    return Token(action, detail, parts[1], int(parts[2][:9]))


async def press(turn: Turn, choice: Choice) -> None:
    """Runs what a button stands for. Raises the refusals of what it does."""
    token = read(choice.token)
    run = _BUTTONS.get(token.action)
    if run is None:
        raise Unknown(number=token.subject)
    if turn.chat.kind == "group" and token.action in _PRIVATE:
        turn.answer(turn.words("hello.in_group"))
        return
    await run(turn, token)


async def _replaces(turn: Turn) -> str:
    """The key of the message whose button was pressed, so that it can be edited; empty where it was typed."""
    pressed = next((part.message for part in turn.update.parts if isinstance(part, Choice)), "")
    row = await outbox.of_message(turn, turn.chat.key, pressed) if pressed else None
    return "" if row is None else str(row["key"])


def is_case(turn: Turn, subject: str) -> bool:
    """Whether a token's subject is a case number (else a draft's id)."""
    return subject.startswith(f"{turn.city.city.prefix}-")


async def _casework(turn: Turn, token: Token) -> None:
    await casework.press(turn, token.action, token.subject, token.version)


async def _answer(turn: Turn, token: Token) -> None:
    await callback.answer(turn, token.action, token.subject, token.version)


async def _rate(turn: Turn, token: Token) -> None:
    await callback.rate(turn, token.detail, token.subject, token.version)


async def _pick(turn: Turn, token: Token) -> None:
    kind, _, value = token.detail.partition(".")
    if is_case(turn, token.subject):
        await casework.pick(turn, kind, value, token.subject)
    else:
        await report.pick(turn, kind, value, token.subject)


async def _edit(turn: Turn, token: Token) -> None:
    await report.edit(turn, token.detail, token.subject)


async def _submit(turn: Turn, token: Token) -> None:
    await submit.submit(turn, token.subject)


async def _cancel(turn: Turn, token: Token) -> None:
    await submit.cancel(turn, token.subject)


async def _back(turn: Turn, token: Token) -> None:
    await casework.back(turn, token.subject)


async def _menu(turn: Turn, token: Token) -> None:
    await {"report": report.begin, "my": my.show_all}.get(token.subject, talk.unbuilt)(turn)


async def _my(turn: Turn, token: Token) -> None:
    await my.show_one(turn, token.subject, replaces=await _replaces(turn))


async def _add(turn: Turn, token: Token) -> None:
    await addition.ask(turn, token.subject)


async def _which(turn: Turn, token: Token) -> None:
    parts = await addition.kept_parts(turn, token.subject)
    if token.action == "which_old":
        await addition.take(turn, token.subject, parts)
    else:
        await report.take(turn, parts)


async def _withdraw(turn: Turn, token: Token) -> None:
    await addition.withdraw(turn, token.subject)


async def _withdraw_now(turn: Turn, token: Token) -> None:
    sure = token.action == "withdraw_yes"
    await addition.withdraw_now(turn, token.subject, sure=sure, replaces=await _replaces(turn))


async def _reopen(turn: Turn, token: Token) -> None:
    await addition.reopen(turn, token.subject)


async def _forget(turn: Turn, token: Token) -> None:
    await forget.decide(turn, sure=token.action == "forget_yes", replaces=await _replaces(turn))


async def _bind(turn: Turn, token: Token) -> None:
    await bind.bind(turn, token.subject)


async def _bind_page(turn: Turn, token: Token) -> None:
    await bind.page(turn, token.subject, replaces=await _replaces(turn))


async def _look(turn: Turn, token: Token) -> None:
    await listing.show_case(turn, token.subject)


async def _list(turn: Turn, token: Token) -> None:
    page = int(token.detail) if token.detail.isdecimal() else 1
    await listing.show_list(turn, code=token.subject, page=page, replaces=await _replaces(turn))


_RESIDENTS: Mapping[str, Callable[[Turn, Token], Awaitable[None]]] = {
    "confirm": _answer,
    "unsolved": _answer,
    "rate": _rate,
    "add": _add,
    "which_old": _which,
    "which_new": _which,
    "withdraw": _withdraw,
    "withdraw_yes": _withdraw_now,
    "withdraw_no": _withdraw_now,
    "reopen": _reopen,
}
_PRIVATE = frozenset(
    {"menu", "my", "add", "which_old", "which_new", "withdraw", "withdraw_yes", "withdraw_no", "reopen", "submit"}
    | {"cancel", "edit", "forget_yes", "forget_no", "confirm", "unsolved", "rate"}
)
"""What is between the bot and one person: never run in a group."""
_BUTTONS: Mapping[str, Callable[[Turn, Token], Awaitable[None]]] = {
    **dict.fromkeys(ACTIONS, _casework),
    **_RESIDENTS,
    "pick": _pick,
    "edit": _edit,
    "submit": _submit,
    "cancel": _cancel,
    "back": _back,
    "menu": _menu,
    "my": _my,
    "forget_yes": _forget,
    "forget_no": _forget,
    "bind": _bind,
    "bind_page": _bind_page,
    "list": _list,
    "look": _look,
}
