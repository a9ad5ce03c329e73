"""The accounts of the platform: one token, its limiter and its jobs each."""

from __future__ import annotations

import math
from itertools import islice
from typing import Self

import attrs

from gradient_async.emulator.data import Job, JobMaker
from gradient_async.emulator.limiter import SlidingLog


@attrs.frozen(kw_only=True)
class JobPage:
    """One page of a list of jobs, and where it stands in the list."""

    jobs: tuple[Job, ...]
    page: int
    pages: int
    total: int
    per_page: int


@attrs.define(kw_only=True)
class Account:
    """What the platform holds for one token."""

    index: int
    token: str = attrs.field(repr=False)
    limiter: SlidingLog | None = attrs.field(repr=False)
    maker: JobMaker = attrs.field(repr=False)
    by_uuid: dict[str, Job] = attrs.field(repr=False)
    """The jobs in the order of their creation, oldest first."""
    _to_grow: int = attrs.field(default=0, init=False)
    _growth: int = attrs.field(default=0, init=False)

    @classmethod
    def open(
        cls, index: int, *, jobs: int, seed: int, limiter: SlidingLog | None
    ) -> Self:
        """Open an account with a history of jobs; the seed and the index decide it."""
        maker = JobMaker(f"{seed}/{index}")
        return cls(
            index=index,
            token=f"emulator-token-{index + 1}",
            limiter=limiter,
            maker=maker,
            by_uuid={job.uuid: job for job in maker.history(jobs)},
        )

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        return tuple(reversed(self.by_uuid.values()))

    def find_job(self, uuid: str) -> Job | None:
        """Give the job with this uuid, if there is one."""
        return self.by_uuid.get(uuid)

    def add_jobs(self, count: int) -> tuple[str, ...]:
        """Put new pending jobs at the head; give their uuids, newest first."""
        jobs = [self.maker.following() for _ in range(count)]
        self.by_uuid.update((job.uuid, job) for job in jobs)
        return tuple(job.uuid for job in reversed(jobs))

    def remove_job(self, uuid: str) -> bool:
        """Forget a job, and tell whether there was one."""
        return self.by_uuid.pop(uuid, None) is not None

    def grow(self, total: int, per_request: int) -> None:
        """Let each list request that follows add jobs, until `total` were added."""
        self._to_grow = total
        self._growth = per_request

    def read_page(self, page: int, per_page: int) -> JobPage:
        """Read one page of the list; then the list may grow."""
        start = (page - 1) * per_page
        newest_first = reversed(self.by_uuid.values())
        result = JobPage(
            jobs=tuple(islice(newest_first, start, start + per_page)),
            page=page,
            pages=math.ceil(len(self.by_uuid) / per_page),
            total=len(self.by_uuid),
            per_page=per_page,
        )
        growth = min(self._growth, self._to_grow)
        self._to_grow -= growth
        self.add_jobs(growth)
        return result
