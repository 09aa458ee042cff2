"""kill -9 at any instant leaves all of a turn or nothing of it, and what was confirmed stays."""

import subprocess
from collections.abc import Callable

import pytest

from storage.database import open_database

WRITER = """
import asyncio
from storage.database import open_database

SAVE = "insert into setting (name, value) values (:name, :value)"

async def main():
    database = await open_database("{url}")

    def pair(number):
        async def work(turn):
            await turn.do(SAVE, name=f"{{number}} left", value="x" * 3000)
            turn.put(SAVE, name=f"{{number}} right", value="x" * 3000)
        return work

    async def person(first):
        for number in range(first, 10**9, 16):
            await database.turn(pair(number))
            print(number, flush=True)

    await asyncio.gather(*[person(first) for first in range(16)])

asyncio.run(main())
"""


def killed(command: list[str], after: int) -> list[int]:
    """Lets it write until so many turns were confirmed, kills it, and tells which were."""
    confirmed = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            confirmed.append(int(line))
            if len(confirmed) == after:
                process.kill()
    return confirmed


@pytest.mark.parametrize("after", [1, 40, 150, 400])
async def test_kill_9_leaves_whole_turns(url: str, script: Callable[[str], list[str]], after: int) -> None:
    confirmed = killed(script(WRITER.format(url=url)), after)
    database = await open_database(url)
    async with database.reading() as queries:
        found = {row["name"] for row in await queries.all("select name from setting")}
    await database.close()
    kept = {int(name.split()[0]) for name in found}
    assert found == {f"{number} {side}" for number in kept for side in ("left", "right")}
    assert kept >= set(confirmed)
