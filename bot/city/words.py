"""The catalogue of words: the program's own files, and a city's wording above them."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import yaml

from bot.city.finding import Finding
from domain.city import City
from domain.wording import NoSuchWords, Wording

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LANGUAGES = frozenset({"zh", "en"})


def load_words() -> Wording:
    """Every key of `domain/words/*.yaml`, flattened: `callback.said`."""
    texts: dict[str, Mapping[str, str]] = {}
    for file in sorted(files("domain.words").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            texts.update(_flat(yaml.load(file.read_text("utf-8"), _LOADER)))
    return Wording(texts)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, held in tree.items():
        if "zh" in held and set(held) <= LANGUAGES and isinstance(held["zh"], str):
            yield prefix + name, held
        else:
            yield from _flat(held, f"{prefix}{name}.")


def own_words(city: City) -> Wording:
    """The program's words with the city's above. Raises NoSuchWords."""
    return load_words().over(city.words)


def check_words(city: City) -> list[Finding]:
    """What is wrong with a city's own wording: keys that nothing says, arguments that nothing fills in."""
    known, findings = load_words(), []
    for key, entry in city.words.items():
        try:
            known.over({key: entry})
        except NoSuchWords as wrong:
            remedy = "Use a key and arguments of domain/words."
            findings.append(Finding("error", "words.yaml", 0, key, f"{wrong.args[0]} is not known.", remedy))
    return findings
