"""What a list of objects has: its columns, and how they are shown in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

import attrs
from rich.text import Text

from gradient_async.cli.formatting import format_time
from gradient_async.errors import ConfigurationError
from gradient_async.printable import printable

T = TypeVar("T")

Cell: TypeAlias = str | int | float | datetime | None
"""A value in a column."""


class ColumnType(Enum):
    """Type of a column's values, for formats that need it before the first row."""

    TEXT = str
    INTEGER = int
    NUMBER = float
    FLAG = bool
    TIME = datetime


@attrs.frozen
class Column(Generic[T]):
    """A column: its name is stable, its title and width are for tables."""

    name: str
    """Name in all formats but the table, and of `--columns`."""
    type: ColumnType = ColumnType.TEXT
    title: str = attrs.field(kw_only=True)
    """Heading in tables; the name by default."""
    _width: int = attrs.field(default=0, kw_only=True)
    render: Callable[[T], Text] | None = attrs.field(default=None, kw_only=True)
    """Return the cell of a table; None renders the value."""

    is_kept: bool = attrs.field(default=False, kw_only=True)
    """Whether even the narrowest terminal shows it."""

    @title.default
    def _default_title(self) -> str:
        return self.name.upper().replace("_", " ")

    @property
    def width(self) -> int:
        """Width in tables, at least that of the title."""
        return max(self._width, Text(self.title).cell_len)

    @property
    def is_number(self) -> bool:
        """Whether tables align it to the right."""
        return self.type in {ColumnType.INTEGER, ColumnType.NUMBER}


@attrs.frozen(kw_only=True)
class Listing(Generic[T]):
    """How a kind of object is listed."""

    noun: str
    """What an item is called, for example `indexing job`."""
    columns: Sequence[Column[T]]
    """All columns; new ones are added at the end."""
    table: Sequence[str]
    """Names of the columns of tables, the most important ones first."""
    to_row: Callable[[T], Mapping[str, Cell]]
    """Return the values of all columns, by name."""
    to_dict: Callable[[T], Mapping[str, object]]
    """Return everything that an item has, as plain JSON values."""

    def find(self, names: Sequence[str]) -> tuple[Column[T], ...]:
        """
        Return the columns of these names, in this order.

        Raises:
            ConfigurationError: There is no column of a name.
        """
        columns = {column.name: column for column in self.columns}
        for name in names:
            if name not in columns:
                msg = f"no column {printable(name)!r}; there are: {', '.join(columns)}"
                raise ConfigurationError(msg)
        return tuple(columns[name] for name in names)

    def render(self, item: T, columns: Sequence[Column[T]]) -> list[Text]:
        """Return the cells of a table."""
        row = self.to_row(item)
        return [
            it.render(item) if it.render else to_text(row[it.name]) for it in columns
        ]


def to_text(value: Cell) -> Text:
    """Return a value for people to read."""
    match value:
        case datetime():
            return format_time(value)
        case bool():
            return Text("yes" if value else "no")
        case int():
            return Text(f"{value:,}")
        case float():
            return Text(f"{value:,.6g}")
        case _:
            return Text(printable(value) if value else "-")
