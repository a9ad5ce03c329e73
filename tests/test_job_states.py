"""The properties of a job in every state that the emulator can produce."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gradient_async import Client, IndexingJob
from gradient_async.emulator import Emulator

ENDED = {"SUCCEEDED", "FAILED", "ERROR", "CANCELLED"}
GOOD = {"COMPLETED", "NO_CHANGES"}
BAD_SOURCES = {"FAILED", "PARTIALLY_UPDATED"}


def short(value: object) -> str:
    """Remove `BATCH_JOB_PHASE_` and the other prefixes from a value."""
    text = str(value)
    for prefix in ("BATCH_JOB_PHASE_", "INDEX_JOB_STATUS_", "DATA_SOURCE_STATUS_"):
        text = text.removeprefix(prefix)
    return text


def parse_time(text: str) -> datetime:
    """Parse a timestamp, rounded to microseconds."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    # Rounded as the package rounds, halves up; `round` makes them even.
    rest = f"{(int(f'{fraction:0<9}') + 500) // 1000:06d}" if fraction else "000000"
    return datetime.fromisoformat(f"{whole}.{rest}+00:00")


def bad_sources(raw: Mapping[str, Any]) -> list[str]:
    """Return the ids of the data sources that failed, from the JSON alone."""
    return [
        source["data_source_uuid"]
        for source in raw["data_source_jobs"]
        if short(source["status"]) in BAD_SOURCES
        or int(source.get("failed_item_count", "0")) > 0
    ]


def properties(job: IndexingJob) -> dict[str, Any]:
    """Return the properties of a job."""
    return {
        "is_finished": job.is_finished,
        "is_running": job.is_running,
        "succeeded": job.succeeded,
        "is_partial": job.is_partial,
        "duration": job.duration,
        "failed_sources": [it.data_source_uuid for it in job.failed_sources],
    }


def expected_properties(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the expected properties, from the JSON alone."""
    phase, status = short(raw["phase"]), short(raw["status"])
    has_times = "started_at" in raw and "finished_at" in raw
    return {
        "is_finished": phase in ENDED,
        "is_running": phase in {"PENDING", "RUNNING"},
        "succeeded": phase == "SUCCEEDED" and status in GOOD,
        "is_partial": phase == "SUCCEEDED" and status == "PARTIAL",
        "duration": parse_time(raw["finished_at"]) - parse_time(raw["started_at"])
        if has_times
        else None,
        "failed_sources": bad_sources(raw),
    }


async def compare(api: Emulator, client: Client) -> set[tuple[str, str]]:
    """Compare each job with its JSON; return the phases and statuses seen."""
    jobs = await client.iter_indexing_jobs().collect()
    for job, raw in zip(jobs, api.jobs(), strict=True):
        assert expected_properties(raw) == properties(job)
    return {(short(raw["phase"]), short(raw["status"])) for raw in api.jobs()}


async def test_generated_jobs() -> None:
    """The properties are right for each state of the generated jobs."""
    async with Emulator(jobs=1000) as api:
        async with Client(api.token, base_url=api.url) as client:
            states = await compare(api, client)

    assert {
        ("PENDING", "PENDING"),
        ("RUNNING", "IN_PROGRESS"),
        ("SUCCEEDED", "COMPLETED"),
        ("SUCCEEDED", "NO_CHANGES"),
        ("SUCCEEDED", "PARTIAL"),
        ("FAILED", "FAILED"),
        ("ERROR", "FAILED"),
        ("CANCELLED", "CANCELLED"),
    } == states
