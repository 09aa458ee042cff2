"""The queue of updates, and its two ways out: long polling and the webhook."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import aiohttp

from .telegram_call import Call, Refusal, bad

KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
)  # fmt: skip
UNASKED = frozenset(KINDS) - {"chat_member", "message_reaction", "message_reaction_count"}
"""What is delivered to a bot that never named what it wants."""

POLL_LIMIT = 50
"""Seconds of the longest long poll, as on the real server."""

OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
BY_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Pending:
    """One update on its way: already in bytes, so that later edits do not change what it says."""

    id: int
    lane: int
    body: bytes


def encode(value: Any) -> bytes:
    """A value as the JSON that goes out."""
    return ENCODER.encode(value).encode("utf-8", "surrogatepass")


@dataclass
class Webhook:
    """Where updates are pushed to, and how that went."""

    url: str
    secret: str
    connections: int
    ip: str = ""
    error: str = ""
    error_at: int = 0
    lanes: dict[int, deque[Pending]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)


class Updates:
    """Updates wait here until the bot confirms them, by the next offset or by an answer 2xx."""

    def __init__(self) -> None:
        self.next_id = random.randrange(100_000_000, 900_000_000)
        self.pending: OrderedDict[int, Pending] = OrderedDict()
        self.allowed = UNASKED
        self.named: list[str] | None = None
        self.webhook: Webhook | None = None
        self.webhook_pause = 0.05
        self.taken: Callable[[], None] = lambda: None
        self._poll: asyncio.Future[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    def push(self, kind: str, content: Any, lane: int) -> int | None:
        """Queues an update, unless the bot does not want its kind; `lane` keeps a chat in order."""
        if kind in KINDS and kind not in self.allowed:
            return None
        return self.push_raw({kind: content}, lane)

    def push_raw(self, update: dict[str, Any], lane: int = 0) -> int:
        """Queues whatever it is given; the id is put in unless there is one."""
        number = self.next_id
        self.next_id += 1
        item = Pending(number, lane, encode({"update_id": number, **update}))
        self.pending[number] = item
        if self.webhook is not None:
            self._enqueue(self.webhook, item)
        elif self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        return number

    # Long polling

    async def get(self, call: Call) -> bytes:
        """The answer of getUpdates as JSON; waits as long as asked. Raises 409 where another poll comes."""
        if self.webhook is not None:
            raise Refusal(409, WEBHOOK_ACTIVE)
        self._allow(call)
        limit = min(max(call.whole("limit", 100), 1), 100)
        timeout = min(max(call.whole("timeout"), 0), POLL_LIMIT)
        self._confirm(call.whole("offset"))
        if timeout and not self.pending:
            await self._wait(timeout)
        return b"[" + b",".join(item.body for item in islice(self.pending.values(), limit)) + b"]"

    def _confirm(self, offset: int) -> None:
        """Drops what the bot has seen: all before `offset`, or all but the last `-offset`."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popitem(last=False)
        if offset > self.next_id + 10:  # an id of some other time: the real queue then starts from its head
            return
        while self.pending and next(iter(self.pending)) < offset:
            self.pending.popitem(last=False)

    async def _wait(self, timeout: float) -> None:
        self.end_poll(OTHER_POLL)
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait((poll,), timeout=timeout)
            if poll.done():
                poll.result()
        finally:
            if self._poll is poll:
                self._poll = None

    def end_poll(self, reason: str) -> None:
        """Ends the waiting poll, if there is one, with 409 and this reason."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal(409, reason))

    def _allow(self, call: Call) -> None:
        named = call.tree("allowed_updates", "allowed_updates")
        if isinstance(named, list):
            known = [kind for kind in named if kind in KINDS]
            self.named = known or None
            self.allowed = frozenset(known) if known else UNASKED

    # Webhook

    async def set_webhook(self, call: Call) -> bool:
        url = call.text("url") if call.method == "setwebhook" else ""
        secret = call.text("secret_token")
        if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
            raise bad("invalid webhook URL specified")
        if len(secret) > 256:
            raise bad("secret token is too long")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]+", secret):
            raise bad("secret token contains unallowed characters")
        if call.flag("drop_pending_updates"):
            self.pending.clear()
        await self._close_webhook()
        if url:
            self.end_poll(BY_WEBHOOK)
            self._allow(call)
            connections = min(max(call.whole("max_connections", 40), 1), 100)
            self.webhook = Webhook(url, secret, connections, call.text("ip_address"))
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=connections), timeout=aiohttp.ClientTimeout(total=60)
            )
            for item in self.pending.values():
                self._enqueue(self.webhook, item)
        return True

    def webhook_info(self) -> dict[str, Any]:
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if hook:
            info |= {"max_connections": hook.connections, "ip_address": hook.ip or "127.0.0.1"}
            if hook.error:
                info |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
        if self.named is not None:
            info["allowed_updates"] = self.named
        return info

    def _enqueue(self, hook: Webhook, item: Pending) -> None:
        lane = hook.lanes.setdefault(item.lane, deque())
        lane.append(item)
        if len(lane) == 1:
            task = asyncio.create_task(self._run_lane(hook, item.lane))
            hook.tasks.add(task)
            task.add_done_callback(hook.tasks.discard)

    async def _run_lane(self, hook: Webhook, key: int) -> None:
        """Pushes one chat's updates, each again until it is taken, then the next."""
        lane = hook.lanes[key]
        while lane:
            hook_error = await self._post(hook, lane[0])
            if hook_error:
                hook.error, hook.error_at = hook_error, int(time.time())
                await asyncio.sleep(self.webhook_pause)
            else:
                self.pending.pop(lane[0].id, None)
                lane.popleft()
                self.taken()
        del hook.lanes[key]

    async def _post(self, hook: Webhook, item: Pending) -> str:
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        assert self._session is not None
        try:
            async with self._session.post(hook.url, data=item.body, headers=headers) as answer:
                if 200 <= answer.status < 300:
                    return ""
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return "Connection refused" if isinstance(error, aiohttp.ClientConnectorError) else "Read timeout expired"

    async def _close_webhook(self) -> None:
        hook, self.webhook = self.webhook, None
        if hook is not None:
            tasks = list(hook.tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def close(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal(502, "Bad Gateway"))
        await self._close_webhook()
