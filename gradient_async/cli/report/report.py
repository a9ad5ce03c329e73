"""Sum up jobs by knowledge base, account or day; pure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from gradient_async.cli.report.bases import Base, Bases
from gradient_async.cli.report.failures import FailingSource, Reason, short_reason
from gradient_async.cli.report.group import Group
from gradient_async.models import IndexingJob

GroupBy: TypeAlias = Literal["knowledge-base", "account", "day"]

_UNKNOWN: Final = "unknown"


class Report:
    """
    The sums of the jobs added so far.

    Args:
        by: What jobs have in common to be in one group.
        bases: The knowledge bases that are known.
    """

    def __init__(self, by: GroupBy, bases: Bases) -> None:
        self.by = by
        self._bases = bases
        self.total: Final = Group("total")
        """All jobs."""
        self._groups: dict[tuple[str, str], Group] = {}
        self._days: dict[str, Group] = {}
        self._sources: dict[tuple[str, str, str], FailingSource] = {}

    def add(self, account: str, job: IndexingJob) -> None:
        """Add a job of an account."""
        known = self._bases.get((account, job.knowledge_base_uuid))
        uuid = job.knowledge_base_uuid or _UNKNOWN
        base = known or Base(uuid)
        reasons = self._add_failures(account, job, base.name)
        day = _day_of(job.created_at)
        of_day = self._days.setdefault(day, Group(day))
        for group in (self.total, of_day, *self._find_group(account, uuid, base)):
            group.add(job, base.price, reasons)

    def _find_group(self, account: str, uuid: str, base: Base) -> list[Group]:
        """Return the group of a job; none where groups are days."""
        match self.by:
            case "knowledge-base":
                key, new = (account, uuid), Group(base.name or uuid, uuid)
            case "account":
                key, new = (account, ""), Group(account)
            case _:
                return []
        return [self._groups.setdefault(key, new)]

    def _add_failures(self, account: str, job: IndexingJob, base: str) -> list[str]:
        """Add the sources of a job that failed, and return the reasons."""
        reasons = []
        for source in job.failed_sources:
            key = (account, job.knowledge_base_uuid, source.data_source_uuid)
            uuid = source.data_source_uuid or _UNKNOWN
            found = self._sources.setdefault(key, FailingSource(account, uuid, base))
            reasons.append(short_reason(source))
            found.add(job, reasons[-1])
        return reasons

    @property
    def days(self) -> list[Group]:
        """The days with jobs, the earliest first; a day begins at midnight UTC."""
        return [group for _, group in sorted(self._days.items())]

    @property
    def groups(self) -> list[tuple[str, Group]]:
        """The groups with their accounts: days by time, others by number of jobs."""
        if self.by == "day":
            return [("", group) for group in self.days]
        found = [(account, group) for (account, _), group in self._groups.items()]
        return sorted(found, key=lambda it: (-it[1].jobs, it[1].label, it[0]))

    @property
    def sources(self) -> list[FailingSource]:
        """The data sources that failed, the one that did so most often first."""
        found = self._sources.values()
        return sorted(found, key=lambda it: (-it.failures, it.account, it.uuid))

    @property
    def reasons(self) -> list[Reason]:
        """Why data sources failed, the most frequent reason first."""
        sources: Counter[str] = Counter()
        for source in self._sources.values():
            sources.update(source.reasons.keys())
        return [
            Reason(text, failures, sources[text])
            for text, failures in self.total.reasons.most_common()
        ]


def _day_of(moment: datetime | None) -> str:
    if moment is None:
        return _UNKNOWN
    try:
        return moment.astimezone(UTC).date().isoformat()
    except OverflowError:
        # In the first or last hours of the calendar.
        return moment.date().isoformat()
