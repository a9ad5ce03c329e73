"""What is written, whatever the format: the columns chosen, of which accounts."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from typing import Generic, Protocol, TextIO, TypeVar

import attrs

from gradient_async.cli.columns import Cell, Column, Listing
from gradient_async.cli.rows import Row

T = TypeVar("T")

ACCOUNT = "account"
"""Name of the column of accounts, the first one."""


@attrs.frozen(kw_only=True)
class Sheet(Generic[T]):
    """What to write: which columns of a listing, and whether with their account."""

    listing: Listing[T]
    names: Sequence[str] = ()
    """Names of the columns chosen; empty means those of the format."""
    accounts: Sequence[str] = ()
    """Names of the accounts; empty leaves their column out."""
    is_wide: bool = False
    """Whether a table has all columns, however narrow the terminal is."""
    has_heading: bool = True
    """Whether CSV begins with a heading; False if the rows go on with a file."""

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """The columns chosen, or all."""
        return self.listing.find(self.names) or tuple(self.listing.columns)

    @property
    def table_columns(self) -> tuple[Column[T], ...]:
        """The columns chosen, or those of tables."""
        return self.listing.find(self.names or self.listing.table)

    def cells(self, row: Row[T]) -> dict[str, Cell]:
        """Return the values of a row by the names of the columns."""
        account: dict[str, Cell] = {ACCOUNT: row.account} if self.accounts else {}
        values = self.listing.to_row(row.item)
        return account | {column.name: values[column.name] for column in self.columns}


class Writer(Protocol):
    """Writes the rows of a list to a file, each as soon as it arrives."""

    async def __call__(
        self, rows: AsyncIterable[Row[T]], out: TextIO, sheet: Sheet[T]
    ) -> None:
        """
        Write all rows.

        Nothing is written before the first: a failure before it must not look like an
        empty list.
        """
        ...
