"""Which steps this program knows. Read without Alembic, which is loaded only where there is a step to take."""

from pathlib import Path

from storage.turn import StorageRefused

FOLDER = Path(__file__).parent


def known() -> list[str]:
    """The numbers of all steps, in order; the last one is this program's own state."""
    return sorted(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def behind(found: str | None, where: str, *, migrate: bool) -> bool:
    """Whether a database must be brought up to date before it can be used.

    Raises StorageRefused where it is newer than this program, or behind it and may not be changed."""
    steps = known()
    if found == steps[-1]:
        return False
    if found is not None and found not in steps:
        raise StorageRefused(f"{where} was written by a newer version of this program: update the program")
    if not migrate:
        raise StorageRefused(f"{where} is not brought up to this version yet: start `jieyou run` once")
    return True
