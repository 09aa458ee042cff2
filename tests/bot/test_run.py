"""`jieyou run` as operators meet it: ready soon, gone when told, alone on its file, with other commands beside it."""

import asyncio
import json
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from itertools import cycle
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.bot.processes import Program, command, environment, program
from tests.district import town
from tests.emulators.telegram import Person, TelegramEmulator

WORDS = "幸福里3号楼下垃圾桶满了"
READY_S = 4.0
"""Twice the promise, for a machine that does other things at the same time."""
END_S = 5.0


async def report(person: Person) -> None:
    """Words, no photo, 提交: the shortest report."""
    await person.sends(WORDS)
    await person.hears(button="没有照片")
    await person.taps("没有照片")
    await person.hears(button="不方便拍")
    await person.taps("不方便拍")
    await person.hears(button="同意并提交")
    await person.taps("同意并提交")
    await person.hears("交上去了")


@asynccontextmanager
async def one_case(folder: Path) -> AsyncIterator[str]:
    """A data folder with one case in it, which nothing serves; its number."""
    async with town(folder) as t:
        await report(await t.resident())
        await t.settled()
        number = (await t.case()).number
    yield number


# Beginning and ending


async def test_it_is_ready_within_two_seconds(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        env = environment(tmp_path, telegram)
        took = []
        for _ in range(3):  # the first makes the database
            async with program(env) as running_now:
                took.append(running_now.ready_after)
    print("ready after", [round(seconds, 2) for seconds in took], "s")
    assert max(took) < READY_S


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_though_a_poll_and_a_page_are_open(
    tmp_path: Path, unused_tcp_port: int, number: signal.Signals
) -> None:
    async with TelegramEmulator() as telegram:
        env = environment(tmp_path, telegram, LISTEN=f"127.0.0.1:{unused_tcp_port}")
        async with program(env) as found, aiohttp.ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as browser:
            async with browser.get("/chat") as page:
                cookie = page.cookies["jieyou"].value
            async with browser.get("/chat/events", cookies={"jieyou": cookie}) as stream:
                assert stream.status == 200
                await telegram.until(lambda: telegram.calls["getUpdates"])
                code, seconds = await found.ends(number)
    assert (code, seconds < END_S) == (0, True), (code, seconds, found.log)
    assert "Traceback" not in "\n".join(found.log)
    assert any("stopped" in line for line in found.log)


async def test_a_signal_at_once_after_ready_ends_it_well(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, program(environment(tmp_path, telegram)) as found:
        assert (await found.ends())[0] == 0


async def test_a_signal_before_it_is_ready_ends_it_well(tmp_path: Path) -> None:
    """Telegram is silent, so the start takes long."""
    async with TelegramEmulator() as telegram:
        telegram.hang_next("getMe", silent=True)
        found = await Program.start(environment(tmp_path, telegram))
        await telegram.until(lambda: telegram.calls["getMe"], 10)
        code, seconds = await found.ends()
    assert (code, seconds < END_S, found.log) == (0, True, [])


async def test_what_is_on_its_way_at_the_end_comes_after_the_next_start(tmp_path: Path) -> None:
    """Telegram is silent in the middle of an answer: the end does not wait for it, and nothing is lost."""
    async with TelegramEmulator() as telegram:
        env, person = environment(tmp_path, telegram), telegram.person()
        async with program(env) as found:
            telegram.hang_next("sendMessage", performs=False, silent=True)
            await person.sends("/start")
            await telegram.until(lambda: telegram.calls["sendMessage"])
            code, seconds = await found.ends()
            assert (code, seconds < END_S) == (0, True), (code, seconds, found.log)
        async with program(env):
            await person.hears("您好,我是解忧")


async def test_a_token_taken_back_ends_it_with_a_sentence(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram, program(environment(tmp_path, telegram)) as found:
        await telegram.until(lambda: telegram.calls["getUpdates"])
        telegram.fail_next("getUpdates", 401)
        await telegram.person().sends("/start")
        assert await found.gone() == 2
    assert found.log[-1].startswith("jieyou: Telegram refuses the token")
    assert "Traceback" not in "\n".join(found.log)


# Alone on its file, with other commands beside it


async def test_a_second_run_on_the_same_file_refuses(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        env, person = environment(tmp_path, telegram), telegram.person()
        async with program(env):
            second = await command(env, "run")
            assert (second.code, second.out) == (2, "")
            assert second.err == f"jieyou: another `jieyou run` is using {tmp_path / 'jieyou.db'}\n"
            await person.sends("/start")
            await person.hears("您好,我是解忧")


async def test_other_commands_work_while_it_runs(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with TelegramEmulator() as telegram:
        env, person = environment(tmp_path / "data", telegram), telegram.person()
        async with program(env):
            await report(person)
            cases = json.loads((await command(env, "ledger", "--json")).out)
            assert [case["grid"] for case in cases] == ["XFL02"]
            number = cases[0]["number"]
            whole, table, proof, backup, check = await asyncio.gather(
                command(env, "case", number.lower(), "--json"),
                command(env, "ledger"),
                command(env, "verify"),
                command(env, "backup", str(copy)),
                command(env, "check"),
            )
            await person.sends("/my")
            await person.hears(number)
    assert [line["action"] for line in json.loads(whole.out)["events"]] == ["report"]
    assert (table.code, number[-4:] in table.out) == (0, True)
    assert (proof.code, proof.out) == (0, "1 cases: nothing was changed, removed or slipped in.\n")
    assert (check.code, "0 errors" in check.out) == (0, True)
    assert backup.code == 0
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("select number from cases").fetchall() == [(number,)]


async def test_an_invitation_names_the_bot_that_run_met_and_works(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        env, person = environment(tmp_path, telegram), telegram.person()
        before = await command(env, "invite", "leader", "--scope", "XFL03")
        assert (before.code, "t.me" in before.out) == (0, False), "nobody knows the bot's name yet"
        async with program(env):
            made = await command(env, "invite", "leader", "--scope", "xfl03")
            link = re.search(r"https://t\.me/jieyou_test_bot\?start=(\S+)", made.out)
            assert link, made.said
            await person.starts(link[1])
            await person.hears("好了")
            other = telegram.person("某人")
            await other.starts(link[1])
            await other.hears("邀请码")
        after = await command(env, "invite", "officer", "--scope", "S-XFL")
        assert "https://t.me/jieyou_test_bot?start=" in after.out, "the name is remembered when nothing runs"


async def test_restore_refuses_while_it_runs_and_brings_back_the_copy_after(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    async with TelegramEmulator() as telegram:
        env = environment(tmp_path / "data", telegram)
        async with program(env):
            await report(telegram.person("甲"))
            assert (await command(env, "backup", str(copy))).code == 0
            await report(telegram.person("乙"))
            refused = await command(env, "restore", str(copy))
            assert (refused.code, "another `jieyou run`" in refused.err) == (2, True)
        assert len(json.loads((await command(env, "ledger", "--json")).out)) == 2
        assert (await command(env, "restore", str(copy))).code == 0
        assert len(json.loads((await command(env, "ledger", "--json")).out)) == 1


# The proof

CHANGES = {
    "words": ("update event set reason = '别的话' where seq = 1", "line 1"),
    "who": ("update event set actor = 'telegram|1' where seq = 1", "line 1"),
    "action": ("update event set action = 'void' where seq = 2", "line 2"),
    "moment": ("update event set at = at - 60000 where seq = 2", "line 2"),
    "facts": ("update event set facts = '{}' where seq = 1", "line 1"),
    "facts that are none": ("update event set facts = 'x' where seq = 1", "line 1"),
    "last deleted": ("delete from event where seq = 2", "line 2"),
    "first deleted": ("delete from event where seq = 1", "line 1"),
    "all deleted": ("delete from event", "line 1"),
    "one inserted": ("insert into event select * from (select number, seq + 1, at, action, role, name, from_state, "
                     "to_state, facts, actor, reason, salt, digest, hash from event where seq = 2)", "line 3"),
    "one of no case": ("insert into event select 'XF-20261124-0999', seq, at, action, role, name, from_state, "
                       "to_state, facts, actor, reason, salt, digest, hash from event where seq = 1", "-0999"),
    "salt alone taken": ("update event set salt = null, reason = '别的话' where seq = 1", "line 1"),
}  # fmt: skip


async def test_verify_tells_every_change_made_by_hand(tmp_path: Path) -> None:
    async with town(tmp_path / "data") as t:
        group, leader = await t.group("XFL02"), await t.member("leader", "XFL02")
        await report(await t.resident())
        await group.hears(button="接单")
        await leader.taps("接单", chat=group)
        await t.settled()
        number = (await t.case()).number
    columns = "number, seq, at, action, role, name, from_state, to_state, facts, actor, reason, salt, digest, hash"
    sound = await command(environment(tmp_path / "data"), "verify")
    assert (sound.code, sound.out) == (0, "1 cases: nothing was changed, removed or slipped in.\n")
    env = environment(tmp_path)
    with closing(sqlite3.connect(tmp_path / "data" / "jieyou.db")) as original:
        assert [row[1] for row in original.execute("pragma table_info(event)")] == columns.split(", ")
        for name, (change, told) in CHANGES.items():
            path = tmp_path / f"{name}.db"
            with closing(sqlite3.connect(path)) as changed:
                original.backup(changed)
                for (trigger,) in changed.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                    changed.execute(f"drop trigger {trigger}")
                changed.execute(change)
                changed.commit()
            found = await command({**env, "JIEYOU_DATABASE": f"sqlite:///{path}"}, "verify")
            assert (found.code, found.err.strip()) == (1, ""), (name, found)
            assert told in found.out, (name, found)
            assert found.out.startswith("XF-20261124-"), (name, found)
            assert len(found.out.splitlines()) == 1, (name, found)
            assert number in found.out or told == "-0999", (name, found)


# Several machines


@asynccontextmanager
async def round_robin(port: int, targets: list[int]) -> AsyncIterator[None]:
    """A proxy that hands requests to several ports in turn."""
    turns = cycle(targets)

    async with aiohttp.ClientSession() as session:

        async def pass_on(request: web.BaseRequest) -> web.StreamResponse:
            url = f"http://127.0.0.1:{next(turns)}{request.path_qs}"
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            async with session.post(url, data=await request.read(), headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read())

        runner = web.ServerRunner(web.Server(pass_on, access_log=None), shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()


@pytest.mark.postgres
async def test_two_processes_on_one_postgres_keep_order_and_file_one_case(
    tmp_path: Path, postgres_url: str, unused_tcp_port_factory: Callable[[], int]
) -> None:
    front, *ports = (unused_tcp_port_factory() for _ in range(3))
    async with TelegramEmulator() as telegram, round_robin(front, ports):
        public = f"http://127.0.0.1:{front}"
        envs = [
            environment(
                tmp_path, telegram, DATABASE=postgres_url, LISTEN=f"127.0.0.1:{port}", PUBLIC_URL=public,
                TELEGRAM_WEBHOOK=1,
            )
            for port in ports
        ]  # fmt: skip
        async with program(envs[0]), program(envs[1]):
            await telegram.until(lambda: telegram.world.updates.webhook is not None)
            person = telegram.person()
            await person.sends("/report")
            await person.hears(timeout=10)
            for words in ("幸福里3号楼下", "垃圾桶满了"):  # at once: each process gets one of them
                await person.sends(words)
            await person.hears(button="没有照片", timeout=15)
            await person.taps("没有照片")
            await person.hears(button="不方便拍", timeout=15)
            await person.taps("不方便拍")
            summary = await person.hears(button="同意并提交", timeout=15)
            taps = [await person.taps("同意并提交", summary) for _ in range(6)]
            await person.hears("交上去了", timeout=15)
            await telegram.until(lambda: all(tap.answer is not None for tap in taps), 15)
            ledger = json.loads((await command(envs[0], "ledger", "--json")).out)
            assert len(ledger) == 1
            assert (await command(envs[1], "verify")).code == 0
            assert sum("交上去了" in message.text for message in person.posts) == 1
