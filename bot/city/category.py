"""`categories.yaml`: the heads and the kinds of problems under them."""

from bot.city.district import Placed
from bot.city.entry import Entry
from domain.category import Category, Head

FILE = "categories.yaml"
_KINDS = ("component", "incident")


def read_categories(top: Entry) -> tuple[list[Placed[Head]], list[Placed[Category]]]:
    """The heads in the order in which they are shown, and the sound categories."""
    heads = [(entry, _head(entry)) for entry in top.entries("heads")]
    categories = [(entry, _category(entry)) for entry in top.entries("categories")]
    for name in ("heads", "categories"):
        if not top.has(name):
            top.wrong(name, "is missing.", "Describe at least one.")
    top.close()
    return (
        [Placed(head, entry.spot()) for entry, head in heads if entry.sound],
        [Placed(category, entry.spot()) for entry, category in categories if entry.sound],
    )


def _head(entry: Entry) -> Head:
    head = Head(code=entry.code("head"), zh=entry.text("zh"), en=entry.text("en"))
    entry.close()
    return head


def _category(entry: Entry) -> Category:
    code, zh = entry.code("category"), entry.text("zh")
    entry.where = f"category {code} {zh}"
    category = Category(
        code=code,
        head=entry.reference("head", "head"),
        zh=zh,
        short=entry.text("short"),
        matter=entry.text("matter"),
        en=entry.text("en"),
        en_matter=entry.text("en_matter"),
        kind=entry.text("kind"),
        synonyms=entry.texts("synonyms"),
        closing=entry.text("closing"),
        department=entry.reference("department", "department"),
        days=entry.whole("days") if entry.has("days") else None,
        hours=entry.whole("hours") if entry.has("hours") else None,
        urgent=entry.flag("urgent"),
        call_first=entry.reference("call_first", "telephone", default=""),
        radius_metres=entry.number("radius", 50.0, least=1.0),
        shows_numbers=entry.flag("shows_numbers"),
    )
    if category.kind and category.kind not in _KINDS:
        entry.wrong("kind", f"is {category.kind!r}.", "Write component (部件) or incident (事件).")
    if entry.has("days") == entry.has("hours"):
        what = "both stand here." if entry.has("days") else "are both missing."
        entry.wrong("hours", f"and days {what}", "Write one of them: days are working days, hours working hours.")
    if category.urgent and category.days is not None:
        entry.wrong("days", "cannot be the limit of what is urgent.", "Write hours: they run day and night.")
    entry.close()
    return category
