"""Rows in a file of JSON lines, until they are converted to Parquet."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from pathlib import Path
from typing import Any, TextIO, TypeAlias, TypeVar

import msgspec

from gradient_async.cli.columns import Cell, Column, Listing
from gradient_async.cli.formats.parquet_format import write_parquet
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row

T = TypeVar("T")
Cells: TypeAlias = Mapping[str, Cell]


async def write_cell_lines(
    rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
) -> None:
    """Write the cells of each row as a JSON array on a line, exactly as they are."""
    encode = msgspec.json.Encoder().encode
    async for row in rows:
        cells = [*sheet.cells(row).values()]
        out.write(f"{encode(cells).decode()}\n")


async def convert_to_parquet(lines: Path, target: Path, sheet: Sheet[T]) -> None:
    """Convert such a file to Parquet; holds a row group of it at a time."""
    account: list[Column[Cells]] = [Column(ACCOUNT)] if sheet.accounts else []
    plain = Listing[Cells](
        noun=sheet.listing.noun,
        columns=[*account, *(Column(it.name, it.type) for it in sheet.columns)],
        table=(),
        to_row=lambda cells: cells,
        to_dict=lambda cells: cells,
    )
    with target.open("w", encoding="utf-8") as out:
        await write_parquet(_read(lines, plain), out, Sheet(listing=plain))


async def _read(
    lines: Path, listing: Listing[Cells]
) -> AsyncGenerator[Row[Cells], None]:
    names = [column.name for column in listing.columns]
    types: Any = tuple(column.type.value | None for column in listing.columns)
    decode = msgspec.json.Decoder(tuple[types]).decode
    with lines.open("rb") as file:
        for line in file:
            yield Row("", dict(zip(names, decode(line), strict=True)))
