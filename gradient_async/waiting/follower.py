"""Follow jobs: look at them round after round, until they have ended or time is up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

from gradient_async.checks import check_seconds
from gradient_async.errors import GradientError, IndexingJobTimeoutError
from gradient_async.logger import logger
from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.paging.page import MOST_PER_PAGE
from gradient_async.waiting.cancelling import Cancelling
from gradient_async.waiting.each import for_each
from gradient_async.waiting.failures import asked_wait, gravest, is_passing
from gradient_async.waiting.reports import not_cancelled, not_ended
from gradient_async.waiting.rounds import ReadPage, Round
from gradient_async.waiting.source import JobSource
from gradient_async.waiting.timetable import Look, Timetable


class Follower:
    """
    What is known of some jobs, and when and how more is learnt.

    Nothing runs between two calls of `look`. The clock starts with the first of
    them. Whoever is cancelled in the midst of one loses nothing: what was seen stays,
    and the next call looks again.

    Raises:
        ConfigurationError: `timeout` is no finite number of seconds above 0.
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
        """Each job as last seen, without those never seen."""
        self.pending: dict[str, None] = dict.fromkeys(uuids)
        """Those that have not ended, in the order given; the values mean nothing."""
        self._source = source
        self._uuids = tuple(self.pending)
        self._timeout = timeout
        self._cancel_on_timeout = cancel_on_timeout
        self._timetable: Timetable | None = None
        self._places: dict[str, int] = {}
        self._ended: list[IndexingJob] = []
        self._has_looked = False
        self._failure: GradientError | None = None
        self._is_late = False
        self._cancelling: Cancelling | None = None
        self._has_given_up = False
        if seen is not None:
            self._note(seen.uuid, seen)
            self._has_looked = True

    @property
    def is_over(self) -> bool:
        """Whether all have ended, or the time had run out and that was raised."""
        return self._has_given_up or not self.pending

    @property
    def progress(self) -> str:
        """How many have ended, in words."""
        total = len(self._uuids)
        return f"{total - len(self.pending)} of {total} ended"

    def take_ended(self) -> list[IndexingJob]:
        """Give the jobs that were found to have ended since the last time, once."""
        ended, self._ended = self._ended, []
        return sorted(ended, key=_end)

    async def look(self) -> None:
        """
        Wait until the next round is due, and look at all that has not ended.

        Raises:
            IndexingJobTimeoutError: The time is up, or too short to learn more.
            GradientError: A look failed, for good or before any had succeeded.
        """
        now = asyncio.get_running_loop().time()
        timetable = self._timetable = self._timetable or self._begin(now)
        look = None if self._is_late else timetable.next_look(now)
        if look is None:
            await self._give_up(timetable)
            return
        try:
            async with asyncio.timeout_at(look.until) as scope:
                await self._source.sleep(look.at - now)
                await self._make(look, timetable)
        except TimeoutError:
            if not scope.expired():
                raise
            # What was seen is given out first; the next call raises.
            self._is_late = True

    def _begin(self, now: float) -> Timetable:
        """Begin now, with what was seen already as the first look."""
        timetable = Timetable(began=now, timeout=self._timeout)
        if self._has_looked:
            look = Look(now, until=timetable.deadline, is_last=False)
            timetable.took(look, began=now, ended=now, jitter=_jitter())
        return timetable

    async def _make(self, look: Look, timetable: Timetable) -> None:
        """Make one look, and let it pass if it failed only for now."""
        clock = asyncio.get_running_loop().time
        began = clock()
        jitter = _jitter()
        try:
            await self._run_round()
        except GradientError as error:
            wait = asked_wait(error)
            timetable.failed(
                look, began=began, ended=clock(), jitter=jitter, retry_after=wait
            )
            if not self._has_looked or not is_passing(error):
                raise
            self._failure = error
            self._log(error)
        else:
            timetable.took(look, began=began, ended=clock(), jitter=jitter)
            self._has_looked, self._failure = True, None

    async def _run_round(self) -> None:
        """Ask for what the round says, until it says no more."""
        plan = Round(self.pending, self._places, use_list=len(self._uuids) > 1)
        while step := plan.next_step:
            if isinstance(step, ReadPage):
                page = await self._source.page(step.number, MOST_PER_PAGE)
                self._note_all(page.items)
                plan.take_page(page)
            else:
                await self._get_each(step.uuids)
                plan.take_rest()

    async def _get_each(self, uuids: Iterable[str]) -> None:
        failures = await for_each(self._get, uuids)
        if failures:
            raise gravest([*failures.values()])

    async def _get(self, uuid: str) -> None:
        self._note(uuid, await self._source.get(uuid))

    def _note_all(self, jobs: Iterable[IndexingJob]) -> None:
        """Note those of the list that are waited for."""
        for job in jobs:
            if job.uuid in self.pending:
                self._note(job.uuid, job)

    def _note(self, uuid: str, job: IndexingJob) -> None:
        self.jobs[uuid] = job
        if job.is_finished:
            del self.pending[uuid]
            self._ended.append(job)

    def _log(self, error: GradientError) -> None:
        logger.warning(
            "a look at indexing jobs failed (%s); %d to go, looking again while time "
            "is left",
            type(error).__name__,
            len(self.pending),
        )

    async def _give_up(self, timetable: Timetable) -> None:
        """
        End the waiting; cancel what has not ended, if asked.

        Raises:
            IndexingJobTimeoutError: There is something that has not ended.
        """
        failures: dict[str, Exception] = {}
        if self._cancel_on_timeout:
            failures = await self._cancel(timetable.deadline)
        if self.pending:
            self._has_given_up = True
            elapsed = asyncio.get_running_loop().time() - timetable.began
            error = self._timeout_error(failures)
            raise error.during(attempts=0, elapsed=elapsed) from self._failure

    async def _cancel(self, deadline: float) -> dict[str, Exception]:
        # Nothing more can be learnt, but until then a job may still end well.
        await self._source.sleep(deadline - asyncio.get_running_loop().time())
        if self._cancelling is None:
            self._cancelling = Cancelling(self._source, self.pending)
        failures = await self._cancelling.run()
        for uuid, job in self._cancelling.ended.items():
            self._note(uuid, job)
        return failures

    def _timeout_error(self, failures: dict[str, Exception]) -> IndexingJobTimeoutError:
        text = not_ended(
            tuple(self.pending),
            self.jobs,
            total=len(self._uuids),
            timeout=self._timeout,
        )
        if self._cancelling is not None:
            text += f"; {len(self._cancelling.jobs)} cancelled since"
            self.jobs.update(self._cancelling.jobs)
        seen = tuple(self.jobs[uuid] for uuid in self._uuids if uuid in self.jobs)
        error = IndexingJobTimeoutError(text, jobs=seen)
        for note in not_cancelled(failures):
            error.add_note(note)
        return error


def _jitter() -> float:
    return random.random()  # noqa: S311  (no secret)


def _end(job: IndexingJob) -> tuple[bool, float]:
    """Sort by the end, as far as it is told; the others come last."""
    end = job.finished_at
    return (end is None, end.timestamp() if end else 0.0)
