"""Conversations as forms: a table of slots, and the one dialogue that fills it.

What comes in is first read into findings (a photo, words, a place, a category ...); each goes to the slot that was
asked for if it fits there, else to the first slot that takes it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Filled = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing understood in what came: its kind and a value that can be written as JSON."""

    kind: str
    value: Any


def _always(filled: Filled) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing a conversation needs. `accepts` are kinds of findings; `needed_if` looks at what is filled;
    `many` collects values instead of replacing; `words` is the key of the question (empty: never asked)."""

    name: str
    accepts: frozenset[str]
    words: str
    needed_if: Callable[[Filled], bool] = _always
    many: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A conversation: its name, and its slots in the order they are asked for."""

    name: str
    slots: tuple[Slot, ...]

    def slot(self, name: str) -> Slot:
        """The slot of a name. Raises KeyError."""
        for slot in self.slots:
            if slot.name == name:
                return slot
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An open conversation, one row a chat and person. `subject` is what it is about (a draft's id, a case number);
    `asked` the slot of the open question, `prompt` the outbox key of its message."""

    form: str
    subject: str
    filled: Filled = field(default_factory=dict)
    asked: str = ""
    prompt: str = ""
    version: int = 1
    expires: datetime | None = None

    def take(self, form: Form, findings: Iterable[Finding]) -> "Dialogue":
        """The dialogue with the findings in their slots: the asked slot first, else the first that takes the kind.
        Findings that fit nowhere are left out."""
        filled = dict(self.filled)
        for finding in findings:
            slot = self._slot_for(form, finding.kind)
            if slot is None:
                continue
            if slot.many:
                held = list(filled.get(slot.name, ()))
                filled[slot.name] = held if finding.value in held else [*held, finding.value]
            else:
                filled[slot.name] = finding.value
        return self if filled == self.filled else replace(self, filled=filled, version=self.version + 1)

    def _slot_for(self, form: Form, kind: str) -> Slot | None:
        if self.asked and kind in (asked := form.slot(self.asked)).accepts:
            return asked
        return next((slot for slot in form.slots if kind in slot.accepts), None)

    def missing(self, form: Form) -> Slot | None:
        """The next slot to ask for: the first that is needed, can be asked, and is empty."""
        for slot in form.slots:
            if slot.words and not self.filled.get(slot.name) and slot.needed_if(self.filled):
                return slot
        return None
