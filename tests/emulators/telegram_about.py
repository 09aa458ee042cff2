"""The methods that ask about the bot, its chats and their members, or set what the bot is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .telegram_call import Call, bad
from .telegram_record import BOT_INSIDE, Chat, Json
from .telegram_world import World

COMMAND_LIMIT = 100
SHOWN = {"setmyname": "name", "setmydescription": "description", "setmyshortdescription": "short_description"}
LENGTHS = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, call: Call) -> Json:
    """getMe."""
    return {
        **world.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_file(world: World, call: Call) -> Json:
    """getFile."""
    return world.files.get(call.text("file_id"))


def get_chat(world: World, call: Call) -> Json:
    """getChat: a ChatFullInfo, with the fields that the emulator knows."""
    chat = world.chat_of(call, "read")
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **chat.brief,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def _status(world: World, chat: Chat, user_id: int) -> Json:
    if user_id == world.bot["id"]:
        return world.member(chat, world.bot, chat.bot_status)
    if chat.private and chat.user is not None and chat.user["id"] == user_id:
        return world.member(chat, chat.user, "member")
    if user_id in chat.members:
        return world.member(chat, *chat.members[user_id])
    user = world.users.get(user_id)
    if user is None:
        raise bad("user not found")
    return world.member(chat, user, "left")


def get_chat_member(world: World, call: Call) -> Json:
    """getChatMember."""
    chat = world.chat_of(call, "read")
    user_id = call.whole("user_id")
    if user_id <= 0:
        raise bad("invalid user_id specified")
    return _status(world, chat, user_id)


def get_administrators(world: World, call: Call) -> list[Json]:
    """getChatAdministrators."""
    chat = world.chat_of(call, "read")
    if chat.private:
        raise bad("there are no administrators in the private chat")
    found = [
        world.member(chat, user, status)
        for user, status in chat.members.values()
        if status in ("administrator", "creator")
    ]
    if chat.bot_status == "administrator":
        found.append(world.member(chat, world.bot, "administrator"))
    return found


def get_member_count(world: World, call: Call) -> int:
    """getChatMemberCount."""
    chat = world.chat_of(call, "read")
    return 2 if chat.private else len(chat.members) + (chat.bot_status in BOT_INSIDE)


def leave_chat(world: World, call: Call) -> bool:
    """leaveChat."""
    chat = world.chat_of(call, "edit")
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    world.set_bot_status(chat, "left", world.bot)
    world.record(chat, "leave", call.name)
    return True


def set_commands(world: World, call: Call) -> bool:
    """setMyCommands, kept by scope and language."""
    commands = call.tree("commands", "commands") or []
    if not isinstance(commands, list) or not all(isinstance(item, dict) for item in commands):
        raise bad("expected an Array of BotCommand")
    if len(commands) > COMMAND_LIMIT:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for item in commands:
        if not re.fullmatch(r"/?[a-z0-9_]{1,32}", str(item.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(item.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.settings[_scope(call)] = commands
    return True


def get_commands(world: World, call: Call) -> list[Json]:
    """getMyCommands."""
    return list(world.settings.get(_scope(call), []))


def delete_commands(world: World, call: Call) -> bool:
    """deleteMyCommands."""
    world.settings.pop(_scope(call), None)
    return True


def _scope(call: Call) -> str:
    scope = call.tree("scope", "BotCommandScope") or {}
    if not isinstance(scope, dict):
        raise bad("BotCommandScope must be an Object")
    parts = (scope.get(name, "") for name in ("chat_id", "user_id"))
    return ":".join(map(str, ("commands", scope.get("type", "default"), *parts, call.text("language_code"))))


def set_shown(world: World, call: Call) -> bool:
    """setMyName, setMyDescription, setMyShortDescription, kept by language."""
    name = SHOWN[call.method]
    if len(call.text(name)) > LENGTHS[name]:
        raise bad(f"{name.replace('_', ' ')} is too long")
    world.settings[f"{name}:{call.text('language_code')}"] = call.text(name)
    return True


def get_shown(name: str) -> Callable[[World, Call], Json]:
    def get(world: World, call: Call) -> Json:
        return {name: world.settings.get(f"{name}:{call.text('language_code')}", "")}

    return get


def accept(world: World, call: Call) -> bool:
    """A setting that changes nothing here."""
    world.settings[call.method] = dict(call.values)
    return True


ABOUT: dict[str, Callable[[World, Call], Any]] = {
    "getme": get_me,
    "getfile": get_file,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_administrators,
    "getchatmembercount": get_member_count,
    "leavechat": leave_chat,
    "setmycommands": set_commands,
    "getmycommands": get_commands,
    "deletemycommands": delete_commands,
    **dict.fromkeys(SHOWN, set_shown),
    **{f"get{method[3:]}": get_shown(name) for method, name in SHOWN.items()},
    "setchatmenubutton": accept,
    "setmydefaultadministratorrights": accept,
}
