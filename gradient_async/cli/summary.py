"""The summary at the end of a stream of jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import attrs
from rich.bar import Bar
from rich.console import (
    Console,
    ConsoleOptions,
    Group,
    RenderableType,
    RenderResult,
)
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

# The package, not its names: they load when used, and most commands use none.
from gradient_async import accounts
from gradient_async.cli.formatting import (
    colour_of,
    format_count,
    format_enum,
    pluralize,
)
from gradient_async.cli.tally import Tally
from gradient_async.printable import printable

_BAR_WIDTH: Final = 24


def render_summary(
    tally: Tally,
    *,
    seconds: float,
    drift: bool,
    reports: Collection[accounts.AccountReport] = (),
) -> RenderableType:
    """
    Render the totals, the statuses, and how the list changed while it was read.

    Args:
        tally: The totals.
        seconds: How long reading took.
        drift: Whether jobs may have been hidden.
        reports: How far each account was read; empty for a single one without a name.
    """
    tables = Table.grid(padding=(0, 6, 0, 0))
    tables.add_row(_render_totals(tally, seconds), _render_statuses(tally))
    parts = [tables, *([_render_reports(reports)] if reports else [])]
    scope = "" if all(it.is_complete for it in reports) else " of complete accounts"
    notes = _change_notes(tally, drift=drift, scope=scope)
    texts = [Text(note, style="yellow") for note in notes]
    return Padding(Group(*parts, *texts), (1, 0, 1, 1), expand=False)


def _render_reports(reports: Iterable[accounts.AccountReport]) -> RenderableType:
    """Render how many jobs each account has, and why some are incomplete."""
    table = Table.grid(Column(style="bold"), Column(justify="right"), padding=(0, 2))
    for report in reports:
        style = "green" if report.is_complete else "red"
        state = Text(report.state, style=style)
        if report.error is not None:
            state.append(f": {printable(report.error.message)}")
        table.add_row(Text(printable(report.account)), f"{report.items:,}", state)
    return Padding(table, (1, 0), expand=False)


def _render_totals(tally: Tally, seconds: float) -> Table:
    table = Table.grid(Column(style="bold"), Column(justify="right"), padding=(0, 2))
    table.add_row(pluralize("job", tally.jobs), f"{tally.jobs:,}")
    if tally.pages:
        table.add_row(pluralize("page", tally.pages), f"{tally.pages:,}")
    table.add_row(pluralize("request", tally.requests), f"{tally.requests:,}")
    table.add_row("seconds", f"{seconds:,.2f}")
    table.add_row(pluralize("token", tally.tokens), f"{tally.tokens:,}")
    return table


def _render_statuses(tally: Tally) -> Table:
    table = Table.grid("", Column(justify="right"), "", padding=(0, 2))
    highest = max(tally.statuses.values(), default=0)
    for status, number in tally.statuses.most_common():
        bar = _Bar(number / highest, colour_of(status) or "default")
        table.add_row(format_enum(status), f"{number:,}", bar)
    return table


@attrs.frozen
class _Bar:
    """A bar of 24 columns; of `#` where there are no block characters."""

    share: float
    colour: str

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        """Render it with the characters that the console has."""
        if options.ascii_only:
            yield Text("#" * round(self.share * _BAR_WIDTH), style=self.colour)
        else:
            yield Bar(1.0, 0, self.share, width=_BAR_WIDTH, color=self.colour)

    def __rich_measure__(self, _: Console, __: ConsoleOptions) -> Measurement:
        """Return its width."""
        return Measurement(_BAR_WIDTH, _BAR_WIDTH)


def _change_notes(tally: Tally, *, drift: bool, scope: str) -> list[str]:
    notes = []
    if tally.new_jobs:
        new_jobs = format_count(tally.new_jobs, "new job")
        notes.append(f"{new_jobs} appeared while reading, not counted here.")
        if not drift:
            notes.append(f"No other job{scope} was missed.")
    if drift:
        notes.append("The list changed in ways that may have hidden some jobs.")
    return notes
