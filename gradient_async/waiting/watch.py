"""Watch one job."""

from __future__ import annotations

from gradient_async.models.indexing_jobs import IndexingJob
from gradient_async.waiting.follower import Follower
from gradient_async.waiting.reports import readable, short
from gradient_async.waiting.source import JobSource, check_uuid
from gradient_async.waiting.stream import JobStream


class Watch(JobStream):
    """
    One indexing job, each time that it has changed.

        async for job in watch: ...    as it is now, then each change, then its end

    Nothing is sent before the first item is asked for. The job then comes as it is,
    and again whenever it differs from what came before; the last time when it has
    ended, well or not. It is looked at after 1 s, then ever more rarely, every 30 s
    in the end, and a last time just before the time is up.

    After the first look, a failure that may pass (a connection lost, 5xx, 429) is
    logged as a warning, and looked past.

    Args:
        source: Where the job is read.
        uuid: Id of the job.
        timeout: Seconds from the first request until the waiting ends.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(self, source: JobSource, uuid: str, *, timeout: float) -> None:
        self._uuid = check_uuid(uuid)
        self._given: IndexingJob | None = None
        super().__init__(Follower(source, (uuid,), timeout=timeout))

    def __repr__(self) -> str:
        """Show which job, and its phase when last seen."""
        job = self._follower.jobs.get(self._uuid)
        state = "not begun" if job is None else short(job.phase)
        return f"<Watch {readable(self._uuid)}, {state}>"

    def _at_hand(self) -> IndexingJob | None:
        job = self._follower.jobs.get(self._uuid)
        if job == self._given:
            return None
        self._given = job
        return job
