"""Tables of measured figures: the median of the runs, how far they lay apart, and the ratio to the first row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

WIDTH = 120
"""Columns at least, also where the output is a file."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column. `digits` after the point; without `ratio` the figure stands alone."""

    name: str
    digits: int = 1
    ratio: bool = True


Runs = Mapping[Measure, Sequence[float]]
"""The figures of a row: for each measure one figure a run."""


@dataclass(frozen=True, slots=True)
class Target:
    """What was promised: a ratio that is at least (or, with `at_most`, no more than) a number."""

    words: str
    ratio: float
    wanted: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        return self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted


def ratio(rows: Mapping[str, Runs], measure: Measure, row: str, to: str) -> float:
    """One row's median over another's."""
    return median(rows[row][measure]) / median(rows[to][measure])


def table(title: str, heading: str, measures: Sequence[Measure], rows: Mapping[str, Runs], note: str = "") -> Table:
    """A row a contestant, the first of them the base of the ratios. Under a median: ratio, span of the runs."""
    drawn = Table(title=title, caption=note or None, caption_justify="left", title_justify="left")
    drawn.add_column(heading)
    for measure in measures:
        drawn.add_column(measure.name, justify="right")
    base = next(iter(rows), "")
    for name, runs in rows.items():
        drawn.add_row(name, *(_cell(measure, runs[measure], rows[base][measure]) for measure in measures))
    return drawn


def _cell(measure: Measure, runs: Sequence[float], base: Sequence[float]) -> str:
    middle, digits = median(runs), measure.digits
    if not measure.ratio:
        return f"{middle:,.{digits}f}"
    span = f"{min(runs):,.{digits}f}–{max(runs):,.{digits}f}"
    beside = f"×{middle / median(base):.2f}\n" if median(base) else ""
    return f"[bold]{middle:,.{digits}f}[/]\n{beside}[dim]{span}[/]"


def verdicts(targets: Sequence[Target]) -> Table:
    """One line a target: what was promised, what came out, whether it holds."""
    drawn = Table(title="Targets", title_justify="left")
    drawn.add_column("promised")
    drawn.add_column("measured", justify="right")
    drawn.add_column("")
    for target in targets:
        sign = "≤" if target.at_most else "≥"
        verdict = "[green]met[/]" if target.met else "[red]not met[/]"
        drawn.add_row(f"{target.words} {sign} {target.wanted:.2f}", f"{target.ratio:.2f}", verdict)
    return drawn


def wide_console() -> Console:
    """A console on standard output that is wide enough for these tables."""
    console = Console()
    return console if console.width >= WIDTH else Console(width=WIDTH)
