"""Watching one job."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

from gradient_async.errors import (
    ConfigurationError,
    IndexingJobTimeoutError,
)
from gradient_async.models import IndexingJob
from gradient_async.waiting import JobWatch
from tests.waiting.job_server import BAD_IDS, JobServer, Phase, make_uuids


class TickingServer(JobServer):
    """A server whose jobs consume one token every 10 s."""

    def _job(self, uuid: str) -> IndexingJob:
        return attrs.evolve(super()._job(uuid), tokens=int(self.now / 10))


async def test_every_change() -> None:
    """The job is yielded at once, on each change, and last when finished."""
    server = TickingServer(make_uuids(3), finish_at={"job-1": 45.0})
    jobs = [job async for job in JobWatch(server, "job-1", timeout=600)]
    tokens = [job.tokens for job in jobs[:-1]]

    assert sorted(set(tokens)) == tokens
    assert 0 == tokens[0]
    assert 3 <= len(tokens) <= 5
    assert [Phase.RUNNING] * (len(jobs) - 1) + [Phase.SUCCEEDED] == [
        job.phase for job in jobs
    ]
    assert {"job-1"} == set(server.targets("get"))
    assert len(server.requests) > len(jobs)


async def test_first_item() -> None:
    """The first item is yielded with the first response."""
    server = JobServer(make_uuids(3), delay=lambda: 0.2)
    job = await anext(JobWatch(server, "job-2", timeout=600))

    assert "job-2" == job.uuid
    assert 0.2 == pytest.approx(server.now)


async def test_finished_job() -> None:
    """A finished job is yielded once."""
    server = JobServer(make_uuids(1), finish_at={"job-0": 0.0})
    watch = JobWatch(server, "job-0", timeout=600)

    assert ["job-0"] == [job.uuid async for job in watch]
    assert [] == [job async for job in watch]
    assert 1 == len(server.requests)


async def test_slow_consumer_of_a_running_job() -> None:
    """A late change is yielded, then the timeout is raised."""
    server = TickingServer(make_uuids(1))
    watch = JobWatch(server, "job-0", timeout=60)
    await anext(watch)
    await asyncio.sleep(1000)
    late = await anext(watch)
    with pytest.raises(IndexingJobTimeoutError) as caught:
        await anext(watch)

    assert 100 == late.tokens
    assert (late,) == caught.value.jobs
    assert 2 == len(server.requests)


async def test_change_seen_by_a_cancelled_step() -> None:
    """A job fetched just as its step was cancelled is yielded by the next step."""
    server = JobServer(make_uuids(1), finish_at={"job-0": 0.0}, delay=lambda: 1.0)
    watch = JobWatch(server, "job-0", timeout=600)
    # The response and the cancellation come at the same moment.
    step = asyncio.ensure_future(anext(watch))
    asyncio.get_running_loop().call_later(1.0, step.cancel)
    await asyncio.wait({step})

    assert "job-0" == (await anext(watch)).uuid


@pytest.mark.parametrize(
    ("match", "arguments"),
    [
        ("uuid must be a string, got list", {"uuid": ["a"]}),
        *((match, {"uuid": uuid}) for match, uuid in BAD_IDS),
        ("timeout", {"timeout": None}),
        ("timeout", {"timeout": -1}),
    ],
)
async def test_invalid_arguments(match: str, arguments: dict[str, Any]) -> None:
    """Invalid arguments are refused when the watch is created."""
    usual: dict[str, Any] = {"uuid": "a", "timeout": 1.0}
    server = JobServer([])
    with pytest.raises(ConfigurationError, match=match):
        JobWatch(server, **(usual | arguments))

    assert [] == server.requests


async def test_repr() -> None:
    """The repr shows the job's id and its latest known phase."""
    watch = JobWatch(JobServer(make_uuids(1)), "job-0", timeout=60)
    before = repr(watch)
    await anext(watch)

    assert "<JobWatch job-0, not started>" == before
    assert "<JobWatch job-0, running>" == repr(watch)
