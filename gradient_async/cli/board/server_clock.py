"""What time it is for the server, so that the elapsed time of a job is right; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from gradient_async.models import IndexingJob

_DAY: Final = 86_400.0


@attrs.define
class ServerClock:
    """
    The server's clock, estimated from the times in its responses.

    It is never behind the latest time seen. If this computer's clock is ahead of that
    by less than a day, it counts, as a job that does not change sends no newer time.
    A clock further ahead is not the server's: an emulator's shows a fixed date.
    """

    _ahead: float | None = attrs.field(default=None, init=False)
    """Seconds by which the server is ahead of this computer, at least."""

    def observe(self, job: IndexingJob, now: float) -> None:
        """Update the estimate by a job that was received at `now`, by this computer."""
        moments = (job.created_at, job.updated_at, job.started_at, job.finished_at)
        ahead = [it.timestamp() - now for it in moments if it is not None]
        if self._ahead is not None:
            ahead.append(self._ahead)
        self._ahead = max(ahead, default=None)

    def elapsed(self, job: IndexingJob, now: float) -> timedelta | None:
        """Return how long a job has been going on; None if it has no times."""
        begin = job.started_at or job.created_at
        if begin is None:
            return None
        if job.finished_at is not None:
            return job.finished_at - begin
        return timedelta(seconds=max(0.0, self._now(now) - begin.timestamp()))

    def _now(self, now: float) -> float:
        """Return the server's time at `now`."""
        ahead = self._ahead or 0.0
        return now if -_DAY < ahead <= 0 else now + ahead
