"""A report as a page of HTML that needs nothing else; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

import attrs

from gradient_async.cli.columns import Column, ColumnType, Listing
from gradient_async.cli.formatting import format_time
from gradient_async.cli.report.charts import (
    Chart,
    add_bar_chart,
    add_column_chart,
    outcome_bar,
    token_bar,
)
from gradient_async.cli.report.elements import Element, add, to_html
from gradient_async.cli.report.group import Group, Outcome
from gradient_async.cli.report.listings import REASONS, SOURCES, list_groups
from gradient_async.cli.report.report import Report

T = TypeVar("T")

_MOST_FAILURES: Final = 20
_TITLE: Final = "Indexing jobs"
# Nothing is loaded, whatever a name may contain.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


@attrs.frozen(kw_only=True)
class PageFacts:
    """What a page says besides the sums."""

    accounts: Sequence[str]
    """Names of the accounts; empty for the only one."""
    since: datetime | None
    """The earliest time of creation; None for no limit."""
    until: datetime | None
    """The time before which jobs were created; None for no limit."""
    written: datetime
    """When the page was written."""
    errors: Sequence[str]
    """Why accounts are missing, wholly or in part."""


def render_page(report: Report, facts: PageFacts) -> str:
    """Return the whole page."""
    html = Element("html", {"lang": "en"})
    _add_head(html)
    body = add(html, "body")
    _add_header(add(body, "header"), facts)
    main = add(body, "main")
    _add_summary(main, report.total)
    if report.total.jobs:
        _add_charts(main, report)
        _add_groups(main, report, with_account=len(facts.accounts) > 1)
    _add_failures(main, "Why data sources failed", report.reasons, REASONS)
    _add_failures(main, "Data sources that failed", report.sources, SOURCES)
    _add_footer(add(body, "footer"), report.total)
    return to_html(html)


def _add_head(html: Element) -> None:
    head = add(html, "head")
    add(head, "meta", "", {"charset": "utf-8"})
    view = "width=device-width, initial-scale=1"
    add(head, "meta", "", {"name": "viewport", "content": view})
    add(head, "meta", "", {"name": "color-scheme", "content": "light dark"})
    policy = {"http-equiv": "Content-Security-Policy", "content": _POLICY}
    add(head, "meta", "", policy)
    add(head, "title", f"{_TITLE}: report")
    # Not by `add`, which would put it on one line.
    add(head, "style").text = _read_style()


@cache
def _read_style() -> str:
    return files("gradient_async.cli.report").joinpath("style.css").read_text("utf-8")


def _add_header(header: Element, facts: PageFacts) -> None:
    add(header, "h1", _TITLE)
    limits = (("since", facts.since), ("before", facts.until))
    times = [f"{word} {format_time(time)}" for word, time in limits if time]
    created = f"created {' and '.join(times)}, " if times else ""
    add(header, "p", f"All jobs {created}as of {format_time(facts.written)}")
    if facts.accounts:
        add(header, "p", f"Accounts: {', '.join(facts.accounts)}")
    for error in facts.errors:
        add(header, "p", f"Incomplete: {error}", {"class": "incomplete"})


def _add_summary(main: Element, total: Group) -> None:
    """Append the sums of all jobs, as the table of groups would have them."""
    section = _add_section(main, "Summary")
    sums = add(section, "dl")
    listing = list_groups("account", [total])
    columns = listing.find([*_SUMS])
    for column, cell in zip(columns, listing.render(total, columns), strict=True):
        pair = add(sums, "div")
        add(pair, "dt", _SUMS[column.name])
        add(pair, "dd", cell.plain)


_SUMS: Final = {
    "jobs": "jobs",
    "success_rate": "succeeded, of those that ended",
    "tokens": "tokens",
    "cost_usd": "cost",
    "p50_seconds": "half took at most",
    "p95_seconds": "95 % took at most",
}


def _add_charts(main: Element, report: Report) -> None:
    section = _add_section(main, "Charts")
    legend = add(section, "ul", "", {"class": "legend"})
    for outcome in Outcome:
        add(legend, "li", outcome.value, {"class": outcome.value})
    charts = add(section, "div", "", {"class": "charts"})
    if report.by != "day":
        name = report.by.replace("-", " ")
        groups = [group for _, group in report.groups]
        for chart in _list_charts(groups, f"by {name}"):
            add_bar_chart(charts, chart)
    for chart in _list_charts(report.days, "by day"):
        add_column_chart(charts, chart)


def _list_charts(groups: Sequence[Group], name: str) -> tuple[Chart, Chart]:
    """Return the charts of jobs and of tokens."""
    jobs = [outcome_bar(group) for group in groups]
    tokens = [token_bar(group) for group in groups]
    return Chart("jobs", name, jobs), Chart("tokens", name, tokens)


def _add_groups(main: Element, report: Report, *, with_account: bool) -> None:
    name = report.by.replace("-", " ")
    section = _add_section(main, f"By {name}")
    listing = list_groups(report.by)
    # The reasons have tables of their own.
    columns = listing.find([it for it in listing.table if it != "top_reason"])
    # Groups of accounts have them as their names already.
    has_account = with_account and report.by == "knowledge-base"
    account: list[Column[Group]] = [Column("account")] if has_account else []
    rows = [
        [*([owner] if has_account else []), *_to_texts(listing, group, columns)]
        for owner, group in report.groups
    ]
    total = [*([""] if has_account else []), *_to_texts(listing, report.total, columns)]
    order = "Earliest first" if report.by == "day" else "Most jobs first"
    _add_table(section, order, [*account, *columns], rows, total)


def _add_failures(
    main: Element, title: str, items: Sequence[T], listing: Listing[T]
) -> None:
    """Append a table of what failed most often; nothing if nothing failed."""
    if not items:
        return
    section = _add_section(main, title)
    shown = items[:_MOST_FAILURES]
    order = "Most frequent first"
    caption = (
        f"{order} ({len(shown)} of {len(items)})" if items[len(shown) :] else order
    )
    rows = [_to_texts(listing, item, listing.columns) for item in shown]
    _add_table(section, caption, listing.columns, rows)


def _to_texts(listing: Listing[T], item: T, columns: Sequence[Column[T]]) -> list[str]:
    return [cell.plain for cell in listing.render(item, columns)]


def _add_table(
    section: Element,
    caption: str,
    columns: Sequence[Column[T]],
    rows: Sequence[Sequence[str]],
    total: Sequence[str] = (),
) -> None:
    """
    Append a table.

    Its roles are explicit: a narrow window shows rows as cards, and a browser would
    take that for no table.
    """
    table = add(section, "table", "", {"role": "table"})
    add(table, "caption", caption)
    head = add(add(table, "thead", "", {"role": "rowgroup"}), "tr", "", {"role": "row"})
    for column in columns:
        attributes = {"scope": "col", "role": "columnheader", **_class_of(column)}
        add(head, "th", column.title.capitalize(), attributes)
    body = add(table, "tbody", "", {"role": "rowgroup"})
    for row in rows:
        _add_row(body, columns, row)
    if total:
        foot = add(table, "tfoot", "", {"role": "rowgroup"})
        _add_row(foot, columns, total)


def _add_row(
    parent: Element, columns: Sequence[Column[T]], cells: Sequence[str]
) -> None:
    row = add(parent, "tr", "", {"role": "row"})
    for column, cell in zip(columns, cells, strict=True):
        label = {"data-label": column.title.capitalize(), **_class_of(column)}
        add(row, "td", cell, {"role": "cell", **label})


def _class_of(column: Column[T]) -> dict[str, str | float]:
    if column.type is ColumnType.TIME:
        return {"class": "time"}
    return {"class": "number"} if column.is_number else {}


def _add_section(main: Element, title: str) -> Element:
    section = add(main, "section")
    add(section, "h2", title)
    return section


def _add_footer(footer: Element, total: Group) -> None:
    text = (
        "Cost: tokens at the price of the embedding model today. A cost is unknown "
        "where the model or its price is, as for a deleted knowledge base"
    )
    unknown = f"; that is so for {total.unpriced_tokens:,} tokens"
    add(footer, "p", f"{text}{unknown if total.unpriced_tokens else ''}.")
    add(footer, "p", "Durations are those from start to end. Days are in UTC.")
