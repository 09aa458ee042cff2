"""The catalogue of all words to people: keys, languages, named arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter


class NoSuchWords(KeyError):
    """A key that the catalogue does not have, or an argument that the text needs and did not get."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts by key and language. Chinese is the default and always there."""

    texts: Mapping[str, Mapping[str, str]]

    def say(self, key: str, lang: str = "zh", /, **values: object) -> str:
        """The text of a key with its arguments filled in. What is filled in is never read as a template.
        Raises NoSuchWords."""
        entry = self.texts.get(key)
        if entry is None:
            raise NoSuchWords(key)
        text = entry.get(lang) or entry["zh"]
        try:
            return text.format_map(values)
        except KeyError as missing:
            raise NoSuchWords(f"{key} needs {missing}") from None

    def has(self, key: str) -> bool:
        return key in self.texts

    def over(self, own: Mapping[str, Mapping[str, str]]) -> "Wording":
        """The same with a city's own texts above. Raises NoSuchWords for a key that is unknown, or a text that
        names an argument the original does not."""
        for key, entry in own.items():
            if key not in self.texts:
                raise NoSuchWords(key)
            for lang, text in entry.items():
                known = arguments(self.texts[key].get(lang, self.texts[key]["zh"]))
                if extra := arguments(text) - known:
                    raise NoSuchWords(f"{key} ({lang}) names {', '.join(sorted(extra))}")
        return Wording({**self.texts, **{key: {**self.texts[key], **entry} for key, entry in own.items()}})


def arguments(text: str) -> frozenset[str]:
    """The names of a text's arguments."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
