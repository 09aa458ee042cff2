"""What is wrong before it begins is one plain sentence; what is wrong in an update harms no other one."""

import random
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from domain.action import ACTIONS
from domain.message import MENU
from tests.bot.patience import passes_until
from tests.bot.processes import ROOT, Ended, Program, command, environment
from tests.district import Town, main_people, newest, photo, press, the_sample, town
from tests.emulators.telegram import Person, TelegramEmulator

TOKEN = "8100000001:AAHfake-token-of-nobody_0123456789abc"

# What is wrong before it begins


def plain(ended: Ended, *words: str, code: int = 2) -> None:
    """One sentence on standard error that says what is wrong, and how to mend it where it can be said."""
    assert (ended.code, ended.out) == (code, ""), ended
    assert "Traceback" not in ended.err
    assert ended.err.startswith("jieyou: "), ended.err
    assert len(ended.err.splitlines()) == 1, ended.err
    assert TOKEN not in ended.err
    for word in words:
        assert word in ended.err, ended.err


def quiet(path: Path, **more: object) -> dict[str, str]:
    """Settings with which it would start, were it not for `more`; nothing is sent anywhere."""
    return environment(path / "data", LISTEN="127.0.0.1:0") | environment(path / "data", None, **more)


async def test_nothing_to_serve(tmp_path: Path) -> None:
    plain(await command(environment(tmp_path), "run"), "JIEYOU_TELEGRAM_TOKEN", "JIEYOU_LISTEN")


