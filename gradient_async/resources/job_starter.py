"""Start a job where it can be started: when the database is ready, and once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from gradient_async.errors import (
    AuthenticationError,
    IndexingJobRunningError,
    PermissionDeniedError,
    StatusError,
)
from gradient_async.logger import logger
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.models.knowledge_bases import KnowledgeBase
from gradient_async.printable import printable
from gradient_async.resources.job_calls import LOOKUP_ERRORS, JobCalls
from gradient_async.resources.knowledge_bases import KnowledgeBases
from gradient_async.waiting.clock import CLOCK
from gradient_async.waiting.database import is_online, status_name

_SERVER_FAILED: Final = 500

# The platform starts the first job of a knowledge base by itself, as soon as it has a
# database, which takes 3 to 10 minutes. A job that began later, somebody has started.
_FIRST_JOB: Final = timedelta(minutes=30)

# A database may be ready a little before its credentials are.
_CREDENTIALS_DELAY: Final = 60.0
_CREDENTIALS_INTERVAL: Final = 5.0


# No wait for the database changes these.
_ABOUT_THE_TOKEN: Final = (AuthenticationError, PermissionDeniedError)


class JobStarter:
    """
    Starts a job of a knowledge base.

    Args:
        calls: The calls for jobs.
        bases: The calls for knowledge bases.
        uuid: Id of the knowledge base.
        sources: Ids of the data sources to index; empty means all.
    """

    def __init__(
        self,
        calls: JobCalls,
        bases: KnowledgeBases,
        uuid: str,
        sources: tuple[str, ...],
    ) -> None:
        self.is_joined: bool = False
        """Whether the job that `run` returned was running already."""
        self._calls = calls
        self._bases = bases
        self._uuid = uuid
        self._sources = sources
        self._job_count = 0
        self._online_at: float | None = None

    async def start(self) -> IndexingJob:
        """
        Start a job; a refusal is explained by the job that runs, if one does.

        Raises:
            IndexingJobRunningError: A job of the knowledge base is running.
        """
        try:
            return await self._calls.create(self._uuid, self._sources)
        except StatusError as refusal:
            running = await self._explain(refusal)
            if running is not None:
                raise self._running_error(running) from None
            raise refusal from None

    async def run(self, deadline: float) -> IndexingJob:
        """
        Start a job once the database is ready, or join the platform's first job.

        Raises:
            IndexingJobRunningError: Another job is running.
            DatabaseFailedError: The database will not become ready.
            DatabaseTimeoutError: The database was not ready at the deadline.
        """
        running = await self._find_running()
        while running is None:
            try:
                return await self._calls.create(self._uuid, self._sources)
            except StatusError as refusal:
                running = await self._explain(refusal)
                is_final = isinstance(refusal, _ABOUT_THE_TOKEN)
                if running is None and (is_final or not await self._prepare(deadline)):
                    raise refusal from None
            running = running or await self._find_running()
        return await self._join(running)

    def time_left(self, timeout: float, deadline: float) -> float:
        """Return the seconds left for the job, after the wait for the database."""
        if self._online_at is None:
            return timeout
        return max(1.0, deadline - CLOCK.now())

    async def _find_running(self) -> IndexingJob | None:
        page = await self._calls.list_for_knowledge_base(self._uuid)
        self._job_count = len(page.items)
        return next((job for job in page.items if job.is_running), None)

    async def _explain(self, refusal: StatusError) -> IndexingJob | None:
        """Return the job because of which a start may have been refused."""
        # A server that failed has not refused the start, and may have executed it.
        if refusal.status >= _SERVER_FAILED:
            return None
        # Which of the others mean that a job is running is not documented.
        with suppress(*LOOKUP_ERRORS):
            return await self._find_running()
        return None

    async def _prepare(self, deadline: float) -> bool:
        """Wait for what a start that was refused may lack; return whether it did."""
        base = KnowledgeBase()
        with suppress(*LOOKUP_ERRORS):
            base = await self._bases.get(self._uuid)
        now = CLOCK.now()
        if base.database_status is not None and not is_online(base):
            await self._wait_for_database(base, deadline)
            return True
        if self._online_at is None or now > self._online_at + _CREDENTIALS_DELAY:
            return False
        at = min(now + _CREDENTIALS_INTERVAL, deadline)
        await CLOCK.sleep_until(at, self._calls.sleep)
        return now < deadline

    async def _wait_for_database(self, base: KnowledgeBase, deadline: float) -> None:
        logger.info(
            "the database of knowledge base %s is %s: waiting for it to start a job",
            printable(self._uuid),
            status_name(base),
        )
        # The calls before may have used up the time; one poll is due nevertheless.
        left = max(1.0, deadline - CLOCK.now())
        await self._bases.wait_until_online(self._uuid, timeout=left)
        self._online_at = CLOCK.now()

    async def _join(self, running: IndexingJob) -> IndexingJob:
        """Return a job if the platform has started it; raise if somebody else has."""
        if self._sources or not await self._is_first(running):
            raise self._running_error(running)
        logger.info(
            "indexing job %s of the new knowledge base %s runs already: waiting for it",
            printable(running.uuid),
            printable(self._uuid),
        )
        self.is_joined = True
        return running

    async def _is_first(self, running: IndexingJob) -> bool:
        if self._job_count > 1 or running.created_at is None:
            return False
        base = KnowledgeBase()
        with suppress(*LOOKUP_ERRORS):
            base = await self._bases.get(self._uuid)
        born = base.created_at
        return born is not None and running.created_at - born <= _FIRST_JOB

    def _running_error(self, running: IndexingJob) -> IndexingJobRunningError:
        text = (
            f"indexing job {printable(running.uuid)} of knowledge base "
            f"{printable(self._uuid)} is {running.phase.short_name}, "
            f"so no other job was started"
        )
        return IndexingJobRunningError(text, job=running)
