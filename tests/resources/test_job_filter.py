"""The filters of lists of indexing jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import attrs
import pandas as pd  # type: ignore[import-untyped]  # has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.errors import ConfigurationError
from gradient_async.models import IndexingJob, IndexingJobPhase, IndexingJobStatus
from gradient_async.resources.job_filter import (
    JobFilter,
    JobFilters,
    JobListOptions,
    pop_filter,
)

Phase = IndexingJobPhase
Status = IndexingJobStatus

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def build(**criteria: Any) -> JobFilter:
    """Build a filter, one of no criteria included."""
    options: Any = criteria
    return pop_filter(options) or JobFilter()


@pytest.mark.parametrize(
    "job",
    [
        IndexingJob(),
        IndexingJob(uuid="a", status=Status.FAILED, phase=Phase.ERROR, created_at=NOON),
        IndexingJob(status=Status("INDEX_JOB_STATUS_NEW")),
    ],
)
def test_no_criteria(job: IndexingJob) -> None:
    """A filter without criteria matches every job."""
    assert build()(job)


def test_options_are_split() -> None:
    """The filters are taken out of the options; the paging options stay."""
    options = JobListOptions(statuses="failed", phases=None, max_items=5, prefetch=1)

    assert JobFilter(statuses=FAILED) == pop_filter(options)
    assert {"max_items": 5, "prefetch": 1} == options


@pytest.mark.parametrize("name", [None, *JobFilters.__annotations__])
def test_no_filter(name: str | None) -> None:
    """Filters that are missing or None make no predicate at all."""
    options: Any = {} if name is None else {name: None}

    assert pop_filter(options) is None
    assert {} == options


def test_every_filter_is_a_criterion() -> None:
    """The options name the criteria of the predicate, all of them."""
    fields = [field.name for field in attrs.fields(JobFilter)]

    assert fields == list(JobFilters.__annotations__)


@pytest.mark.parametrize(
    ("expected", "uuid"),
    [(True, "kb-1"), (False, "kb-2"), (False, ""), (False, "KB-1")],
)
def test_knowledge_bases(expected: bool, uuid: str) -> None:
    """Jobs of the given knowledge base match; the id is case-sensitive."""
    keep = build(knowledge_base_uuid="kb-1")

    assert expected is keep(IndexingJob(knowledge_base_uuid=uuid))


FAILED = frozenset({Status.FAILED})


@pytest.mark.parametrize(
    ("expected", "statuses"),
    [
        (None, None),
        (frozenset(), []),
        (FAILED, "failed"),
        (FAILED, Status.FAILED),
        (FAILED, ["failed", "FAILED", Status.FAILED]),
        (FAILED, iter(["failed"])),
        (FAILED | {Status.NO_CHANGES}, ("failed", "no-changes")),
        (
            frozenset({Status("INDEX_JOB_STATUS_NEW")}),
            ["INDEX_JOB_STATUS_NEW"],
        ),
    ],
)
def test_ways_to_name_statuses(
    expected: frozenset[IndexingJobStatus] | None, statuses: Any
) -> None:
    """Members, short names in any case and wire values, alone or many, are parsed."""
    assert expected == build(statuses=statuses).statuses


@pytest.mark.parametrize("name", [*Phase, "running", "BATCH_JOB_PHASE_NEW"])
def test_phases(name: str) -> None:
    """A job in the given phase matches, and no other."""
    keep = build(phases=name)
    phase = Phase.parse(name)

    assert keep(IndexingJob(phase=phase))
    assert [] == [
        other
        for other in Phase
        if other != phase and keep(IndexingJob(phase=other, status=Status.FAILED))
    ]


def test_status_of_a_job() -> None:
    """The status of any job can be passed, even one with another prefix."""
    job = IndexingJob(status=Status("SPLENDID"))

    assert build(statuses=[job.status])(job)


def test_no_statuses() -> None:
    """An empty list of statuses matches nothing."""
    assert not build(statuses=[])(IndexingJob(status=Status.FAILED))


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("statuses: 'fialed' is none of unknown, partial", {"statuses": ["fialed"]}),
        ("statuses: '' is none of", {"statuses": ""}),
        ("phases: 'completed' is none of unknown, pending", {"phases": "completed"}),
        (
            "statuses: 'BATCH_JOB_PHASE_FAILED' is none of",
            {"statuses": Phase.FAILED.value},
        ),
    ],
)
def test_unknown_names(text: str, criteria: dict[str, Any]) -> None:
    """An unknown name is refused; the message lists the known ones."""
    with pytest.raises(ConfigurationError, match=text) as caught:
        build(**criteria)

    assert caught.value.__context__ is None


class Nowhere(tzinfo):
    """A timezone without an offset."""

    def utcoffset(self, _: datetime | None) -> None:
        """Return None."""

    dst = tzname = utcoffset


@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_missing_times_of_pandas(name: str) -> None:
    """NaT is a datetime for Python, but no time to compare with."""
    with pytest.raises(
        ConfigurationError, match=f"{name} must be a time or None, got NaT"
    ):
        build(**{name: pd.NaT})


@pytest.mark.parametrize("name", ["created_after", "created_before"])
@pytest.mark.parametrize("zone", [None, Nowhere()])
def test_times_without_timezone(name: str, zone: tzinfo | None) -> None:
    """A naive time is refused; the message shows how to write an aware one."""
    moment = NOON.replace(tzinfo=zone)

    with pytest.raises(
        ConfigurationError, match=f"{name} must be timezone-aware: date"
    ):
        build(**{name: moment})


@pytest.mark.parametrize(
    ("expected", "created_at"),
    [
        (False, NOON - MOMENT),
        (True, NOON),
        (True, NOON + timedelta(minutes=30)),
        (True, NOON + timedelta(hours=1) - MOMENT),
        (False, NOON + timedelta(hours=1)),
        (False, None),
        (True, NOON.astimezone(timezone(timedelta(hours=-8)))),
    ],
)
def test_interval_is_half_open(expected: bool, created_at: datetime | None) -> None:
    """The start is included, the end is not; a job without a time does not match."""
    keep = build(created_after=NOON, created_before=NOON + timedelta(hours=1))

    assert expected is keep(IndexingJob(created_at=created_at))


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=4, max_size=4))
def test_neighbouring_intervals_share_nothing(moments: list[datetime]) -> None:
    """Of two adjacent intervals exactly one contains a job within their union."""
    start, middle, end, created_at = sorted(moments[:3]) + moments[3:]
    job = IndexingJob(created_at=created_at)
    parts = [
        build(created_after=start, created_before=middle),
        build(created_after=middle, created_before=end),
    ]

    assert (start <= created_at < end) is (1 == sum(keep(job) for keep in parts))
    assert 2 != sum(keep(job) for keep in parts)


@pytest.mark.parametrize(
    ("expected", "name", "created_at"),
    [
        (True, "created_after", NOON),
        (False, "created_after", NOON - MOMENT),
        (False, "created_after", None),
        (False, "created_before", NOON),
        (True, "created_before", NOON - MOMENT),
        (False, "created_before", None),
    ],
)
def test_open_ends(expected: bool, name: str, created_at: datetime | None) -> None:
    """A single bound leaves the other side open."""
    keep = build(**{name: NOON})

    assert expected is keep(IndexingJob(created_at=created_at))


GOOD: dict[str, Any] = {
    "knowledge_base_uuid": "kb-1",
    "status": Status.FAILED,
    "phase": Phase.ERROR,
    "created_at": NOON,
}


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        (True, {}),
        (False, {"knowledge_base_uuid": "kb-2"}),
        (False, {"status": Status.PARTIAL}),
        (False, {"phase": Phase.FAILED}),
        (False, {"created_at": NOON - MOMENT}),
    ],
)
def test_all_criteria_hold(expected: bool, change: dict[str, Any]) -> None:
    """A job matches only if it meets every criterion."""
    keep = build(
        knowledge_base_uuid="kb-1",
        statuses="failed",
        phases="error",
        created_after=NOON,
    )

    assert expected is keep(IndexingJob(**(GOOD | change)))
