"""How often the first guess is right: measured on labelled messages, and how long a guess takes.

    python -m bench.triage PATH_TO_TRIAGE_CSV

The file has the columns text, label, also, urgent (yes or no) and split_note. It is a measure: no row of it may
decide a synonym. Intervals are Wilson's, 95 %.
"""

import csv
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from time import perf_counter_ns

from rich.console import Console
from rich.table import Table

from bot.city.folder import load
from domain.triage import OTHER, Guess, Triage

CITY = Path(__file__).parent.parent / "city"
TOLD = 1.5  # a question with so much evidence is about a matter of the station's
TALK = ("chat", "greeting", "thanks", "anger", "query", "offtopic")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message, the guess at it, and the heads guessed, best first."""

    text: str
    labels: tuple[str, ...]
    urgent: bool
    tags: frozenset[str]
    guess: Guess
    heads: tuple[str, ...]

    def right(self, first: int, strict: bool = False) -> bool:
        return bool({*self.heads[:first]} & {*self.labels[: 1 if strict else None]})


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (middle - half) / (1 + z * z / of)), min(1.0, (middle + half) / (1 + z * z / of))


def heads_of(guess: Guess, names: dict[str, str]) -> tuple[str, ...]:
    """The heads in the order in which the bot would offer them; talk belongs to the last."""
    heads = [names[category.head] for category, _ in guess.ranked]
    if guess.kind in TALK and not (guess.kind == "query" and guess.ranked[:1] and guess.ranked[0][1] >= TOLD):
        heads.insert(0, names[OTHER])
    return tuple(dict.fromkeys([*heads, names[OTHER]]))


def read_rows(path: Path, triage: Triage, names: dict[str, str]) -> list[Row]:
    rows = []
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            guess = triage.guess(line["text"])
            labels = tuple(label for label in (line["label"], line["also"]) if label)
            tags = frozenset(line["split_note"].split())
            rows.append(Row(line["text"], labels, line["urgent"] == "yes", tags, guess, heads_of(guess, names)))
    return rows


def _share(rows: Sequence[Row], right: Callable[[Row], bool]) -> str:
    count = sum(right(row) for row in rows)
    low, high = wilson(count, len(rows))
    return f"{count / len(rows):.3f} ({low:.2f}-{high:.2f}) {count}/{len(rows)}" if rows else "-"


def accuracy(rows: Sequence[Row]) -> Table:
    table = Table("rows", "top-1 strict", "top-1 with also", "top-3 with also", title="Heads")
    splits = {"all": list(rows)}
    for tag in sorted({tag for row in rows for tag in row.tags}):
        splits[tag] = [row for row in rows if tag in row.tags]
    splits["plain (no chat, query, offtopic)"] = [r for r in rows if not r.tags & {"chat", "query", "offtopic"}]
    for name, part in splits.items():
        strict, also = _share(part, lambda r: r.right(1, strict=True)), _share(part, lambda r: r.right(1))
        table.add_row(name, strict, also, _share(part, lambda r: r.right(3)))
    return table


def judgements(rows: Sequence[Row]) -> Table:
    table = Table("question", "share (95 %)", title="Urgent, sure, talk, two problems")
    talk = [row for row in rows if row.tags & {"chat", "query", "offtopic"}]
    plain = [row for row in rows if not row.tags & {"chat", "query", "offtopic"}]
    two = [row for row in rows if "two" in row.tags]
    sure = [row for row in rows if row.guess.sure]
    second = [row for row in rows if row.guess.second]
    table.add_row("urgent: recall", _share([r for r in rows if r.urgent], lambda r: r.guess.urgent))
    table.add_row("urgent: false alarms", _share([r for r in rows if not r.urgent], lambda r: r.guess.urgent))
    table.add_row("sure: how many", _share(rows, lambda r: r.guess.sure))
    table.add_row("sure: right, with also", _share(sure, lambda r: r.right(1)))
    table.add_row("sure: right, strict", _share(sure, lambda r: r.right(1, strict=True)))
    table.add_row("not sure, a report: top-1", _share([r for r in plain if not r.guess.sure], lambda r: r.right(1)))
    table.add_row("talk that would not become a case", _share(talk, lambda r: r.guess.kind != "report"))
    table.add_row("reports taken for talk", _share(plain, lambda r: r.guess.kind != "report"))
    table.add_row("two problems seen as two", _share(two, lambda r: r.guess.second is not None))
    table.add_row("seen as two, and are", _share(second, lambda r: "two" in r.tags))
    return table


def speed(rows: Sequence[Row], triage: Triage) -> Table:
    """Microseconds a guess: for each message the best of five, as other programs use the machine too."""
    table = Table("guess", "microseconds", title="Time")
    typical = [row.text for row in rows if 15 <= len(row.text) <= 25]
    for name, texts in (("15 to 25 signs, median", typical), ("all, median", [row.text for row in rows])):
        table.add_row(name, f"{statistics.median(min(_timed(triage, text) for _ in range(5)) for text in texts):.0f}")
    return table


def _timed(triage: Triage, text: str) -> float:
    begun = perf_counter_ns()
    triage.guess(text)
    return (perf_counter_ns() - begun) / 1000


def main(path: str | None = None) -> None:
    """Prints the tables. Without a file to measure on, says how to name one."""
    console = Console()
    path = path or os.environ.get("TRIAGE_CSV")
    if not path:
        console.print("triage: name the labelled messages, as an argument or in TRIAGE_CSV")
        return
    city = load(CITY)
    triage = Triage(city.categories.values(), city.heads)
    names = {head.code: head.zh for head in city.heads}
    rows = read_rows(Path(path), triage, names)
    for table in (accuracy(rows), judgements(rows), speed(rows, triage)):
        console.print(table)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
