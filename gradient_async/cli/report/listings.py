"""The columns of a report's tables, in the terminal and on the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs
from rich.text import Text

from gradient_async.cli.columns import Cell, Column, ColumnType, Listing
from gradient_async.cli.formatting import format_duration
from gradient_async.cli.report.failures import FailingSource, Reason
from gradient_async.cli.report.group import Group, Outcome
from gradient_async.cli.report.report import GroupBy
from gradient_async.printable import printable

_MAX_NAME_WIDTH: Final = 36
_MAX_REASONS: Final = 10
_CENT: Final = 0.01
_MISSING: Final = "-"


def format_rate(rate: float | None) -> str:
    """Format a share of 1 as percent."""
    return _MISSING if rate is None else f"{rate:.1%}"


def format_cost(group: Group) -> str:
    """Format a cost; one that is partly unknown is a lower limit."""
    cost = group.cost
    if cost is None:
        return "unknown"
    amount = "<$0.01" if 0 < cost < _CENT else f"${cost:,.2f}"
    return f">={amount.removeprefix('<')}" if group.unpriced_tokens else amount


def to_seconds(seconds: float | None) -> Text:
    """Return a duration for people to read."""
    return format_duration(None if seconds is None else timedelta(seconds=seconds))


def list_groups(by: GroupBy, groups: Sequence[Group] = ()) -> Listing[Group]:
    """Return how groups are listed; names have the width of the longest one."""
    name = by.replace("-", "_")
    longest = max((Text(printable(it.label)).cell_len for it in groups), default=0)
    return Listing[Group](
        noun="indexing job",
        columns=(
            Column(name, width=min(longest, _MAX_NAME_WIDTH)),
            *([Column[Group]("knowledge_base_uuid")] if by == "knowledge-base" else []),
            *_NUMBERS,
        ),
        table=(name, *_TABLE),
        to_row=lambda group: _to_row(group, name),
        to_dict=lambda group: _to_dict(group, name, has_uuid=by == "knowledge-base"),
    )


def _to_row(group: Group, name: str) -> dict[str, Cell]:
    return {
        name: group.label,
        "knowledge_base_uuid": group.uuid,
        "jobs": group.jobs,
        **{it.value: group.outcomes[it] for it in Outcome},
        "success_rate": group.success_rate,
        "tokens": group.tokens,
        "cost_usd": group.cost,
        "unpriced_tokens": group.unpriced_tokens,
        "p50_seconds": group.percentile(50),
        "p95_seconds": group.percentile(95),
        "source_failures": group.reasons.total(),
        "top_reason": next(iter(dict(group.reasons.most_common(1))), None),
    }


def _to_dict(group: Group, name: str, *, has_uuid: bool) -> dict[str, object]:
    row = _to_row(group, name)
    if not has_uuid:
        del row["knowledge_base_uuid"]
    reasons = [
        {"reason": text, "failures": count}
        for text, count in group.reasons.most_common(_MAX_REASONS)
    ]
    return {**row, "reasons": reasons}


_NUMBERS: Final[tuple[Column[Group], ...]] = (
    Column("jobs", ColumnType.INTEGER, width=6),
    *(Column[Group](it.value, ColumnType.INTEGER) for it in Outcome),
    Column(
        "success_rate",
        ColumnType.NUMBER,
        title="SUCCESS",
        render=lambda group: Text(format_rate(group.success_rate)),
    ),
    Column("tokens", ColumnType.INTEGER, width=14),
    Column(
        "cost_usd",
        ColumnType.NUMBER,
        title="COST",
        width=9,
        render=lambda group: Text(format_cost(group)),
    ),
    Column("unpriced_tokens", ColumnType.INTEGER),
    Column(
        "p50_seconds",
        ColumnType.NUMBER,
        title="P50",
        width=7,
        render=lambda group: to_seconds(group.percentile(50)),
    ),
    Column(
        "p95_seconds",
        ColumnType.NUMBER,
        title="P95",
        width=7,
        render=lambda group: to_seconds(group.percentile(95)),
    ),
    Column("source_failures", ColumnType.INTEGER, title="FAILURES"),
    Column("top_reason", title="MOST FREQUENT REASON"),
)
_TABLE: Final = (
    "jobs",
    "success_rate",
    "tokens",
    "cost_usd",
    "p50_seconds",
    "p95_seconds",
    "failed",
    "partial",
    "cancelled",
    "unfinished",
    "source_failures",
    "top_reason",
)

REASONS: Final = Listing[Reason](
    noun="reason",
    columns=(
        Column("failures", ColumnType.INTEGER),
        Column("sources", ColumnType.INTEGER),
        Column("reason"),
    ),
    table=("failures", "sources", "reason"),
    to_row=lambda it: {
        "failures": it.failures,
        "sources": it.sources,
        "reason": it.text,
    },
    to_dict=attrs.asdict,
)
"""Why data sources failed."""

SOURCES: Final = Listing[FailingSource](
    noun="data source",
    columns=(
        Column("data_source", width=36),
        Column("knowledge_base", width=20),
        Column("failures", ColumnType.INTEGER),
        Column("latest", ColumnType.TIME, width=20),
        Column("most_frequent_reason"),
    ),
    table=(
        "data_source",
        "knowledge_base",
        "failures",
        "latest",
        "most_frequent_reason",
    ),
    to_row=lambda it: {
        "data_source": it.uuid,
        "knowledge_base": it.knowledge_base,
        "failures": it.failures,
        "latest": it.latest,
        "most_frequent_reason": it.reasons.most_common(1)[0][0],
    },
    to_dict=attrs.asdict,
)
"""Data sources that failed."""
