"""Lists as CSV."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable
from datetime import datetime
from functools import cache
from typing import TextIO, TypeVar

from gradient_async.cli.columns import Cell
from gradient_async.cli.escaping import escape_cell
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row
from gradient_async.models.base import to_plain

T = TypeVar("T")


async def write_csv(rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]) -> None:
    """Write a heading and a row for each item; a missing value is an empty cell."""
    account = (ACCOUNT,) if sheet.accounts else ()
    names = [*account, *(column.name for column in sheet.columns)]
    table: csv.DictWriter[str] = csv.DictWriter(out, names, lineterminator="\n")
    write_heading_once = cache(table.writeheader if sheet.has_heading else int)
    async for row in rows:
        write_heading_once()
        cells = sheet.cells(row)
        table.writerow({name: to_csv(cell) for name, cell in cells.items()})
        out.flush()
    write_heading_once()
    out.flush()


def to_csv(cell: Cell) -> object:
    """Return a cell as CSV has it, with times and flags as in JSON."""
    if isinstance(cell, datetime):
        return str(to_plain(cell))
    if isinstance(cell, bool):
        return str(cell).lower()
    return escape_cell(cell)
