"""Telephone and identity numbers in people's words, hidden from groups."""

import re

_NUMBER = re.compile(
    r"(?<![0-9０-９])(?:"
    r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[0-9Xx]"  # an identity number
    r"|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # a mobile telephone
    r"|0\d{2,3}[- ]?\d{4}[- ]?\d{3,4}"  # a fixed telephone with its area
    r")(?![0-9０-９])"
)
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def masked(words: str, hidden: str) -> str:
    """The words with each telephone or identity number replaced by `hidden`."""
    plain = words.translate(_WIDE)
    return _NUMBER.sub(hidden, plain) if _NUMBER.search(plain) else words


def has_number(words: str) -> bool:
    """Whether the words hold a telephone or identity number."""
    return bool(_NUMBER.search(words.translate(_WIDE)))
