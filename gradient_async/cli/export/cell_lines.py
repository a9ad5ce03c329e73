"""Rows in a file of JSON lines, until they are converted to Parquet."""

from __future__ import annotations

from collections.abc import AsyncIterable
from pathlib import Path
from typing import TextIO, TypeVar

from gradient_async.cli.formats.parquet_format import (
    ParquetFile,
    encode_cells,
    import_pyarrow,
)
from gradient_async.cli.formats.sheet import Sheet
from gradient_async.cli.rows import Row

T = TypeVar("T")


async def write_cell_lines(
    rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
) -> None:
    """Write the cells of each row as a JSON object on a line, exactly as they are."""
    async for row in rows:
        out.write(f"{encode_cells(sheet.cells(row)).decode()}\n")


def convert_to_parquet(lines: Path, target: Path, sheet: Sheet[T]) -> None:
    """Convert such a file to Parquet; holds a row group of it at a time."""
    with (
        lines.open("rb") as rows,
        target.open("wb") as out,
        ParquetFile(import_pyarrow(), out, sheet) as file,
    ):
        for row in rows:
            file.add(row)
