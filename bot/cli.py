"""The command line: what an operator types. Every refusal is one plain sentence and exit code 2."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.city.finding import CityBroken
from bot.server import CannotStart
from bot.settings import BadSettings, Settings, read_settings
from storage.turn import StorageFailed, StorageRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database

OWN = ("bot", "handlers", "storage", "domain")
app = typer.Typer(
    name="jieyou",
    help="Jieyou 解忧: the conversational front door of a city-management station.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def strangers() -> str:
    """Who else owns one of our package names; empty where nobody does."""
    owners = packages_distributions()
    for name in OWN:
        others = sorted(set(owners.get(name, ())) - {"jieyou"})
        if others:
            return (
                f"the package name «{name}» belongs to {', '.join(others)} too; give jieyou an environment of its own"
            )
    return ""


def refuse(reason: str) -> NoReturn:
    """One sentence on standard error, exit code 2."""
    typer.echo(f"jieyou: {reason}", err=True)
    raise typer.Exit(2)


def settings() -> Settings:
    try:
        return read_settings()
    except BadSettings as bad:
        refuse(str(bad))


def run_to_end(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command's coroutine; its refusals become sentences."""
    from bot.channels.channel import SendFailed

    try:
        code = asyncio.run(work)
    except (CannotStart, StorageFailed, SendFailed) as error:
        refuse(str(error))
    except StorageRefused as refused:
        refuse(refused.reason)
    except CityBroken as broken:
        for finding in broken.findings:
            typer.echo(str(finding), err=True)
        refuse("the city folder cannot be used; `jieyou check` says more")
    raise typer.Exit(code)


@asynccontextmanager
async def opened(own: Settings, *, migrate: bool = False) -> "AsyncIterator[Database]":
    """The database of the settings, for one command."""
    from storage.database import open_database

    database = await open_database(own.database_url, migrate=migrate)
    try:
        yield database
    finally:
        await database.close()


@app.command()
def run() -> None:
    """Serve the channels that have credentials, and the web chat where JIEYOU_LISTEN is set."""
    from bot.serve import serve

    run_to_end(serve(settings()))


@app.command()
def demo(
    script: Annotated[bool, typer.Option("--script", help="play one whole story in the terminal")] = False,
    speed: Annotated[float, typer.Option(help="hasten the clock: 600 is ten minutes a second")] = 1.0,
    listen: Annotated[str, typer.Option(help="host:port of the pages")] = "127.0.0.1:8321",
    browser: Annotated[bool, typer.Option(help="open the first page where there is a desktop")] = True,
) -> None:
    """A whole district on this machine: three chat pages, nothing to set up."""
    if script:
        from bot.demo.script import play

        run_to_end(play())
    from bot.demo.show import show

    run_to_end(show(speed=speed, listen=listen, browser=browser))


@app.command()
def check(city: Annotated[Path | None, typer.Argument(help="the city folder; default JIEYOU_CITY")] = None) -> None:
    """Say what is wrong with a city folder, by file and line."""
    from bot.city.check import check as check_folder
    from bot.city.folder import load
    from bot.city.words import check_words

    folder = city or settings().city
    if not folder.is_dir():
        refuse(f"there is no folder {folder}; `jieyou init {folder}` makes one from the sample")
    findings = check_folder(folder)
    if not any(finding.level == "error" for finding in findings):
        findings += check_words(load(folder))
    for finding in findings:
        typer.echo(str(finding))
    errors = sum(finding.level == "error" for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings")
    raise typer.Exit(2 if errors else 0)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="where the new city folder is to be")]) -> None:
    """Copy the sample city, to be edited."""
    import shutil

    from bot.city.sample import sample

    if folder.exists() and any(folder.iterdir()):
        refuse(f"{folder} is not empty")
    try:
        shutil.copytree(sample(), folder, dirs_exist_ok=True)
    except OSError as error:
        refuse(f"{folder} cannot be written: {error.strerror}")
    typer.echo(f"The sample city is in {folder}. Edit it, then: jieyou check {folder}")


@app.command()
def invite(
    role: Annotated[str, typer.Argument(help="leader, officer, department, supervisor, volunteer or admin")],
    scope: Annotated[str, typer.Option(help="the code of a grid, station, department or the district")] = "",
    name: Annotated[str, typer.Option(help="the public name, for example 李网格长")] = "",
) -> None:
    """Print a one-time code and its link, which give a role to whoever opens it first (24 hours)."""
    from bot.staff import invited

    run_to_end(invited(settings(), role, scope, name, opened))


@app.command()
def ledger(json_: Annotated[bool, typer.Option("--json", help="as a JSON list of cases")] = False) -> None:
    """The ledger of all cases."""
    from bot.ledger import print_ledger

    run_to_end(print_ledger(settings(), opened, as_json=json_))


@app.command("case")
def case_(number: str, json_: Annotated[bool, typer.Option("--json", help="as JSON, with its events")] = False) -> None:
    """One case with its whole history."""
    from bot.ledger import print_case

    run_to_end(print_case(settings(), opened, number.upper(), as_json=json_))


@app.command()
def verify() -> None:
    """Prove that nothing in the ledger was changed, removed or slipped in (exit code 1 where something was)."""
    from bot.ledger import verify_all

    run_to_end(verify_all(settings(), opened))


@app.command()
def backup(file: Path) -> None:
    """Copy the SQLite database into a file while `run` is running."""
    from storage.backup import backup as copy

    own = settings()
    run_to_end(_said(copy(own.database_url, file), f"The backup is in {file}."))


@app.command()
def restore(file: Path) -> None:
    """Put a backup in the database's place; `run` must not be running."""
    from storage.backup import restore as put

    own = settings()
    run_to_end(_said(put(own.database_url, file), "The backup is in place."))


async def _said(work: Awaitable[Any], words: str) -> int:
    await work
    typer.echo(words)
    return 0


Opened = Callable[..., Any]
"""How a command opens the database: `async with opened(settings) as database`."""
