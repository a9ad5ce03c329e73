"""The accounts of the platform: one token, its limiter and its data each."""

from __future__ import annotations

from typing import Self

import attrs

from gradient_async.emulator.bases.beginnings import make_bases
from gradient_async.emulator.bases.data_sources import DataSource
from gradient_async.emulator.bases.knowledge_bases import KnowledgeBase, Owner
from gradient_async.emulator.http.limiter import SlidingLog
from gradient_async.emulator.http.refusals import RefusalError
from gradient_async.emulator.identities import Identities
from gradient_async.emulator.jobs.history import JobMaker
from gradient_async.emulator.jobs.job_list import JobList
from gradient_async.emulator.jobs.source_runs import SourcePlan


@attrs.define(kw_only=True)
class Account:
    """What the platform holds for one token."""

    index: int
    token: str = attrs.field(repr=False)
    limiter: SlidingLog | None = attrs.field(repr=False)
    owner: Owner = attrs.field(repr=False)
    jobs: JobList = attrs.field(repr=False)
    bases: dict[str, KnowledgeBase] = attrs.field(repr=False)
    """The knowledge bases by id, oldest first."""
    identities: Identities = attrs.field(repr=False)
    """Where the ids of what is created come from."""
    plans: dict[str, SourcePlan] = attrs.field(factory=dict, repr=False)
    """How the indexing of some data sources is to go."""

    @classmethod
    def open(
        cls, index: int, *, jobs: int, seed: int, limiter: SlidingLog | None
    ) -> Self:
        """Open an account with a history of jobs; the seed and the index decide it."""
        maker = JobMaker(f"{seed}/{index}")
        history = maker.history(jobs)
        identities = Identities(f"{seed}/{index}/created")
        owner = Owner(9_000_001 + index, identities.make())
        return cls(
            index=index,
            token=f"emulator-token-{index + 1}",
            limiter=limiter,
            jobs=JobList(maker, {job.uuid: job for job in history}),
            bases=make_bases(f"{seed}/{index}/bases", maker.bases, history, owner),
            identities=identities,
            owner=owner,
        )

    def find_base(self, uuid: str) -> KnowledgeBase:
        """Give a knowledge base, or refuse."""
        if uuid not in self.bases:
            raise RefusalError(404, "There is no knowledge base with this uuid.")
        return self.bases[uuid]

    def find_source(self, base_uuid: str, uuid: str) -> DataSource:
        """Give a data source of a knowledge base, or refuse."""
        sources = self.find_base(base_uuid).sources
        if uuid not in sources:
            msg = "The knowledge base has no data source with this uuid."
            raise RefusalError(404, msg)
        return sources[uuid]

    def sources(self) -> dict[str, DataSource]:
        """Give all data sources by id."""
        # A test asks from its own thread, while the server may add to them.
        return {
            uuid: source
            for base in tuple(self.bases.values())
            for uuid, source in tuple(base.sources.items())
        }

    def contents(self) -> dict[str, list[str]]:
        """Give the ids of all knowledge bases that jobs can be about, and sources."""
        return {
            uuid: list(base.sources)
            for uuid, base in tuple(self.bases.items())
            if base.sources
        }

    def add_jobs(self, count: int, now: int) -> tuple[str, ...]:
        """Put pending jobs at the head of the list; give their uuids, newest first."""
        return self.jobs.add_pending(count, now, self._check_contents())

    def grow(self, total: int, per_request: int) -> None:
        """Let each list request that follows add jobs, until `total` were added."""
        self._check_contents()
        self.jobs.grow(total, per_request)

    def let_grow(self, now: int) -> None:
        """Add what a list request adds, unless there is nothing left to index."""
        count, bases = self.jobs.take_growth(), self.contents()
        if bases:
            self.jobs.add_pending(count, now, bases)

    def plan(self, uuid: str, plan: SourcePlan) -> bool:
        """Note how a data source is to fare, and tell whether there is one."""
        is_here = uuid in self.sources()
        if is_here:
            self.plans[uuid] = plan
        return is_here

    def _check_contents(self) -> dict[str, list[str]]:
        """Give what jobs can be about, or raise."""
        bases = self.contents()
        if not bases:
            msg = "there is no knowledge base with a data source for a job to be about"
            raise ValueError(msg)
        return bases
