"""Writes long tables a piece at a time: what came in, with our columns after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from estimator.sheets.grids.cell_texts import as_text, harmless, record
from estimator.sheets.grids.piece import Piece

_AT_ONCE = 2_048
"""Rows that are made into text together: few, as their text is many times as large as they are."""
_CENT = pa.scalar(Decimal("0.01"), pa.decimal128(3, 2))


def amounts(cents: Any, known: Any) -> Any:
    """Return amounts of cents as exact decimals, null where they are not *known*."""
    whole = pa.array(cents, pa.int64(), mask=~known)
    return pc.cast(pc.multiply(pc.cast(whole, pa.decimal128(19, 0)), _CENT), pa.decimal128(18, 2))


@dataclass(frozen=True, slots=True)
class Written:
    """How a table is written: the names of its columns, and a text file's signs."""

    header: Sequence[str]
    results: Sequence[str]
    separator: str = ","
    marked: bool = False


class LongWriter(ABC):
    """Writes a table; ``close`` makes the file whole."""

    @abstractmethod
    def write(self, piece: Piece, results: Sequence[Any]) -> None:
        """Add rows: the file's own columns, then ours."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""


def some_rows(piece: Piece, results: Sequence[Any]) -> Iterator[tuple[Piece, list[Any]]]:
    """Yield a few rows after the other: the file's own columns, and ours."""
    for first in range(0, piece.rows, _AT_ONCE):
        yield piece.slice(first, _AT_ONCE), [each.slice(first, _AT_ONCE) for each in results]


class TextWriter(LongWriter):
    """Writes CSV in UTF-8. A text that looks like a formula gets a quotation mark before it."""

    def __init__(self, file: IO[bytes], written: Written) -> None:
        self._file = file
        self._separator = written.separator
        if written.marked:
            file.write(b"\xef\xbb\xbf")
        names = pa.array([*written.header, *written.results], pa.string())
        columns = [harmless(names.slice(at, 1), None) for at in range(len(names))]
        self._add(columns)

    def write(self, piece: Piece, results: Sequence[Any]) -> None:
        """Add rows."""
        for some, ours in some_rows(piece, results):
            own = zip(some.columns, some.kinds, strict=True)
            self._add([harmless(*each) for each in own] + [_plain(each) for each in ours])

    def _add(self, columns: list[Any]) -> None:
        lines = pc.binary_join_element_wise(record(columns, self._separator), "\n", "")
        self._file.write(joined(lines))

    def close(self) -> None:
        """Nothing is left to write."""


def _plain(column: Any) -> Any:
    """Return a column of ours as text; its messages may quote what somebody typed."""
    return harmless(column, None) if pa.types.is_string(column.type) else as_text(column)


def joined(texts: Any) -> memoryview:
    """Return texts one after the other, as bytes."""
    offsets = pa.Array.from_buffers(
        pa.int32(), len(texts) + 1, [None, texts.buffers()[1]], offset=texts.offset
    )
    data = texts.buffers()[2]
    if data is None:
        return memoryview(b"")
    return memoryview(data)[offsets[0].as_py() : offsets[-1].as_py()]


class ParquetWriter(LongWriter):
    """Writes Parquet, each column in its own type."""

    def __init__(self, file: IO[bytes], written: Written) -> None:
        self._file = file
        self._names = _different([*written.header, *written.results])
        self._writer: Any = None

    def write(self, piece: Piece, results: Sequence[Any]) -> None:
        """Add rows."""
        batch = pa.record_batch([*piece.columns, *results], names=self._names)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, batch.schema, compression="zstd")
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Write where everything stands."""
        if self._writer is not None:
            self._writer.close()


def _different(names: Sequence[str]) -> list[str]:
    """Return the names with a number after those that came before."""
    found: dict[str, None] = {}
    for name in names:
        number, different = 1, name
        while different in found:
            number += 1
            different = f"{name} ({number})"
        found[different] = None
    return list(found)
