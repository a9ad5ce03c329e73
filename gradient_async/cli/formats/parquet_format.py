"""Lists as Parquet, a row group for every 10,000 rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, Final, TextIO, TypeVar

from gradient_async.cli.columns import ColumnType
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row
from gradient_async.errors import ConfigurationError

T = TypeVar("T")

_ROWS_PER_GROUP: Final = 10_000
# Rows as Python objects take ten times the memory that pyarrow needs for them.
_ROWS_PER_BATCH: Final = 500


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
    pyarrow = import_pyarrow()
    schema = schema_of(sheet, pyarrow)
    group: list[Any] = []
    with pyarrow.parquet.ParquetWriter(out.buffer, schema) as writer:
        async for batch in _split(rows, _ROWS_PER_BATCH):
            cells = [sheet.cells(row) for row in batch]
            group.append(pyarrow.RecordBatch.from_pylist(cells, schema=schema))
            if len(group) * _ROWS_PER_BATCH >= _ROWS_PER_GROUP:
                writer.write_table(pyarrow.Table.from_batches(group))
                group = []
        if group:
            writer.write_table(pyarrow.Table.from_batches(group))


async def _split(
    rows: AsyncIterable[Row[T]], size: int
) -> AsyncGenerator[list[Row[T]], None]:
    """Yield lists of `size` rows; the last one may be shorter."""
    batch: list[Row[T]] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def import_pyarrow() -> Any:
    """
    Import pyarrow with its Parquet module.

    Raises:
        ConfigurationError: It is not installed.
    """
    # Here, because it is large, and few need it.
    try:
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
