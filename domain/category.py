"""Categories of problems, and the first guess at one from a resident's words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """One of the everyday choices (环境卫生, 市容秩序 ...); `also` are words by which people mean it."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of problem.

    `zh` stands on the staff's card (门头遮雨棚), `short` in lists and to residents (遮雨棚), `matter` after 事情
    (装遮雨棚). `kind` is component (部件) or incident (事件), the two kinds of GB/T 30428.2. The limit is
    either `days` (working days) or `hours` (working hours; the clock's where `urgent`). `closing` says when
    it counts as done. `department` is the code it would be transferred to. `synonyms` are what people say.
    `shows_numbers`: telephone numbers in the words are the matter (small advertisements) and are not hidden.
    """

    code: str
    head: str
    zh: str
    short: str
    matter: str
    en: str
    en_matter: str
    kind: str
    synonyms: tuple[str, ...]
    closing: str
    department: str
    days: int | None = None
    hours: int | None = None
    urgent: bool = False
    call_first: str = ""
    radius_metres: float = 50.0
    shows_numbers: bool = False
