"""Text as people meant it: without the invisible characters that pasting brings along."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CONTROL = re.compile("_x000D_|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", re.IGNORECASE)
_SPACES = re.compile("[^\\S\n]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


@lru_cache(maxsize=4096)  # cells of a column share their texts
def clean_text(text: str) -> str:
    r"""Return *text* trimmed, on one kind of space and line end, without invisible characters.

    >>> clean_text("  Acme\u00a0Gold\u200b ")
    'Acme Gold'
    """
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", _INVISIBLE.sub("", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(lines).strip()


@lru_cache(maxsize=4096)  # cells of a column share their texts
def clean_word(text: str) -> str:
    r"""Return *text* cleaned and on one line, with plain hyphens: for IDs, codes and words.

    >>> clean_word("out\u2011of\u2011pocket\n max")
    'out-of-pocket max'
    """
    return _DASHES.sub("-", " ".join(clean_text(text).split()))
