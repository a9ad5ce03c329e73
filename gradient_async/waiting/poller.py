"""Poll jobs until all of them have finished or the timeout has passed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import IntEnum, auto

from gradient_async.checks import check_seconds
from gradient_async.errors import (
    GradientError,
    IndexingJobTimeoutError,
)
from gradient_async.logger import logger
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging.page import MAX_PER_PAGE
from gradient_async.waiting.cancel import CancelBatch
from gradient_async.waiting.clock import CLOCK
from gradient_async.waiting.failures import PollLog, may_be_the_list, most_severe
from gradient_async.waiting.messages import describe_uncancelled, describe_unfinished
from gradient_async.waiting.rounds import PollRound, ReadPage
from gradient_async.waiting.schedule import PollSchedule, ScheduledPoll
from gradient_async.waiting.source import JobSource, run_bounded


class PollerState(IntEnum):
    """
    What the next call of `Poller.poll` does; a poller only enters later states.

        FIRST_POLL    when the first call starts the timeout
        POLLING       when a poll has succeeded, so the token and the ids are valid;
                      at the start, if the job was already seen
        EXPIRED       when the deadline cuts off a poll or leaves no time for one
        DONE          when every job has finished, or when the timeout is raised

    A call whose poll is cut off does not raise: the caller first takes the jobs that
    the poll found, and the next call raises. If that call is interrupted while it
    cancels jobs, the state stays EXPIRED and the following call resumes.
    """

    NOT_STARTED = auto()
    """Start the timeout, then poll."""
    FIRST_POLL = auto()
    """Poll; raise any failure."""
    POLLING = auto()
    """Poll; raise only failures that are not transient."""
    EXPIRED = auto()
    """Cancel the pending jobs, if requested, and raise the timeout."""
    DONE = auto()
    """Nothing: every job has finished, or the timeout was raised."""


class Poller:
    """
    Polls jobs by a schedule and records their latest state.

    Nothing runs between two calls of `poll`. If a call is cancelled, the jobs it saw
    stay recorded, and the next call polls again.

    Args:
        source: Where to fetch the jobs.
        uuids: Their ids.
        timeout: Seconds from the first call of `poll` to the deadline.
        cancel_on_timeout: Whether to cancel the jobs still pending at the deadline.
        seen: The job, if there is only one and it was already fetched. Counts as the
            first poll.

    Raises:
        ConfigurationError: `timeout` is not a finite number of seconds above 0.
    """

    def __init__(
        self,
        source: JobSource,
        uuids: Iterable[str],
        *,
        timeout: float,
        cancel_on_timeout: bool = False,
        seen: IndexingJob | None = None,
    ) -> None:
        check_seconds("timeout", timeout)
        self.jobs: dict[str, IndexingJob] = {}
        """The latest state of each job seen so far."""
        self.pending: dict[str, None] = dict.fromkeys(uuids)
        """Ids of the unfinished jobs, in the order given; a dict for its order."""
        self.state = PollerState.NOT_STARTED if self.pending else PollerState.DONE
        """What the next call of `poll` does."""
        self._source = source
        self._uuids = tuple(self.pending)
        self._timeout = timeout
        # Set by the first call, when the timeout starts.
        self._schedule: PollSchedule
        self._polls: PollLog
        self._cancels = CancelBatch(source) if cancel_on_timeout else None
        self._page_hints: dict[str, int] = {}
        self._finished: list[IndexingJob] = []
        if seen is not None:
            self._record(seen.uuid, seen)

    @property
    def is_done(self) -> bool:
        """Whether every job has finished, or the timeout was raised."""
        return self.state is PollerState.DONE

    @property
    def progress(self) -> str:
        """How many jobs have finished, as text."""
        total = len(self._uuids)
        return f"{total - len(self.pending)} of {total} finished"

    def pop_finished(self) -> list[IndexingJob]:
        """Return the jobs found finished since the previous call, earliest first."""
        finished, self._finished = self._finished, []
        return sorted(finished, key=_finish_time)

    async def poll(self) -> None:
        """
        Sleep until the next poll is due, then fetch every pending job.

        Raises:
            IndexingJobTimeoutError: The deadline has passed, or leaves no time for
                another poll.
            GradientError: The poll failed, and the failure is not transient or no
                poll has succeeded yet.
        """
        scheduled = self._next_poll(CLOCK.now())
        if scheduled is None:
            self._advance(PollerState.EXPIRED)
            await self._time_out()
            return
        await CLOCK.sleep_until(scheduled.at, self._source.sleep)
        try:
            async with CLOCK.timeout_at(scheduled.until) as scope:
                await self._run(scheduled)
        except TimeoutError:
            if not scope.expired():
                raise
            self._advance(PollerState.EXPIRED)

    def _advance(self, state: PollerState) -> None:
        """Enter a state, unless the poller is past it."""
        self.state = max(self.state, state)

    def _next_poll(self, now: float) -> ScheduledPoll | None:
        if self.state is PollerState.NOT_STARTED:
            self._start(now)
        if self.state is PollerState.EXPIRED:
            return None
        return self._schedule.next_poll(now)

    def _start(self, now: float) -> None:
        self._schedule = PollSchedule(started=now, timeout=self._timeout)
        self._polls = PollLog(self._schedule)
        self._advance(PollerState.FIRST_POLL)
        if self.jobs:
            poll = ScheduledPoll(now, until=self._schedule.deadline, is_last=False)
            self._schedule.record_success(
                poll, started=now, ended=now, jitter=_jitter()
            )
            self._advance(PollerState.POLLING)

    async def _run(self, poll: ScheduledPoll) -> None:
        """Run one poll; log a transient failure instead of raising it."""
        is_first = self.state is PollerState.FIRST_POLL
        failure = await self._polls.run(poll, self._fetch_pending, is_first=is_first)
        if failure is None:
            self._advance(PollerState.POLLING)
        else:
            self._log(failure)

    async def _fetch_pending(self) -> None:
        use_list = len(self._uuids) > 1
        plan = PollRound(self.pending, self._page_hints, use_list=use_list)
        while step := plan.next_step:
            if isinstance(step, ReadPage):
                await self._read_page(plan, step.number)
            else:
                failures = await run_bounded(self._get, step.uuids)
                if failures:
                    raise most_severe([*failures.values()])
                plan.record_gets(step)

    async def _read_page(self, plan: PollRound, number: int) -> None:
        try:
            page = await self._source.fetch_page(number, MAX_PER_PAGE)
        except GradientError as error:
            if not may_be_the_list(error):
                raise
            logger.info(
                "reading the list of indexing jobs failed (%s)", type(error).__name__
            )
            plan.record_list_failure()
            return
        for job in page.items:
            if job.uuid in self.pending:
                self._record(job.uuid, job)
        plan.record_page(page)

    async def _get(self, uuid: str) -> None:
        self._record(uuid, await self._source.get(uuid))

    def _record(self, uuid: str, job: IndexingJob) -> None:
        self.jobs[uuid] = job
        if job.is_finished:
            del self.pending[uuid]
            self._finished.append(job)
            if not self.pending:
                self._advance(PollerState.DONE)

    def _log(self, error: GradientError) -> None:
        logger.warning(
            "polling indexing jobs failed (%s); %d unfinished, polling again until "
            "the timeout",
            type(error).__name__,
            len(self.pending),
        )

    async def _time_out(self) -> None:
        """
        Cancel the pending jobs, if requested, and raise.

        Raises:
            IndexingJobTimeoutError: Unless the remaining jobs turned out to have
                finished.
        """
        failures = await self._cancel_pending()
        if self.pending:
            self._advance(PollerState.DONE)
            elapsed = CLOCK.now() - self._schedule.started
            error = self._timeout_error(failures)
            raise error.complete(elapsed=elapsed) from self._polls.latest_failure

    async def _cancel_pending(self) -> dict[str, Exception]:
        if self._cancels is None:
            return {}
        # No poll fits in any more, but until the deadline a job may still finish.
        await CLOCK.sleep_until(self._schedule.deadline, self._source.sleep)
        failures = await self._cancels.run(self.pending)
        for uuid, job in self._cancels.finished.items():
            self._record(uuid, job)
        return failures

    def _timeout_error(self, failures: dict[str, Exception]) -> IndexingJobTimeoutError:
        text = describe_unfinished(
            tuple(self.pending),
            self.jobs,
            total=len(self._uuids),
            timeout=self._timeout,
        )
        if self._cancels is not None:
            text += f"; {len(self._cancels.cancelled)} of them cancelled"
            self.jobs.update(self._cancels.cancelled)
        seen = tuple(self.jobs[uuid] for uuid in self._uuids if uuid in self.jobs)
        error = IndexingJobTimeoutError(text, jobs=seen)
        for note in describe_uncancelled(failures):
            error.add_note(note)
        return error


def _jitter() -> float:
    return random.random()  # noqa: S311  (not for security)


def _finish_time(job: IndexingJob) -> tuple[bool, float]:
    """Return a sort key; jobs without a finish time come last."""
    time = job.finished_at
    return (time is None, time.timestamp() if time else 0.0)
