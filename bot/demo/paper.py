"""How chats look in the terminal: one colour a chat, the clock before each message, buttons as [..], edits as ✎."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.time import Clock
from domain.event import Event
from domain.message import Picture, Rows
from domain.update import Chat

DAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Pane:
    """How a chat is printed: its title and its colour."""

    title: str
    colour: str


@dataclass(slots=True)
class Post:
    """A message as it stands in a chat; `gone` are the buttons it once had."""

    key: str
    text: str = ""
    rows: Rows = ()
    picture: str = ""
    gone: Mapping[str, str] = field(default_factory=dict)

    @property
    def buttons(self) -> Mapping[str, str]:
        """Its buttons' tokens by their labels."""
        return {choice.label: choice.token for row in self.rows for choice in row}


class Paper:
    """Prints what happens in chats. `panes` by chat key; what happens at one moment is printed in their order."""

    def __init__(self, console: Console, clock: Clock, zone: ZoneInfo, panes: Mapping[str, Pane]) -> None:
        self.panes = panes
        self._console = console
        self._clock = clock
        self._zone = zone
        self._day = ""
        self._held: list[tuple[datetime, bool, int, Text]] = []

    def put(self, chat: Chat, what: Text, *, first: bool = False) -> None:
        """One thing that happens in a chat now; `first` before all else of this moment."""
        self._held.append((self._clock.now(), not first, list(self.panes).index(chat.key), what))

    def release(self) -> None:
        """Prints what was put."""
        panes = list(self.panes.values())
        for at, _, place, what in sorted(self._held, key=itemgetter(0, 1, 2)):
            self._print(at.astimezone(self._zone), panes[place], what)
        self._held.clear()

    def _print(self, local: datetime, pane: Pane, what: Text) -> None:
        day = f"{local:%Y-%m-%d} 周{DAYS[local.weekday()]}"
        if day != self._day:
            self._console.rule(Text(day, "bold"), style="dim")
            self._day = day
        row = Table.grid(padding=(0, 1))
        row.add_column(width=5, style="dim")
        row.add_column(width=8, style=f"bold {pane.colour}")
        row.add_column(overflow="fold", style=pane.colour)
        row.add_row(f"{local:%H:%M}", pane.title, what)
        self._console.print(row)

    def ledger(self, number: str, lines: Iterable[Event]) -> None:
        """A case's ledger: what was done, by whom, when; the beginning of each line's hash."""
        table = Table("seq", "action", "who", "when", "hash", title=f"{number}: the ledger", title_justify="left")
        for line in lines:
            who = " ".join(part for part in (line.role, line.name) if part)
            when = line.at.astimezone(self._zone).isoformat(" ", "minutes")
            table.add_row(str(line.seq), line.action, who, when, line.hash[:12])
        self._console.print()
        self._console.print(table)


def spoken(who: str, quoted: str, words: str) -> Text:
    """What a person does: ▶, in a group the name, what is replied to, the words."""
    lines = [(f"↪ {quoted}\n", "dim")] if quoted else []
    return Text.assemble(("▶ ", "bold"), (f"{who} " if who else "", "bold"), *lines, (words, "bold white"))


def whole(post: Post) -> Text:
    """A message of the bot that is new."""
    return Text("\n").join(_lines(post.picture, post.text.splitlines(), post.rows))


def changed(old: Post, new: Post) -> Text:
    """An edited message: its first line, and of the rest what became different."""
    before = set(old.text.splitlines())
    first, *rest = new.text.splitlines() or [""]
    other = [line for line in rest if line not in before]
    picture = new.picture if new.picture != old.picture else ""
    lines = [Text.assemble(("✎ ", "bold"), first), *_lines(picture, other, new.rows if new.rows != old.rows else ())]
    if old.rows and not new.rows:
        lines.append(Text("(按钮收走了)", "dim"))
    return Text("\n").join(lines)


def _lines(picture: str, words: list[str], rows: Rows) -> Iterator[Text]:
    if picture:
        yield Text(f"〔图:{picture}〕", "italic dim")
    yield from map(Text, words)
    for row in rows:
        yield Text(" ").join(Text(f"[{choice.label}]", "reverse") for choice in row)


def told(picture: Picture, subjects: Mapping[str, str]) -> str:
    """What is on a picture. `subjects` say what is on the stored photos, by their hash."""

    def of(sha: str) -> str:
        return subjects.get(sha, "一张照片")

    values = picture.values
    match picture.kind:
        case "photo":
            return of(values["sha"])
        case "pair":
            return f"左 {values['left']}:{of(values['before'])};右 {values['right']}:{of(values['after'])}"
        case "map":
            return f"地图,{len(values['pins'])} 个红点" + (",网格描了边" if values.get("grid") else "")
        case "collage":
            return ";".join(map(of, values["photos"]))
        case "progress":
            return ";".join(f"{row['title']}:{row['steps'][row['current']]}" for row in values["rows"])
