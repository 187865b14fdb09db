"""What patients read, in English and Spanish: our own texts, and the workbook's.

A text that has no Spanish is shown in English and says so, so that a browser or a screen reader
can treat it as what it is. Whatever is said is therefore in pieces, each with its language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from string import Formatter
from typing import NamedTuple

from estimator.engine.money import dollars
from estimator.rulebook.model import Rulebook

LANGUAGES = ("en", "es")


class Piece(NamedTuple):
    """A piece of a text in one language."""

    text: str
    language: str


Said = tuple[Piece, ...]
"""A text, in pieces of one language each."""

Part = str | int | Said


class Words:
    """The texts in one language."""

    def __init__(self, language: str, rulebook: Rulebook | None = None) -> None:
        self.language = language
        self._texts = catalogue()[language]
        self._spanish = {} if rulebook is None else rulebook.spanish

    def __call__(self, key: str, /, **parts: Part) -> Said:
        """Return a text of ours with *parts* put in."""
        return tuple(_joined(self._pieces(self._texts[key], parts)))

    def has(self, key: str) -> bool:
        """Whether there is a text of ours by this name."""
        return key in self._texts

    def plain(self, key: str, /, **parts: Part) -> str:
        """Return a text of ours as plain text, where no piece can be marked: a title."""
        return "".join(piece.text for piece in self(key, **parts))

    def workbook(self, text: str) -> Said:
        """Return a text of the workbook: in Spanish where its sheet Words has it."""
        if self.language == "es" and text in self._spanish:
            return (Piece(self._spanish[text], "es"),)
        return (Piece(text, "en"),)

    def number(self, text: str | int) -> Said:
        """Return a figure or a code, which is the same in every language."""
        return (Piece(str(text), self.language),)

    def _pieces(self, text: str, parts: Mapping[str, Part]) -> Iterator[Piece]:
        for literal, name, _, _ in Formatter().parse(text):
            if literal:
                yield Piece(literal, self.language)
            if name:
                part = parts[name]
                yield from part if isinstance(part, tuple) else self.number(part)


def words_in(language: str, rulebook: Rulebook) -> Words:
    """Return the texts in a language, made once for each rulebook."""
    return _words(language, rulebook)


@lru_cache(maxsize=16)
def _words(language: str, rulebook: Rulebook) -> Words:
    return Words(language, rulebook)


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return every text of ours, by language and name."""
    file = resources.files("estimator.services.patient").joinpath("words.toml")
    entries = dict(_entries("", tomllib.loads(file.read_text("utf-8"))))
    return {
        language: {name: each[language] for name, each in entries.items()} for language in LANGUAGES
    }


def _entries(prefix: str, tree: dict[str, dict[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, below in tree.items():
        if set(below) == set(LANGUAGES):
            yield f"{prefix}{name}", below
        else:
            yield from _entries(f"{prefix}{name}.", below)  # type: ignore[arg-type] # a tree


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Yield the pieces, neighbors in one language as one."""
    text, language = "", ""
    for piece in pieces:
        if text and piece.language != language:
            yield Piece(text, language)
            text = ""
        text, language = text + piece.text, piece.language
    if text:
        yield Piece(text, language)


def money(cents: int) -> str:
    """Return an amount as people write it: exact, without needless cents.

    >>> money(123_450), money(150_000), money(-2_000)
    ('$1,234.50', '$1,500', '−$20')
    """
    whole, part = dollars(abs(cents)).split(".")
    minus = "−" if cents < 0 else ""
    return f"{minus}${int(whole):,}" + ("" if part == "00" else f".{part}")


def rounded(cents: int) -> str:
    """Return about an amount: in whole dollars, but for a small one, which would say too little.

    >>> rounded(62_083), rounded(1_158), rounded(417), rounded(0)
    ('$621', '$12', '$4.17', '$0')
    """
    return money(cents if abs(cents) < 1_000 else (cents + 50) // 100 * 100)
