"""The summary at the end of the show."""

from __future__ import annotations

from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradient_async.cli.look import count, noun_for, show_name, style_of
from gradient_async.cli.tally import Tally


def show_summary(tally: Tally, *, seconds: float, drift: bool) -> RenderableType:
    """Show what there was, what it took, and what to know about it."""
    tables = Table.grid(padding=(0, 6, 0, 0))
    tables.add_row(_totals(tally, seconds), _statuses(tally))
    notes = [Text(note, style="yellow") for note in _notes(tally, drift=drift)]
    return Padding(Group(tables, *notes), (1, 0, 1, 1), expand=False)


def _totals(tally: Tally, seconds: float) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_row(noun_for(tally.jobs, "job"), f"{tally.jobs:,}")
    table.add_row(noun_for(tally.pages, "page"), f"{tally.pages:,}")
    table.add_row(noun_for(tally.requests, "request"), f"{tally.requests:,}")
    table.add_row("seconds", f"{seconds:,.2f}")
    table.add_row(noun_for(tally.tokens, "token"), f"{tally.tokens:,}")
    return table


def _statuses(tally: Tally) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    most = max(tally.statuses.values(), default=0)
    for status, number in tally.statuses.most_common():
        bar = Bar(most, 0, number, width=24, color=style_of(status) or "default")
        table.add_row(show_name(status), f"{number:,}", bar)
    return table


def _notes(tally: Tally, *, drift: bool) -> list[str]:
    notes = []
    if tally.newcomers:
        newcomers = count(tally.newcomers, "new job")
        end = "" if drift else " None of the others was lost."
        notes.append(f"{newcomers} appeared meanwhile, not counted here.{end}")
    if drift:
        notes.append("The list also changed in ways that may have hidden jobs.")
    return notes
