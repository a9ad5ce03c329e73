"""Lists as JSON: an array, or an object per line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Mapping
from typing import TextIO, TypeVar

from gradient_async.cli.escaping import escape_json
from gradient_async.cli.formats.sheet import ACCOUNT, Sheet
from gradient_async.cli.rows import Row
from gradient_async.models.base import to_plain

T = TypeVar("T")


async def write_json_lines(
    rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
) -> None:
    """Write each item as a JSON object on a line."""
    async for row in rows:
        out.write(f"{escape_json(to_json(row, sheet), out.encoding)}\n")
        # A pipe's reader would otherwise wait until a buffer of many items is full.
        out.flush()


async def write_json(rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]) -> None:
    """
    Write one JSON array.

    After an error the array stays open, so that no parser accepts an incomplete list.
    """
    before, end = "[\n", "[]\n"
    async for row in rows:
        out.write(f"{before}{escape_json(to_json(row, sheet), out.encoding)}")
        out.flush()
        before, end = ",\n", "\n]\n"
    out.write(end)
    out.flush()


def to_json(row: Row[T], sheet: Sheet[T]) -> str:
    """Return a row as JSON: the columns chosen, or everything that the item has."""
    content: Mapping[str, object]
    if sheet.names:
        content = {name: to_plain(it) for name, it in sheet.cells(row).items()}
    else:
        account: dict[str, object] = {ACCOUNT: row.account} if sheet.accounts else {}
        content = {**account, **sheet.listing.to_dict(row.item)}
    return json.dumps(
        content,
        ensure_ascii=False,
    )
