"""Wait until jobs have ended."""

from __future__ import annotations

from collections.abc import Iterable

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.follower import Follower
from gradient_async.waiting.source import JobSource, check_uuid, check_uuids
from gradient_async.waiting.verdict import check_ended


async def wait_all(
    source: JobSource,
    uuids: Iterable[str],
    *,
    timeout: float,  # noqa: ASYNC109  (the error names the jobs and their phases)
    check: bool,
    cancel_on_timeout: bool,
) -> tuple[IndexingJob, ...]:
    """
    Wait until all these jobs have ended; give them in the order given.

    They are looked at together, as `Completed` does. An id given twice is looked at
    once, and its job appears twice. No ids are no jobs, and nothing is sent.

    Args:
        source: Where the jobs are read.
        uuids: Their ids.
        timeout: Seconds from the first request until the waiting ends.
        check: Raise if any failed or was cancelled, and warn on the log of those that
            left something out. False returns them all, however they ended.
        cancel_on_timeout: Cancel the jobs that have not ended by then. Cancelling
            the task that waits cancels no job.

    Raises:
        ConfigurationError: An argument cannot work; nothing was sent.
        IndexingJobFailedError: One neither succeeded nor is partial, when all had
            ended.
        IndexingJobTimeoutError: Some had not ended in time.
        NotFoundError: The account has no such job.
        GradientError: Whatever else a call may raise; after the first look, only
            what does not pass by itself.
    """
    wanted = check_uuids(uuids)
    follower = Follower(
        source, wanted, timeout=timeout, cancel_on_timeout=cancel_on_timeout
    )
    return await _follow(follower, wanted, check=check)


async def wait(
    source: JobSource,
    uuid: str,
    *,
    timeout: float,  # noqa: ASYNC109  (the error names the job and its phase)
    check: bool,
    cancel_on_timeout: bool,
    seen: IndexingJob | None = None,
) -> IndexingJob:
    """
    Wait until one job has ended; like `wait_all`, and gives the job itself.

    `seen` is the job as its start showed it, and counts as the first look.

    Raises:
        GradientError: As `wait_all` does.
    """
    follower = Follower(
        source,
        (check_uuid(uuid),),
        timeout=timeout,
        cancel_on_timeout=cancel_on_timeout,
        seen=seen,
    )
    (job,) = await _follow(follower, (uuid,), check=check)
    return job


async def _follow(
    follower: Follower, uuids: tuple[str, ...], *, check: bool
) -> tuple[IndexingJob, ...]:
    while not follower.is_over:
        await follower.look()
    jobs = tuple(follower.jobs[uuid] for uuid in uuids)
    if check:
        check_ended(jobs)
    return jobs
