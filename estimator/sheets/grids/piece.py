"""A piece of a long table: some rows of every column, with what kind of cell each value was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it has no annotations

ROWS = 25_000
"""Rows to a piece: few enough to hold, many enough to be quick."""
MOST_ROWS = 1_048_575
MOST_COLUMNS = 250
LONGEST_TEXT = 32_767


class Kind(IntEnum):
    """What a cell holds."""

    BLANK = 0
    TEXT = 1
    NUMBER = 2
    DATE = 3
    MOMENT = 4
    TRUTH = 5
    ERROR = 6
    FORMULA = 7
    """A formula whose value was never calculated: its text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of a file in order. ``numbers`` are their row numbers in the file.

    A column is text with the kinds of its cells beside it (``None``: all text or blank), or
    has a type of its own, as Parquet keeps it.
    """

    numbers: Any
    columns: tuple[Any, ...]
    kinds: tuple[Any, ...]
    long: Any
    """Which rows have more cells than the header has names."""

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.numbers)

    def filter(self, wanted: Any) -> Piece:
        """Return some of the rows."""
        return Piece(
            self.numbers.filter(wanted),
            tuple(column.filter(wanted) for column in self.columns),
            tuple(None if kinds is None else kinds.filter(wanted) for kinds in self.kinds),
            self.long.filter(wanted),
        )

    def select(self, places: Sequence[int]) -> Piece:
        """Return some of the columns."""
        return Piece(
            self.numbers,
            tuple(self.columns[at] for at in places),
            tuple(self.kinds[at] for at in places),
            self.long,
        )

    def slice(self, first: int, many: int) -> Piece:
        """Return *many* of the rows from the *first* on, fewer at the end."""
        return Piece(
            self.numbers.slice(first, many),
            tuple(column.slice(first, many) for column in self.columns),
            tuple(None if kinds is None else kinds.slice(first, many) for kinds in self.kinds),
            self.long.slice(first, many),
        )

    def encode(self) -> bytes:
        """Return the piece as bytes."""
        arrays = [self.numbers, self.long, *self.columns]
        names = ["row", "long", *(f"c{at}" for at in range(len(self.columns)))]
        for at, kinds in enumerate(self.kinds):
            if kinds is not None:
                arrays.append(kinds)
                names.append(f"k{at}")
        return encode(pa.record_batch(arrays, names=names))

    @classmethod
    def decode(cls, data: bytes) -> Piece:
        """Return the piece that ``encode`` was given."""
        batch = decode(data)
        has = set(batch.schema.names)
        many = sum(name.startswith("c") for name in has)
        return cls(
            batch.column("row"),
            tuple(batch.column(f"c{at}") for at in range(many)),
            tuple(batch.column(f"k{at}") if f"k{at}" in has else None for at in range(many)),
            batch.column("long"),
        )


def encode(batch: Any) -> bytes:
    """Return a batch as bytes."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def decode(data: bytes) -> Any:
    """Return the batch that ``encode`` was given."""
    with pa.ipc.open_stream(data) as reader:
        return reader.read_next_batch()


class PieceBuilder:
    """Collects rows until they are a piece."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._start()

    def _start(self) -> None:
        self.numbers: list[int] = []
        self.long: list[bool] = []
        self.texts: list[list[str | None]] = []
        self.kinds: list[bytes] = []

    def add(self, number: int, texts: list[str | None], kinds: bytearray | None = None) -> None:
        """Add a row: its texts, and the kinds of its cells where they are not all text."""
        width = self.width
        long = len(texts) > width and any(texts[width:])
        if len(texts) != width:
            texts = (texts + [None] * width)[:width]
        self.numbers.append(number)
        self.long.append(long)
        self.texts.append(texts)
        if kinds is not None:
            self.kinds.append(bytes(kinds[:width]).ljust(width, b"\0"))

    def take(self) -> Piece:
        """Return what was collected, and begin anew."""
        columns = list(zip(*self.texts, strict=True)) or [()] * self.width
        arrays = tuple(pa.array(column, pa.string()) for column in columns)
        kinds: tuple[Any, ...] = (None,) * self.width
        if self.kinds:
            whole = b"".join(self.kinds)
            kinds = tuple(_kinds(whole[at :: self.width]) for at in range(self.width))
        piece = Piece(
            pa.array(self.numbers, pa.int64()), arrays, kinds, pa.array(self.long, pa.bool_())
        )
        self._start()
        return piece

    def __len__(self) -> int:
        return len(self.numbers)


_PLAIN = bytes((Kind.BLANK, Kind.TEXT))


def _kinds(kinds: bytes) -> Any:
    if not kinds.translate(None, _PLAIN):
        return None
    return pa.array(memoryview(kinds), pa.uint8())


def blank(texts: Sequence[str | None]) -> bool:
    """Whether nothing stands in a row."""
    return not any(text is not None and text.strip() for text in texts)