async def test_a_wrong_token(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        env = environment(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=telegram.base)
        plain(await command(env, "run"), "JIEYOU_TELEGRAM_TOKEN")


async def test_a_wrong_token_that_is_found_late(tmp_path: Path) -> None:
    """Telegram does not answer at the start, and then refuses."""
    async with TelegramEmulator() as telegram:
        telegram.fail_next("getMe", 502)
        env = environment(tmp_path, telegram)
        telegram.fail_next("getUpdates", 401, times=9)
        telegram.fail_next("deleteWebhook", 401, times=9)
        found = await Program.start(env)
        assert await found.gone() == 2
    assert found.log[-1].startswith("jieyou: Telegram refuses the token")
    assert "Traceback" not in "\n".join(found.log)
    assert telegram.token not in "\n".join(found.log)


async def test_a_port_in_use(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        plain(await command(environment(tmp_path, LISTEN=f"127.0.0.1:{port}"), "run"), str(port), "JIEYOU_LISTEN")


@pytest.mark.parametrize("address", ["8080", "localhost:", "localhost:http", "127.0.0.1:65536", ":8080", "a:-1"])
async def test_a_bad_address(tmp_path: Path, address: str) -> None:
    plain(await command(environment(tmp_path, LISTEN=address), "run"), "JIEYOU_LISTEN", "host:port")


async def test_an_address_of_another_machine(tmp_path: Path) -> None:
    plain(await command(environment(tmp_path, LISTEN="192.0.2.1:8080"), "run"), "192.0.2.1", "JIEYOU_LISTEN")


async def test_a_host_that_does_not_exist(tmp_path: Path) -> None:
    plain(await command(environment(tmp_path, LISTEN="no-such-host.invalid:8080"), "run"), "JIEYOU_LISTEN")


async def test_a_city_folder_that_is_not_there(tmp_path: Path) -> None:
    env = quiet(tmp_path, CITY=tmp_path / "nowhere")
    for arguments in (("run",), ("ledger", "--json"), ("invite", "leader", "--scope", "XFL03"), ("check",)):
        plain(await command(env, *arguments), str(tmp_path / "nowhere"))


BREAKS: dict[str, Callable[[str], str]] = {
    "city.yaml": lambda text: text.replace("prefix: XF", "prefix: [XF"),
    "categories.yaml": lambda text: text.replace("code:", "cod:", 1),
    "grids.geojson": lambda text: text[: len(text) // 2],
}


@pytest.mark.parametrize("file", list(BREAKS))
async def test_a_broken_city_folder(tmp_path: Path, file: str) -> None:
    """As many lines as findings, each with file and line, then the sentence."""
    city = Path(shutil.copytree(ROOT / "city", tmp_path / "city"))
    whole = (city / file).read_text("utf-8")
    (city / file).write_text(BREAKS[file](whole), "utf-8")
    ended = await command(quiet(tmp_path, CITY=city), "run")
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    *findings, last = ended.err.splitlines()
    assert last.startswith("jieyou: the city folder cannot be used")
    assert findings
    assert all(re.search(rf"{re.escape(file)}", line) for line in findings), findings
    checked = await command(quiet(tmp_path, CITY=city), "check")
    assert checked.code == 2
    assert "Traceback" not in checked.said


async def test_a_city_folder_without_its_files(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    ended = await command(quiet(tmp_path, CITY=tmp_path / "city"), "run")
    assert ended.code == 2
    assert "city.yaml" in ended.err
    assert "Traceback" not in ended.err


async def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    plain(await command(quiet(tmp_path), "run"), str(tmp_path / "data"), "JIEYOU_DATA")


async def test_no_database_yet(tmp_path: Path) -> None:
    for arguments in (("ledger",), ("case", "XF-20261124-0001"), ("verify",), ("backup", str(tmp_path / "copy"))):
        plain(await command(environment(tmp_path), *arguments), "there is no database")


async def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    async with town(tmp_path / "data"):
        pass
    with closing(sqlite3.connect(tmp_path / "data" / "jieyou.db")) as database:
        database.execute("update alembic_version set version_num = '9999'")
        database.commit()
    for arguments in (("run",), ("ledger",), ("verify",), ("invite", "admin")):
        plain(await command(quiet(tmp_path), *arguments), "newer")


@pytest.mark.parametrize("damage", ["no database", "damaged"])
async def test_a_corrupt_database(tmp_path: Path, damage: str) -> None:
    async with town(tmp_path / "data"):
        pass
    path = tmp_path / "data" / "jieyou.db"
    whole = bytearray(path.read_bytes())
    whole[0 if damage == "no database" else 100 :] = random.Random(1).randbytes(len(whole) - 100)
    path.write_bytes(whole)
    for arguments in (("run",), ("ledger", "--json"), ("verify",), ("invite", "admin")):
        plain(await command(quiet(tmp_path), *arguments), "jieyou.db")


async def test_a_database_of_another_program(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "jieyou.db")) as database:
        database.execute("create table notes (text)")
    plain(await command(quiet(tmp_path), "run"), "another program")


@pytest.mark.parametrize("url", ["mysql://u:geheim@host/db", "jieyou.db", "sqlite://", "postgresql://"])
async def test_a_bad_database_url(tmp_path: Path, url: str) -> None:
    ended = await command(quiet(tmp_path, DATABASE=url), "run")
    plain(ended)
    assert "geheim" not in ended.err


async def test_a_postgres_that_is_not_there(tmp_path: Path, unused_tcp_port: int) -> None:
    url = f"postgresql://someone:geheim@127.0.0.1:{unused_tcp_port}/jieyou"
    ended = await command(quiet(tmp_path, DATABASE=url), "run")
    plain(ended, "PostgreSQL cannot be reached", str(unused_tcp_port))
    assert "geheim" not in ended.err


async def test_a_font_that_is_not_there(tmp_path: Path) -> None:
    plain(await command(quiet(tmp_path, FONT=tmp_path / "no.ttf"), "run"), "JIEYOU_FONT", "no.ttf")


@pytest.mark.parametrize(
    ("name", "value"), [("SPEED", "fast"), ("SPEED", "0"), ("LOG", "xml"), ("TELEGRAM_WEBHOOK", "perhaps")]
)
async def test_a_setting_that_cannot_be_read(tmp_path: Path, name: str, value: str) -> None:
    plain(await command(quiet(tmp_path, **{name: value}), "run"), f"JIEYOU_{name}")


async def test_a_webhook_without_an_address(tmp_path: Path) -> None:
    async with TelegramEmulator() as telegram:
        env = environment(tmp_path, telegram, TELEGRAM_WEBHOOK=1)
        plain(await command(env, "run"), "JIEYOU_PUBLIC_URL", "JIEYOU_LISTEN")


async def test_a_webhook_secret_that_telegram_would_not_take(tmp_path: Path, unused_tcp_port: int) -> None:
    async with TelegramEmulator() as telegram:
        address = f"127.0.0.1:{unused_tcp_port}"
        env = environment(
            tmp_path, telegram, TELEGRAM_WEBHOOK=1, LISTEN=address, PUBLIC_URL=f"http://{address}",
            TELEGRAM_SECRET="mit Leerzeichen",
        )  # fmt: skip
        ended = await command(env, "run")
        plain(ended, "JIEYOU_TELEGRAM_SECRET")
        assert "Leerzeichen" not in ended.err


async def test_without_arguments_it_shows_its_help(tmp_path: Path) -> None:
    ended = await command(environment(tmp_path))
    for name in ("run", "demo", "check", "init", "invite", "ledger", "case", "verify", "backup", "restore"):
        assert re.search(rf"\b{name}\b", ended.said)
    assert "Traceback" not in ended.said


async def test_an_unknown_role_or_scope(tmp_path: Path) -> None:
    env = environment(tmp_path)
    plain(await command(env, "invite", "king"), "king", "leader")
    plain(await command(env, "invite", "leader"), "--scope", "XFL01")
    plain(await command(env, "invite", "leader", "--scope", "XFL99"), "--scope", "XFL01")
    plain(await command(env, "invite", "officer", "--scope", "XFL03"), "--scope", "S-XFL")


async def test_a_number_that_does_not_exist(tmp_path: Path) -> None:
    async with town(tmp_path):
        pass
    plain(await command(environment(tmp_path), "case", "XF-20261124-0001"), "XF-20261124-0001")


async def test_a_copy_that_cannot_be_written_or_is_none(tmp_path: Path) -> None:
    async with town(tmp_path / "data"):
        pass
    env = environment(tmp_path / "data")
    (tmp_path / "file").write_text("no backup")
    plain(await command(env, "backup", str(tmp_path / "no folder" / "copy")), "copy")
    plain(await command(env, "restore", str(tmp_path / "nowhere")), "nowhere")
    plain(await command(env, "restore", str(tmp_path / "file")), "file")


# An update that cannot be read, and a handler that fails


async def alive(t: Town, person: Person) -> None:
    """The very next message works."""
    await person.sends("/my")
    await t.settled()
    assert "您还没报过" in newest(person).text or "您有" in newest(person).text, newest(person).text


def hostile(person: Person) -> Iterator[dict[str, Any]]:
    """Updates that no Telegram would send, or only one of a later year."""
    user, chat = person.user, person.chat.brief
    text = {"message_id": 9_000_001, "date": 1_700_000_000, "chat": chat, "from": user}
    for field, value in (
        ("text", 7), ("text", None), ("photo", []), ("photo", [{}]), ("photo", "x"), ("photo", [{"file_id": 1}]),
        ("location", {"longitude": "x", "latitude": 1}), ("location", {"longitude": 1e308, "latitude": 1e308}),
        ("location", {"longitude": 200, "latitude": 1}), ("voice", {}), ("document", []), ("venue", {"title": 1}),
        ("reply_to_message", "x"), ("media_group_id", {}), ("date", "now"), ("date", -1), ("date", 2**70),
        ("message_id", None), ("message_id", 2**70), ("chat", None), ("chat", []), ("from", []), ("from", {"id": "x"}),
        ("sender_chat", 1), ("forward_origin", {"x": 1}),
    ):  # fmt: skip
        yield {"message": {**text, field: value}}
    for number, data in enumerate((None, 7, "", "\0", "\ud800", "x" * 4096)):
        yield {"callback_query": {"id": f"{user['id']}-{number}", "from": user, "message": text, "data": data}}
    yield {"callback_query": {"id": 1, "from": user, "data": "x"}}
    yield {"callback_query": {"id": f"{user['id']}-2", "from": user, "data": "submit:x:1"}}
    yield {"message": []}
    yield {"message": None}
    yield {}
    yield {"something_new": {"chat": chat, "from": user}}
    yield {"my_chat_member": {"chat": chat, "from": user, "date": 1}}
    yield {"edited_message": {**text, "edit_date": 1, "text": "x" * 100_000}}
    yield {"message": {**text, "text": "\0\ud800\u202e" * 300}}
    yield {"message": {**text, "text": "/" + "case " * 900}}
    yield {"message": {**text, "text": "{thing}%s{0}[b]</b>"}}


async def test_updates_of_any_shape_harm_no_other(tmp_path: Path) -> None:
    """Each one alone: answered, passed over or a dead letter, and the next message works."""
    async with town(tmp_path) as t:
        for number in range(len(list(hostile(await t.resident())))):
            person = t.telegram.person(f"某{number}", started=True)
            await t.telegram.pushes(list(hostile(person))[number])
            await t.settled()
            await alive(t, person)
        updates: list[Any] = [[], "x", 7, None]
        for update in updates:
            assert await t.telegram.pushes({"message": update}) > 0
        await t.settled()
        await alive(t, await t.resident())
        for trace in await t.dead_letters():
            assert "Unreadable" in trace, trace


async def test_what_cannot_be_read_in_private_is_told_in_plain_words(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        person = await t.resident()
        await person.starts()
        text = {"message_id": 77, "date": 1_700_000_000, "chat": person.chat.brief, "from": person.user}
        await t.telegram.pushes({"message": {**text, "photo": []}})
        await t.settled()
        assert newest(person).text.startswith("我这边出了点问题,不怪您。")
        assert len(await t.dead_letters()) == 1
        await alive(t, person)


async def test_a_handler_that_raises_leaves_a_dead_letter_and_the_next_message_works(tmp_path: Path) -> None:
    """A forged row in the database: a draft whose places are none."""
    async with town(tmp_path) as t:
        wang, li = await t.resident(), await t.resident("李")
        for person in (wang, li):
            await person.sends("幸福里3号楼下垃圾桶满了")
            await t.settled()
        question = newest(wang)
        change = "update dialogue set filled = :filled where person = :person"
        forged_row = {"filled": '{"words": ["x"], "places": [7]}', "person": f"telegram|{wang.user['id']}"}
        assert await t.database.turn(lambda turn: turn.do(change, **forged_row)) == 1

        before = len(wang.posts)
        button = question.buttons[0][0].data
        assert button is not None
        tap = await wang.taps_data(f"pick.place.0:{button.partition(':')[2]}", question)
        await press(t, li, "没有照片")
        assert len(await t.dead_letters()) == 1
        assert (tap.answer or "").startswith("我这边出了点问题,不怪您。")
        assert [post.text.splitlines()[0] for post in wang.posts[before:]] == ["我这边出了点问题,不怪您。"]
        assert "怎么没拍成" in newest(li).text, "another person notices nothing"
        async with t.database.reading() as queries:
            kept = await queries.one("select body, trace, attempts from inbox where state = 'dead'")
        assert kept is not None
        assert "callback_query" in kept["body"], "it is kept whole"
        assert "Traceback" in kept["trace"]
        await wang.sends("取消")
        await t.settled()
        await alive(t, wang)
        assert await t.count_cases() == 0


async def test_a_fault_in_a_group_is_told_on_the_button_only(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        await file_one(t, wang)
        change = "update cases set grid = '没有' "
        await t.database.turn(lambda turn: turn.do(change))
        before = len(leaders.posts)
        answer = await press(t, li, "接单", leaders)
        assert answer, "it is answered with words"
        assert len(leaders.posts) == before
        await alive(t, wang)


# Photos


async def test_photos_that_cannot_be_had_are_told_kindly(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        whole = photo(1)

        await wang.sends_document(whole[: len(whole) // 3], "IMG_1.jpg", "image/jpeg")
        await t.settled()
        assert newest(wang).text.startswith("这张打不开,可能没传完。")

        await wang.sends_document(b"\xff\xd8\xff" + b"x" * 1000, "IMG_2.jpg", "image/jpeg")
        await t.settled()
        assert newest(wang).text.startswith("这张打不开,可能没传完。")

        await wang.sends_document(b"0" * (21 * 1024 * 1024), "IMG_3.jpg", "image/jpeg")
        await t.settled()
        assert newest(wang).text.startswith("这个太大,我收不下。")

        await wang.sends_document(b"PK\x03\x04", "a.zip", "application/zip")
        await t.settled()
        assert newest(wang).text.startswith("这种文件我看不了。")

        await wang.sends_photo(whole, "幸福里3号楼下垃圾桶满了")
        await t.settled()
        assert newest(wang).text.startswith("您看对不对?"), newest(wang).text
        assert await t.dead_letters() == []


async def test_a_photo_that_telegram_does_not_give_is_asked_for_again_and_then_told(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        wang = await t.resident()
        lost = await wang.sends_photo(photo(3))
        t.telegram.drop_file(lost, 99)
        waited = await passes_until(t, lambda: t.app.inbox.idle and not t.telegram.pending)
        assert 3 <= waited < 4, "one second, then two"
        await t.settled()
        assert newest(wang).text.startswith("这张没传过来。再发一次就行。")
        assert t.telegram.calls["getFile"] == 3
        await alive(t, wang)


# Forged buttons


async def file_one(t: Town, wang: Person) -> str:
    """The shortest report; its number."""
    await wang.sends("幸福里12号铺门口下雨滴水,想装个棚")
    await t.settled()
    for label in ("没有照片", "不方便拍", "同意并提交"):
        await press(t, wang, label)
    return (await t.case()).number


def forged(number: str, draft: str) -> list[str]:
    """Tokens that nobody was given: every action with subjects, versions and details of any kind."""
    city = the_sample().city
    subjects = [number, "XF-20261124-9999", "XF-99999999-0000", "XF-", "", draft, "x", "S-XFL", "XFL03", "' or 1=1 --"]
    versions = ["1", "0", "999", "999999999999999999999", "-1", "", "x", "²", "١"]
    actions = [*ACTIONS, "pick", "edit", "submit", "cancel", "back", "my", "forget_yes", "forget_no", "bind",
               "bind_page", "list", "rate", "add", "withdraw", "withdraw_yes", "withdraw_no", "reopen", "nothing"]  # fmt: skip
    details = ["", ".x", ".reason.x", ".outcome.x", ".outcome.solved", ".category.x", f".category.{next(iter(city.categories))}",
               ".head.x", ".place.0", ".place.99", ".place.²", ".no_photo.x", ".unphotographed.", ".office.x", ".satisfied",
               ".²", ".9999999999999999999999", ".category", ".photos", "..", ".until.x"]  # fmt: skip
    tokens = [f"{action}{detail}:{subject}:{version}"
              for action in actions for detail in details for subject in subjects for version in versions]  # fmt: skip
    plain = ["", "x", ":", "::", ":::", "a:b", "a:b:c:d", "x" * 64, "x" * 65, MENU, f"{MENU}x", f"{MENU}report:1", "location",
             "\0", "接单", "submit", "接单:接单:1", "\u202e:x:1", "answer:x:1"]  # fmt: skip
    return plain + random.Random(20261124).sample(tokens, 500)


async def test_forged_buttons_are_answered_and_change_nothing(tmp_path: Path) -> None:
    """A stranger presses what nobody gave him, in the group and in private."""
    async with town(tmp_path) as t:
        wang, _, _, leaders, _ = await main_people(t)
        number = await file_one(t, wang)
        case, history = await t.case(), await t.history()
        stranger = await t.resident("陌生人")
        await stranger.starts()
        await t.settled()
        card, hello = newest(leaders, number), newest(stranger)
        draft = case.draft
        for token in forged(number, draft):
            for message in (card, hello):
                tap = await stranger.taps_data(token, message)
                await t.settled()
                assert tap.answer is not None, f"nobody answered {token!r}"
                assert (await t.case()) == case, token
        assert await t.history() == history
        assert await t.count_cases() == 1
        assert await t.dead_letters() == []


async def test_forged_buttons_of_an_office_break_nothing(tmp_path: Path) -> None:
    """The leader presses tokens that his card does not have: refused by state or version, or plainly done."""
    async with town(tmp_path) as t:
        wang, li, _, leaders, _ = await main_people(t)
        number = await file_one(t, wang)
        card = newest(leaders, number)
        for token in forged(number, (await t.case()).draft)[:300]:
            for person, message in ((li, card), (wang, newest(wang))):
                tap = await person.taps_data(token, message)
                await t.settled()
                assert tap.answer is not None, f"nobody answered {token!r}"
        assert await t.dead_letters() == []
        assert (await command(environment(tmp_path), "verify")).code == 0
