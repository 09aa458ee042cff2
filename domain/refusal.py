"""Refusals: what does not happen, each with the words that say so."""


class Refused(Exception):
    """An action that does not happen; `text` is the key of the words that say so, `values` their arguments."""

    text = "refused"

    def __init__(self, **values: object) -> None:
        super().__init__(self.text)
        self.values = values


class GoneOn(Refused):
    """The case is not in a state from which this can be done, or the button is older than the case."""

    text = "press.gone_on"


class NotYours(Refused):
    """The person has no right to do this on this case."""

    text = "press.stranger"


class Missing(Refused):
    """The action needs something that was not given."""

    text = "missing"


class TooLate(Refused):
    """重开 after its days."""

    text = "reopen.too_late"


class Busy(Refused):
    """A colleague's question about the case is open."""

    text = "press.busy"


class Unknown(Refused):
    """There is no such case, or it is none of the person's."""

    text = "press.unknown"
