"""Write the jobs of a stream to a file, so that a later run can finish it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Final, Literal, TextIO, TypeAlias, TypeVar

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.cli.export.cell_lines import convert_to_parquet, write_cell_lines
from gradient_async.cli.export.part_file import PartFile
from gradient_async.cli.formats.csv_format import write_csv
from gradient_async.cli.formats.json_format import write_json_lines
from gradient_async.cli.formats.sheet import Sheet, Writer
from gradient_async.cli.list_progress import show_progress
from gradient_async.cli.rows import Row, read_rows
from gradient_async.errors import GradientError

T = TypeVar("T")

ExportFormat: TypeAlias = Literal["jsonl", "csv", "parquet"]

# Parquet cannot be appended to, so its rows are collected as lines first.
_WRITERS: Final[Mapping[ExportFormat, Writer]] = {
    "jsonl": write_json_lines,
    "csv": write_csv,
    "parquet": write_cell_lines,
}
_ROWS_PER_SAVE: Final = 200


async def write_part(
    stream: accounts.AccountStream[T],
    part: PartFile,
    out: TextIO,
    sheet: Sheet[T],
    kind: ExportFormat,
) -> None:
    """
    Append the items of a stream to a part file; save every 200 rows how far it is.

    Raises:
        GradientError: The stream failed; the part file has what came before.
    """
    # The heading belongs to the first rows, or to the end of an empty list.
    rest = attrs.evolve(sheet, has_heading=not part.state.size)
    async with (
        aclosing(_read_and_save(stream, part, out)) as rows,
        show_progress(stream, lambda: part.rows),
    ):
        await _WRITERS[kind](rows, out, rest)
    part.save(out, stream.position)


async def _read_and_save(
    stream: accounts.AccountStream[T], part: PartFile, out: TextIO
) -> AsyncGenerator[Row[T], None]:
    """Yield the rows of a stream; each is written by the time of the next."""
    try:
        async with aclosing(read_rows(stream)) as rows:
            async for row in rows:
                yield row
                part.rows += 1
                if part.rows % _ROWS_PER_SAVE == 0:
                    part.save(out, stream.position)
    except (GradientError, asyncio.CancelledError):
        part.save(out, stream.position)
        raise


def complete_file(part: PartFile, sheet: Sheet[T], kind: ExportFormat) -> Path:
    """Return the part file when it is complete, converted if necessary."""
    if kind != "parquet":
        return part.path
    converted = part.path.with_name(f"{part.path.name}.parquet")
    convert_to_parquet(part.path, converted, sheet)
    return converted
