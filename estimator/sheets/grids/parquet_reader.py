"""Reads Parquet files a piece at a time, each column in its own type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from estimator.sheets.grids.piece import ROWS, Piece
from estimator.sheets.refusal import RefusedError


class ParquetTable:
    """A Parquet file: its header, and its rows in pieces."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._file = pq.ParquetFile(file)
        except (pa.ArrowException, OSError) as error:
            raise RefusedError("unreadable-table", "The Parquet file is damaged.") from error
        self.header = list(self._file.schema_arrow.names)
        self.rows = self._file.metadata.num_rows

    def pieces(self) -> Iterator[Piece]:
        """Yield the rows, numbered as they would be on a sheet under a header."""
        number = 2
        try:
            for batch in self._file.iter_batches(batch_size=ROWS):
                yield _piece(batch, number)
                number += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise RefusedError("unreadable-table", "The Parquet file is damaged.") from error


def _piece(batch: Any, number: int) -> Piece:
    many = batch.num_rows
    columns = tuple(map(_plain, batch.columns))
    return Piece(
        pa.array(range(number, number + many), pa.int64()),
        columns,
        (None,) * len(columns),
        pa.array([False] * many, pa.bool_()),
    )


def _plain(column: Any) -> Any:
    """Return a column in a type that every kind of file can hold."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_null(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    simple = (
        pa.types.is_string,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_date32,
        pa.types.is_timestamp,
    )
    if any(fits(kind) for fits in simple):
        return column
    try:
        return pc.cast(column, pa.string())
    except pa.ArrowException as error:
        raise RefusedError(
            "unreadable-table", "A column of the Parquet file holds lists or records."
        ) from error
