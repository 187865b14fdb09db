"""The vocabulary in which the schema is written: kinds of columns, and one column.

A column is described once, on the field of the row class that holds its value. The
loader, the blank workbook, the text form and the documentation page all read it there.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from estimator.engine import money

ANY = "*"
"""What a person types to say "any"; a blank never means it."""


class Kind(StrEnum):
    """What a cell holds, and as which Python value the row carries it."""

    TEXT = "text"  # str
    ID = "ID"  # str
    CODE = "code"  # str; leading zeros matter
    WORD = "word from the list"  # str
    YES_NO = "yes or no"  # bool
    MONEY = "dollars and cents"  # int, cents
    UNIT_PRICE = "number, up to 6 decimals"  # Decimal
    PERCENT = "percent"  # Decimal; 20 means 20%
    NUMBER = "number"  # Decimal
    COUNT = "whole number"  # int
    COUNT_OR_ANY = "whole number or *"  # int, or ANY
    DATE = "date"  # date
    MONTH_DAY = "month and day, MM-DD"  # str "MM-DD"
    WORDS = "words separated by ;"  # tuple[str, ...]
    TEXTS = "texts separated by ;"  # tuple[str, ...]
    CODES = "codes separated by ,"  # tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its header, what its cells hold, and what it means.

    ``references`` names the sheet whose ID stands here; ``any_allowed`` says that ``*``
    does; ``key`` that it is part of the row's key; ``words`` is the list to choose from.
    """

    name: str
    header: str
    kind: Kind
    help: str
    required: bool = False
    key: bool = False
    any_allowed: bool = False
    words: tuple[str, ...] = ()
    references: str = ""

    def encode(self, value: Any) -> Any:
        """Return a row's *value* as canonical JSON: numbers as plain decimal strings."""
        if value is None:
            return None
        encoder = _ENCODERS.get(self.kind)
        return encoder(value) if encoder else value

    def decode(self, value: Any) -> Any:
        """Return the row's value for canonical JSON, the inverse of ``encode``."""
        if value is None:
            return None
        decoder = _DECODERS.get(self.kind)
        return decoder(value) if decoder else value


def column(header: str, kind: Kind, help_: str, **more: Any) -> Any:
    """Declare the field of a row class as a column of its sheet."""
    described = {"header": header, "kind": kind, "help": help_, **more}
    default = dataclasses.MISSING if more.get("required") else None
    return dataclasses.field(default=default, metadata={"column": described})


def columns_of(row_class: type) -> tuple[Column, ...]:
    """Return the columns of a row class: its own first, then those every such sheet ends with."""
    fields = [f for f in dataclasses.fields(row_class) if "column" in f.metadata]
    inherited = {f.name for base in row_class.__bases__ for f in dataclasses.fields(base)}
    ordered = [f for f in fields if f.name not in inherited]
    ordered += [f for f in fields if f.name in inherited]
    return tuple(Column(name=f.name, **f.metadata["column"]) for f in ordered)


def plain(number: Decimal) -> str:
    """Return a decimal without exponent or trailing zeros, so that 20 and 20.0 are one text."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


_DECIMALS = (Kind.UNIT_PRICE, Kind.PERCENT, Kind.NUMBER)
_LISTS = (Kind.WORDS, Kind.TEXTS, Kind.CODES)
_ENCODERS: dict[Kind, Any] = {
    Kind.MONEY: money.dollars,
    Kind.DATE: date.isoformat,
    **dict.fromkeys(_DECIMALS, plain),
    **dict.fromkeys(_LISTS, list),
}
_DECODERS: dict[Kind, Any] = {
    Kind.MONEY: money.cents,
    Kind.DATE: date.fromisoformat,
    **dict.fromkeys(_DECIMALS, Decimal),
    **dict.fromkeys(_LISTS, tuple),
}
