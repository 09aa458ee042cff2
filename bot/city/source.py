"""The files as they come from people's machines: text, and trees that remember their lines.

Byte-order marks and Windows line ends are read; any encoding but UTF-8 is refused in a sentence.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.city.finding import Spot, Survey

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLANK = re.compile(r"[ \t\n]*")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it was written (`08`, `09:00`, `NO` stay what they are); empty where nothing was."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from names to values; `lines` are the lines of the names."""

    values: Mapping[str, "Node"]
    lines: Mapping[str, int]
    line: int


Node = Scalar | Listing | Table


def read_text(folder: Path, file: str, survey: Survey, *, needed: bool = True) -> str | None:
    """The text of a file with plain line ends, or None where it is missing or is not UTF-8 (and noted)."""
    whole = Spot(file, 0, "file")
    try:
        raw = (folder / file).read_bytes()
    except FileNotFoundError:
        if needed:
            survey.error(whole, "the file is missing.", "Copy it from the sample city (`jieyou init`).")
        return None
    except OSError as trouble:
        survey.error(whole, f"the file cannot be read: {trouble.strerror}.", "Mend its permissions or its name.")
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        survey.error(whole, "the file is UTF-16.", "Save it as UTF-8.")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        spot = Spot(file, raw.count(b"\n", 0, trouble.start) + 1, "file")
        survey.error(spot, f"the file is not UTF-8{_likely(raw)}.", "Save it as UTF-8.")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _likely(raw: bytes) -> str:
    """GBK is what Chinese Notepad and Excel write by default."""
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return ", it looks like GBK"


def read_yaml(folder: Path, file: str, survey: Survey, *, needed: bool = True) -> Table | None:
    """The mapping in a YAML file; None where there is none or it cannot be read (and noted)."""
    text = read_text(folder, file, survey, needed=needed)
    if text is None:
        return None
    try:
        root = yaml.compose(text, Loader=_Loader)
        tree = _tree(root, file, survey, ()) if root else None
    except yaml.YAMLError as trouble:
        _note_yaml(trouble, text, file, survey)
        return None
    if tree is None:
        survey.error(Spot(file, 1, "file"), "the file is empty.", "Copy it from the sample city (`jieyou init`).")
        return None
    if not isinstance(tree, Table):
        survey.error(
            Spot(file, tree.line, "file"),
            "the file does not begin with a `name: value` line.",
            "Write `name: value` with a half-width colon and a blank after it.",
        )
        return None
    return tree


def _note_yaml(trouble: yaml.YAMLError, text: str, file: str, survey: Survey) -> None:
    if isinstance(trouble, yaml.MarkedYAMLError):
        mark = trouble.problem_mark or trouble.context_mark
        line, what = (mark.line + 1 if mark else 1), trouble.problem or "this is not YAML"
    else:
        at = getattr(trouble, "position", 0) or 0
        line, what = text.count("\n", 0, at) + 1, getattr(trouble, "reason", "") or "this is not YAML"
    survey.error(
        Spot(file, line, "file"),
        f"this line cannot be read: {what}.",
        "Look at the line and the one before: blanks and not tabs, matching brackets and quotes, "
        "quotes round a text that holds `: ` or ` #`.",
    )


def _tree(node: Any, file: str, survey: Survey, above: tuple[Any, ...]) -> Node:
    line = node.start_mark.line + 1
    if node in above:
        raise yaml.composer.ComposerError(None, None, "an anchor holds itself", node.start_mark)
    if isinstance(node, yaml.ScalarNode):
        return Scalar("" if node.tag == "tag:yaml.org,2002:null" else node.value.strip(), line)
    above = (*above, node)
    if isinstance(node, yaml.SequenceNode):
        return Listing(tuple(_tree(each, file, survey, above) for each in node.value), line)
    values: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        name, at = str(key.value).strip(), key.start_mark.line + 1
        if name in values:
            spot = Spot(file, at, name)
            survey.error(spot, f"{name} stands here twice (first in line {lines[name]}).", "Keep one of them.")
        values[name], lines[name] = _tree(value, file, survey, above), at
    return Table(values, lines, line)


def json_tree(value: object, line: int) -> Node:
    """A JSON value as a tree, all of it on one line."""
    if isinstance(value, dict):
        values = {str(name): json_tree(each, line) for name, each in value.items()}
        return Table(values, dict.fromkeys(values, line), line)
    if isinstance(value, list):
        return Listing(tuple(json_tree(each, line) for each in value), line)
    if isinstance(value, bool) or value is None:
        return Scalar({True: "true", False: "false", None: ""}[value], line)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return Scalar(str(value).strip(), line)


def read_features(folder: Path, file: str, survey: Survey) -> tuple[list[tuple[int, object]], dict[str, object]] | None:
    """The features of a GeoJSON file, each with its line, and the other members; None where it cannot be read."""
    text = read_text(folder, file, survey)
    if text is None:
        return None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as trouble:
        spot = Spot(file, trouble.lineno, "file")
        survey.error(spot, f"this line cannot be read: {trouble.msg}.", "Export it once more as GeoJSON (RFC 7946).")
        return None
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        survey.error(
            Spot(file, 1, "file"), "this is no FeatureCollection.", "Export it as a GeoJSON FeatureCollection."
        )
        return None
    return list(_lined(text)), {name: each for name, each in whole.items() if name != "features"}


def _lined(text: str) -> Iterator[tuple[int, object]]:
    """The features of a text that is known to be a JSON object, with the line on which each begins."""
    decode, at = json.JSONDecoder().raw_decode, _next(text, _next(text, 0) + 1)
    while text[at] != "}":
        name, at = decode(text, at)
        at = _next(text, _next(text, at) + 1)
        if name != "features":
            _, at = decode(text, at)
        else:
            line, counted, at = 1, 0, _next(text, at + 1)
            while text[at] != "]":
                line, counted = line + text.count("\n", counted, at), at
                feature, at = decode(text, at)
                yield line, feature
                at = _next(text, at)
                at = _next(text, at + 1) if text[at] == "," else at
            at += 1
        at = _next(text, at)
        at = _next(text, at + 1) if text[at] == "," else at


def _next(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match  # the pattern matches the empty text
    return match.end()
