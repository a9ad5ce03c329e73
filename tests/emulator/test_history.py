"""Seeded jobs: their consistency, and that they are repeatable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradient_async.emulator.core.timestamps import SECOND, START_TIME, format_timestamp
from gradient_async.emulator.domain.jobs.history import JobHistory
from gradient_async.emulator.domain.jobs.job import Job

PHASES = {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "ERROR", "CANCELLED"}
STATUSES = {
    "PARTIAL",
    "IN_PROGRESS",
    "COMPLETED",
    "FAILED",
    "NO_CHANGES",
    "PENDING",
    "CANCELLED",
}
SOURCE_STATUSES = {
    "IN_PROGRESS",
    "UPDATED",
    "PARTIALLY_UPDATED",
    "NOT_UPDATED",
    "FAILED",
    "CANCELLED",
}


def read(seed: str, count: int) -> list[Job]:
    """Return the jobs of a history, newest first."""
    history = JobHistory(seed, count)
    return [history.job(age).at(START_TIME) for age in range(count)]


@pytest.fixture(scope="module", name="jobs")
def _jobs() -> list[Job]:
    """Generate the jobs of an account, newest first."""
    return read("test", 1000)


def sources_of(job: Job) -> list[dict[str, Any]]:
    """Return the data source entries of a job."""
    sources: Any = job.fields["data_source_jobs"]
    return list(sources)


def test_every_known_value_occurs(jobs: list[Job]) -> None:
    """All phases and statuses of the description occur, and no others."""
    sources = [source for job in jobs for source in sources_of(job)]

    assert {f"BATCH_JOB_PHASE_{name}" for name in PHASES} == {
        job.fields["phase"] for job in jobs
    }
    assert {f"INDEX_JOB_STATUS_{name}" for name in STATUSES} == {
        job.fields["status"] for job in jobs
    }
    assert {f"DATA_SOURCE_STATUS_{name}" for name in SOURCE_STATUSES} == {
        source["status"] for source in sources
    }


def test_most_jobs_succeed(jobs: list[Job]) -> None:
    """More than two thirds of the jobs are completed."""
    statuses = [job.fields["status"] for job in jobs]

    assert 2 * len(jobs) / 3 < statuses.count("INDEX_JOB_STATUS_COMPLETED")


def test_times_are_in_order(jobs: list[Job]) -> None:
    """Times are in order, and none lies in the future."""
    for job in jobs:
        names = ("created_at", "started_at", "finished_at")
        times = [job.fields[name] for name in names if job.fields.get(name)]
        parsed = [datetime.fromisoformat(str(time)) for time in times]

        assert sorted(parsed) == parsed
        assert datetime.fromisoformat("2026-11-01T12:00:00Z") >= datetime.fromisoformat(
            str(job.fields["updated_at"])
        )


@pytest.mark.parametrize("unfinished", range(6))
@pytest.mark.parametrize("seed", range(12))
def test_nothing_lies_in_the_future(seed: int, unfinished: int) -> None:
    """However many jobs have not ended, nothing happens after the clock has started."""
    history = JobHistory(str(seed), 6, unfinished)
    runs = [history.job(age) for age in range(6)]
    ends = [str(run.at(START_TIME).fields["updated_at"]) for run in runs]
    start = datetime.fromisoformat(format_timestamp(START_TIME))

    assert START_TIME >= max(run.created_at for run in runs)
    assert start >= max(map(datetime.fromisoformat, ends))


def test_list_is_in_order_of_creation(jobs: list[Job]) -> None:
    """The newest job was created at noon, and all others before it, in order."""
    created = [datetime.fromisoformat(str(job.fields["created_at"])) for job in jobs]

    assert "2026-11-01T12:00:00Z" == jobs[0].fields["created_at"]
    assert sorted(set(created), reverse=True) == created


def test_newest_jobs_are_unfinished(jobs: list[Job]) -> None:
    """The newest two jobs are pending, the next three running, without an end."""
    phases = [str(job.fields["phase"])[16:] for job in jobs[:6]]

    assert ["PENDING"] * 2 + ["RUNNING"] * 3 == phases[:5]
    assert phases[5] not in {"PENDING", "RUNNING"}
    assert not any("finished_at" in job.fields for job in jobs[:5])


@pytest.mark.parametrize("seed", range(12))
def test_unfinished_jobs(seed: int) -> None:
    """They are spread evenly over the bases; sources and totals are consistent."""
    history = JobHistory(str(seed), 5)
    load = dict.fromkeys(history.knowledge_bases, 0)
    for job in read(str(seed), 5):
        load[job.knowledge_base_uuid] += 1
        fields: Mapping[str, Any] = job.fields
        uuids, entries = fields["data_source_uuids"], sources_of(job)
        sizes = [int(it["total_bytes_indexed"]) for it in entries]
        begins = [it["started_at"] for it in entries]

        assert set(uuids) <= set(history.knowledge_bases[job.knowledge_base_uuid])
        assert len(uuids) == fields["total_datasources"]
        assert entries == [] or uuids == [it["data_source_uuid"] for it in entries]
        assert begins[:1] == [fields[it] for it in ("started_at",) if it in fields]
        assert sum(size // 4 for size in sizes) == fields["tokens"]
        assert max(0, len(entries) - 1) == fields["completed_datasources"]
    assert 1 >= max(load.values()) - min(load.values())


def test_reports(jobs: list[Job]) -> None:
    """An ended job has a report if any of its sources was indexed or failed."""
    reported = {"UPDATED", "PARTIALLY_UPDATED", "FAILED"}
    for job in jobs:
        statuses = {str(it["status"])[19:] for it in sources_of(job)}
        has_ended = str(job.fields["phase"])[16:] not in {"PENDING", "RUNNING"}

        assert (has_ended and bool(reported & statuses)) == job.fields[
            "is_report_available"
        ]


def test_some_times_have_nine_digits(jobs: list[Job]) -> None:
    """Fractions have no, three, six or nine digits; all of these occur."""
    assert {20, 24, 27, 30} == {len(str(job.fields["created_at"])) for job in jobs}


def test_same_seed_same_bytes() -> None:
    """The same seed produces the same bytes, and another seed other jobs."""
    first, again, other = ([job.text for job in read(it, 50)] for it in ("a", "a", "b"))

    assert first == again
    assert not set(first) & set(other)


@given(st.integers(0, 999_999), st.text(max_size=5))
def test_jobs_are_found_by_their_ids(age: int, seed: str) -> None:
    """Each age has an id, and each id its age; no job has another id."""
    history = JobHistory(seed, 1_000_000)
    uuid = history.uuid(age)

    assert uuid == history.job(age).uuid
    assert age == history.find(uuid)
    assert history.find(uuid[:-1] + "fe"[uuid[-1] == "f"]) is None
    assert JobHistory(seed, age).find(uuid) is None
    assert "4" == uuid[14]


@given(st.integers(0, 999), st.text(max_size=5))
def test_jobs_of_a_knowledge_base(age: int, seed: str) -> None:
    """The jobs of a knowledge base are those that index it, newest first."""
    history = JobHistory(seed, 1000)
    uuid = history.job(age).knowledge_base_uuid

    assert [age] == [it for it in history.ages_of(uuid) if it == age]
    assert 1000 == sum(len(history.ages_of(it)) for it in history.knowledge_bases)
    assert [] == [*history.ages_of("another")]


@pytest.mark.parametrize(
    ("offset", "text"),
    [
        (0, "2026-11-01T12:00:00Z"),
        (SECOND, "2026-11-01T12:00:01Z"),
        (120_000_000, "2026-11-01T12:00:00.120Z"),
        (120_000, "2026-11-01T12:00:00.000120Z"),
        (120, "2026-11-01T12:00:00.000000120Z"),
    ],
)
def test_timestamp(offset: int, text: str) -> None:
    """A fraction has as many groups of three digits as it needs."""
    assert text == format_timestamp(START_TIME + offset)
