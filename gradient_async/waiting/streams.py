"""Wait for jobs, or iterate over them as they change or finish."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence

from gradient_async.asynchronous import AsyncOnlyIterable
from gradient_async.errors import GradientError, IndexingJobFailedError
from gradient_async.logger import logger
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.messages import (
    describe_failed,
    describe_incomplete,
    excerpt,
    short_name,
)
from gradient_async.waiting.poller import Poller
from gradient_async.waiting.source import JobSource, check_uuids


async def wait_all(
    source: JobSource,
    uuids: Iterable[str],
    *,
    timeout: float,  # noqa: ASYNC109  (the error lists the jobs and their phases)
    check: bool,
    cancel_on_timeout: bool,
    seen: IndexingJob | None = None,
) -> tuple[IndexingJob, ...]:
    """
    Wait until all jobs have finished, and return them in the order given.

    An id given twice is polled once, and its job is returned twice. `seen` is the only
    job, as returned by its start, and counts as the first poll. See
    `IndexingJobs.wait_all` for the other arguments and the errors.
    """
    wanted = check_uuids(uuids)
    poller = Poller(
        source,
        wanted,
        timeout=timeout,
        cancel_on_timeout=cancel_on_timeout,
        seen=seen,
    )
    while not poller.is_done:
        await poller.poll()
    jobs = tuple(poller.jobs[uuid] for uuid in wanted)
    if check:
        raise_for_failed(jobs)
    return jobs


def raise_for_failed(jobs: Sequence[IndexingJob]) -> None:
    """
    Raise if a job failed or was cancelled; log a warning for each incomplete one.

    Raises:
        IndexingJobFailedError: A job neither succeeded nor is partial.
    """
    unique = dict.fromkeys(jobs)
    for job in unique:
        if job.is_partial or (job.succeeded and job.failed_sources):
            logger.warning("%s", describe_incomplete(job))
    failed = [job for job in unique if not (job.succeeded or job.is_partial)]
    if failed:
        text = describe_failed(failed)
        raise IndexingJobFailedError(text, job=failed[0], jobs=tuple(jobs))


class JobStream(AsyncOnlyIterable, ABC):
    """
    An async iterator over the jobs of a poller.

    Nothing runs between two items, so there is nothing to clean up when a loop is
    left, and a later loop continues. If several tasks share a stream, each item goes
    to one of them.
    """

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._lock = asyncio.Lock()
        self._failure: GradientError | None = None

    def __aiter__(self) -> AsyncIterator[IndexingJob]:
        """Continue where the previous loop stopped."""
        return self

    async def __anext__(self) -> IndexingJob:
        """
        Return the next job, polling until there is one.

        Raises:
            IndexingJobTimeoutError: The timeout has passed; the iteration is over.
            GradientError: A poll failed; iterating again polls again.
        """
        async with self._lock:
            while (job := self._pop_ready()) is None:
                self._raise_failure()
                if self._poller.is_done:
                    raise StopAsyncIteration
                await self._poll()
            return job

    async def _poll(self) -> None:
        try:
            await self._poller.poll()
        except GradientError as error:
            # Raised later: the jobs that the poll found before it failed come first.
            self._failure = error

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    @abstractmethod
    def _pop_ready(self) -> IndexingJob | None:
        """Return the next job to yield, None if another poll is needed."""


class JobWatch(JobStream):
    """A job each time it has changed; see `IndexingJobs.watch`."""

    def __init__(self, source: JobSource, uuid: str, *, timeout: float) -> None:
        super().__init__(Poller(source, check_uuids((uuid,)), timeout=timeout))
        self._uuid = uuid
        self._latest: IndexingJob | None = None

    def __repr__(self) -> str:
        """Show the job's id and its latest known phase."""
        job = self._poller.jobs.get(self._uuid)
        state = "not started" if job is None else short_name(job.phase)
        return f"<JobWatch {excerpt(self._uuid)}, {state}>"

    def _pop_ready(self) -> IndexingJob | None:
        job = self._poller.jobs.get(self._uuid)
        if job == self._latest:
            return None
        self._latest = job
        return job


class CompletedJobs(JobStream):
    """Several jobs, each once, as they finish; see `IndexingJobs.as_completed`."""

    def __init__(
        self,
        source: JobSource,
        uuids: Iterable[str],
        *,
        timeout: float,
        cancel_on_timeout: bool,
    ) -> None:
        poller = Poller(
            source,
            check_uuids(uuids),
            timeout=timeout,
            cancel_on_timeout=cancel_on_timeout,
        )
        super().__init__(poller)
        self._ready: deque[IndexingJob] = deque()

    def __repr__(self) -> str:
        """Show how many jobs have finished."""
        return f"<CompletedJobs {self._poller.progress}>"

    def _pop_ready(self) -> IndexingJob | None:
        self._ready.extend(self._poller.pop_finished())
        return self._ready.popleft() if self._ready else None
