"""Lists as Parquet, a row group for every 10,000 rows."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Mapping
from typing import Any, BinaryIO, Final, Self, TextIO, TypeVar

import msgspec

from gradient_async.cli.columns import Cell, ColumnType
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row
from gradient_async.errors import ConfigurationError

T = TypeVar("T")

_ROWS_PER_GROUP: Final = 10000
# JSON takes more memory than what it becomes.
_ROWS_PER_TABLE: Final = 1000


async def write_parquet(
    rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
) -> None:
    """
    Write rows as they arrive; the file is complete after the last one.

    Raises:
        ConfigurationError: pyarrow is not installed, or the output is a terminal.
    """
    if out.isatty():
        msg = "Parquet is not for a terminal: redirect the output to a file"
        raise ConfigurationError(msg)
    with ParquetFile(import_pyarrow(), out.buffer, sheet) as file:
        async for row in rows:
            file.add(encode_cells(sheet.cells(row)))


def encode_cells(cells: Mapping[str, Cell]) -> bytes:
    """Return cells as a JSON object, exactly as they are; times to the microsecond."""
    return msgspec.json.encode(cells)


class ParquetFile:
    """
    A Parquet file that is written in row groups, from rows as JSON objects.

    pyarrow parses them itself: it would import pandas to look at Python objects, and
    take three times the memory.
    """

    def __init__(self, pyarrow: Any, out: BinaryIO, sheet: Sheet[T]) -> None:
        self._pyarrow = pyarrow
        self._schema = schema_of(sheet, self._pyarrow)
        self._writer = self._pyarrow.parquet.ParquetWriter(out, self._schema)
        self._lines: list[bytes] = []
        self._tables: list[Any] = []

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the rest, and the end of the file."""
        self._parse()
        self._write_group()
        self._writer.close()

    def add(self, line: bytes) -> None:
        """Add a row, which `encode_cells` has returned."""
        self._lines.append(line)
        if len(self._lines) == _ROWS_PER_TABLE:
            self._parse()
        if len(self._tables) * _ROWS_PER_TABLE == _ROWS_PER_GROUP:
            self._write_group()

    def _parse(self) -> None:
        """Turn the latest lines into a table."""
        if not self._lines:
            return
        text = b"\n".join(self._lines)
        self._lines = []
        json = self._pyarrow.json
        table = json.read_json(
            self._pyarrow.BufferReader(text),
            # As a whole: a row must not span blocks.
            read_options=json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=json.ParseOptions(explicit_schema=self._schema),
        )
        self._tables.append(table)

    def _write_group(self) -> None:
        """Write the tables so far as a row group."""
        if self._tables:
            self._writer.write_table(self._pyarrow.concat_tables(self._tables))
            self._tables = []


def import_pyarrow() -> Any:
    """
    Import pyarrow with its modules for JSON and Parquet.

    Raises:
        ConfigurationError: It is not installed.
    """
    # Its own allocator keeps most of the memory that was freed.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # Here, because it is large, and few need it.
    try:
        import pyarrow.json  # type: ignore[import-untyped]  # noqa: PLC0415
        import pyarrow.parquet  # type: ignore[import-untyped]  # noqa: PLC0415
    except ModuleNotFoundError:
        msg = "Parquet needs another package: pip install 'gradient-async[parquet]'"
        raise ConfigurationError(msg) from None
    return pyarrow


def schema_of(sheet: Sheet[T], pyarrow: Any) -> Any:
    """Return the types of the columns; times are UTC, to the microsecond."""
    types = {
        ColumnType.TEXT: pyarrow.string(),
        ColumnType.INTEGER: pyarrow.int64(),
        ColumnType.NUMBER: pyarrow.float64(),
        ColumnType.FLAG: pyarrow.bool_(),
        ColumnType.TIME: pyarrow.timestamp("us", tz="UTC"),
    }
    account = [(ACCOUNT, pyarrow.string())] if sheet.accounts else []
    columns = [(column.name, types[column.type]) for column in sheet.columns]
    return pyarrow.schema([*account, *columns])
