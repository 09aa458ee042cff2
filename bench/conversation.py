"""Whole conversations: residents report in Telegram's emulator over real HTTP on loopback, ours beside its peers.

One report, the same for everybody, without a photo of the resident's so that no picture work is measured:

| update | what the bot does |
| --- | --- |
| the resident's words | asks for a photo, `[没有照片]` |
| `[没有照片]` | answers the tap, asks why |
| `[不方便拍]` | answers the tap, sends the summary under the map |
| `[同意并提交]` | answers the tap, edits the summary, tells the number, posts the card under the map in the group |
| the leader's `[接单]` | answers the tap, edits the card, tells the resident |

Five updates, six messages, two edits, four answered taps: twelve calls. The map is one picture for everybody; whoever
sends it again names it by Telegram's reference (ours draws it once and keeps it, the peers are given it drawn). The
peers have our words, buttons and link, file the case in a table and commit where a step writes to it. A newcomer
files each report, for ours asks somebody who reported a moment ago whether it is the same matter.

Each contestant is a process of its own with its files in a fresh folder on disk; the emulator and the people are in
the measuring process. Steps are timed from the moment before an update is put to the bot to the moment at which the
emulator has its answer to the person. CPU is that of the contestant's process. Rounds are interleaved (A B C A B C),
the first is dropped, figures are medians of the others. The measuring process' own CPU is told too: where it comes
near 1000 ms a second it is what limits the fastest contestants.

Ours runs as an operator runs it, on a copy of the sample city whose time zone makes it morning now (at night a group
is left in peace and nothing would be measured).
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from bench.contestant import CONTESTANTS, OURS, PICKLE, REQUEST, SAVING, Bot, Contestant, running
from bench.people import People, Stretch
from bench.table import Measure, Target, ratio, table, verdicts, wide_console
from tests.emulators.telegram import TelegramEmulator

WARM = 2
ALONE = 10
"""Reports of one resident at a time, who has the bot for himself."""

RATE = Measure("reports/s")
P50 = Measure("step p50, ms")
P99 = Measure("step p99, ms")
CPU = Measure("CPU ms a report", 2)
CALLS = Measure("calls a report", ratio=False)
METER = Measure("meter's CPU, ms/s", 0, ratio=False)
MEASURES = (RATE, P50, P99, CPU, CALLS, METER)

Figures = dict[Measure, float]


async def one_round(contestant: Contestant, residents: int, reports: int) -> tuple[Figures, Figures]:
    """A fresh start, a warm-up, the crowd, then one resident alone."""
    with TemporaryDirectory(prefix="jieyou-bench-") as folder:
        async with TelegramEmulator() as telegram, running(contestant, telegram, Path(folder)) as bot:
            people = People(telegram)
            await bot.during(contestant.settle(people, bot))
            await bot.during(people.work(WARM, 1))
            crowd = await measured(bot, lambda: people.work(residents, reports))
            alone = await measured(bot, lambda: people.work(1, ALONE))
            return crowd, alone


async def measured(bot: Bot, work: Callable[[], Coroutine[Any, Any, Stretch]]) -> Figures:
    gc.collect()
    cpu, own = bot.cpu(), process_time()
    stretch = await bot.during(work())
    cpu, own = bot.cpu() - cpu, process_time() - own
    cuts = quantiles(stretch.steps, n=100, method="inclusive")
    return {
        RATE: stretch.reports / stretch.seconds,
        P50: cuts[49] * 1000,
        P99: cuts[98] * 1000,
        CPU: cpu / stretch.reports * 1000,
        CALLS: stretch.calls / stretch.reports,
        METER: own / stretch.seconds * 1000,
    }


Kept = dict[str, dict[Measure, list[float]]]


async def compete(contestants: Sequence[Contestant], residents: int, reports: int, runs: int) -> tuple[Kept, Kept]:
    """All rounds; the figures of the crowd and of the one alone, by contestant and measure."""
    kept: tuple[Kept, Kept] = ({}, {})
    for run in range(runs + 1):
        for contestant in contestants:
            if run == 0:  # dropped: it only warms the machine
                await one_round(contestant, residents, 1)
                continue
            figures = await one_round(contestant, residents, reports)
            for rows, of_run in zip(kept, figures, strict=True):
                row = rows.setdefault(contestant.name, {measure: [] for measure in MEASURES})
                for measure, figure in of_run.items():
                    row[measure].append(figure)
    return kept


def targets(crowd: Kept, alone: Kept) -> list[Target]:
    """What ours is held to."""
    ours, base = OURS.name, PICKLE.name
    faster = ((PICKLE.name, 3.0), (SAVING.name, 4.5), (REQUEST.name, 1.5))
    return [
        *(Target(f"reports/s, × {peer}", ratio(crowd, RATE, ours, peer), wanted) for peer, wanted in faster),
        Target(f"step p99, × {base}", ratio(crowd, P99, ours, base), 0.5, at_most=True),
        Target(f"CPU a report, × {base}", ratio(crowd, CPU, ours, base), 1 / 3, at_most=True),
        Target(f"step p50 of one resident, × {base}", ratio(alone, P50, ours, base), 1.0, at_most=True),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the tables; 1 where a target was measured and not met."""
    parser = argparse.ArgumentParser(prog="bench.conversation", description="Whole conversations, ours and peers.")
    parser.add_argument("--residents", type=int, default=50, help="who report at the same time")
    parser.add_argument("--reports", type=int, default=2, help="reports one after the other in each one's place")
    parser.add_argument("--runs", type=int, default=5, help="measured rounds, after one that is dropped")
    options = parser.parse_args(argv)
    console = wide_console()
    taking_part = [contestant for contestant in CONTESTANTS if contestant.there]
    for contestant in CONTESTANTS:
        if contestant not in taking_part:
            console.print(f"Left out: {contestant.name} ({contestant.needs} is not there).")
    crowd, alone = asyncio.run(compete(taking_part, options.residents, options.reports, options.runs))
    note = f"median of {options.runs} runs, × the first row, and their span; {os.cpu_count()} cores"
    filed = options.residents * options.reports
    console.print(table(f"{options.residents} residents at once, {filed} reports", "bot", MEASURES, crowd, note))
    console.print(table(f"one resident at a time, {ALONE} reports", "bot", MEASURES, alone, note))
    if OURS not in taking_part:
        return 0
    held = targets(crowd, alone)
    console.print(verdicts(held))
    return 0 if all(target.met for target in held) else 1


if __name__ == "__main__":
    sys.exit(main())
