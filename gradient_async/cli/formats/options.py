"""The options for the output of lists, and writing in the format chosen."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import attrs
from cyclopts import Parameter, Token

from gradient_async.cli.columns import Listing
from gradient_async.cli.console import write_note
from gradient_async.cli.formats.csv_format import write_csv
from gradient_async.cli.formats.json_format import write_json, write_json_lines
from gradient_async.cli.formats.parquet_format import write_parquet
from gradient_async.cli.formats.sheet import Sheet, Writer
from gradient_async.cli.formats.table_format import write_table
from gradient_async.cli.rows import Row, iterate

T = TypeVar("T")

Format: TypeAlias = Literal["table", "json", "jsonl", "csv", "parquet"]

WRITERS: Final[Mapping[Format, Writer]] = {
    "table": write_table,
    "json": write_json,
    "jsonl": write_json_lines,
    "csv": write_csv,
    "parquet": write_parquet,
}


def split_names(_: object, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Convert names with commas between them; the option may be repeated."""
    names = (name for token in tokens for name in token.value.split(","))
    return tuple(name.strip() for name in names)


@Parameter(name="*", group="Output")
@attrs.frozen(kw_only=True)
class OutputOptions:
    """How a list is written."""

    format: Annotated[Format, Parameter(name=("--output", "-o"))] = "table"
    """Output format; all but `table` are for other programs."""
    columns: Annotated[
        tuple[str, ...],
        Parameter(
            name="--columns", negative=(), converter=split_names, show_default=False
        ),
    ] = ()
    """Write only these columns, in this order, as in `uuid,status`."""
    wide: Annotated[bool, Parameter(name="--wide", negative=(), show_default=False)] = (
        False
    )
    """Write all columns of a table, even if the terminal is too narrow."""

    @property
    def is_for_people(self) -> bool:
        """Whether to show an object in full, as nothing else was asked for."""
        return self.format == "table" and not self.columns

    async def write(
        self,
        rows: AsyncIterable[Row[T]],
        listing: Listing[T],
        *,
        accounts: Sequence[str] = (),
    ) -> None:
        """
        Write rows to stdout, each as soon as it arrives; note on stderr if none does.

        Raises:
            ConfigurationError: There is no column of a name, or the format cannot be
                written here.
        """
        sheet = Sheet(
            listing=listing, names=self.columns, accounts=accounts, is_wide=self.wide
        )
        # A wrong name is an error even if there are no rows.
        listing.find(self.columns)
        count = 0

        async def counted() -> AsyncIterator[Row[T]]:
            nonlocal count
            async for row in rows:
                count += 1
                yield row

        await WRITERS[self.format](counted(), sys.stdout, sheet)
        if not count:
            write_note(f"no {listing.noun}s found")

    async def write_one(self, item: T, listing: Listing[T]) -> None:
        """Write a single item to stdout: as JSON an object, else as a list of one."""
        kind: Format = "jsonl" if self.format == "json" else self.format
        await attrs.evolve(self, format=kind).write(iterate([item]), listing)


DEFAULT_OUTPUT: Final = OutputOptions()
"""A table of the usual columns."""
