"""The methods that wait for jobs: what their arguments do, and their defaults."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

import pytest

from gradient_async import (
    IndexingJob,
    IndexingJobFailedError,
    IndexingJobPhase,
    IndexingJobTimeoutError,
)
from gradient_async.resources import IndexingJobs
from tests.resources.canned_calls import create_client
from tests.resources.job_account import JobAccount, job, jobs
from tests.support.virtual_time import now

Wait: TypeAlias = Callable[..., Coroutine[Any, Any, list[IndexingJob]]]


async def run(calls: IndexingJobs, **options: Any) -> list[IndexingJob]:
    """Start a job, and wait for it."""
    return [await calls.run("kb-1", **options)]


async def wait(calls: IndexingJobs, **options: Any) -> list[IndexingJob]:
    """Wait for a job."""
    return [await calls.wait("job-1", **options)]


async def wait_all(calls: IndexingJobs, **options: Any) -> list[IndexingJob]:
    """Wait for jobs."""
    return [*await calls.wait_all(["job-1"], **options)]


async def as_completed(calls: IndexingJobs, **options: Any) -> list[IndexingJob]:
    """Iterate over jobs as they end."""
    return [job async for job in calls.as_completed(["job-1"], **options)]


CHECKING: Final = [run, wait, wait_all]


@pytest.mark.parametrize("act", CHECKING)
async def test_check(act: Wait) -> None:
    """A failed job is an error, unless `check` is False."""
    account = JobAccount(list=jobs(), start=job(), get=job("FAILED"))
    async with create_client(account.transport) as client:
        (done,) = await act(client.indexing_jobs, check=False)
        with pytest.raises(IndexingJobFailedError):
            await act(client.indexing_jobs)

    assert IndexingJobPhase.FAILED is done.phase


@pytest.mark.parametrize(
    ("cancels", "seconds", "options"),
    [(0, 3600, {}), (1, 60, {"cancel_on_timeout": True, "timeout": 60})],
)
@pytest.mark.parametrize("act", [*CHECKING, as_completed])
async def test_timeout(
    act: Wait, cancels: int, seconds: float, options: dict[str, Any]
) -> None:
    """At the timeout, an hour by default, the job is cancelled only if requested."""
    account = JobAccount(list=jobs(), start=job(), get=job(), cancel=job("RUNNING"))
    began = now()
    async with create_client(account.transport) as client:
        with pytest.raises(IndexingJobTimeoutError):
            await act(client.indexing_jobs, **options)

    assert seconds == pytest.approx(now() - began, abs=1)
    assert cancels == account.kinds.count("cancel")
